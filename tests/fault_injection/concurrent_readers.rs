//! Readers that search without pause while the index is brought up to date again and again: every
//! answer is whole, and none takes much longer than without a writer.

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
/// The maximum ratio of search times during a run to those without one.
const MOST: f64 = 2.0;

/// What goes on while a search runs.
const QUIET: u8 = 0;
const WRITING: u8 = 1;
/// The corpus is being changed, which is not the index's doing.
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
            // The same readers without a writer, in turn with each run and for as long: other work on the
            // machine then affects both.
            now.store(QUIET, Ordering::SeqCst);
            thread::sleep(last);
            now.store(WRITING, Ordering::SeqCst);
            let started = Instant::now();
            // Every fourth run is a new generation; the old one goes while it is searched.
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
    let [quiet, during] = &mut times;
    let ([middle, quiet_p99], [during_middle, during_p99]) = (percentiles(quiet), percentiles(during));
    let ratio = during_p99.as_secs_f64() / quiet_p99.as_secs_f64();
    println!(
        "concurrent-readers: {READERS} readers during {runs} runs: p50 {during_middle:.2?} and p99 {during_p99:.2?} of \
         {} searches; in the pauses p50 {middle:.2?} and p99 {quiet_p99:.2?} of {}: p99 {ratio:.2} times",
        during.len(),
        quiet.len()
    );
    if settings.is_long() {
        assert!(ratio <= MOST, "searches are {ratio:.2} times as slow during a run");
    }
}

/// Gives a tenth of the releases other words. Readers only see the index, so the fixture may change.
fn change(fixture: &Fixture, run: u32) {
    for (at, id) in fixture.contents.keys().enumerate().filter(|(at, _)| at % 10 == run as usize % 10) {
        let text = format!("Заголовок {run}\n\n{EVERYWHERE} {} школа номер {at}\n", "слово ".repeat(40));
        std::fs::write(fixture.corpus().join(id), text).unwrap();
    }
}

/// Searches until it is over, always in the newest commit; returns the times of searches in the pauses and
/// during runs.
fn reader(index: &Path, now: &AtomicU8) -> [Vec<Duration>; 2] {
    let mut searcher = Index::open(index).unwrap().searcher().unwrap();
    let options = Options { limit: RELEASES * 2, match_all: true, snippets: None, ..Options::default() };
    let few = Options { limit: 10, ..Options::default() };
    let (everywhere, query) = (Query::parse(EVERYWHERE), Query::parse("встреча в школе Ташкента"));
    let mut times = [Vec::new(), Vec::new()];
    while now.load(Ordering::SeqCst) != OVER {
        searcher = searcher.reload().unwrap();
        let all = searcher.search(&everywhere, &options).unwrap();
        let ids: BTreeSet<&str> = all.hits.iter().map(|hit| hit.release.id.as_str()).collect();
        assert_eq!((all.hits.len(), ids.len()), (RELEASES, RELEASES), "a hit is missing or doubled");
        for _ in 0..20 {
            let (before, started) = (now.load(Ordering::SeqCst), Instant::now());
            assert_eq!(searcher.search(&query, &few).unwrap().hits.len(), 10);
            let took = started.elapsed();
            // What fell into both is of neither.
            if before == now.load(Ordering::SeqCst)
                && let Some(times) = times.get_mut(usize::from(before))
            {
                times.push(took);
            }
        }
    }
    times
}

/// The middle one of these times, and the one that 1 of 100 is above.
fn percentiles(times: &mut [Duration]) -> [Duration; 2] {
    times.sort_unstable();
    [50, 99].map(|part| times[times.len() * part / 100])
}
