//! Readers search while the index is brought up to date: every result is complete, and searches are not much slower
//! than without a writer.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::atomic::{AtomicU8, Ordering},
    thread,
    time::{Duration, Instant},
};

use vestnik::{Index, Query, search::Options};

use crate::{
    Settings,
    fixture::{EVERYWHERE, Fixture},
};

const READERS: usize = 8;
const RELEASES: usize = 400;
/// The 99th percentile of searches during a run may be this many times that without one.
const MOST: f64 = 2.0;

/// What happens during a search.
const QUIET: u8 = 0;
const WRITING: u8 = 1;
/// The corpus is being changed; these searches are not measured.
const OTHER: u8 = 2;
const OVER: u8 = 3;

pub fn run(settings: &Settings) {
    let mut rng = settings.rng();
    let fixture = Fixture::new(RELEASES, &mut rng);
    fixture.update_index(&[]);
    let runs = settings.rounds_or(4);
    let now = AtomicU8::new(OTHER);
    let mut times = thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(|| reader(&fixture.index(), &now))).collect();
        let mut last = Duration::from_millis(500);
        for run in 0..runs {
            change(&fixture, run);
            // The same readers without a writer, for as long as a run: other load on the machine affects both.
            now.store(QUIET, Ordering::SeqCst);
            thread::sleep(last);
            now.store(WRITING, Ordering::SeqCst);
            let started = Instant::now();
            // Every fourth run builds a new generation, and removes the old one while it is searched.
            fixture.update_index(if run % 4 == 3 { &["--full", "--keep", "0"] } else { &[] });
            last = started.elapsed();
            now.store(OTHER, Ordering::SeqCst);
        }
        now.store(OVER, Ordering::SeqCst);
        let mut times = [Vec::new(), Vec::new()];
        for reader in readers {
            for (all, own) in times.iter_mut().zip(reader.join().unwrap()) {
                all.extend(own);
            }
        }
        times
    });
    let [idle, writing] = &mut times;
    let ([idle_p50, idle_p99], [writing_p50, writing_p99]) = (percentiles(idle), percentiles(writing));
    let ratio = writing_p99.as_secs_f64() / idle_p99.as_secs_f64();
    println!(
        "concurrent-readers: {READERS} readers during {runs} runs: p50 {writing_p50:.2?} and p99 {writing_p99:.2?} of \
         {} searches; in the pauses p50 {idle_p50:.2?} and p99 {idle_p99:.2?} of {}: p99 {ratio:.2} times",
        writing.len(),
        idle.len()
    );
    if settings.is_long() {
        assert!(ratio <= MOST, "searches take {ratio:.2} times as long during a run");
    }
}

/// Changes a tenth of the releases.
fn change(fixture: &Fixture, run: u32) {
    for (at, id) in fixture.contents.keys().enumerate().filter(|(at, _)| at % 10 == run as usize % 10) {
        let text = format!("Заголовок {run}\n\n{EVERYWHERE} {} школа номер {at}\n", "слово ".repeat(40));
        std::fs::write(fixture.corpus().join(id), text).unwrap();
    }
}

/// Searches the newest commit until the end; returns how long searches took in the pauses and during runs.
fn reader(index: &Path, now: &AtomicU8) -> [Vec<Duration>; 2] {
    let mut searcher = Index::open(index).unwrap().searcher().unwrap();
    let options = Options { limit: RELEASES * 2, match_all: true, snippets: None, ..Options::default() };
    let few = Options { limit: 10, ..Options::default() };
    let (everywhere, query) = (Query::parse(EVERYWHERE), Query::parse("встреча в школе Ташкента"));
    let mut times = [Vec::new(), Vec::new()];
    while now.load(Ordering::SeqCst) != OVER {
        searcher = searcher.reload().unwrap();
        let all = searcher.search(&everywhere, &options).unwrap();
        let ids: BTreeSet<&str> = all.hits.iter().map(|hit| hit.release().unwrap().id.as_str()).collect();
        assert_eq!((all.hits.len(), ids.len()), (RELEASES, RELEASES), "a hit is missing or occurs twice");
        for _ in 0..20 {
            let (before, started) = (now.load(Ordering::SeqCst), Instant::now());
            assert_eq!(searcher.search(&query, &few).unwrap().hits.len(), 10);
            let took = started.elapsed();
            // A search during both is not counted.
            if before == now.load(Ordering::SeqCst)
                && let Some(times) = times.get_mut(usize::from(before))
            {
                times.push(took);
            }
        }
    }
    times
}

/// The median and the 99th percentile.
fn percentiles(times: &mut [Duration]) -> [Duration; 2] {
    times.sort_unstable();
    [50, 99].map(|part| times[times.len() * part / 100])
}
