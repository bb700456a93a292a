//! The logical plan: a query with its words expanded to weighted terms, as plain data.
//!
//! Depends on the analyzer and the weights, not on an index. The same plan can be run by any engine that indexes
//! the same terms.

mod build;
mod expansion;

use std::sync::Arc;

use smol_str::SmolStr;

use crate::{
    analysis::{Channel, FunctionLemmas, Term, TermCache, pair_key},
    query::Field,
    release::DateSpan,
};

/// A query with its words expanded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The scored parts of the query, in its order.
    pub clauses: Vec<Clause>,
    /// Unscored conditions that a release must meet: publishers and dates.
    pub filters: Vec<Node>,
    /// Unscored conditions that a release must not meet.
    pub excluded: Vec<Node>,
    /// Whether releases without the terms of a word match it by its first letters.
    pub truncated: bool,
    /// How many words of the query were ignored, because it has more than [`MAX_WORDS`].
    pub ignored_words: usize,
}

/// How many different words a query can have. Among 100,000 releases such a query takes half a second at most
/// (`benches/hostile_queries`). A prefix or pattern counts as [`PATTERN_WORDS`], a phrase as at least
/// [`PHRASE_WORDS`].
pub const MAX_WORDS: usize = 96;

/// How many words a phrase of several words counts as at least: reading positions costs as much.
pub const PHRASE_WORDS: usize = 8;

/// How many words a prefix or pattern counts as.
pub const PATTERN_WORDS: usize = 16;

/// A scored part of the query.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause<W = Word> {
    /// The part as typed, which a hit without it reports as missing.
    pub text: Arc<str>,
    /// What to look for.
    pub node: Node<W>,
    /// How it counts.
    pub role: Role,
    /// Whether only releases with it match.
    pub required: bool,
}

/// How a clause counts. All clauses add to the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A release without it is an incomplete match, and reports it as missing.
    Content,
    /// The same, of a phrase whose words are clauses too.
    Phrase,
    /// A word of the phrase that is the clause with this index. It makes a release a hit, but only the phrase is
    /// reported as missing.
    PhraseWord(usize),
    /// A function word, which alone does not make a release a hit.
    Function,
}

impl Role {
    /// Whether a release without the clause is an incomplete match.
    pub fn is_content(self) -> bool {
        matches!(self, Self::Content | Self::Phrase)
    }

    /// Whether a release with the clause is a hit.
    pub fn makes_hit(self) -> bool {
        self != Self::Function
    }

    /// Whether its proximity to other clauses counts: a phrase takes part by its words.
    pub fn has_proximity(self) -> bool {
        matches!(self, Self::Content | Self::PhraseWord(_))
    }
}

/// What a clause looks for: a tree over words, in the plan those of the query.
#[derive(Clone, Debug, PartialEq)]
pub enum Node<W = Word> {
    /// One word, in any of its terms.
    Word(W),
    /// Words at fixed distances, or within a window.
    Phrase(Phrase<W>),
    /// Two phrases near each other.
    Near {
        /// The phrases.
        phrases: [Phrase<W>; 2],
        /// The maximum distance in words.
        within: u32,
        /// The factor of its score.
        weight: f32,
    },
    /// All of these.
    All(Vec<Self>),
    /// Any of these.
    Any(Vec<Self>),
    /// The first without the second.
    Except(Box<Self>, Box<Self>),
    /// Published within these days.
    Dated(DateSpan),
}

/// A word: the terms that match it.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The terms, each once.
    pub terms: Vec<WeightedTerm>,
    /// Terms used when the index has none of `terms`: of a word in capitals that is no abbreviation.
    pub otherwise: Vec<WeightedTerm>,
    /// A pattern of surface forms to match instead: `*` for any letters, `?` for one.
    pub pattern: Option<String>,
    /// The field that it is looked for in; none: title and body.
    pub scope: Option<Field>,
    /// The factor of its score.
    pub weight: f32,
}

/// A term that matches a word.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedTerm {
    /// The key in the term dictionary.
    pub key: SmolStr,
    /// The factor of its term frequency, 1 for a lemma.
    pub weight: f32,
    /// Whether a release with the term has the word. The stem and the first letters of a dictionary word
    /// are only hints.
    pub full: bool,
}

