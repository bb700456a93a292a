//! One byte flipped in each file of an index in turn: `check` finds it, and a search fails or says
//! what it said before, but never anything else.

use std::{fs, panic, path::PathBuf};

use vestnik::{Index, Query, Result, search::Options};

use crate::{
    Orders,
    world::{EVERYWHERE, World, expect},
};

pub fn run(orders: &Orders) {
    let mut dice = orders.dice();
    let mut world = World::new(60, &mut dice);
    world.index_up_to_date(&[]);
    world.index_up_to_date(&["--full"]);
    for _ in 0..3 {
        world.change(&mut dice);
        world.index_up_to_date(&[]);
    }
    let expected = answers(&world).unwrap();
    let files = files(&world);
    let (mut flips, mut failed) = (0, 0);
    for path in &files {
        let whole = fs::read(path).unwrap();
        let mut places = vec![0, whole.len() / 2, whole.len() - 1];
        places.extend((0..orders.rounds_or(1)).map(|_| dice.below(whole.len())));
        for at in places {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << dice.below(8);
            // In place, as a disk would do it: files are shared with older generations.
            fs::write(path, &flipped).unwrap();
            let doing = format!("byte {at} of {}", path.display());
            assert_ne!(world.run(&["check"]).status.code(), Some(0), "{doing}: check found nothing");
            let answered = panic::catch_unwind(|| answers(&world));
            match answered.unwrap_or_else(|_| panic!("{doing}: a search panicked")) {
                Ok(answers) => assert!(answers == expected, "{doing}: a search gave another answer"),
                Err(_) => failed += 1,
            }
            flips += 1;
        }
        fs::write(path, whole).unwrap();
    }
    expect(&world.run(&["check"]), 0, "check of the index as it was");
    truncations(&world, &files);
    println!(
        "flips: {flips} in {} files, all found; {failed} made searches fail, none changed them",
        files.len()
    );
}

/// A file that ends early is found as well.
fn truncations(world: &World, files: &[PathBuf]) {
    for path in files {
        let whole = fs::read(path).unwrap();
        fs::write(path, &whole[..whole.len() / 2]).unwrap();
        assert_ne!(world.run(&["check"]).status.code(), Some(0), "half of {}", path.display());
        fs::write(path, whole).unwrap();
    }
}

/// All files of the index that say something.
fn files(world: &World) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![world.index()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let about = entry.metadata().unwrap();
            if about.is_dir() {
                folders.push(entry.path());
            } else if about.len() > 0 {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    files
}

/// What a few queries find, to the letter.
fn answers(world: &World) -> Result<Vec<String>> {
    let searcher = Index::open(world.index())?.searcher()?;
    let options = Options { limit: 500, ..Options::default() };
    let mut told = Vec::new();
    for query in
        [EVERYWHERE, "Воронкова", "\"министерство договор\"", "завод*", "школы -ООН", "заголовок:заголовок"]
    {
        let answer = searcher.search(&Query::parse(query), &options)?;
        told.push(format!("{query}: {}", answer.all_words));
        for hit in answer.hits {
            told.push(format!("{} {} {}", hit.score, hit.release.id, hit.release.body));
        }
    }
    Ok(told)
}
