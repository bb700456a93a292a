//! What of a query stands in a text, and where: each word, phrase and nearness, clause by clause.
//!
//! Follows the plan word for word, as the index does, but reads a page. Decides neither what is shown nor
//! how it is marked.

mod pattern;
mod phrase;
mod terms;

use std::{cell::OnceCell, collections::HashMap, ops::Range};

pub(super) use self::pattern::Pattern;
use self::phrase::{Order, near};
pub(super) use self::terms::{Mentioned, Strength, TermTable};
use super::{
    page::{Page, Seat, Word},
    plan::{self, Node, Plan, Scope},
};
use crate::analysis::{Channel, Checkpoints, Role, TermCache, TokenRef, TokenStream};

/// One thing of the query where it stands in a text.
pub(super) struct Find {
    /// The clause that it belongs to.
    pub clause: usize,
    /// Which of all words that were found are its own.
    words: Range<usize>,
    strength: Strength,
}

/// A text to look into: a title or a body, as `scope` says.
#[derive(Clone)]
pub(super) struct Passage<'t> {
    pub text: &'t str,
    pub scope: Scope,
    /// How it is shown.
    pub page: &'t Page,
    /// Where to look; none: everywhere.
    pub sites: Option<Sites<'t>>,
}

/// The places of a text where a query stands, and nowhere else.
#[derive(Clone)]
pub(super) struct Sites<'t> {
    /// In order of their positions.
    pub places: &'t [Site],
    /// What the terms of the sites mention.
    pub terms: &'t TermTable,
    /// Checkpoints of the text.
    pub landmarks: Checkpoints<'t>,
}

/// A position at which a term stands; the last number of all where something must be read whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Site {
    pub position: u32,
    pub term: u32,
}

/// What a mention of a term says of clauses, each a bit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bearing {
    /// Those that are met wherever it stands.
    pub met: u64,
    /// Those that it hints at, where it does nothing else: in a text that meets them all it is not marked.
    pub hinted: Option<u64>,
}

/// What a query looks for, laid out for reading texts.
pub(super) struct Wanted<'p> {
    words: Vec<&'p plan::Word>,
    /// Made when they are first asked for: mostly the index has told of all that there is to see.
    keys: OnceCell<Keys<'p>>,
    patterns: Vec<(usize, Pattern)>,
    things: Vec<(usize, Thing)>,
    /// Whether it matters which words of a text are function words.
    functions_matter: bool,
}

/// What each term of a query mentions.
type Keys<'p> = HashMap<&'p str, Mentioned, foldhash::fast::RandomState>;

enum Thing {
    /// One word; of several that are wanted together, function words are not worth a mark.
    Word {
        word: usize,
        among_others: bool,
    },
    Phrase(Order),
    Near {
        left: Order,
        right: Order,
        within: u32,
    },
}

/// A token of the text that is read.
struct Seen {
    position: u32,
    seat: Seat,
    /// A function word that stands for itself.
    function: bool,
}

/// A text as the query sees it. Made once and then used for one text after the other.
#[derive(Default)]
pub(super) struct Reading {
    /// Those that mention something, and function words where they matter.
    tokens: Vec<Seen>,
    /// For each word of the query the tokens that mention it, in order.
    mentions: Vec<Vec<(usize, Strength)>>,
    /// What was found, and the tokens of each, in order.
    pub finds: Vec<Find>,
    found: Vec<usize>,
    /// What the page tells of each site.
    words: Vec<Word>,
}