impl Word {
    /// The lemmas of a word that matches nothing but function words.
    fn function_lemmas(&self, forms: &mut TermCache) -> Option<Vec<SmolStr>> {
        let full = self.terms.iter().filter(|term| term.full).map(|term| &*term.key);
        let FunctionLemmas { lemmas, has_others } = forms.function_lemmas(full);
        (!has_others && !lemmas.is_empty() && self.otherwise.is_empty()).then_some(lemmas)
    }
}

impl WeightedTerm {
    /// Whether it is the first letters of a word, which many other words share.
    pub(crate) fn is_truncated(&self) -> bool {
        self.key.starts_with(Channel::Stem.letter()) && self.key.ends_with(Term::TRUNCATED)
    }
}

/// Words at fixed positions.
#[derive(Clone, Debug, PartialEq)]
pub struct Phrase<W = Word> {
    /// Each word with its offset from the first.
    pub slots: Vec<(u32, W)>,
    /// The pairs of function words that follow each other in it, which rule out most releases that have its words.
    pub pairs: Vec<W>,
    /// How many other words may be among them, in any order. `None`: adjacent and in order.
    pub slop: Option<u32>,
    /// Whether the words must be in one sentence, as those of an exact phrase.
    pub in_sentence: bool,
    /// The factor of its score.
    pub weight: f32,
}

impl<W> Node<W> {
    /// Appends the words that it matches, without those of exclusions.
    pub(crate) fn words<'n>(&'n self, out: &mut Vec<&'n W>) {
        match self {
            Self::Word(word) => out.push(word),
            Self::Phrase(phrase) => out.extend(phrase.words()),
            Self::Near { phrases, .. } => out.extend(phrases.iter().flat_map(Phrase::words)),
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.words(out)),
            Self::Except(node, _) => node.words(out),
            Self::Dated(_) => {}
        }
    }

    /// The same tree over other words.
    pub(crate) fn try_map<'n, V, E>(
        &'n self,
        map: &mut impl FnMut(&'n W) -> Result<V, E>,
    ) -> Result<Node<V>, E> {
        let mut all =
            |nodes: &'n [Self]| nodes.iter().map(|node| node.try_map(map)).collect::<Result<_, E>>();
        Ok(match self {
            Self::Word(word) => Node::Word(map(word)?),
            Self::Phrase(phrase) => Node::Phrase(phrase.try_map(map)?),
            Self::Near { phrases: [left, right], within, weight } => {
                let phrases = [left.try_map(map)?, right.try_map(map)?];
                Node::Near { phrases, within: *within, weight: *weight }
            }
            Self::All(nodes) => Node::All(all(nodes)?),
            Self::Any(nodes) => Node::Any(all(nodes)?),
            Self::Except(node, not) => {
                Node::Except(Box::new(node.try_map(map)?), Box::new(not.try_map(map)?))
            }
            Self::Dated(span) => Node::Dated(*span),
        })
    }
}

impl Phrase {
    /// Adds the pairs of an exact phrase.
    fn with_pairs(mut self, forms: &mut TermCache) -> Self {
        for slots in self.slots.windows(2) {
            if let [(at, word), (next, other)] = slots
                && self.slop.is_none()
                && at + 1 == *next
                && word.scope != Some(Field::Source)
                && let [Some(lemmas), Some(others)] = [word, other].map(|word| word.function_lemmas(forms))
            {
                let pairs = lemmas.iter().flat_map(|lemma| others.iter().map(|other| pair_key(lemma, other)));
                let terms = pairs.map(|key| WeightedTerm { key, weight: 1.0, full: true }).collect();
                self.pairs.push(Word {
                    terms,
                    otherwise: Vec::new(),
                    pattern: None,
                    scope: None,
                    weight: 1.0,
                });
            }
        }
        self
    }
}

impl<W> Phrase<W> {
    /// The words in order.
    pub(crate) fn words(&self) -> impl Iterator<Item = &W> {
        self.slots.iter().map(|(_, word)| word)
    }

    fn try_map<'n, V, E>(&'n self, map: &mut impl FnMut(&'n W) -> Result<V, E>) -> Result<Phrase<V>, E> {
        let Self { slop, in_sentence, weight, .. } = *self;
        let slots = self.slots.iter().map(|(offset, word)| Ok((*offset, map(word)?)));
        let slots = slots.collect::<Result<_, E>>()?;
        let pairs = self.pairs.iter().map(map).collect::<Result<_, E>>()?;
        Ok(Phrase { slots, pairs, slop, in_sentence, weight })
    }
}
