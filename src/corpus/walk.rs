//! Walks a place of a corpus, folder by folder and by name.
//!
//! Looks at names and kinds, and at the first bytes of files whose names say nothing. What it does not hand on as
//! a source file it hands on as passed over or failed.

use std::{
    fs::Metadata,
    io, iter,
    path::{Path, PathBuf},
    time::SystemTime,
};

use walkdir::{DirEntry, WalkDir};

use super::{Place, ReadOptions, SourceFile, name_below, readers};
use crate::error::{Error, Result};

/// One thing found in a corpus.
#[derive(Debug)]
pub enum Found {
    /// A file to read releases from.
    File(SourceFile),
    /// A file of another kind, an excluded or hidden file or folder, or an index: not a release and not an error.
    PassedOver(PathBuf),
    /// A file or folder that could not be looked at; the rest is found all the same.
    Failed(Error),
}

/// A folder of this name with this file in it is a part of an index, which may lie among the releases;
/// its own records are no releases.
const INDEX_PART: &str = "generation-";
const INDEX_MARK: &str = ".managed.json";

/// Everything below a place except folders that are roots themselves. A link that leads out of the root is only
/// followed where that is asked for.
pub(super) fn below<'a>(
    place: &'a Place,
    roots: &'a [PathBuf],
    options: &'a ReadOptions,
    follow_links: bool,
) -> impl Iterator<Item = Found> + 'a {
    let mut walk = WalkDir::new(place.path()).follow_links(true).sort_by_file_name().into_iter();
    iter::from_fn(move || {
        loop {
            let entry = match walk.next()? {
                Ok(entry) => entry,
                Err(error) => return Some(Found::Failed(unreadable(error, place))),
            };
            let folder = entry.file_type().is_dir();
            if folder && entry.depth() > 0 && roots.iter().any(|root| root == entry.path()) {
                walk.skip_current_dir();
                continue;
            }
            let excluded = entry.depth() > 0 && !options.folders.admit(entry.path(), folder);
            if excluded || is_hidden(&entry) || folder && is_of_an_index(&entry) {
                if folder {
                    walk.skip_current_dir();
                }
                return Some(Found::PassedOver(entry.into_path()));
            }
            if !follow_links && entry.path_is_symlink() && !leads_inside(&entry, place) {
                if folder {
                    walk.skip_current_dir();
                }
                return Some(Found::Failed(leads_outside(&entry)));
            }
            if !folder {
                return Some(looked_at(entry, place, options));
            }
        }
    })
}

/// What was asked for by name is never hidden.
fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Whether what a link leads to is below the root.
fn leads_inside(entry: &DirEntry, place: &Place) -> bool {
    entry.path().canonicalize().is_ok_and(|target| target.starts_with(&place.root))
}

fn leads_outside(entry: &DirEntry) -> Error {
    let reason =
        "is a link that leads out of the corpus folder; remove it, or follow it with `--follow-links`";
    Error::Malformed { path: entry.path().to_owned(), line: None, reason: reason.to_owned() }
}

fn is_of_an_index(entry: &DirEntry) -> bool {
    let named = entry.file_name().as_encoded_bytes().starts_with(INDEX_PART.as_bytes());
    entry.depth() > 0 && named && Path::is_file(&entry.path().join(INDEX_MARK))
}

fn looked_at(entry: DirEntry, place: &Place, options: &ReadOptions) -> Found {
    if entry.file_type().is_file() && readers::is_read(entry.path(), options) {
        return source_file(&entry, place).map_or_else(Found::Failed, Found::File);
    }
    if entry.depth() > 0 {
        return Found::PassedOver(entry.into_path());
    }
    let reason = format!("is not a kind of file that releases are read from; give {}", readers::kinds());
    Found::Failed(Error::Malformed { path: entry.into_path(), line: None, reason })
}

fn source_file(entry: &DirEntry, place: &Place) -> Result<SourceFile> {
    let name = name_below(&place.root, entry.path())?;
    let about = entry.metadata().map_err(|error| unreadable(error, place))?;
    let modified =
        about.modified().map_err(|source| Error::Read { path: entry.path().to_owned(), source })?;
    let changed = changed(&about).unwrap_or(modified);
    Ok(SourceFile { root: place.root.clone(), name, size: about.len(), modified, changed })
}

