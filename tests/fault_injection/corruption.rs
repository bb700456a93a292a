//! Flipped bytes, truncated files and files copied over one another: `check` reports each, a search fails or
//! answers as before, and the next run repairs the index.

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
    swaps(&mut fixture, &files, &mut rng, settings.rounds_or(2) * 10);
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

/// Files that are copied over one another, as an interrupted copy of an index may leave them: no program
/// panics, and the next run repairs the index.
fn swaps(fixture: &mut Fixture, files: &[PathBuf], rng: &mut fastrand::Rng, rounds: u32) {
    let mut noticed = 0;
    for _ in 0..rounds {
        let [one, other] = [0; 2].map(|_| files[rng.usize(..files.len())].clone());
        let contents = [&one, &other].map(|path| fs::read(path).unwrap());
        if contents[0] == contents[1] {
            continue;
        }
        fs::write(&one, &contents[1]).unwrap();
        fs::write(&other, &contents[0]).unwrap();
        let doing = format!("{} and {}", one.display(), other.display());
        for words in [&["check"][..], &["search", EVERYWHERE]] {
            let output = fixture.run(words);
            assert!(output.status.code().is_some_and(|code| code < 100), "{doing}: {output:?}");
        }
        noticed += u32::from(fixture.run(&["check"]).status.code() == Some(12));
        fs::write(&one, &contents[0]).unwrap();
        fs::write(&other, &contents[1]).unwrap();
    }
    expect(&fixture.run(&["check"]), 0, "check of the index as it was");
    // One swap stays, and is repaired.
    let named = |suffix: &str| files.iter().find(|path| path.to_string_lossy().ends_with(suffix)).unwrap();
    fs::copy(named(".fast"), named(".term")).unwrap();
    let corpus = fixture.corpus();
    expect(&fixture.run(&["index", "--full", corpus.to_str().unwrap()]), 0, "index of a swapped file");
    assert!(fixture.indexed() == fixture.contents);
    println!("corruption: {rounds} swaps of whole files: no panic, {noticed} noticed by check");
}

/// All files of the index that are not empty.
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

/// The complete results of a few queries.
fn answers(fixture: &Fixture) -> Result<Vec<String>> {
    let searcher = Index::open(fixture.index())?.searcher()?;
    let options = Options { limit: 500, ..Options::default() };
    let mut results = Vec::new();
    for query in
        [EVERYWHERE, "Воронкова", "\"министерство договор\"", "завод*", "школы -ООН", "заголовок:заголовок"]
    {
        let answer = searcher.search(&Query::parse(query), &options)?;
        results.push(format!("{query}: {}", answer.total.value));
        for hit in answer.hits {
            results.push(format!("{} {} {}", hit.score, hit.release()?.id, hit.release()?.body));
        }
    }
    Ok(results)
}
