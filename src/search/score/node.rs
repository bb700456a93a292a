//! Bound nodes: the nodes of a plan with the posting lists and the inverse document frequencies of their words.

use crate::{
    error::Result,
    index::day_number,
    search::{
        context::Context,
        plan::{Node, Phrase},
        positions::PhraseSlots,
        postings::{BoundWord, bind},
        weights::PROXIMITY_EXPANSIONS,
    },
};

/// A node of the plan, bound to a snapshot.
#[derive(Debug)]
pub(crate) struct BoundNode {
    pub kind: NodeKind,
    /// An upper bound of all scores, for any term frequency.
    pub bound: f32,
}

/// What a node matches.
#[derive(Debug)]
pub(crate) enum NodeKind {
    Word(BoundWord),
    Phrase(PhraseNode),
    Near {
        left: PhraseNode,
        right: PhraseNode,
        within: u32,
        weight: f32,
    },
    All(Vec<BoundNode>),
    Any(Vec<BoundNode>),
    Except(Box<BoundNode>, Box<BoundNode>),
    /// Days from 1970-01-01, inclusive.
    Dated(i64, i64),
}

/// A phrase, bound to a snapshot.
#[derive(Debug)]
pub(crate) struct PhraseNode {
    /// Each word with its offset from the first.
    pub slots: Vec<(u32, BoundWord)>,
    pub slop: Option<u32>,
    /// Whether the words must be in one sentence.
    pub in_sentence: bool,
    pub weight: f32,
    pub idf: f32,
}

impl PhraseNode {
    fn bind(context: &Context, phrase: &Phrase) -> Result<Self> {
        let mut slots = Vec::with_capacity(phrase.slots.len());
        for (offset, word) in &phrase.slots {
            slots.push((*offset, bind(context, word)?));
        }
        let idf = slots.iter().map(|(_, word)| word.idf).sum();
        Ok(Self { slots, slop: phrase.slop, in_sentence: phrase.in_sentence, weight: phrase.weight, idf })
    }

    /// The words of the phrase, for a matcher.
    pub fn matched(&self) -> PhraseSlots<'_> {
        PhraseSlots {
            words: self.slots.iter().map(|(offset, word)| (*offset, word)).collect(),
            slop: self.slop,
            in_sentence: self.in_sentence,
        }
    }
}

/// How many of the starts of a phrase are in the title, and in the body.
pub(super) fn count_by_field(starts: &[u32], title_words: u32) -> (u32, u32) {
    let in_title = starts.iter().filter(|start| **start < title_words).count();
    let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
    (count(in_title), count(starts.len() - in_title))
}

impl BoundNode {
    /// Binds a node: looks up the terms of its words in all segments.
    pub fn bind(context: &Context, node: &Node) -> Result<Self> {
        let all = |nodes: &[Node]| nodes.iter().map(|node| Self::bind(context, node)).collect::<Result<_>>();
        let one = |node: &Node| Ok::<_, crate::Error>(Box::new(Self::bind(context, node)?));
        let kind = match node {
            Node::Word(word) => NodeKind::Word(bind(context, word)?),
            Node::Phrase(phrase) => NodeKind::Phrase(PhraseNode::bind(context, phrase)?),
            Node::Near { left, right, within, weight } => NodeKind::Near {
                left: PhraseNode::bind(context, left)?,
                right: PhraseNode::bind(context, right)?,
                within: *within,
                weight: *weight,
            },
            Node::All(nodes) => NodeKind::All(all(nodes)?),
            Node::Any(nodes) => NodeKind::Any(all(nodes)?),
            Node::Except(node, not) => NodeKind::Except(one(node)?, one(not)?),
            Node::Dated(span) => {
                NodeKind::Dated(span.from.map_or(i64::MIN, day_number), span.to.map_or(i64::MAX, day_number))
            }
        };
        let bound = kind.bound(context.weights.k1 + 1.0);
        Ok(Self { kind, bound })
    }

    /// The inverse document frequency: the sum over a phrase's words, the maximum of alternatives.
    pub fn idf(&self) -> f32 {
        match &self.kind {
            NodeKind::Word(word) => word.idf,
            NodeKind::Phrase(phrase) => phrase.idf,
            NodeKind::Near { left, right, .. } => left.idf + right.idf,
            NodeKind::All(parts) => parts.iter().map(Self::idf).sum(),
            NodeKind::Any(parts) => parts.iter().map(Self::idf).fold(0.0, f32::max),
            NodeKind::Except(part, _) => part.idf(),
            NodeKind::Dated(..) => 0.0,
        }
    }

    /// Whether the node expands to too many forms for their positions to carry information.
    pub fn is_vague(&self) -> bool {
        matches!(&self.kind, NodeKind::Word(word)
            if word.pattern.is_some() && word.terms.len() >= PROXIMITY_EXPANSIONS)
    }

    /// Appends the bound words in the order of [`Node::words`].
    pub fn words<'n>(&'n self, out: &mut Vec<&'n BoundWord>) {
        let mut of_phrase = |phrase: &'n PhraseNode| out.extend(phrase.slots.iter().map(|(_, word)| word));
        match &self.kind {
            NodeKind::Word(word) => out.push(word),
            NodeKind::Phrase(phrase) => of_phrase(phrase),
            NodeKind::Near { left, right, .. } => [left, right].into_iter().for_each(of_phrase),
            NodeKind::All(parts) | NodeKind::Any(parts) => parts.iter().for_each(|part| part.words(out)),
            NodeKind::Except(part, _) => part.words(out),
            NodeKind::Dated(..) => {}
        }
    }

    /// Estimates how many postings are read to list all documents, over all segments.
    pub fn cost(&self) -> usize {
        let rarest =
            |phrase: &PhraseNode| phrase.slots.iter().map(|(_, word)| word.cost()).min().unwrap_or(0);
        match &self.kind {
            NodeKind::Word(word) => word.cost(),
            // A position costs as much as ten postings.
            NodeKind::Phrase(phrase) => 10 * rarest(phrase),
            NodeKind::Near { left, right, .. } => 20 * rarest(left).min(rarest(right)),
            NodeKind::All(parts) => parts.iter().map(Self::cost).min().unwrap_or(0),
            NodeKind::Any(parts) => parts.iter().map(Self::cost).sum(),
            NodeKind::Except(part, _) => part.cost(),
            NodeKind::Dated(..) => 0,
        }
    }
}

impl NodeKind {
    /// An upper bound of all scores; `max_tf` is one of saturated frequencies.
    fn bound(&self, max_tf: f32) -> f32 {
        let of_phrase = |phrase: &PhraseNode| max_tf * phrase.idf * phrase.weight;
        match self {
            Self::Word(word) => max_tf * word.idf * word.weight,
            Self::Phrase(phrase) => of_phrase(phrase),
            Self::Near { left, right, weight, .. } => (of_phrase(left) + of_phrase(right)) * weight,
            Self::All(parts) => parts.iter().map(|part| part.bound).sum(),
            Self::Any(parts) => parts.iter().map(|part| part.bound).fold(0.0, f32::max),
            Self::Except(part, _) => part.bound,
            Self::Dated(..) => 0.0,
        }
    }
}
