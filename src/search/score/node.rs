//! Bound nodes: the nodes of a plan with the posting lists and the inverse document frequencies of their words.

use crate::search::{
    plan::{Node, Phrase},
    postings::BoundWord,
    weights::PROXIMITY_EXPANSIONS,
};

/// A node of the plan, bound to a snapshot.
pub(crate) type BoundNode = Node<BoundWord>;

impl BoundNode {
    /// The inverse document frequency: the sum over a phrase's words, the maximum of alternatives.
    pub(crate) fn idf(&self) -> f32 {
        match self {
            Self::Word(word) => word.idf,
            Self::Phrase(phrase) => idf_of_phrase(phrase),
            Self::Near { phrases, .. } => phrases.iter().map(idf_of_phrase).sum(),
            Self::All(parts) => parts.iter().map(Self::idf).sum(),
            Self::Any(parts) => parts.iter().map(Self::idf).fold(0.0, f32::max),
            Self::Except(part, _) => part.idf(),
            Self::Dated(_) => 0.0,
        }
    }

    /// An upper bound of all scores; `max_tf` is one of saturated frequencies.
    pub(crate) fn max_score(&self, max_tf: f32) -> f32 {
        let of_phrase = |phrase: &Phrase<_>| max_tf * idf_of_phrase(phrase) * phrase.weight;
        match self {
            Self::Word(word) => max_tf * word.idf * word.weight,
            Self::Phrase(phrase) => of_phrase(phrase),
            Self::Near { phrases, weight, .. } => phrases.iter().map(of_phrase).sum::<f32>() * weight,
            Self::All(parts) => parts.iter().map(|part| part.max_score(max_tf)).sum(),
            Self::Any(parts) => parts.iter().map(|part| part.max_score(max_tf)).fold(0.0, f32::max),
            Self::Except(part, _) => part.max_score(max_tf),
            Self::Dated(_) => 0.0,
        }
    }

    /// Whether the documents that match it are known only from positions. A word with alternatives is known without.
    pub(crate) fn reads_positions(&self) -> bool {
        match self {
            Self::Phrase(_) | Self::Near { .. } => true,
            Self::All(parts) => parts.iter().any(Self::reads_positions),
            Self::Any(parts) => parts.iter().all(Self::reads_positions),
            Self::Except(part, _) => part.reads_positions(),
            Self::Word(_) | Self::Dated(_) => false,
        }
    }

    /// Whether the index has full terms of all its words.
    pub(crate) fn has_full(&self) -> bool {
        match self {
            Self::Word(word) => word.has_full(),
            Self::All(parts) => parts.iter().all(Self::has_full),
            Self::Any(parts) => parts.iter().any(Self::has_full),
            Self::Except(part, _) => part.has_full(),
            Self::Phrase(_) | Self::Near { .. } | Self::Dated(_) => true,
        }
    }

    /// Whether documents may match it by terms that only hint at a word.
    pub(crate) fn has_hints(&self) -> bool {
        match self {
            Self::Word(word) => word.has_hints(),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::has_hints),
            Self::Except(part, _) => part.has_hints(),
            Self::Phrase(_) | Self::Near { .. } | Self::Dated(_) => false,
        }
    }

    /// Whether the node expands to too many forms for their positions to carry information.
    pub(crate) fn is_vague(&self) -> bool {
        matches!(self, Self::Word(word) if word.is_pattern && word.terms.len() >= PROXIMITY_EXPANSIONS)
    }
}

/// The sum over the words, which are independent of each other.
pub(super) fn idf_of_phrase(phrase: &Phrase<BoundWord>) -> f32 {
    phrase.words().map(|word| word.idf).sum()
}