impl<'p> Wanted<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        let mut wanted = Self {
            words: Vec::new(),
            keys: OnceCell::new(),
            patterns: Vec::new(),
            things: Vec::new(),
            functions_matter: false,
        };
        for (at, clause) in plan.clauses.iter().enumerate().filter(|(_, clause)| clause.content) {
            wanted.node(at, &clause.node, false);
        }
        wanted
    }

    fn node(&mut self, clause: usize, node: &'p Node, among_others: bool) {
        let thing = match node {
            Node::Word(word) => Thing::Word { word: self.word(word), among_others },
            Node::Phrase(phrase) => Thing::Phrase(self.order(phrase)),
            Node::Near { left, right, within, .. } => {
                Thing::Near { left: self.order(left), right: self.order(right), within: *within }
            }
            Node::All(nodes) => return nodes.iter().for_each(|node| self.node(clause, node, true)),
            Node::Any(nodes) => return nodes.iter().for_each(|node| self.node(clause, node, among_others)),
            Node::Except(node, _) => return self.node(clause, node, among_others),
            Node::Dated(_) => return,
        };
        self.functions_matter |= match &thing {
            Thing::Word { among_others, .. } => *among_others,
            Thing::Phrase(order) => order.skips(),
            Thing::Near { left, right, .. } => left.skips() || right.skips(),
        };
        self.things.push((clause, thing));
    }

    fn order(&mut self, phrase: &'p plan::Phrase) -> Order {
        let slots = phrase.slots.iter().map(|(place, word)| (*place, self.word(word))).collect();
        Order { slots, slop: phrase.slop }
    }

    fn word(&mut self, word: &'p plan::Word) -> usize {
        let at = self.words.len();
        self.words.push(word);
        if let Some(shape) = &word.pattern {
            self.patterns.push((at, Pattern::new(shape)));
        }
        at
    }

    fn keys(&self) -> &Keys<'p> {
        self.keys.get_or_init(|| {
            let mut keys = Keys::default();
            for (at, word) in self.words.iter().enumerate() {
                let terms = word.terms.iter().map(|term| (term, Strength::of(term)));
                let otherwise =
                    word.otherwise.iter().map(|term| (term, Strength::of(term).min(Strength::Weak)));
                for (term, strength) in terms.chain(otherwise) {
                    keys.entry(&term.key).or_default().push((at, strength));
                }
            }
            keys
        })
    }

    /// Finds everything of the query that stands in a text, in no order; weak mentions only of clauses that
    /// have no better ones.
    pub fn find(&self, forms: &mut TermCache, reading: &mut Reading, text: Passage) {
        self.read(forms, reading, text);
        for (clause, thing) in &self.things {
            let found = match thing {
                Thing::Word { word, among_others } => {
                    reading.add_word(*clause, *word, *among_others);
                    continue;
                }
                Thing::Phrase(order) => order.find(reading),
                Thing::Near { left, right, within } => {
                    near(&left.find(reading), &right.find(reading), *within)
                }
            };
            for met in &found {
                reading.add(*clause, met);
            }
        }
        let Reading { finds, .. } = reading;
        if finds.iter().any(|find| find.strength < Strength::Full) {
            let clauses = self.things.iter().map(|(clause, _)| clause + 1).max().unwrap_or(0);
            let mut full = vec![false; clauses];
            for find in &*finds {
                full[find.clause] |= find.strength == Strength::Full;
            }
            finds.retain(|find| find.strength == Strength::Full || !full[find.clause]);
        }
    }

    /// The number of a word of the plan.
    pub fn number(&self, word: &plan::Word) -> Option<usize> {
        self.words.iter().position(|known| std::ptr::eq(*known, word))
    }

    /// The words that a term is a mention of.
    pub fn mentioned(&self, key: &str) -> Mentioned {
        let mut words = self.keys().get(key).cloned().unwrap_or_default();
        if let Some(form) = key.strip_prefix(Channel::Exact.letter()) {
            words.extend(self.fitting(form).map(|word| (word, Strength::Full)));
        }
        words
    }

    /// What a term says that mentions these words.
    pub fn bearing(&self, mentioned: &[(usize, Strength)]) -> Bearing {
        let hints = mentioned.iter().all(|&(_, strength)| strength == Strength::Hint);
        let mut bearing = Bearing { met: 0, hinted: hints.then_some(0) };
        for (clause, thing) in &self.things {
            // A phrase has no use for hints.
            let Thing::Word { word, among_others } = thing else { continue };
            let Some(&(_, strength)) = mentioned.iter().find(|(of, _)| of == word) else { continue };
            let bit = u32::try_from(*clause).ok().and_then(|clause| 1_u64.checked_shl(clause));
            bearing.hinted = bearing.hinted.zip(bit).map(|(hinted, bit)| hinted | bit);
            if strength == Strength::Full && !among_others && self.words[*word].scope == Scope::Anywhere {
                bearing.met |= bit.unwrap_or(0);
            }
        }
        bearing
    }

    /// The words whose pattern a surface form fits.
    fn fitting(&self, form: &str) -> impl Iterator<Item = usize> {
        self.patterns.iter().filter(move |(_, pattern)| pattern.fits(form)).map(|&(word, _)| word)
    }

    fn read(&self, forms: &mut TermCache, reading: &mut Reading, text: Passage) {
        let Passage { text, scope, page, sites } = text;
        reading.clear(self.words.len());
        let mut walk = TokenStream::new(text);
        let Some(Sites { places, terms, mut landmarks }) = sites else {
            while let Some(token) = walk.next(forms) {
                self.meet(token, scope, page, reading);
            }
            return;
        };
        // All at once, for a page that was not looked at lately is far away.
        let mut words = std::mem::take(&mut reading.words);
        words.clear();
        if !self.functions_matter {
            words.extend(places.iter().map(|site| page.word(site.position)));
        }
        let mut at = 0;
        for here in places.chunk_by(|one, other| one.position == other.position) {
            let Some(&Site { position, .. }) = here.first() else { continue };
            let word = words.get(at).copied().unwrap_or_default();
            at += here.len();
            let seat = word.seat().or_else(|| {
                if let Some(landmark) = landmarks.last_until(position) {
                    walk.resume(landmark);
                }
                let span = if self.functions_matter { None } else { walk.take_word(position) };
                span.map(|span| page.seat(&(span.start..span.end)))
            });
            // What stands there is known from the index, unless it is one of several tokens.
            if let Some(seat) = seat {
                let mentioned = here.iter().flat_map(|site| terms.get(site.term));
                if self.mention(mentioned, scope, reading) {
                    reading.tokens.push(Seen { position, seat, function: false });
                }
                continue;
            }
            walk.pass_to(position);
            while walk.position() <= position {
                let Some(token) = walk.next(forms) else { break };
                self.meet(token, scope, page, reading);
            }
        }
        reading.words = words;
    }

    /// Takes down a token and the words that it mentions.
    fn meet(&self, token: TokenRef, scope: Scope, page: &Page, reading: &mut Reading) {
        let mut mentioned = false;
        for term in token.form.terms() {
            mentioned |= self.mention(self.keys().get(term.key()).into_iter().flatten(), scope, reading);
            if term.channel() == Channel::Exact {
                for word in self.fitting(term.text()) {
                    mentioned |= self.mention(&[(word, Strength::Full)], scope, reading);
                }
            }
        }
        let function = token.form.function && !matches!(token.role, Role::Whole(_));
        if mentioned || function && self.functions_matter {
            let seat = page.seat(&(token.span.start..token.span.end));
            reading.tokens.push(Seen { position: token.position, seat, function });
        }
    }

    /// Takes down that the next token mentions words; says whether it mentions any that is looked for here.
    fn mention<'m>(
        &self,
        mentioned: impl IntoIterator<Item = &'m (usize, Strength)>,
        scope: Scope,
        reading: &mut Reading,
    ) -> bool {
        let at = reading.tokens.len();
        let is_here = |word: usize| [Scope::Anywhere, scope].contains(&self.words[word].scope);
        let mut any = false;
        for &(word, strength) in mentioned.into_iter().filter(|&&(word, _)| is_here(word)) {
            any = true;
            match reading.mentions[word].last_mut() {
                Some((last, known)) if *last == at => *known = strength.max(*known),
                _ => reading.mentions[word].push((at, strength)),
            }
        }
        any
    }
}

