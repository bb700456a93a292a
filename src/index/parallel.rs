//! Runs work on several items in parallel. Indexing and searching use it to work on segments.

use std::sync::LazyLock;

use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};

/// Calls a function with each item; returns the results in the order of the items, or an error.
///
/// Waking threads pays off for a millisecond of work or more; `is_much` says whether there is that much. Where the
/// system allows no more threads the calling one does all.
pub(crate) fn parallel_map<T: Sync, R: Send, E: Send>(
    items: &[T],
    is_much: bool,
    each: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| ThreadPoolBuilder::new().build().ok());
    let pool = if is_much && items.len() > 1 { POOL.as_ref() } else { None };
    match pool {
        Some(pool) => pool.install(|| items.par_iter().map(&each).collect()),
        None => items.iter().map(each).collect(),
    }
}
