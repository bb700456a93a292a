//! Segments side by side: what takes long is done on all cores, what does not stays on the caller's.
//!
//! Knows nothing of what is done.

use std::{
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Does something with each of a few things, with its place among them; returns what came of it in their
/// order. Threads are started where that is worth it: where there is work for a millisecond or more.
pub(crate) fn parallel_map<T: Sync, R: Send>(
    things: &[T],
    is_worth_it: bool,
    each: impl Fn(usize, &T) -> R + Sync,
) -> Vec<R> {
    let threads = if is_worth_it { cores().min(things.len()) } else { 1 };
    if threads < 2 {
        return things.iter().enumerate().map(|(at, thing)| each(at, thing)).collect();
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(things.len()));
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(at) else { return };
            let result = each(at, thing);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_each_stands_in_its_place() {
        let things: Vec<usize> = (0..50).collect();
        for is_worth_it in [false, true] {
            let done = parallel_map(&things, is_worth_it, |at, thing| (at, thing * 2));
            assert!(done.into_iter().enumerate().all(|(at, done)| done == (at, at * 2)));
        }
        assert!(parallel_map(&[], true, |_, (): &()| ()).is_empty());
    }
}
