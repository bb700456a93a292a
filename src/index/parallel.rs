//! Runs work on several items in parallel. Indexing and searching use it to work on segments.

use std::sync::LazyLock;

use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};

/// Calls a function with each item and its index; returns the results in the order of the items.
///
/// Waking threads pays off for a millisecond of work or more; `is_much` says whether there is that much. Where the
/// system allows no more threads the calling one does all.
pub(crate) fn parallel_map<T: Sync, R: Send>(
    items: &[T],
    is_much: bool,
    each: impl Fn(usize, &T) -> R + Sync,
) -> Vec<R> {
    static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| ThreadPoolBuilder::new().build().ok());
    let each = |(at, item)| each(at, item);
    if is_much
        && items.len() > 1
        && let Some(pool) = POOL.as_ref()
    {
        return pool.install(|| items.par_iter().enumerate().map(each).collect());
    }
    items.iter().enumerate().map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..50).collect();
        for is_much in [false, true] {
            let results = parallel_map(&items, is_much, |at, item| (at, item * 2));
            assert!(results.into_iter().enumerate().all(|(at, result)| result == (at, at * 2)));
        }
    }
}
