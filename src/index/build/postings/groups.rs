//! Values grouped by a key, which is a small number: the occurrences of each form, the forms of each term.

/// The values of each key from 0, in the order in which they were added.
pub(super) struct Groups<V> {
    values: Vec<V>,
    /// The end of the values of each key so far.
    ends: Vec<u32>,
}

impl<V: Copy + Default> Groups<V> {
    /// Empty groups, given how many values each key will have.
    pub fn with_counts(counts: Vec<u32>) -> Self {
        let mut ends = counts;
        let mut sum = 0;
        for end in &mut ends {
            sum += std::mem::replace(end, sum);
        }
        Self { values: vec![V::default(); sum as usize], ends }
    }

    pub fn add(&mut self, key: usize, value: V) {
        let end = &mut self.ends[key];
        self.values[*end as usize] = value;
        *end += 1;
    }

    /// The values of a key, once all are added.
    pub fn get(&self, key: usize) -> &[V] {
        let start = key.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.values[start as usize..self.ends[key] as usize]
    }
}
