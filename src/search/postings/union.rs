//! The union of the posting lists of a word's terms.
//!
//! Short lists are merged; long ones are accumulated in an array over all documents of the segment.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    io,
};

use super::{
    bound_word::BoundTerm,
    word_postings::{Occurrences, field_of, read},
};
use crate::{index::Segment, search::plan::Scope};

/// Visits the documents that have any of the terms, in order. Their frequencies are added up, or the highest
/// counts.
pub(super) fn union(
    segment: &Segment,
    (scope, terms): (Scope, &[&BoundTerm]),
    adds_up: bool,
    take: &mut dyn FnMut(Occurrences),
) -> io::Result<()> {
    let lists = terms.iter().filter_map(|term| term.postings(segment, field_of(scope)));
    let entries: usize = lists.map(|list| list.doc_freq as usize).sum();
    // A posting is merged about this many times, while the array is read once.
    let merges = terms.len().checked_ilog2().unwrap_or_default() as usize + 1;
    if entries * merges >= segment.reader.max_doc() as usize {
        let mut all = vec![Occurrences::default(); segment.reader.max_doc() as usize];
        for term in terms {
            read(segment, scope, term, |occurrences| {
                if let Some(known) = all.get_mut(occurrences.doc as usize) {
                    *known = occurrences.with(known, adds_up);
                }
            })?;
        }
        all.into_iter().filter(|occurrences| occurrences.positions > 0).for_each(take);
        return Ok(());
    }
    let mut lists = Vec::with_capacity(terms.len());
    for term in terms {
        let mut list = Vec::new();
        read(segment, scope, term, |occurrences| list.push(occurrences))?;
        lists.push(list);
    }
    merged(lists, adds_up).into_iter().for_each(take);
    Ok(())
}

/// Merges the shortest lists first.
fn merged(lists: Vec<Vec<Occurrences>>, adds_up: bool) -> Vec<Occurrences> {
    let mut lists: Vec<Option<Vec<Occurrences>>> =
        lists.into_iter().filter(|list| !list.is_empty()).map(Some).collect();
    let mut shortest: BinaryHeap<Reverse<(usize, usize)>> =
        lists.iter().enumerate().map(|(at, list)| Reverse((list.as_ref().map_or(0, Vec::len), at))).collect();
    while let Some(Reverse((_, a))) = shortest.pop() {
        let Some(Reverse((_, b))) = shortest.pop() else {
            return lists[a].take().unwrap_or_default();
        };
        let (Some(one), Some(other)) = (lists[a].take(), lists[b].take()) else { continue };
        let merged = merge(&one, &other, adds_up);
        shortest.push(Reverse((merged.len(), a)));
        lists[a] = Some(merged);
    }
    Vec::new()
}

fn merge(mut a: &[Occurrences], mut b: &[Occurrences], adds_up: bool) -> Vec<Occurrences> {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    while let (Some((one, rest_of_a)), Some((other, rest_of_b))) = (a.split_first(), b.split_first()) {
        match one.doc.cmp(&other.doc) {
            Ordering::Less => {
                merged.push(*one);
                a = rest_of_a;
            }
            Ordering::Greater => {
                merged.push(*other);
                b = rest_of_b;
            }
            Ordering::Equal => {
                merged.push(one.with(other, adds_up));
                (a, b) = (rest_of_a, rest_of_b);
            }
        }
    }
    merged.extend_from_slice(a);
    merged.extend_from_slice(b);
    merged
}

impl Occurrences {
    fn with(&self, other: &Self, adds_up: bool) -> Self {
        let joined = |a: f32, b: f32| if adds_up { a + b } else { a.max(b) };
        Self {
            doc: self.doc,
            title: joined(self.title, other.title),
            body: joined(self.body, other.body),
            positions: self.positions + other.positions,
        }
    }
}

#[cfg(test)]
mod tests {
    use tantivy::DocId;

    use super::*;

    #[test]
    fn lists_are_merged() {
        let list = |docs: &[(DocId, f32)]| -> Vec<Occurrences> {
            docs.iter().map(|&(doc, body)| Occurrences { doc, title: 0.0, body, positions: 1 }).collect()
        };
        let lists =
            || vec![list(&[(1, 1.0), (5, 2.0)]), list(&[]), list(&[(5, 3.0)]), list(&[(0, 1.0), (9, 1.0)])];
        for (adds_up, in_both) in [(false, 3.0), (true, 5.0)] {
            let all: Vec<(DocId, f32)> = merged(lists(), adds_up)
                .iter()
                .map(|occurrences| (occurrences.doc, occurrences.body))
                .collect();
            assert_eq!(all, [(0, 1.0), (1, 1.0), (5, in_both), (9, 1.0)], "adds up: {adds_up}");
        }
        assert!(merged(Vec::new(), true).is_empty());
    }
}
