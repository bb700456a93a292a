//! Finds the words, phrases and proximity pairs of a query in a text.
//!
//! Follows the plan as the index does, but on the text itself. Chooses no passages.

use std::{cell::OnceCell, collections::HashMap, ops::Range};

use super::{
    display_text::{DisplayText, WordSpan},
    phrase_matches::{PhrasePattern, near},
    term_table::{MatchedWords, Strength, TermTable},
};
use crate::{
    analysis::{Channel, Checkpoints, Role, TermCache, TokenRef, TokenStream},
    search::plan::{self, Node, Pattern, Plan, Scope},
};

/// A match of a word, phrase or pair in a text.
pub(super) struct Match {
    /// Its clause.
    pub clause: usize,
    /// Its tokens, a range of `Matches::matched`.
    tokens: Range<usize>,
    strength: Strength,
}

/// A title or a body to find matches in.
#[derive(Clone)]
pub(super) struct Subject<'t> {
    pub text: &'t str,
    pub scope: Scope,
    pub display: &'t DisplayText,
    /// Where to look; none: everywhere.
    pub positions: Option<KnownPositions<'t>>,
}

/// All positions of the query's terms in a text, as the index knows them.
#[derive(Clone)]
pub(super) struct KnownPositions<'t> {
    /// In order.
    pub positions: &'t [TermPosition],
    /// The words that each term matches.
    pub terms: &'t TermTable,
    /// Checkpoints of the text.
    pub landmarks: Checkpoints<'t>,
}

/// A position of a term; `u32::MAX` where the text must be read because any word may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TermPosition {
    pub position: u32,
    pub term: u32,
}

/// What an occurrence of a term means for the clauses, one bit for each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TermRole {
    /// The clauses that it matches in full.
    pub full: u64,
    /// The clauses that it is a hint of, if it matches none better. It is not highlighted in a text that matches
    /// all of them in full.
    pub hints: Option<u64>,
}

/// Finds a query in texts.
pub(super) struct QueryMatcher<'p> {
    words: Vec<&'p plan::Word>,
    /// Built on demand: the index mostly knows all positions.
    keys: OnceCell<Keys<'p>>,
    patterns: Vec<(usize, Pattern)>,
    units: Vec<(usize, Unit)>,
    /// Whether function words of a text must be read.
    needs_function_words: bool,
}

/// The words that each term of the query matches.
type Keys<'p> = HashMap<&'p str, MatchedWords, foldhash::fast::RandomState>;

/// What is matched as one.
enum Unit {
    /// One word. Function words among several required words are not highlighted.
    Word {
        word: usize,
        among_others: bool,
    },
    Phrase(PhrasePattern),
    Near {
        left: PhrasePattern,
        right: PhrasePattern,
        within: u32,
    },
}

/// A token of the text.
pub(super) struct MatchedToken {
    pub position: u32,
    span: WordSpan,
    /// Whether it is a function word and no part of a compound.
    pub function: bool,
}

/// The matches in a text. Reusable for one text after the other.
#[derive(Default)]
pub(super) struct Matches {
    /// TokenStream that match a word, and function words if they are needed.
    pub tokens: Vec<MatchedToken>,
    /// The tokens that match each word of the query, in order.
    pub by_word: Vec<Vec<(usize, Strength)>>,
    pub matches: Vec<Match>,
    /// The tokens of all matches.
    matched: Vec<usize>,
}

