//! Occurrences of a term: its documents and its positions in them.

use tantivy::DocId;

/// A position in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub position: u32,
    pub doc: DocId,
}

impl Occurrence {
    /// Orders occurrences by document and position.
    pub fn key(self) -> u64 {
        u64::from(self.doc) << 32 | u64::from(self.position)
    }
}

/// The occurrences of a term, in order; one may occur twice.
pub(in crate::index::build) struct Occurrences<'o> {
    occurrences: &'o [Occurrence],
    deltas: &'o mut Vec<u32>,
}

impl<'o> Occurrences<'o> {
    /// From occurrences in order. `deltas` is a buffer.
    pub(super) fn new(occurrences: &'o [Occurrence], deltas: &'o mut Vec<u32>) -> Self {
        Self { occurrences, deltas }
    }

    /// The number of occurrences, at least that of documents.
    pub fn len(&self) -> usize {
        self.occurrences.len()
    }

    /// Visits the documents in order, each with the deltas of its positions.
    pub fn for_each_doc(self, mut visit: impl FnMut(DocId, &[u32])) {
        let Self { occurrences, deltas } = self;
        for in_doc in occurrences.chunk_by(|a, b| a.doc == b.doc) {
            deltas.clear();
            let mut before = 0;
            for occurrence in in_doc {
                if occurrence.position != before || deltas.is_empty() {
                    deltas.push(occurrence.position - before);
                    before = occurrence.position;
                }
            }
            visit(in_doc[0].doc, deltas);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_each_position_once() {
        let occurrences = [(0, 0), (0, 0), (0, 7), (3, 5), (3, 5), (3, 6), (9, 0)];
        let occurrences = occurrences.map(|(doc, position)| Occurrence { position, doc });
        let mut found = Vec::new();
        let mut deltas = Vec::new();
        let all = Occurrences::new(&occurrences, &mut deltas);
        all.for_each_doc(|doc, deltas| found.push((doc, deltas.to_vec())));
        assert_eq!(found, [(0, vec![0, 7]), (3, vec![5, 1]), (9, vec![0])]);
    }
}
