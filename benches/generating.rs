//! The speed of the corpus generator, and checks of the lengths and vocabulary that it produces.
//!
//! `cargo bench --bench generating -- --releases 100000`

#![allow(clippy::print_stdout, reason = "a benchmark may stop where it cannot go on, and prints its figures")]

mod measure;

use std::collections::HashSet;

use measure::{
    arguments,
    clock::took,
    generated::{Generator, size},
    original::{folded, words},
};

fn main() {
    let (generator, loading) = took(Generator::new);
    println!("{}; read in {:.1} s", generator.describe(), loading.wall);
    assert_eq!(generator.release(7), Generator::new().release(7), "a release depends on its number only");
    if !generator.original.with_speeches {
        println!("skipped: no shared speeches; VESTNIK_SHARED names their folder");
    }
    if !arguments::given("--releases") {
        println!("skipped: more than 10000 releases; they need --releases 100000");
    }
    println!(
        "{:>9} {:>9} {:>9} {:>12} {:>12} {:>8}",
        "releases", "bytes", "MB/s", "words", "vocabulary", "Heaps"
    );
    for releases in arguments::numbers("--releases", &[1_000, 10_000]) {
        let (bytes, work) = took(|| (0..releases as u64).map(|at| size(&generator.release(at))).sum::<u64>());
        let (mut count, mut vocabulary) = (0_u64, HashSet::new());
        for at in 0..releases as u64 {
            let release = generator.release(at);
            for word in words(&release.body) {
                vocabulary.insert(folded(&release.body[word]));
                count += 1;
            }
        }
        let mean = bytes / releases as u64;
        let wanted = generator.original.novelty.vocabulary(count as f64);
        println!(
            "{releases:>9} {mean:>9} {:>9.0} {count:>12} {:>12} {wanted:>8.0}",
            bytes as f64 / 1e6 / work.cpu,
            vocabulary.len(),
        );
        assert!((1_900..2_300).contains(&mean), "releases of 2 KB");
        let share = vocabulary.len() as f64 / wanted;
        assert!((0.6..1.5).contains(&share), "new words at the rate of real text: {share:.2} of Heaps' law");
    }
}
