//! The positions of bound nodes in documents of one segment, for proximity.

use std::{io, slice};

use tantivy::DocId;

use super::{bm25f::Bm25f, node::BoundNode, scorer::Scorer};
use crate::search::{
    plan::Node,
    positions::{PhraseMatcher, WordPositions},
    postings::{Position, Terms, doc_of},
    weights::PROXIMITY_WORDS,
};

/// The positions of several nodes, in order; of a phrase, those of its starts.
pub(crate) struct ClausePositions(Vec<Vec<Position>>);

impl ClausePositions {
    /// Reads the positions of nodes, each in the documents that match it, in order. Vague prefixes have none.
    pub fn read<'n>(
        bm25f: &Bm25f,
        nodes: impl Iterator<Item = (&'n BoundNode, Vec<DocId>)>,
        terms: Terms,
    ) -> io::Result<Self> {
        let read = |(node, docs): (&BoundNode, Vec<DocId>)| {
            let mut positions = Vec::new();
            if !docs.is_empty() && !node.is_vague() {
                read(bm25f, node, (&docs, terms), &mut positions)?;
            }
            Ok(positions)
        };
        Ok(Self(nodes.take(PROXIMITY_WORDS).map(read).collect::<io::Result<_>>()?))
    }

    /// Finds the positions of each node in a document. All documents with positions are asked for in order.
    pub fn by_doc<'p>(&'p self) -> impl FnMut(DocId) -> [&'p [Position]; PROXIMITY_WORDS] {
        let mut rest = [&[][..]; PROXIMITY_WORDS];
        rest.iter_mut().zip(&self.0).for_each(|(rest, all)| *rest = all);
        move |doc| {
            rest.each_mut().map(|rest| {
                let count = rest.iter().take_while(|&&at| doc_of(at) == doc).count();
                rest.split_off(..count).unwrap_or_default()
            })
        }
    }
}

/// Reads the positions of one node.
fn read(
    bm25f: &Bm25f,
    node: &BoundNode,
    (docs, terms): (&[DocId], Terms),
    out: &mut Vec<Position>,
) -> io::Result<()> {
    let parts = match node {
        Node::Word(word) => {
            WordPositions::open(bm25f.segment, word, Terms::Full)?.read(docs, out);
            let has_full = |doc: &DocId| out.binary_search_by_key(doc, |&at| doc_of(at)).is_ok();
            let mut sought = docs.to_vec();
            sought.retain(|doc| !has_full(doc));
            if terms == Terms::Any && !sought.is_empty() {
                // Hints count in documents without full terms.
                let mut by_hints = Vec::new();
                WordPositions::open(bm25f.segment, word, Terms::Hints)?.read(&sought, &mut by_hints);
                out.append(&mut by_hints);
                out.sort_unstable();
            }
            return Ok(());
        }
        Node::Phrase(phrase) => {
            out.extend_from_slice(PhraseMatcher::open(bm25f.segment, phrase)?.0.starts(docs));
            return Ok(());
        }
        Node::All(parts) | Node::Any(parts) => parts,
        Node::Except(part, _) => slice::from_ref(&**part),
        Node::Near { .. } | Node::Dated(_) => return Ok(()),
    };
    // Parts have positions in the documents that match the node.
    let mut scores = Scorer::open(bm25f, node, terms)?.scores(docs).into_iter();
    let mut docs = docs.to_vec();
    docs.retain(|_| scores.next().is_some_and(|score| score > 0.0));
    for part in parts {
        let mut positions = Vec::new();
        read(bm25f, part, (&docs, terms), &mut positions)?;
        out.append(&mut positions);
    }
    out.sort_unstable();
    Ok(())
}
