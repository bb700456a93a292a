//! Finds the words, phrases and pairs of a query in a text.
//!
//! Follows the plan as the index does, but on the text itself. Chooses no passages.

use std::{collections::HashMap, convert::Infallible, ops::Range};

use smallvec::{SmallVec, smallvec};
use wildmatch::WildMatch;

use super::display_text::DisplayText;
use crate::{
    analysis::{Channel, Checkpoints, Span, TermCache, TokenRef, TokenStream},
    search::{
        plan::{Node, Phrase, Plan, Role, Scope, Word},
        positions::{FieldLimit, PhraseShape, Side},
    },
};

/// How many matching tokens of a text are considered, from its beginning. A release never has as many: without a
/// limit, 60 MB of one word take 1.1 GB to highlight.
pub(super) const MAX_TOKENS: usize = 50_000;

/// A match by a term of a lower weight is weak: a place by its adjective.
const WEAK: f32 = 0.3;

/// How reliably a term is the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Only the stem matches, which ranking does not count as the word.
    Hint,
    /// A related word, or capitals read as a plain word.
    Weak,
    /// The word itself.
    Full,
}

/// A word of the query that a term or a token matches, by its index.
pub(super) type WordMatch = (usize, Strength);
type WordMatches = SmallVec<[WordMatch; 4]>;

/// A title or a body to find matches in.
pub(super) struct Subject<'t> {
    pub text: &'t str,
    pub scope: Scope,
    pub display: &'t DisplayText,
    /// Where the index has words of the query, in order, and checkpoints of the text. None: everywhere.
    pub positions: Option<(&'t [(u32, WordMatch)], Checkpoints<'t>)>,
}

/// A match of a word, a phrase or a pair of phrases in a text.
#[derive(Clone)]
pub(super) struct Match {
    /// Where it starts, in words.
    position: u32,
    /// The strength of its weakest word.
    strength: Strength,
    /// Its words in order, as ranges of the displayed text. Most matches have one.
    pub words: SmallVec<[Range<usize>; 1]>,
}

/// Finds a query in texts.
pub(super) struct QueryMatcher<'p> {
    /// The words of the query, each once.
    words: Vec<&'p Word>,
    /// The patterns among the words, with their indexes.
    patterns: Vec<(usize, WildMatch)>,
    /// The words that each term matches.
    by_term: HashMap<&'p str, WordMatches, foldhash::fast::RandomState>,
    /// All clauses of the plan. Those that make no hits match nothing here.
    clauses: Vec<(Role, Node<usize>)>,
}

impl<'p> QueryMatcher<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        let mut matcher = Self {
            words: Vec::new(),
            patterns: Vec::new(),
            by_term: HashMap::default(),
            clauses: Vec::new(),
        };
        for clause in &plan.clauses {
            let Ok(node) = match clause.role {
                Role::Function => Ok(Node::Any(Vec::new())),
                _ => clause.node.try_map(&mut |word| Ok::<_, Infallible>(matcher.word(word))),
            };
            matcher.clauses.push((clause.role, node));
        }
        matcher
    }

    /// The index of a word.
    fn word(&mut self, word: &'p Word) -> usize {
        if let Some(known) = self.words.iter().position(|known| *known == word) {
            return known;
        }
        let at = self.words.len();
        self.words.push(word);
        self.patterns.extend(word.pattern.iter().map(|pattern| (at, WildMatch::new(pattern))));
        let terms = word.terms.iter().map(|term| (term, Strength::Full));
        let terms = terms.chain(word.otherwise.iter().map(|term| (term, Strength::Weak)));
        // Words with the same first letters are not highlighted: most are other words.
        for (term, most) in terms.filter(|(term, _)| !term.is_truncated()) {
            let strength = match most {
                _ if !term.full => Strength::Hint,
                _ if term.weight < WEAK => Strength::Weak,
                most => most,
            };
            self.by_term.entry(term.key.as_str()).or_default().push((at, strength));
        }
        at
    }

    /// The matches of each clause in a text. Weak matches count only for clauses without full ones, and words of a phrase
    /// only where the phrase does not match.
    pub fn find(&self, forms: &mut TermCache, subject: &Subject) -> Vec<Vec<Match>> {
        let words = FoundWords { by_word: self.find_words(forms, subject), display: subject.display };
        let find = |(_, node): &(Role, Node<usize>)| {
            let mut matches = words.of_node(node);
            if matches.iter().any(|found| found.strength == Strength::Full) {
                matches.retain(|found| found.strength == Strength::Full);
            }
            matches
        };
        let mut found: Vec<Vec<Match>> = self.clauses.iter().map(find).collect();
        for (at, (role, _)) in self.clauses.iter().enumerate() {
            if let Role::PhraseWord(phrase) = *role
                && !found[phrase].is_empty()
            {
                found[at].clear();
            }
        }
        found
    }

    /// The words that a term matches.
    pub fn words_of(&self, key: &str) -> WordMatches {
        let mut words = self.by_term.get(key).cloned().unwrap_or_default();
        if let Some(form) = key.strip_prefix(Channel::Exact.letter()) {
            let patterns = self.patterns.iter().filter(|(_, pattern)| pattern.matches(form));
            words.extend(patterns.map(|&(word, _)| (word, Strength::Full)));
        }
        words
    }

    /// The matches of each word in a text.
    fn find_words(&self, forms: &mut TermCache, subject: &Subject) -> Vec<Vec<Match>> {
        let mut found = vec![Vec::<Match>::new(); self.words.len()];
        // Adds a token to the words of this scope that it matches. Returns whether there are any.
        let mut add = |position: u32, span: Span, mut words: WordMatches| {
            words.retain(|&mut (word, _)| [Scope::Anywhere, subject.scope].contains(&self.words[word].scope));
            if words.is_empty() {
                return false;
            }
            let span = subject.display.displayed(&(span.start..span.end));
            for (word, strength) in words {
                match found[word].last_mut() {
                    Some(last) if last.position == position && last.words[0] == span => {
                        last.strength = last.strength.max(strength);
                    }
                    _ => found[word].push(Match { position, strength, words: smallvec![span.clone()] }),
                }
            }
            true
        };
        let words_of =
            |token: &TokenRef| token.form.terms().flat_map(|term| self.words_of(term.key())).collect();
        let mut tokens = TokenStream::new(subject.text);
        let Some((positions, mut checkpoints)) = subject.positions.clone() else {
            let mut matched = 0;
            while matched < MAX_TOKENS
                && let Some(token) = tokens.next(forms)
            {
                matched += usize::from(add(token.position, token.span, words_of(&token)));
            }
            return found;
        };
        for here in positions.chunk_by(|one, other| one.0 == other.0).take(MAX_TOKENS) {
            let position = here[0].0;
            if let Some(checkpoint) = checkpoints.last_until(position) {
                tokens.resume(checkpoint);
            }
            // The index knows the terms of a word that is a single token.
            if let Some(span) = tokens.take_word(position) {
                add(position, span, here.iter().map(|&(_, word)| word).collect());
                continue;
            }
            tokens.pass_to(position);
            while tokens.position() <= position
                && let Some(token) = tokens.next(forms)
            {
                add(token.position, token.span, words_of(&token));
            }
        }
        found
    }
}

