//! Distributes the positions of words to the terms of their forms, one batch of terms at a time.
//!
//! All terms together have three times as many occurrences as there are words. A batch holds no more than the
//! number of words, so that memory stays bounded. Words come in the order of the text, so that no posting list
//! has to be sorted.

use std::ops::Range;

/// The terms of a segment in the order of their bytes, and the terms of each form.
pub(in crate::index::build) struct TermOrder<'i> {
    /// The number of each term.
    terms: Vec<u32>,
    /// The ranks of the terms of all forms, and the end of those of each form.
    ranks: Vec<u32>,
    ends: &'i [usize],
}

impl<'i> TermOrder<'i> {
    /// From the numbers of all terms in order and the numbers of the terms of each form.
    pub fn new(terms: Vec<u32>, of_forms: &[u32], ends: &'i [usize]) -> Self {
        let mut rank_of = vec![0; terms.len()];
        for (&term, rank) in terms.iter().zip(0..) {
            rank_of[term as usize] = rank;
        }
        let mut ranks: Vec<u32> = of_forms.iter().map(|&term| rank_of[term as usize]).collect();
        let mut start = 0;
        for &end in ends {
            ranks[start..end].sort_unstable();
            start = end;
        }
        Self { terms, ranks, ends }
    }

    /// The number of the term at a rank.
    pub fn term(&self, rank: usize) -> u32 {
        self.terms[rank]
    }

    /// The number of occurrences of each term by rank, from those of each form.
    fn counts(&self, of_forms: &[u32]) -> Vec<u32> {
        let mut counts = vec![0; self.terms.len()];
        let mut start = 0;
        for (&end, &count) in self.ends.iter().zip(of_forms) {
            if count > 0 {
                for &rank in &self.ranks[start..end] {
                    counts[rank as usize] += count;
                }
            }
            start = end;
        }
        counts
    }
}

/// The occurrences of a batch of terms.
pub(super) struct TermBatch<'o> {
    order: &'o TermOrder<'o>,
    /// The number of occurrences of each term.
    counts: Vec<u32>,
    /// The maximum number of occurrences in a batch, unless one term has more.
    room: usize,
    /// The ranks of the terms in this batch.
    ranks: Range<usize>,
    /// The terms of each form in this batch, counted from its first, and where those of each form start.
    terms: Vec<u32>,
    starts: Vec<u32>,
    /// The end of the occurrences of each term so far.
    ends: Vec<u32>,
    places: Vec<u32>,
}

impl<'o> TermBatch<'o> {
    /// An empty batch, for forms with these numbers of words.
    pub fn new(order: &'o TermOrder<'o>, of_forms: &[u32], room: usize) -> Self {
        Self {
            counts: order.counts(of_forms),
            order,
            room,
            ranks: 0..0,
            terms: Vec::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Advances to the next batch of terms; returns whether there is one.
    pub fn next(&mut self) -> bool {
        let first = self.ranks.end;
        let mut sum = 0;
        self.ends.clear();
        for &count in &self.counts[first..] {
            if sum > 0 && sum as usize + count as usize > self.room {
                break;
            }
            self.ends.push(sum);
            sum += count;
        }
        self.ranks = first..first + self.ends.len();
        if self.places.len() < sum as usize {
            self.places.resize(sum as usize, 0);
        }
        self.terms.clear();
        self.starts.clear();
        let mut start = 0;
        for &end in self.order.ends {
            self.starts.push(small(self.terms.len()));
            let ranks = self.order.ranks[start..end].iter().map(|&rank| rank as usize);
            self.terms.extend(ranks.filter(|rank| self.ranks.contains(rank)).map(|rank| small(rank - first)));
            start = end;
        }
        self.starts.push(small(self.terms.len()));
        sum > 0
    }

    /// Adds an occurrence of a form to its terms. Occurrences come in order.
    pub fn add(&mut self, form: usize, place: u32) {
        for &term in &self.terms[self.starts[form] as usize..self.starts[form + 1] as usize] {
            let end = &mut self.ends[term as usize];
            self.places[*end as usize] = place;
            *end += 1;
        }
    }

    /// Visits the terms of the batch, each with its number and its occurrences. One occurs twice where two forms
    /// have the same position.
    pub fn each<E>(&mut self, mut visit: impl FnMut(u32, &mut [u32]) -> Result<(), E>) -> Result<(), E> {
        let mut start = 0;
        for (rank, &end) in self.ranks.clone().zip(&self.ends) {
            if end > start {
                visit(self.order.term(rank), &mut self.places[start as usize..end as usize])?;
            }
            start = end;
        }
        Ok(())
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn every_occurrence_is_added_to_every_term_of_its_form() {
        // Terms 2, 0, 1 in order; one form has terms 0 and 2, one has 1, one has 2 alone.
        let ends = [2, 3, 4];
        let order = TermOrder::new(vec![2, 0, 1], &[0, 2, 1, 2], &ends);
        let words = [0, 2, 1, 0, 1];
        for room in [1, 3, 100] {
            let mut batch = TermBatch::new(&order, &[2, 2, 1], room);
            let mut all = Vec::new();
            while batch.next() {
                for (&form, place) in words.iter().zip(10..) {
                    batch.add(form, place);
                }
                let visited: Result<(), Infallible> = batch.each(|term, places| {
                    all.push((term, places.to_vec()));
                    Ok(())
                });
                let Ok(()) = visited;
            }
            assert_eq!(all, [(2, vec![10, 11, 13]), (0, vec![10, 13]), (1, vec![12, 14])]);
        }
    }
}
