//! Readers that search without pause while the index is brought up to date again and again: every
//! answer is whole, and none takes much longer than without a writer.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use vestnik::{Index, Query, search::Options};

use crate::{
    Orders,
    world::{EVERYWHERE, World},
};

const READERS: usize = 8;
const RELEASES: usize = 400;

pub fn run(orders: &Orders) {
    let mut dice = orders.dice();
    let world = World::new(RELEASES, &mut dice);
    world.index_up_to_date(&[]);
    let runs = orders.rounds_or(4);
    let quiet = || {
        let time = Duration::from_millis(if orders.is_long() { 5000 } else { 500 });
        p99(search_while(&world, || thread::sleep(time)))
    };
    let before = quiet();
    let beside = {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let readers: Vec<_> =
                (0..READERS).map(|_| scope.spawn(|| reader(&world.index(), &done))).collect();
            for run in 0..runs {
                // Every fourth run is a new generation. Readers only see the index, so the world may change.
                let options: &[&str] = if run % 4 == 3 { &["--full"] } else { &[] };
                index_a_change(&world, run, options);
            }
            done.store(true, Ordering::Relaxed);
            readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
        })
    };
    let beside = p99(beside);
    // Others may use the machine as well: the quiet times before and behind show how much.
    let behind = quiet();
    let ratio = beside.1.as_secs_f64() / before.1.max(behind.1).as_secs_f64();
    println!(
        "readers: p99 of {} searches beside {runs} runs {:?}; without a writer {:?} before and {:?} after: \
         {ratio:.2} times",
        beside.0, beside.1, before.1, behind.1
    );
    if orders.is_long() {
        assert!(ratio <= 2.0, "searches are {ratio:.2} times as slow beside a writer");
    }
}

/// Gives a tenth of the releases other words, and brings the index up to date.
fn index_a_change(world: &World, run: u32, options: &[&str]) {
    for (at, id) in world.contents.keys().enumerate().filter(|(at, _)| at % 10 == run as usize % 10) {
        let text = format!("Заголовок {run}\n\n{EVERYWHERE} {} школа номер {at}\n", "слово ".repeat(40));
        std::fs::write(world.corpus().join(id), text).unwrap();
    }
    world.index_up_to_date(options);
}

fn search_while(world: &World, work: impl FnOnce()) -> Vec<Duration> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(|| reader(&world.index(), &done))).collect();
        work();
        done.store(true, Ordering::Relaxed);
        readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect()
    })
}

/// Searches until told to stop, always in the newest commit; how long each search took.
fn reader(index: &std::path::Path, done: &AtomicBool) -> Vec<Duration> {
    let mut searcher = Index::open(index).unwrap().searcher().unwrap();
    let options = Options { limit: RELEASES * 2, only_all_words: true, snippets: None, ..Options::default() };
    let few = Options { limit: 10, ..Options::default() };
    let (everywhere, query) = (Query::parse(EVERYWHERE), Query::parse("встреча в школе Ташкента"));
    let mut times = Vec::new();
    while !done.load(Ordering::Relaxed) {
        searcher = searcher.reload().unwrap();
        let all = searcher.search(&everywhere, &options).unwrap();
        let ids: BTreeSet<&str> = all.hits.iter().map(|hit| hit.release.id.as_str()).collect();
        assert_eq!((all.hits.len(), ids.len()), (RELEASES, RELEASES), "a hit is missing or doubled");
        for _ in 0..20 {
            let started = Instant::now();
            assert_eq!(searcher.search(&query, &few).unwrap().hits.len(), 10);
            times.push(started.elapsed());
        }
    }
    times
}

fn p99(mut times: Vec<Duration>) -> (usize, Duration) {
    times.sort_unstable();
    (times.len(), times[times.len() * 99 / 100])
}
