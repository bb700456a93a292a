//! The positions of bound nodes in the documents of one segment, for proximity.

use std::io;

use tantivy::DocId;

use super::{bm25f::Bm25f, node::BoundNode, scorer::Scorer};
use crate::search::{
    plan::Node,
    positions::{PhraseMatcher, WordPositions},
    postings::Terms,
    weights::PROXIMITY_WORDS,
};

/// The positions of several nodes in one segment.
pub(crate) struct ClausePositions<'s> {
    /// A reader and its buffer for each node.
    clauses: Vec<(NodePositions<'s>, Vec<u32>)>,
}

impl<'s> ClausePositions<'s> {
    /// Opens the lists of nodes, and none of vague prefixes.
    pub fn open<'n>(
        bm25f: &'s Bm25f<'s>,
        nodes: impl Iterator<Item = &'n BoundNode>,
        terms: Terms,
    ) -> io::Result<Self> {
        let open = |node: &BoundNode| {
            let is_read = !node.is_vague();
            let reader = if is_read { NodePositions::open(bm25f, node, terms)? } else { NodePositions::None };
            Ok((reader, Vec::new()))
        };
        Ok(Self { clauses: nodes.map(open).collect::<io::Result<_>>()? })
    }

    /// The positions of the first nodes in a document, in order; of a phrase, those of its starts.
    pub fn read(&mut self, doc: DocId) -> [&[u32]; PROXIMITY_WORDS] {
        let mut all = [&[][..]; PROXIMITY_WORDS];
        for ((reader, buffer), positions) in self.clauses.iter_mut().zip(&mut all) {
            reader.read(doc, buffer);
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
    Parts(Scorer<'s>, Vec<NodePositions<'s>>),
    None,
}

impl<'s> NodePositions<'s> {
    fn open(bm25f: &'s Bm25f<'s>, node: &BoundNode, terms: Terms) -> io::Result<Self> {
        let parts = |parts: &[BoundNode]| {
            let parts = parts.iter().map(|part| Self::open(bm25f, part, terms)).collect::<io::Result<_>>()?;
            Ok(Self::Parts(Scorer::open(bm25f, node, terms)?, parts))
        };
        match node {
            Node::Word(word) => Ok(Self::Word(WordPositions::open(bm25f.segment, word, terms)?)),
            Node::Phrase(phrase) => Ok(Self::Phrase(PhraseMatcher::open(bm25f.segment, phrase)?.0)),
            Node::All(nodes) | Node::Any(nodes) => parts(nodes),
            Node::Except(node, _) => parts(std::slice::from_ref(node)),
            Node::Near { .. } | Node::Dated(_) => Ok(Self::None),
        }
    }

    /// Reads the positions in a document into a buffer, in order.
    fn read(&mut self, doc: DocId, out: &mut Vec<u32>) {
        out.clear();
        match self {
            Self::Word(word) => word.read(doc, out),
            Self::Phrase(matcher) => out.extend_from_slice(matcher.starts(doc)),
            Self::Parts(scorer, parts) => {
                let (mut positions, matches) = (Vec::new(), scorer.scores(&[doc]) != [0.0]);
                for part in parts.iter_mut().filter(|_| matches) {
                    part.read(doc, &mut positions);
                    out.append(&mut positions);
                }
                out.sort_unstable();
            }
            Self::None => {}
        }
    }
}
