//! Speed of the document readers next to the usual converters, in one run on the same files.
//!
//! `cargo bench --bench documents [FOLDER]`: for each extension the megabytes a second of files that are read, and
//! those of `pdftotext` or `pandoc` where they are installed. Converters are started once a file, as an indexer that
//! calls them does. FOLDER is `tests/documents/files` unless given; `tests/documents/make.sh` makes more.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::{
    collections::BTreeMap,
    env, fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::AtomicBool,
    time::{Duration, Instant, SystemTime},
};

use vestnik::corpus::{ReadOptions, SourceFile};

/// The least time for which each extension is measured.
const AT_LEAST: Duration = Duration::from_secs(1);

fn main() {
    let given = env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let folder = given
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/files"), PathBuf::from);
    let mut kinds: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    for entry in fs::read_dir(&folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let extension = name.rsplit('.').next().unwrap_or_default().to_owned();
        kinds.entry(extension).or_default().push((name, entry.metadata().unwrap().len()));
    }
    println!("| format | files | MB | MB/s | peer | MB/s |\n| --- | --- | --- | --- | --- | --- |");
    for (extension, mut files) in kinds {
        files.sort();
        let size: u64 = files.iter().map(|(_, size)| size).sum();
        let own = speed(size, || files.iter().for_each(|(name, size)| read(&folder, name, *size)));
        let peer: Option<(&str, &[&str])> = match extension.as_str() {
            "pdf" => Some(("pdftotext", &["-enc", "UTF-8"])),
            "docx" | "odt" | "rtf" | "epub" => Some(("pandoc", &["-t", "plain"])),
            _ => None,
        };
        let peer = peer.filter(|(program, _)| Command::new(program).arg("-v").output().is_ok());
        let (name, theirs) = match peer {
            Some((program, arguments)) => {
                let convert = |file: &Path| {
                    let mut command = Command::new(program);
                    command.args(arguments).arg(file).stdout(Stdio::null()).stderr(Stdio::null());
                    if program == "pdftotext" {
                        command.arg("-");
                    }
                    command.status().unwrap();
                };
                let run = || files.iter().for_each(|(name, _)| convert(&folder.join(name)));
                (program, format!("{:.2}", speed(size, run)))
            }
            None => ("", String::new()),
        };
        let (count, megabytes) = (files.len(), size as f64 / 1e6);
        println!("| {extension} | {count} | {megabytes:.2} | {own:.2} | {name} | {theirs} |");
    }
}

/// The speed in MB/s of `run`, which reads `size` bytes and is repeated for at least `AT_LEAST`.
fn speed(size: u64, run: impl Fn()) -> f64 {
    let (started, mut rounds) = (Instant::now(), 0);
    while rounds == 0 || started.elapsed() < AT_LEAST {
        run();
        rounds += 1;
    }
    size as f64 * f64::from(rounds) / 1e6 / started.elapsed().as_secs_f64()
}

fn read(root: &Path, name: &str, size: u64) {
    let (modified, changed) = (SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH);
    let file = SourceFile { root: root.to_owned(), name: name.to_owned(), size, modified, changed };
    let _ = file.read(&ReadOptions::default(), &AtomicBool::new(false), &mut |_| ControlFlow::Continue(()));
}
