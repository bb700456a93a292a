//! Runs work on several items in parallel. Indexing and searching use it to work on segments.

use std::{
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Calls a function with each item and its index; returns the results in the order of the items.
///
/// Starting threads pays off for a millisecond of work or more; `is_much` says whether there is that much.
/// The calling thread takes part, so that all is done even if the system allows no more threads.
pub(crate) fn parallel_map<T: Sync, R: Send>(
    items: &[T],
    is_much: bool,
    each: impl Fn(usize, &T) -> R + Sync,
) -> Vec<R> {
    let threads = if is_much { cores().min(items.len()) } else { 1 };
    map_with(items, threads, thread::Builder::new, each)
}

fn map_with<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    builder: impl Fn() -> thread::Builder,
    each: impl Fn(usize, &T) -> R + Sync,
) -> Vec<R> {
    if threads < 2 {
        return items.iter().enumerate().map(|(at, item)| each(at, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return };
            let result = each(at, item);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // A thread that cannot be started leaves its share to the others.
            if builder().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        // A stack that no system grants: no thread can be started.
        let refused = || thread::Builder::new().stack_size(1 << 60);
        assert!(refused().spawn(|| ()).is_err());
        let items: Vec<usize> = (0..50).collect();
        for threads in [1, 4] {
            for builder in [thread::Builder::new, refused] {
                let results = map_with(&items, threads, builder, |at, item| (at, item * 2));
                assert!(results.into_iter().enumerate().all(|(at, result)| result == (at, at * 2)));
            }
        }
        assert!(parallel_map(&[], true, |_, (): &()| ()).is_empty());
    }
}
