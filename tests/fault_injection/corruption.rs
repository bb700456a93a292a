//! One byte flipped in each file of an index in turn: `check` finds it, and a search fails or says
//! what it said before, but never anything else.

use std::{fs, panic, path::PathBuf};

use vestnik::{Index, Query, Result, search::Options};

use crate::{
    Settings,
    fixture::{EVERYWHERE, Fixture, expect},
};

pub fn run(settings: &Settings) {
    let mut rng = settings.rng();
    let mut fixture = Fixture::new(60, &mut rng);
    fixture.update_index(&[]);
    fixture.update_index(&["--full"]);
    for _ in 0..3 {
        fixture.change(&mut rng);
        fixture.update_index(&[]);
    }
    let expected = answers(&fixture).unwrap();
    let files = files(&fixture);
    let (mut flips, mut failed) = (0, 0);
    for path in &files {
        let whole = fs::read(path).unwrap();
        let mut places = vec![0, whole.len() / 2, whole.len() - 1];
        places.extend((0..settings.rounds_or(1)).map(|_| rng.usize(..whole.len())));
        for at in places {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << rng.usize(..8);
            // In place, as a disk would do it: files are shared with older generations.
            fs::write(path, &flipped).unwrap();
            let doing = format!("byte {at} of {}", path.display());
            assert_ne!(fixture.run(&["check"]).status.code(), Some(0), "{doing}: check found nothing");
            let answered = panic::catch_unwind(|| answers(&fixture));
            match answered.unwrap_or_else(|_| panic!("{doing}: a search panicked")) {
                Ok(answers) => assert!(answers == expected, "{doing}: a search gave another answer"),
                Err(_) => failed += 1,
            }
            flips += 1;
        }
        fs::write(path, whole).unwrap();
    }
    expect(&fixture.run(&["check"]), 0, "check of the index as it was");
    truncations(&fixture, &files);
    println!(
        "corruption: {flips} in {} files, all found; {failed} made searches fail, none changed them",
        files.len()
    );
}

/// A file that ends early is found as well.
fn truncations(fixture: &Fixture, files: &[PathBuf]) {
    for path in files {
        let whole = fs::read(path).unwrap();
        fs::write(path, &whole[..whole.len() / 2]).unwrap();
        assert_ne!(fixture.run(&["check"]).status.code(), Some(0), "half of {}", path.display());
        fs::write(path, whole).unwrap();
    }
}

/// All files of the index that say something.
fn files(fixture: &Fixture) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![fixture.index()];
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
fn answers(fixture: &Fixture) -> Result<Vec<String>> {
    let searcher = Index::open(fixture.index())?.searcher()?;
    let options = Options { limit: 500, ..Options::default() };
    let mut told = Vec::new();
    for query in
        [EVERYWHERE, "Воронкова", "\"министерство договор\"", "завод*", "школы -ООН", "заголовок:заголовок"]
    {
        let answer = searcher.search(&Query::parse(query), &options)?;
        told.push(format!("{query}: {}", answer.total.value));
        for hit in answer.hits {
            told.push(format!("{} {} {}", hit.score, hit.release.id, hit.release.body));
        }
    }
    Ok(told)
}