/// Something met in a text: where it begins, in words, and what it consists of.
#[derive(Clone)]
struct Met {
    position: u32,
    words: Vec<usize>,
    strength: Strength,
}

impl Reading {
    /// Gets ready for a text in which so many words are looked for.
    fn clear(&mut self, words: usize) {
        self.tokens.clear();
        self.finds.clear();
        self.found.clear();
        self.mentions.resize_with(words, Vec::new);
        self.mentions.iter_mut().for_each(Vec::clear);
    }

    /// Adds all mentions of a word.
    fn add_word(&mut self, clause: usize, word: usize, among_others: bool) {
        for &(token, strength) in &self.mentions[word] {
            if !(among_others && self.tokens[token].function) {
                let at = self.found.len();
                self.found.push(token);
                self.finds.push(Find { clause, words: at..at + 1, strength });
            }
        }
    }

    /// Adds something that is several words.
    fn add(&mut self, clause: usize, met: &Met) {
        let from = self.found.len();
        self.found.extend_from_slice(&met.words);
        self.finds.push(Find { clause, words: from..self.found.len(), strength: met.strength });
    }

    /// Where the words of something found stand.
    pub fn seats(&self, find: &Find) -> impl Iterator<Item = &Seat> {
        self.found[find.words.clone()].iter().map(|&token| &self.tokens[token].seat)
    }
}