#[cfg(unix)]
fn changed(about: &Metadata) -> Option<SystemTime> {
    use std::{os::unix::fs::MetadataExt, time::Duration};
    let seconds = Duration::from_secs(about.ctime().try_into().ok()?);
    let rest = Duration::from_nanos(about.ctime_nsec().try_into().ok()?);
    SystemTime::UNIX_EPOCH.checked_add(seconds + rest)
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> Option<SystemTime> {
    None
}

fn unreadable(error: walkdir::Error, place: &Place) -> Error {
    let path = error.path().map_or_else(|| place.path(), PathBuf::from);
    let source = match error.loop_ancestor() {
        Some(above) => io::Error::other(format!(
            "it leads back to {}, which contains it; remove the link",
            above.display()
        )),
        None => error.into_io_error().unwrap_or_else(|| io::Error::other("the walk stopped here")),
    };
    Error::Read { path, source }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, fs, os::unix, os::unix::ffi::OsStrExt};

    use super::*;
    use crate::corpus::Corpus;

    fn walked(corpus: &Corpus) -> Vec<String> {
        let root = corpus.places()[0].root.clone();
        let name = |path: PathBuf| path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().into_owned();
        let shown = |found| match found {
            Found::File(file) => format!("{} {}", file.name, file.size),
            Found::PassedOver(path) => format!("over {}", name(path)),
            Found::Failed(Error::Read { path, .. }) => format!("unread {}", name(path)),
            Found::Failed(Error::Malformed { path, .. }) => format!("malformed {}", name(path)),
            Found::Failed(error) => error.to_string(),
        };
        corpus.files().map(shown).collect()
    }

    #[test]
    fn everything_is_accounted_for_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        for name in ["un/old", ".git", "пресса"] {
            fs::create_dir_all(top.join(name)).unwrap();
        }
        let files =
            ["b.TXT", "a.html", "un/c.json", "un/old/d.NDJSON", "README.md", ".DS_Store", ".git/e.txt"];
        for name in files.into_iter().chain(["un/style.css", "пресса/ё.htm", "none"]) {
            fs::write(top.join(name), "12").unwrap();
        }
        unix::fs::symlink(top.join("b.TXT"), top.join("un/link.txt")).unwrap();
        unix::fs::symlink(top.join("gone.txt"), top.join("un/broken.txt")).unwrap();
        unix::fs::symlink(top, top.join("un/up")).unwrap();
        fs::write(top.join(OsStr::from_bytes(b"\xEF\xF0.txt")), "12").unwrap();

        let corpus = Corpus::open(&[top.to_owned()], &[]).unwrap();
        let expected = [
            "over .DS_Store",
            "over .git",
            "over README.md",
            "a.html 2",
            "b.TXT 2",
            "over none",
            "unread un/broken.txt",
            "un/c.json 2",
            "un/link.txt 2",
            "un/old/d.NDJSON 2",
            "over un/style.css",
            "unread un/up",
            "пресса/ё.htm 2",
            "malformed \u{FFFD}\u{FFFD}.txt",
        ];
        assert_eq!(walked(&corpus), expected);
    }

    #[test]
    fn bytes_decide_where_the_name_says_nothing() {
        let page = b"<!DOCTYPE html><title>1</title>";
        let table: [(&str, &[u8], bool); 12] = [
            ("index.php?id=5", page, true),
            ("article", page, true),
            ("news.aspx", b"<html lang=ru>", true),
            ("report.doc", b"{\\rtf1\\ansi 1}", true),
            ("scan", b"%PDF-1.7", true),
            ("Inbox", b"From a@b Mon May 13\nFrom: a\nTo: b\n\n", true),
            ("slides.pptx", b"PK\x03\x04ppt/", false),
            ("a.html.bak", page, false),
            ("a.html~", page, false),
            ("LICENSE", b"MIT", false),
            ("old.doc", b"\xD0\xCF\x11\xE0", false),
            ("empty", b"", false),
        ];
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes, _) in table {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let found = walked(&Corpus::open(&[folder.path().to_owned()], &[]).unwrap());
        for (name, bytes, expected) in table {
            let shown = format!("{name} {}", bytes.len());
            assert_eq!(found.contains(&shown), expected, "{name}: {found:?}");
        }
    }

    #[test]
    fn links_stay_inside_the_corpus_and_special_files_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let (top, outside) = (folder.path().join("corpus"), folder.path().join("outside"));
        for name in ["corpus/un", "outside"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        for path in [outside.join("secret.txt"), top.join("a.txt")] {
            fs::write(path, "12").unwrap();
        }
        let links = [("un/inside.txt", top.join("a.txt")), ("un/secret.txt", outside.join("secret.txt"))];
        let devices = [("un/zero.txt", "/dev/zero"), ("un/map.txt", "/proc/self/pagemap")];
        let devices = devices.map(|(name, target)| (name, PathBuf::from(target)));
        for (name, target) in links.into_iter().chain(devices).chain([("un/folder", outside)]) {
            unix::fs::symlink(target, top.join(name)).unwrap();
        }
        assert!(std::process::Command::new("mkfifo").arg(top.join("pipe.txt")).status().unwrap().success());
        let corpus = Corpus::open(std::slice::from_ref(&top), &[]).unwrap();
        let inside = ["a.txt 2", "over pipe.txt"];
        let refused = ["malformed un/folder", "un/inside.txt 2", "malformed un/map.txt"];
        let refused = refused.into_iter().chain(["malformed un/secret.txt", "malformed un/zero.txt"]);
        assert_eq!(walked(&corpus), inside.into_iter().chain(refused).collect::<Vec<_>>());
        let followed = ["un/folder/secret.txt 2", "un/inside.txt 2", "un/map.txt 0", "un/secret.txt 2"];
        let followed = inside.into_iter().chain(followed).chain(["over un/zero.txt"]);
        assert_eq!(walked(&corpus.follow_links(true)), followed.collect::<Vec<_>>());
    }

    #[test]
    fn what_belongs_elsewhere_is_not_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        for name in ["un", "index/generation-000001", "generation-next"] {
            fs::create_dir_all(top.join(name)).unwrap();
        }
        for name in [
            "a.txt",
            "un/b.txt",
            "index/current",
            "index/generation-000001/.managed.json",
            "index/generation-000001/meta.json",
            "generation-next/c.txt",
        ] {
            fs::write(top.join(name), "12").unwrap();
        }
        let corpus = Corpus::open(std::slice::from_ref(&top), &[top.join("un")]).unwrap();
        let found: Vec<String> = walked(&corpus);
        let expected = [
            "a.txt 2",
            "generation-next/c.txt 2",
            "over index/current",
            "over index/generation-000001",
            "b.txt 2",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_part_keeps_the_names_of_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("un/.drafts")).unwrap();
        for name in ["a.txt", "un/b.txt", "un/.drafts/c.txt", "un/d.exe"] {
            fs::write(top.join(name), "12").unwrap();
        }
        let table: [(&str, &[&str]); 4] = [
            ("un", &["over un/.drafts", "un/b.txt 2", "over un/d.exe"]),
            ("un/b.txt", &["un/b.txt 2"]),
            ("un/.drafts", &["un/.drafts/c.txt 2"]),
            ("un/d.exe", &["malformed un/d.exe"]),
        ];
        for (below, expected) in table {
            let corpus = Corpus::open(&[top.join(below)], std::slice::from_ref(&top)).unwrap();
            assert_eq!(walked(&corpus), expected, "{below}");
        }
    }

    #[test]
    fn what_vanished_is_reported_not_fatal() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        fs::write(top.join("a.txt"), "12").unwrap();
        let corpus = Corpus::open(&[top.join("a.txt")], std::slice::from_ref(&top)).unwrap();
        fs::remove_file(top.join("a.txt")).unwrap();
        assert_eq!(walked(&corpus), ["unread a.txt"]);
    }
}