impl Match {
    /// The match of several parts.
    fn of(position: u32, parts: &[&Self]) -> Self {
        let mut words: SmallVec<[Range<usize>; 1]> =
            parts.iter().flat_map(|part| &part.words).cloned().collect();
        words.sort_unstable_by_key(|word| word.start);
        let strength = parts.iter().map(|part| part.strength).min().unwrap_or(Strength::Full);
        Self { position, strength, words }
    }
}

/// The matches of each word in a displayed text.
struct FoundWords<'t> {
    by_word: Vec<Vec<Match>>,
    display: &'t DisplayText,
}

impl FoundWords<'_> {
    /// The matches of a node.
    fn of_node(&self, node: &Node<usize>) -> Vec<Match> {
        match node {
            Node::Word(word) => self.by_word[*word].clone(),
            Node::Phrase(phrase) => self.of_phrase(phrase),
            Node::Near { left, right, within, .. } => self.of_pair([left, right], *within),
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().flat_map(|node| self.of_node(node)).collect(),
            Node::Except(node, _) => self.of_node(node),
            Node::Dated(_) => Vec::new(),
        }
    }

    /// The matches of a phrase.
    fn of_phrase(&self, phrase: &Phrase<usize>) -> Vec<Match> {
        let slots = phrase.slots.iter().copied();
        let (shape, distinct) = PhraseShape::new(slots, phrase.slop, |one, other| one == other);
        // Hints never match a phrase.
        let counted = |&word: &usize| {
            let counted = self.by_word[word].iter().filter(|found| found.strength > Strength::Hint);
            let mut counted: Vec<&Match> = counted.collect();
            counted.dedup_by_key(|found| found.position);
            counted
        };
        let words: Vec<Vec<&Match>> = distinct.iter().map(counted).collect();
        let positions = words.iter().map(|word| word.iter().map(|found| found.position).collect());
        let positions: Vec<Vec<u32>> = positions.collect();
        let read = |word: usize, out: &mut Vec<u32>| out.extend_from_slice(&positions[word]);
        let mut found = Vec::new();
        shape.find(FieldLimit::NONE, read, |window| {
            let slots = shape.assign(&window, &positions).into_iter();
            let part = |(at, word): (u32, usize)| Some(words[word][positions[word].binary_search(&at).ok()?]);
            let parts: Vec<&Match> = slots.filter_map(part).collect();
            let sentence = |part: &&Match| self.display.sentence_start(part.words[0].start);
            if !phrase.in_sentence || parts.first().map(sentence) == parts.last().map(sentence) {
                found.push(Match::of(window.start, &parts));
            }
        });
        found
    }

    /// The pairs of two phrases within a distance: each match of either with the nearest one of the other.
    fn of_pair(&self, phrases: [&Phrase<usize>; 2], within: u32) -> Vec<Match> {
        let found = phrases.map(|phrase| self.of_phrase(phrase));
        let starts =
            found.each_ref().map(|found| found.iter().map(|found| found.position).collect::<Vec<_>>());
        let last = phrases.map(|phrase| phrase.slots.last().map_or(0, |(offset, _)| *offset));
        let side = |side: usize| Side { starts: &starts[side], last: last[side] };
        let mut pairs = Vec::new();
        for (this, other) in [(0, 1), (1, 0)] {
            for (at, one) in found[this].iter().enumerate() {
                let nearest = side(this).nearest(at, &side(other), within, FieldLimit::NONE);
                pairs.extend(nearest.map(|at| Match::of(one.position, &[one, &found[other][at]])));
            }
        }
        pairs
    }
}
