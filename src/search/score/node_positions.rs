//! The positions of bound nodes in the documents of one segment, for proximity.

use tantivy::DocId;

use super::{
    batch::NO_MATCH,
    bm25f::Bm25f,
    node::{BoundNode, NodeKind},
    scorer::Scorer,
};
use crate::{
    error::{Error, Result},
    index::Segment,
    search::{
        context::Context,
        positions::{PhraseMatcher, WordPositions},
        postings::Terms,
        weights::PROXIMITY_WORDS,
    },
};

/// The positions of several nodes in one segment.
pub(crate) struct ClausePositions<'s> {
    /// A reader and its buffer for each node.
    clauses: Vec<(NodePositions<'s>, Vec<u32>)>,
}

impl<'s> ClausePositions<'s> {
    /// Opens the lists of nodes, those of hints only if `hints`, and none of vague prefixes.
    pub fn open(
        context: &'s Context,
        (segment, bm25f): (&'s Segment, &'s Bm25f<'s>),
        nodes: impl Iterator<Item = &'s BoundNode>,
        hints: bool,
    ) -> Result<Self> {
        let readers = nodes.map(|node| {
            if node.is_vague() {
                Ok(NodePositions::None)
            } else {
                NodePositions::open(context, (segment, bm25f), node, hints)
            }
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
    Parts(Box<Scorer<'s>>, Vec<NodePositions<'s>>),
    None,
}

impl<'s> NodePositions<'s> {
    fn open(
        context: &'s Context,
        (segment, bm25f): (&'s Segment, &'s Bm25f<'s>),
        node: &'s BoundNode,
        hints: bool,
    ) -> Result<Self> {
        let open = |node: &'s BoundNode| Self::open(context, (segment, bm25f), node, hints);
        let scorer = || {
            let mut scorer = Box::new(Scorer::open(context, (segment, bm25f), node)?);
            if hints {
                scorer.open_hints(context)?;
            }
            Ok::<_, Error>(scorer)
        };
        Ok(match &node.kind {
            NodeKind::Word(word) => {
                let which = if hints { &[Terms::Full, Terms::Hints][..] } else { &[Terms::Full] };
                Self::Word(WordPositions::open(context, segment, word, which)?)
            }
            NodeKind::Phrase(phrase) => {
                Self::Phrase(PhraseMatcher::open(context, segment, &phrase.matched())?)
            }
            NodeKind::All(parts) | NodeKind::Any(parts) => {
                Self::Parts(scorer()?, parts.iter().map(open).collect::<Result<_>>()?)
            }
            NodeKind::Except(part, _) => Self::Parts(scorer()?, vec![open(part)?]),
            NodeKind::Near { .. } | NodeKind::Dated(..) => Self::None,
        })
    }

    fn read(&mut self, doc: DocId, out: &mut Vec<u32>) {
        match self {
            Self::Word(word) => word.read(doc, out),
            Self::Phrase(matcher) => out.extend_from_slice(matcher.starts(doc)),
            Self::Parts(scorer, parts) => {
                if scorer.score_any(&[doc]).scores != [NO_MATCH] {
                    parts.iter_mut().for_each(|part| part.read(doc, out));
                }
            }
            Self::None => {}
        }
    }
}