impl<'p> QueryMatcher<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        let mut matcher = Self {
            words: Vec::new(),
            keys: OnceCell::new(),
            patterns: Vec::new(),
            units: Vec::new(),
            needs_function_words: false,
        };
        for (at, clause) in plan.clauses.iter().enumerate().filter(|(_, clause)| clause.content) {
            matcher.add(at, &clause.node, false);
        }
        matcher
    }

    fn add(&mut self, clause: usize, node: &'p Node, among_others: bool) {
        let unit = match node {
            Node::Word(word) => Unit::Word { word: self.word(word), among_others },
            Node::Phrase(phrase) => Unit::Phrase(self.phrase(phrase)),
            Node::Near { left, right, within, .. } => {
                Unit::Near { left: self.phrase(left), right: self.phrase(right), within: *within }
            }
            Node::All(nodes) => return nodes.iter().for_each(|node| self.add(clause, node, true)),
            Node::Any(nodes) => return nodes.iter().for_each(|node| self.add(clause, node, among_others)),
            Node::Except(node, _) => return self.add(clause, node, among_others),
            Node::Dated(_) => return,
        };
        self.needs_function_words |= match &unit {
            Unit::Word { among_others, .. } => *among_others,
            Unit::Phrase(phrase) => phrase.skips(),
            Unit::Near { left, right, .. } => left.skips() || right.skips(),
        };
        self.units.push((clause, unit));
    }

    fn phrase(&mut self, phrase: &'p plan::Phrase) -> PhrasePattern {
        let slots = phrase.slots.iter().map(|(offset, word)| (*offset, self.word(word))).collect();
        PhrasePattern { slots, slop: phrase.slop }
    }

    fn word(&mut self, word: &'p plan::Word) -> usize {
        let at = self.words.len();
        self.words.push(word);
        if let Some(pattern) = &word.pattern {
            self.patterns.push((at, Pattern::new(pattern)));
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

    /// Finds all matches in a text, in no order. Weak matches count only for clauses without full ones.
    pub fn find(&self, forms: &mut TermCache, out: &mut Matches, subject: Subject) {
        self.read(forms, out, subject);
        for (clause, unit) in &self.units {
            let found = match unit {
                Unit::Word { word, among_others } => {
                    out.add_word(*clause, *word, *among_others);
                    continue;
                }
                Unit::Phrase(phrase) => phrase.find(out),
                Unit::Near { left, right, within } => near(&left.find(out), &right.find(out), *within),
            };
            for phrase in &found {
                out.add(*clause, phrase);
            }
        }
        let Matches { matches, .. } = out;
        if matches.iter().any(|found| found.strength < Strength::Full) {
            let clauses = self.units.iter().map(|(clause, _)| clause + 1).max().unwrap_or(0);
            let mut full = vec![false; clauses];
            for found in &*matches {
                full[found.clause] |= found.strength == Strength::Full;
            }
            matches.retain(|found| found.strength == Strength::Full || !full[found.clause]);
        }
    }

    /// The words that a term matches.
    pub fn words_of(&self, key: &str) -> MatchedWords {
        let mut words = self.keys().get(key).cloned().unwrap_or_default();
        if let Some(form) = key.strip_prefix(Channel::Exact.letter()) {
            words.extend(self.words_with_pattern(form).map(|word| (word, Strength::Full)));
        }
        words
    }

    /// The role of a term that matches these words.
    pub fn role(&self, words: &[(usize, Strength)]) -> TermRole {
        let hints = words.iter().all(|&(_, strength)| strength == Strength::Hint);
        let mut role = TermRole { full: 0, hints: hints.then_some(0) };
        for (clause, unit) in &self.units {
            // Hints never match a phrase.
            let Unit::Word { word, among_others } = unit else { continue };
            let Some(&(_, strength)) = words.iter().find(|(of, _)| of == word) else { continue };
            let bit = u32::try_from(*clause).ok().and_then(|clause| 1_u64.checked_shl(clause));
            role.hints = role.hints.zip(bit).map(|(hints, bit)| hints | bit);
            if strength == Strength::Full && !among_others && self.words[*word].scope == Scope::Anywhere {
                role.full |= bit.unwrap_or(0);
            }
        }
        role
    }

    /// The words whose pattern a surface form matches.
    fn words_with_pattern(&self, form: &str) -> impl Iterator<Item = usize> {
        self.patterns.iter().filter(move |(_, pattern)| pattern.matches(form)).map(|&(word, _)| word)
    }

    /// Collects the tokens that match words.
    fn read(&self, forms: &mut TermCache, out: &mut Matches, subject: Subject) {
        let Subject { text, scope, display, positions } = subject;
        out.clear(self.words.len());
        let mut tokens = TokenStream::new(text);
        let Some(KnownPositions { positions, terms, mut landmarks }) = positions else {
            while let Some(token) = tokens.next(forms) {
                self.add_token(token, scope, display, out);
            }
            return;
        };
        for here in positions.chunk_by(|one, other| one.position == other.position) {
            let Some(&TermPosition { position, .. }) = here.first() else { continue };
            if let Some(landmark) = landmarks.last_until(position) {
                tokens.resume(landmark);
            }
            // The index knows the terms of a word that is a single token.
            let word = if self.needs_function_words { None } else { tokens.take_word(position) };
            if let Some(word) = word {
                let words = here.iter().flat_map(|here| terms.get(here.term));
                if self.add_words(words, scope, out) {
                    let span = WordSpan::new(display, &(word.start..word.end));
                    out.tokens.push(MatchedToken { position, span, function: false });
                }
                continue;
            }
            tokens.pass_to(position);
            while tokens.position() <= position {
                let Some(token) = tokens.next(forms) else { break };
                self.add_token(token, scope, display, out);
            }
        }
    }

    /// Adds a token if it matches a word, or is a function word that is needed.
    fn add_token(&self, token: TokenRef, scope: Scope, display: &DisplayText, out: &mut Matches) {
        let mut any = false;
        for term in token.form.terms() {
            any |= self.add_words(self.keys().get(term.key()).into_iter().flatten(), scope, out);
            if term.channel() == Channel::Exact {
                for word in self.words_with_pattern(term.text()) {
                    any |= self.add_words(&[(word, Strength::Full)], scope, out);
                }
            }
        }
        let function = token.form.function && !matches!(token.role, Role::Whole(_));
        if any || function && self.needs_function_words {
            let span = WordSpan::new(display, &(token.span.start..token.span.end));
            out.tokens.push(MatchedToken { position: token.position, span, function });
        }
    }

    /// Adds the next token to the words that it matches in this scope; false if there are none.
    fn add_words<'m>(
        &self,
        words: impl IntoIterator<Item = &'m (usize, Strength)>,
        scope: Scope,
        out: &mut Matches,
    ) -> bool {
        let at = out.tokens.len();
        let is_in_scope = |word: usize| [Scope::Anywhere, scope].contains(&self.words[word].scope);
        let mut any = false;
        for &(word, strength) in words.into_iter().filter(|&&(word, _)| is_in_scope(word)) {
            any = true;
            match out.by_word[word].last_mut() {
                Some((last, known)) if *last == at => *known = strength.max(*known),
                _ => out.by_word[word].push((at, strength)),
            }
        }
        any
    }
}

