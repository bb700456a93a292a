//! Files, folders and an index without permission to read or write them, and truncated files: a run reports each
//! and loses nothing.
//!
//! As root, the program runs as the user `nobody`, because no permission stops root.

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Output,
};

use fastrand::Rng;

use crate::{
    Settings,
    fixture::{Fixture, expect},
};

/// The user `nobody` of every Linux.
const NOBODY: u32 = 65534;

pub fn run(settings: &Settings) {
    let mut rng = settings.rng();
    let mut fixture = Fixture::new(40, &mut rng);
    let user = fs::metadata(fixture.corpus()).unwrap().uid();
    let user = if user == 0 { NOBODY } else { user };
    let rounds = settings.rounds_or(2);
    for round in 0..rounds {
        give_away(fixture.corpus().parent().unwrap(), user);
        let run = |words: &[&str]| as_user(&fixture, user, words);
        let corpus = fixture.corpus();
        let index = ["index", corpus.to_str().unwrap()];
        expect(&run(&index), 0, "index");
        assert!(fixture.indexed() == fixture.contents);

        let unread = pick(&fixture, &mut rng);
        let folder = corpus.join("many");
        for place in [corpus.join(&unread), folder, corpus.clone()] {
            closed(&place, || {
                for options in [&[][..], &["--full"]] {
                    let output = run(&[&index[..], options].concat());
                    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
                    // A folder that was named and cannot even be entered fails the run.
                    let code = if place == corpus { output.status.code().unwrap() } else { 2 };
                    assert!([2, 3].contains(&code), "{stderr}");
                    expect(&output, code, "index");
                    assert!(stderr.contains("Permission denied"), "{stderr}");
                    assert!(fixture.indexed() == fixture.contents, "round {round}: {} lost", place.display());
                }
            });
        }
        truncated(&fixture, &unread, &run);
        closed_index(&fixture, &run);
        fixture.change(&mut rng);
    }
    println!("permissions: {rounds} rounds of files, folders and indexes: reported, and nothing lost");
}

fn pick(fixture: &Fixture, rng: &mut Rng) -> String {
    fixture.contents.keys().nth(rng.usize(..fixture.contents.len())).unwrap().clone()
}

/// What the index contains of a file stays when the file is truncated.
fn truncated(fixture: &Fixture, name: &str, run: &dyn Fn(&[&str]) -> Output) {
    let (corpus, path) = (fixture.corpus(), fixture.corpus().join(name));
    let whole = fs::read(&path).unwrap();
    fs::write(&path, "").unwrap();
    let lines = corpus.join("lines.jsonl");
    fs::write(&lines, "{\"title\":\"Заголовок\",\"te").unwrap();
    let output = run(&["index", corpus.to_str().unwrap()]);
    expect(&output, 2, "truncated files");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("is empty") && stderr.contains("lines.jsonl, line 1: is not JSON"), "{stderr}");
    assert!(fixture.indexed() == fixture.contents, "{name} lost");
    fs::write(&path, whole).unwrap();
    fs::remove_file(lines).unwrap();
}

/// An index without permission to write is searched and checked; a writer reports the reason.
fn closed_index(fixture: &Fixture, run: &dyn Fn(&[&str]) -> Output) {
    let index = fixture.index();
    let lock = index.join("lock");
    let modes = [(&lock, 0o444), (&index, 0o555)].map(|(path, mode)| (path, mode, mode_of(path)));
    for (path, mode, _) in modes {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }
    let corpus = fixture.corpus();
    let output = run(&["index", "--full", corpus.to_str().unwrap()]);
    expect(&output, 3, "an index without permission to write");
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write"), "{output:?}");
    expect(&run(&["check"]), 0, "checking there");
    expect(&run(&["search", "Ташкент"]), 0, "searching there");
    for (path, _, was) in modes {
        fs::set_permissions(path, Permissions::from_mode(was)).unwrap();
    }
}

/// Runs something while a file or folder has no permissions.
fn closed(path: &Path, work: impl FnOnce()) {
    let was = mode_of(path);
    fs::set_permissions(path, Permissions::from_mode(0o000)).unwrap();
    work();
    fs::set_permissions(path, Permissions::from_mode(was)).unwrap();
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn as_user(fixture: &Fixture, user: u32, words: &[&str]) -> Output {
    let mut command = fixture.vestnik(words);
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        command.uid(user).gid(user);
    }
    command.output().unwrap()
}

/// Gives a folder and all in it to a user.
fn give_away(path: &Path, user: u32) {
    // Only root can, and only root needs to.
    _ = chown(path, Some(user), Some(user));
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap().flatten() {
            give_away(&entry.path(), user);
        }
    }
}
