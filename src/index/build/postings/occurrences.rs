//! Occurrences of a term: its documents and its positions in them.

use tantivy::DocId;

/// A document and a position in it, as one number that orders occurrences by both.
pub(in crate::index::build) type Occurrence = u64;

pub(super) fn occurrence(doc: DocId, position: u32) -> Occurrence {
    u64::from(doc) << 32 | u64::from(position)
}

fn doc_of(occurrence: Occurrence) -> DocId {
    (occurrence >> 32) as DocId
}

/// Visits the documents of occurrences in order, each with the deltas of its positions. An occurrence that is there
/// twice counts once. `deltas` is a buffer.
pub(in crate::index::build) fn for_each_doc(
    occurrences: &[Occurrence],
    deltas: &mut Vec<u32>,
    mut visit: impl FnMut(DocId, &[u32]),
) {
    for in_doc in occurrences.chunk_by(|&a, &b| doc_of(a) == doc_of(b)) {
        deltas.clear();
        let mut before = 0;
        for &occurrence in in_doc {
            #[expect(clippy::cast_possible_truncation, reason = "the position is in the lower half")]
            let position = occurrence as u32;
            if position != before || deltas.is_empty() {
                deltas.push(position - before);
                before = position;
            }
        }
        visit(doc_of(in_doc[0]), deltas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_each_position_once() {
        let all =
            [(0, 0), (0, 0), (0, 7), (3, 5), (3, 5), (3, 6), (9, 0)].map(|(doc, at)| occurrence(doc, at));
        let mut found = Vec::new();
        for_each_doc(&all, &mut Vec::new(), |doc, deltas| found.push((doc, deltas.to_vec())));
        assert_eq!(found, [(0, vec![0, 7]), (3, vec![5, 1]), (9, vec![0])]);
    }
}