/// A phrase or a pair in a text.
#[derive(Clone)]
pub(super) struct PhraseMatch {
    /// The position of its first word.
    pub position: u32,
    pub tokens: Vec<usize>,
    pub strength: Strength,
}

impl Matches {
    /// Clears the matches for a text in which this many words are looked for.
    fn clear(&mut self, words: usize) {
        self.tokens.clear();
        self.matches.clear();
        self.matched.clear();
        self.by_word.resize_with(words, Vec::new);
        self.by_word.iter_mut().for_each(Vec::clear);
    }

    /// Adds the matches of a word.
    fn add_word(&mut self, clause: usize, word: usize, among_others: bool) {
        for &(token, strength) in &self.by_word[word] {
            if !(among_others && self.tokens[token].function) {
                let at = self.matched.len();
                self.matched.push(token);
                self.matches.push(Match { clause, tokens: at..at + 1, strength });
            }
        }
    }

    /// Adds a match of several words.
    fn add(&mut self, clause: usize, phrase: &PhraseMatch) {
        let from = self.matched.len();
        self.matched.extend_from_slice(&phrase.tokens);
        self.matches.push(Match { clause, tokens: from..self.matched.len(), strength: phrase.strength });
    }

    /// The spans of the words of a match.
    pub fn spans(&self, of: &Match) -> impl Iterator<Item = &WordSpan> {
        self.matched[of.tokens.clone()].iter().map(|&token| &self.tokens[token].span)
    }
}
