//! Evaluated nodes: a node of the plan, bound to a snapshot, with its matching documents.

use std::sync::{Arc, OnceLock};

use tantivy::DocId;

use super::scored_list::ScoredList;
use crate::{
    index::Segment,
    search::{cache::Cached, positions::PhraseSlots, postings::BoundWord, weights::PROXIMITY_EXPANSIONS},
};

/// A node of the plan with its matching documents.
#[derive(Debug)]
pub(crate) struct EvaluatedNode {
    pub kind: NodeKind,
    /// The documents of each segment that match in full.
    full: Vec<ScoredList>,
    /// Those that have only hints; evaluated on demand.
    pub(super) hints: OnceLock<Vec<ScoredList>>,
    /// An upper bound of all scores, for any term frequency.
    pub bound: f32,
}

/// What a node matches.
#[derive(Debug)]
pub(crate) enum NodeKind {
    /// A word and its inverse document frequency.
    Word(BoundWord, f32),
    Phrase(PhraseNode),
    Near {
        left: Arc<EvaluatedNode>,
        right: Arc<EvaluatedNode>,
        within: u32,
        weight: f32,
    },
    All(Vec<Arc<EvaluatedNode>>),
    Any(Vec<Arc<EvaluatedNode>>),
    Except(Arc<EvaluatedNode>, Arc<EvaluatedNode>),
    /// Days from 1970-01-01, inclusive.
    Dated(i64, i64),
}

#[derive(Debug)]
pub(crate) struct PhraseNode {
    /// Each word with its offset from the first.
    pub slots: Vec<(u32, Arc<EvaluatedNode>)>,
    pub slop: Option<u32>,
    pub weight: f32,
    pub idf: f32,
    /// Whether all words are looked for in titles only.
    pub in_title: bool,
}

impl PhraseNode {
    /// The words of the phrase, for a matcher.
    pub fn slots(&self) -> PhraseSlots<'_> {
        let words = self.slots.iter().filter_map(|(offset, node)| match &node.kind {
            NodeKind::Word(word, _) => Some((*offset, word)),
            _ => None,
        });
        PhraseSlots { words: words.collect(), slop: self.slop }
    }

    /// How many of the starts are in the title, and in the body.
    pub fn count_by_field(&self, starts: &[u32], title_words: u32) -> (u32, u32) {
        let in_title = starts.iter().filter(|start| self.in_title || **start < title_words).count();
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        (count(in_title), count(starts.len() - in_title))
    }
}

impl EvaluatedNode {
    /// A node with its documents; `max_tf` is an upper bound of saturated term frequencies.
    pub fn new(kind: NodeKind, full: Vec<ScoredList>, max_tf: f32) -> Self {
        let bound = match &kind {
            NodeKind::Word(word, idf) => max_tf * idf * word.weight,
            NodeKind::Phrase(phrase) => max_tf * phrase.idf * phrase.weight,
            NodeKind::Near { left, right, weight, .. } => (left.bound + right.bound) * weight,
            NodeKind::All(parts) => parts.iter().map(|part| part.bound).sum(),
            NodeKind::Any(parts) => parts.iter().map(|part| part.bound).fold(0.0, f32::max),
            NodeKind::Except(part, _) => part.bound,
            NodeKind::Dated(..) => 0.0,
        };
        Self { kind, full, hints: OnceLock::new(), bound }
    }

    /// The documents of a segment that match in full.
    pub fn full(&self, segment: &Segment) -> &ScoredList {
        &self.full[segment.ordinal as usize]
    }

    /// Those that have only hints, if they were evaluated.
    pub fn known_hints(&self, segment: &Segment) -> Option<&ScoredList> {
        self.hints.get()?.get(segment.ordinal as usize)
    }

    /// The score and the number of positions of a document, among the documents evaluated so far.
    pub fn get(&self, segment: &Segment, doc: DocId) -> Option<(f32, u8)> {
        let hints = || self.known_hints(segment)?.get(doc);
        self.full(segment).get(doc).or_else(hints)
    }

    /// An upper bound of the number of positions in a document, among the documents evaluated so far.
    pub fn positions(&self, segment: &Segment, doc: DocId) -> u8 {
        let positions = |list: &ScoredList| Some(list.positions(list.docs.at(doc)?));
        positions(self.full(segment)).or_else(|| positions(self.known_hints(segment)?)).unwrap_or(0)
    }

    /// The inverse document frequency: the sum over a phrase's words, the maximum of alternatives.
    pub fn idf(&self) -> f32 {
        match &self.kind {
            NodeKind::Word(_, idf) => *idf,
            NodeKind::Phrase(phrase) => phrase.idf,
            NodeKind::Near { left, right, .. } => left.idf() + right.idf(),
            NodeKind::All(parts) => parts.iter().map(|part| part.idf()).sum(),
            NodeKind::Any(parts) => parts.iter().map(|part| part.idf()).fold(0.0, f32::max),
            NodeKind::Except(part, _) => part.idf(),
            NodeKind::Dated(..) => 0.0,
        }
    }

    /// How many documents match in full.
    pub fn doc_count(&self) -> usize {
        self.full.iter().map(ScoredList::len).sum()
    }

    /// Whether the node expands to so many forms that their positions carry no information.
    pub fn is_vague(&self) -> bool {
        matches!(&self.kind, NodeKind::Word(word, _)
            if word.pattern.is_some() && word.terms.len() >= PROXIMITY_EXPANSIONS)
    }

    /// Appends the bound words in the order of [`Node::words`](crate::search::plan::Node::words).
    pub fn words<'n>(&'n self, out: &mut Vec<&'n BoundWord>) {
        match &self.kind {
            NodeKind::Word(word, _) => out.push(word),
            NodeKind::Phrase(phrase) => phrase.slots.iter().for_each(|(_, word)| word.words(out)),
            NodeKind::Near { left, right, .. } => [left, right].into_iter().for_each(|side| side.words(out)),
            NodeKind::All(parts) | NodeKind::Any(parts) => parts.iter().for_each(|part| part.words(out)),
            NodeKind::Except(part, _) => part.words(out),
            NodeKind::Dated(..) => {}
        }
    }

    /// The words of a phrase; none of other nodes.
    pub fn phrase_slots(&self) -> PhraseSlots<'_> {
        match &self.kind {
            NodeKind::Phrase(phrase) => phrase.slots(),
            _ => PhraseSlots { words: Vec::new(), slop: None },
        }
    }
}

impl Cached for EvaluatedNode {
    fn bytes(&self) -> usize {
        let lists = self.full.iter().chain(self.hints.get().into_iter().flatten());
        lists.map(ScoredList::size).sum()
    }
}

impl NodeKind {
    /// Estimates how many postings evaluation reads. A position costs as much as ten of them.
    pub fn cost(&self) -> usize {
        match self {
            Self::Phrase(phrase) => {
                let rarest = phrase.slots.iter().map(|(_, word)| word.doc_count()).min();
                10 * rarest.unwrap_or_default() * phrase.slots.len()
            }
            Self::Near { left, right, .. } => 20 * left.doc_count().min(right.doc_count()),
            Self::Word(..) | Self::All(_) | Self::Any(_) | Self::Except(..) | Self::Dated(..) => 0,
        }
    }
}
