//! The positions of evaluated nodes in the documents of one segment, for proximity scoring.

use tantivy::DocId;

use super::node::{EvaluatedNode, NodeKind};
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        positions::{PhraseMatcher, WordPositions},
        postings::Terms,
        weights::PROXIMITY_WORDS,
    },
};

/// Proximity reads so few documents that seeking in the lists is faster than reading them.
const FEW_DOCS: usize = 0;

/// The positions of several nodes in one segment. Documents must be asked for in ascending order.
pub(crate) struct ClausePositions<'s> {
    /// A reader and its buffer for each node.
    clauses: Vec<(NodePositions<'s>, Vec<u32>)>,
}

impl<'s> ClausePositions<'s> {
    /// Opens the lists of nodes, without those of vague prefixes, and of words without hints unless `hints`.
    pub fn open(
        context: &Context,
        segment: &'s Segment,
        nodes: impl Iterator<Item = &'s EvaluatedNode>,
        hints: bool,
    ) -> Result<Self> {
        let readers = nodes.map(|node| match &node.kind {
            _ if node.is_vague() => Ok(NodePositions::None),
            NodeKind::Word(word, _) if !hints => {
                let which = (&[Terms::Full][..], FEW_DOCS);
                Ok(NodePositions::Word(WordPositions::open(context, segment, word, which)?))
            }
            _ => NodePositions::open(context, segment, node),
        });
        let clauses = readers.map(|reader| Ok((reader?, Vec::new())));
        Ok(Self { clauses: clauses.collect::<Result<_>>()? })
    }

    /// The positions of the first nodes in a document, in order; of a phrase, those of its starts.
    pub fn read(&mut self, doc: DocId) -> [&[u32]; PROXIMITY_WORDS] {
        let mut all = [&[][..]; PROXIMITY_WORDS];
        for ((reader, buffer), positions) in self.clauses.iter_mut().zip(&mut all) {
            buffer.clear();
            reader.read(doc, buffer);
            if !matches!(reader, NodePositions::Word(_)) {
                buffer.sort_unstable();
            }
            *positions = buffer;
        }
        all
    }
}

/// Reads the positions of one node.
enum NodePositions<'s> {
    Word(WordPositions<'s>),
    Phrase(PhraseMatcher<'s>),
    /// Parts of a node, which have positions in the documents that match the node.
    Parts(&'s Segment, &'s EvaluatedNode, Vec<NodePositions<'s>>),
    None,
}

impl<'s> NodePositions<'s> {
    fn open(context: &Context, segment: &'s Segment, node: &'s EvaluatedNode) -> Result<Self> {
        let open = |node: &'s EvaluatedNode| Self::open(context, segment, node);
        Ok(match &node.kind {
            NodeKind::Word(word, _) => {
                let which = (&[Terms::Full, Terms::Hints][..], FEW_DOCS);
                Self::Word(WordPositions::open(context, segment, word, which)?)
            }
            NodeKind::Phrase(phrase) => {
                Self::Phrase(PhraseMatcher::open(context, segment, &phrase.slots(), FEW_DOCS)?)
            }
            NodeKind::All(parts) | NodeKind::Any(parts) => {
                let parts = parts.iter().map(|part| open(part)).collect::<Result<_>>()?;
                Self::Parts(segment, node, parts)
            }
            NodeKind::Except(part, _) => Self::Parts(segment, node, vec![open(part)?]),
            NodeKind::Near { .. } | NodeKind::Dated(..) => Self::None,
        })
    }

    fn read(&mut self, doc: DocId, out: &mut Vec<u32>) {
        match self {
            Self::Word(word) => word.read(doc, out),
            Self::Phrase(matcher) => out.extend_from_slice(matcher.starts(doc)),
            Self::Parts(segment, node, parts) if node.get(segment, doc).is_some() => {
                for part in parts {
                    part.read(doc, out);
                }
            }
            Self::Parts(..) | Self::None => {}
        }
    }
}
