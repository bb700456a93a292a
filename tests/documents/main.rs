//! Documents made with real tools, read through the public API.
//!
//! `files/` and `truth/` were made by `make.sh` from releases in `corpus/`; the same script makes any number of them.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod accuracy;
#[cfg(unix)]
mod converters;
mod damaged;
mod folder;
mod hostile;

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::SystemTime,
};

use vestnik::{
    Error, Release,
    corpus::{ReadOptions, SourceFile},
};

/// The folder of the fixtures.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents")
}

/// The names of the fixtures, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// What a file holds: its releases, and failures of parts and of the whole.
fn read(root: &Path, name: &str) -> (Vec<Release>, Vec<Error>) {
    read_with(root, name, &ReadOptions::default())
}

fn read_with(root: &Path, name: &str, options: &ReadOptions) -> (Vec<Release>, Vec<Error>) {
    let size = fs::metadata(root.join(name)).map_or(0, |about| about.len());
    let (modified, changed) = (SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH);
    let file = SourceFile { root: root.to_owned(), name: name.to_owned(), size, modified, changed };
    let (mut releases, mut failures) = (Vec::new(), Vec::new());
    let read = file.read(options, &AtomicBool::new(false), &mut |item| {
        match item {
            Ok(release) => releases.push(release),
            Err(error) => failures.push(error),
        }
        ControlFlow::Continue(())
    });
    failures.extend(read.err());
    (releases, failures)
}

/// The same for bytes, which are put into a file of this name.
fn read_bytes(name: &str, bytes: &[u8]) -> (Vec<Release>, Vec<Error>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    read(folder.path(), name)
}
