//! Finds the words, phrases and pairs of a query in a text.
//!
//! Follows the bound query as ranking does, but on the text itself. Chooses no passages.

use std::{collections::HashMap, ops::Range, ptr};

use smallvec::{SmallVec, smallvec};

use super::display_text::DisplayText;
use crate::{
    analysis::{Checkpoints, Span, TermCache, TokenStream},
    query::Field,
    search::{
        plan::{Clause, Node, Phrase, Role},
        positions::{PhraseShape, Side},
        postings::{BoundTerm, BoundWord, Position},
    },
};

/// How many matching tokens of a text are considered, from its beginning: more than any release has. Without a limit,
/// 60 MB of one word take 1.1 GB to highlight, and the time for passages grows with the square.
pub(super) const MAX_TOKENS: usize = 10_000;

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
    pub field: Field,
    pub display: &'t DisplayText,
    /// Where the index has words of the query, in order.
    pub words: &'t [(u32, WordMatch)],
    /// The position of the first word of the text in the index.
    pub first: u32,
    pub checkpoints: Checkpoints<'t>,
}

/// A match of a word, a phrase or a pair of phrases in a text.
#[derive(Clone)]
pub(super) struct Match {
    /// Where it starts, in words.
    position: Position,
    /// The strength of its weakest word.
    strength: Strength,
    /// Its words in order, as ranges of the displayed text. Most matches have one.
    pub words: SmallVec<[Range<usize>; 1]>,
}

/// Finds a query in texts.
pub(super) struct QueryMatcher<'q> {
    clauses: &'q [Clause<BoundWord>],
    /// The words of the clauses that make hits.
    words: Vec<&'q BoundWord>,
    /// The terms of these words, each with the words that it matches.
    pub by_term: HashMap<&'q str, (&'q BoundTerm, WordMatches), foldhash::fast::RandomState>,
}

impl<'q> QueryMatcher<'q> {
    pub fn new(clauses: &'q [Clause<BoundWord>]) -> Self {
        let mut words = Vec::new();
        let making_hits = clauses.iter().filter(|clause| clause.role.makes_hit());
        making_hits.for_each(|clause| clause.node.words(&mut words));
        let mut by_term: HashMap<&str, (&BoundTerm, WordMatches), _> = HashMap::default();
        for (at, word) in words.iter().enumerate().filter(|(_, word)| word.scope != Some(Field::Source)) {
            let ranked = word.terms.iter().map(|bound| (bound, true));
            let terms = ranked.chain(word.unranked.iter().map(|bound| (bound, false)));
            // Words with the same first letters are not highlighted: most are other words.
            for (bound, is_ranked) in terms.filter(|(bound, _)| !bound.term.is_truncated()) {
                let strength = match &bound.term {
                    term if !term.full => Strength::Hint,
                    term if !is_ranked || term.weight < WEAK => Strength::Weak,
                    _ => Strength::Full,
                };
                let (_, words) = by_term.entry(&bound.term.key).or_insert((bound, WordMatches::new()));
                words.push((at, strength));
            }
        }
        Self { clauses, words, by_term }
    }

    /// The matches in a text, each with the index of its clause. Weak matches count only for clauses without full ones,
    /// and words of a phrase only where the phrase does not match.
    pub fn find(&self, forms: &mut TermCache, subject: Subject) -> Vec<(usize, Match)> {
        let display = subject.display;
        let words = FoundWords { words: &self.words, by_word: self.find_words(forms, subject), display };
        let mut all = Vec::<(usize, Match)>::new();
        for (at, clause) in self.clauses.iter().enumerate() {
            // A phrase comes before the clauses of its words.
            if let Role::PhraseWord(phrase) = clause.role
                && all.iter().any(|(clause, _)| *clause == phrase)
            {
                continue;
            }
            let found = words.of_node(&clause.node);
            let any_full = found.iter().any(|found| found.strength == Strength::Full);
            let counted = found.into_iter().filter(|found| !any_full || found.strength == Strength::Full);
            all.extend(counted.map(|found| (at, found)));
        }
        all
    }

