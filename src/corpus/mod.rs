//! A corpus on disk: which files it has, and the releases in them.
//!
//! Turns files into plain [`Release`](crate::release::Release)s and knows nothing of terms or
//! indexes. Nothing is dropped silently: what is not read is named, as passed over or as failed.

mod digest;
mod file;
mod folders;
mod readers;
mod walk;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

pub use file::{ReadFile, SourceFile};
pub use folders::{FolderRules, Folders};
#[cfg(feature = "converters")]
pub use readers::Converter;
#[cfg(feature = "sqlite")]
pub use readers::DatabaseQuery;
pub(crate) use readers::ReadersDigest;
#[cfg(all(feature = "converters", feature = "pdf"))]
pub use readers::answer_pdf;
pub use readers::{FieldMapping, Format, Limits, ReadOptions, formats};
pub use walk::Found;

/// Folders and files to read releases from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    places: Vec<Place>,
    /// Every folder that files are named from.
    roots: Vec<PathBuf>,
    options: ReadOptions,
    follow_links: bool,
}

/// A folder of a corpus and the part of it that was asked for.
///
/// Files are named from the root, so that reading a part of a corpus gives the same ids as reading
/// all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder that names are counted from, absolute.
    pub root: PathBuf,
    /// The file or folder below the root, with `/` between its parts; empty for the whole root.
    pub below: String,
}

impl Corpus {
    /// A corpus of these files and folders.
    ///
    /// A path inside a known root becomes a part of that root; any other folder becomes a root, and
    /// any other file a part of its folder. Paths inside one another are read once: a known root
    /// inside a folder is read as the root that it is, and the folder without it.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] where a path does not exist; [`Error::Malformed`] where its name is not UTF-8.
    pub fn open(paths: &[PathBuf], known_roots: &[PathBuf]) -> Result<Self> {
        let asked = paths.iter().map(|path| canonical(path)).collect::<Result<Vec<_>>>()?;
        let mut places: Vec<Place> = Vec::new();
        for path in &asked {
            let place = place(path, known_roots, &asked)?;
            if places.iter().any(|other| other.holds(&place)) {
                continue;
            }
            places.retain(|other| !place.holds(other));
            let inside = known_roots.iter().filter(|root| **root != place.root && root.starts_with(path));
            let inside: Vec<Place> = inside
                .filter(|root| root.is_dir())
                .map(|root| Place { root: root.clone(), below: String::new() })
                .filter(|inner| !places.contains(inner))
                .collect();
            places.push(place);
            places.extend(inside);
        }
        let mut roots = known_roots.to_vec();
        roots.extend(places.iter().map(|place| place.root.clone()));
        Ok(Self { places, roots, options: ReadOptions::default(), follow_links: false })
    }

    /// The same corpus, read with other limits, field names and rules for folders.
    #[must_use]
    pub fn with_options(self, options: ReadOptions) -> Self {
        Self { options, ..self }
    }

    /// The same corpus with symbolic links that lead out of its folders: they are refused by default, because
    /// the contents of any file that they lead to could then be searched.
    #[must_use]
    pub fn follow_links(self, follow_links: bool) -> Self {
        Self { follow_links, ..self }
    }

    /// How the files are read.
    pub fn options(&self) -> &ReadOptions {
        &self.options
    }

    /// The places that the corpus is made of.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Everything found in the places: in their order, and within each by name, the same every time.
    ///
    /// Files that cannot be read are items too, and the walk goes on behind them.
    pub fn files(&self) -> impl Iterator<Item = Found> + '_ {
        self.places.iter().flat_map(|place| self.files_of(place))
    }

    /// Everything found in one place, except what belongs to another root.
    pub(crate) fn files_of<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = Found> + 'a {
        walk::below(place, &self.roots, &self.options, self.follow_links)
    }
}

impl Place {
    /// The file or folder that was asked for, absolute.
    pub fn path(&self) -> PathBuf {
        if self.below.is_empty() { self.root.clone() } else { self.root.join(&self.below) }
    }

    fn holds(&self, other: &Self) -> bool {
        self.root == other.root && other.path().starts_with(self.path())
    }
}

fn canonical(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|source| Error::Read { path: path.to_owned(), source })
}

fn place(path: &Path, known: &[PathBuf], asked: &[PathBuf]) -> Result<Place> {
    // Of nested known roots the nearest one gave the file its id; of folders asked for together
    // the outermost one holds the rest.
    let known = known.iter().filter(|root| path.starts_with(root)).max_by_key(|root| root.as_os_str().len());
    let asked = || {
        let around = asked.iter().filter(|root| path.starts_with(root) && root.is_dir());
        around.min_by_key(|root| root.as_os_str().len())
    };
    let root = known.or_else(asked).map(PathBuf::as_path).or(path.parent()).unwrap_or(path);
    if root.to_str().is_none() {
        return Err(not_utf8(root));
    }
    Ok(Place { root: root.to_owned(), below: name_below(root, path)? })
}

/// A path's name below a root, with `/` between its parts.
fn name_below(root: &Path, path: &Path) -> Result<String> {
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    let names: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
    names.map(|names| names.join("/")).ok_or_else(|| not_utf8(path))
}

fn not_utf8(path: &Path) -> Error {
    let reason = "has a name that is not UTF-8; rename it".to_owned();
    Error::Malformed { path: path.to_owned(), line: None, reason }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Paths asked for; known roots; root and part of each place.
    type Row<'a> = (&'a [&'a str], &'a [&'a str], &'a [(&'a str, &'a str)]);

    #[test]
    fn places_follow_known_roots() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("un/old")).unwrap();
        for name in ["a.txt", "un/b.txt", "un/old/c.txt"] {
            fs::write(top.join(name), "Заголовок").unwrap();
        }
        let table: [Row; 14] = [
            (&["un"], &[], &[("un", "")]),
            (&["un/b.txt"], &[], &[("un", "b.txt")]),
            (&["un/b.txt"], &[""], &[("", "un/b.txt")]),
            (&["un"], &["un"], &[("un", "")]),
            (&["un/old"], &["", "un"], &[("un", "old")]),
            (&["un/old/c.txt"], &["un"], &[("un", "old/c.txt")]),
            (&["un"], &["u", "un/old"], &[("un", ""), ("un/old", "")]),
            (&[""], &["un/old", "un"], &[("", ""), ("un/old", ""), ("un", "")]),
            (&["un/old", ""], &["un/old"], &[("un/old", ""), ("", "")]),
            (&["", "un"], &[], &[("", "")]),
            (&["un/old", "un"], &[], &[("un", "")]),
            (&["un/b.txt", "a.txt"], &[], &[("un", "b.txt"), ("", "a.txt")]),
            (&["un/b.txt", "un/old/../b.txt"], &[], &[("un", "b.txt")]),
            (&[], &["un"], &[]),
        ];
        for (paths, known, expected) in table {
            let under = |names: &[&str]| names.iter().map(|name| top.join(name)).collect::<Vec<_>>();
            let corpus = Corpus::open(&under(paths), &under(known)).unwrap();
            let found: Vec<_> =
                corpus.places().iter().map(|place| (place.root.clone(), place.below.as_str())).collect();
            let expected: Vec<_> = expected.iter().map(|(root, below)| (top.join(root), *below)).collect();
            assert_eq!(found, expected, "{paths:?} {known:?}");
        }
    }

    #[test]
    fn a_missing_path_is_named() {
        let missing = PathBuf::from("/nowhere/at/all");
        let error = Corpus::open(std::slice::from_ref(&missing), &[]).unwrap_err();
        assert!(matches!(error, Error::Read { path, .. } if path == missing));
    }
}