    /// The matches of each word in a text.
    fn find_words(&self, forms: &mut TermCache, subject: Subject) -> Vec<Vec<Match>> {
        let Subject { text, field, display, words, first, mut checkpoints } = subject;
        let mut found = vec![Vec::<Match>::new(); self.words.len()];
        // Adds a token to the words of this field that it matches.
        let mut add = |position: Position, span: Span, words: WordMatches| {
            let span = display.displayed(&(span.start..span.end));
            let is_here = |(word, _): &WordMatch| [None, Some(field)].contains(&self.words[*word].scope);
            for (word, strength) in words.into_iter().filter(is_here) {
                match found[word].last_mut() {
                    Some(last) if last.position == position && last.words[0] == span => {
                        last.strength = last.strength.max(strength);
                    }
                    _ => found[word].push(Match { position, strength, words: smallvec![span.clone()] }),
                }
            }
        };
        let mut tokens = TokenStream::new(text);
        for here in words.chunk_by(|one, other| one.0 == other.0).take(MAX_TOKENS) {
            let position = here[0].0.saturating_sub(first);
            if let Some(checkpoint) = checkpoints.last_until(position) {
                tokens.resume(checkpoint);
            }
            // The index knows the terms of a word that is a single token.
            if let Some(span) = tokens.take_word(position) {
                add(position.into(), span, here.iter().map(|&(_, word)| word).collect());
                continue;
            }
            tokens.pass_to(position);
            while tokens.position() <= position
                && let Some(token) = tokens.next(forms)
            {
                let known = token.form.terms().filter_map(|term| self.by_term.get(term.key()));
                add(token.position.into(), token.span, known.flat_map(|(_, words)| words).copied().collect());
            }
        }
        found
    }
}

impl Match {
    /// The match of several parts.
    fn of(position: Position, parts: &[&Self]) -> Self {
        let mut words: SmallVec<[_; 1]> = parts.iter().flat_map(|part| &part.words).cloned().collect();
        words.sort_unstable_by_key(|word: &Range<usize>| word.start);
        let strength = parts.iter().map(|part| part.strength).min().unwrap_or(Strength::Full);
        Self { position, strength, words }
    }
}

/// The matches of each word in a displayed text.
struct FoundWords<'t> {
    words: &'t [&'t BoundWord],
    by_word: Vec<Vec<Match>>,
    display: &'t DisplayText,
}

impl FoundWords<'_> {
    /// The matches of a word.
    fn of_word(&self, word: &BoundWord) -> &[Match] {
        let known = self.words.iter().position(|known| ptr::eq(*known, word));
        known.map_or(&[], |at| &self.by_word[at])
    }

    /// The matches of a node.
    fn of_node(&self, node: &Node<BoundWord>) -> Vec<Match> {
        match node {
            Node::Word(word) => self.of_word(word).to_vec(),
            Node::Phrase(phrase) => self.of_phrase(phrase),
            Node::Near { phrases, within, .. } => self.of_pair(phrases, *within),
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().flat_map(|node| self.of_node(node)).collect(),
            Node::Except(node, _) => self.of_node(node),
            Node::Dated(_) => Vec::new(),
        }
    }

    /// The matches of a phrase.
    fn of_phrase(&self, phrase: &Phrase<BoundWord>) -> Vec<Match> {
        let slots = phrase.slots.iter().map(|(offset, word)| (*offset, word));
        let (shape, distinct) = PhraseShape::new(slots, phrase.slop, BoundWord::has_terms_of);
        // Hints never match a phrase.
        let counted = |word: &&BoundWord| {
            let counted = self.of_word(word).iter().filter(|found| found.strength > Strength::Hint);
            let mut counted: Vec<&Match> = counted.collect();
            counted.dedup_by_key(|found| found.position);
            counted
        };
        let words: Vec<Vec<&Match>> = distinct.iter().map(counted).collect();
        let positions = words.iter().map(|word| word.iter().map(|found| found.position).collect());
        let positions: Vec<Vec<Position>> = positions.collect();
        let read =
            |word: usize, _: Option<&[Position]>, out: &mut Vec<Position>| out.clone_from(&positions[word]);
        let mut found = Vec::new();
        shape.find(read, |window| {
            let slots = shape.assign(&window, &positions).into_iter();
            let part =
                |(at, word): (Position, usize)| Some(words[word][positions[word].binary_search(&at).ok()?]);
            let parts: Vec<&Match> = slots.filter_map(part).collect();
            let sentence = |part: &&Match| self.display.sentence_start(part.words[0].start);
            if !phrase.in_sentence || parts.first().map(sentence) == parts.last().map(sentence) {
                found.push(Match::of(window.start, &parts));
            }
        });
        found
    }

    /// The pairs of two phrases within a distance: each match of either with the nearest one of the other.
    fn of_pair(&self, phrases: &[Phrase<BoundWord>; 2], within: u32) -> Vec<Match> {
        let found = phrases.each_ref().map(|phrase| self.of_phrase(phrase));
        let starts =
            found.each_ref().map(|found| found.iter().map(|found| found.position).collect::<Vec<_>>());
        let last = phrases.each_ref().map(|phrase| phrase.slots.last().map_or(0, |(offset, _)| *offset));
        let side = |side: usize| Side { starts: &starts[side], last: last[side] };
        let mut pairs = Vec::new();
        for (this, other) in [(0, 1), (1, 0)] {
            for (at, one) in found[this].iter().enumerate() {
                let nearest = side(this).nearest(at, &side(other), within);
                pairs.extend(nearest.map(|at| Match::of(one.position, &[one, &found[other][at]])));
            }
        }
        pairs
    }
}
