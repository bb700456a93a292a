//! One file of a corpus, and the releases in it by its format.
//!
//! Gives releases their ids and their origin; what the bytes mean is the business of the formats.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    decode::decode,
    digest::{Digest, Digesting},
    fields::Fault,
    html, json,
    jsonl::{LONGEST_LINE, Lines},
    text,
};
use crate::{
    error::{Error, Result},
    release::{Origin, Release},
};

/// The largest file that is read whole, in bytes; a file of many releases may be of any size.
const LARGEST: u64 = 64 << 20;

/// How many bytes of a large file are read at a time.
const READ_AT_ONCE: usize = 256 << 10;

/// A file of a corpus that may hold releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The corpus folder, absolute.
    pub root: PathBuf,
    /// The path below the root, with `/` between its parts.
    pub name: String,
    /// The size in bytes when it was found.
    pub size: u64,
    /// When it was last changed, as of when it was found.
    pub modified: SystemTime,
    /// When its contents or what the system keeps of it last changed, where the system tells: a copy
    /// that brings an old `modified` along does not bring this.
    pub changed: SystemTime,
}

/// The releases of one file, in its order; those that cannot be read are items too.
#[derive(Debug)]
pub struct Releases(Inner, Digest);

#[derive(Debug)]
enum Inner {
    One(Option<Box<Release>>),
    Many(Box<Lines<BufReader<Digesting<File>>>>),
}

#[derive(Clone, Copy)]
enum Format {
    Text,
    Html,
    Json,
    JsonLines,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::Text),
            "html" | "htm" => Some(Self::Html),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// Whether files of this name hold releases.
pub(super) fn is_read(path: &Path) -> bool {
    Format::of(path).is_some()
}

impl SourceFile {
    /// The file's whole path.
    pub fn path(&self) -> PathBuf {
        self.root.join(&self.name)
    }

    /// Reads the file. Its name decides the format; a file of many releases is read as it is asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] where the system refuses it; [`Error::Malformed`] where it holds no release or
    /// is larger than 64 MB. An item is [`Error::Malformed`] where one line is at fault, and
    /// [`Error::DuplicateId`] where a line has the id of an earlier one.
    pub fn releases(&self) -> Result<Releases> {
        let path = self.path();
        let format = Format::of(&path).ok_or_else(|| {
            self.malformed(
                "is not a kind of file that releases are read from; give .txt, .html, .json or .jsonl".into(),
            )
        })?;
        let file = File::open(&path).map_err(|source| self.unreadable(source))?;
        if let Format::JsonLines = format {
            let digest = Digest::default();
            let input = BufReader::with_capacity(READ_AT_ONCE, Digesting::new(file, digest.clone()));
            let lines = Lines::new(input, LONGEST_LINE, self.root.clone(), self.name.clone());
            return Ok(Releases(Inner::Many(Box::new(lines)), digest));
        }
        let bytes = self.whole(file)?;
        let digest = Digest::of(&bytes);
        let release = read(format, &bytes, &self.name).map_err(|fault| self.malformed(fault))?;
        let origin = Origin { root: self.root.clone(), file: self.name.clone(), line: None };
        let release = Release { id: self.name.clone(), origin: Some(origin), ..release };
        Ok(Releases(Inner::One(Some(Box::new(release))), digest))
    }

    /// The BLAKE3 digest of the file's bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] where the system refuses it.
    pub fn digest(&self) -> Result<[u8; 32]> {
        let digest = Digest::default();
        let file = File::open(self.path()).map_err(|source| self.unreadable(source))?;
        let mut file = BufReader::with_capacity(READ_AT_ONCE, Digesting::new(file, digest.clone()));
        io::copy(&mut file, &mut io::sink()).map_err(|source| self.unreadable(source))?;
        Ok(digest.so_far())
    }

    fn whole(&self, file: File) -> Result<Vec<u8>> {
        let size = file.metadata().map_err(|source| self.unreadable(source))?.len();
        let mut bytes = Vec::new();
        if size <= LARGEST {
            file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|source| self.unreadable(source))?;
        }
        if size.max(bytes.len() as u64) > LARGEST {
            return Err(self.malformed(
                "is larger than 64 MB; put its releases one object a line into a .jsonl file".into(),
            ));
        }
        Ok(bytes)
    }

    fn unreadable(&self, source: io::Error) -> Error {
        Error::Read { path: self.path(), source }
    }

    fn malformed(&self, fault: Fault) -> Error {
        Error::Malformed { path: self.path(), line: fault.line, reason: fault.reason }
    }
}

fn read(format: Format, bytes: &[u8], name: &str) -> Result<Release, Fault> {
    match format {
        Format::Text => {
            let file_name = name.rsplit_once('/').map_or(name, |(_, file_name)| file_name);
            text::read(&decode(bytes, None)?, file_name)
        }
        Format::Html => html::read(&decode(bytes, html::declared_charset(bytes).as_deref())?),
        Format::Json | Format::JsonLines => json::read(&decode(bytes, None)?),
    }
}

impl Releases {
    /// The BLAKE3 digest of the bytes read so far: of the whole file once there are no more releases.
    pub fn digest(&self) -> [u8; 32] {
        self.1.so_far()
    }
}

impl Iterator for Releases {
    type Item = Result<Release>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Inner::One(release) => release.take().map(|release| Ok(*release)),
            Inner::Many(lines) => lines.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::corpus::{Corpus, Found};

    fn file(root: &Path, name: &str) -> SourceFile {
        let long_ago = SystemTime::UNIX_EPOCH;
        let (root, name) = (root.to_owned(), name.to_owned());
        SourceFile { root, name, size: 0, modified: long_ago, changed: long_ago }
    }

    #[test]
    fn each_format_gives_ids_and_origins() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("un")).unwrap();
        // «Мир» in windows-1251, in a page that says so.
        let page = b"<meta charset=windows-1251><title>\xCC\xE8\xF0</title>\xCF\xF0\xE8\xE2\xE5\xF2";
        let files: [(&str, &[u8], &str); 5] = [
            (
                "un/2024-05-13-a.TXT",
                "Мир\n\nПривет".as_bytes(),
                "un/2024-05-13-a.TXT|Мир|Привет|2024-05-13|-",
            ),
            ("un/b.htm", page, "un/b.htm|Мир|Привет||-"),
            ("un/c.json", r#"{"id":5,"title":"Мир"}"#.as_bytes(), "un/c.json|Мир|||5"),
            ("d.jsonl", "\n{\"_id\":\"x\",\"title\":\"Мир\"}".as_bytes(), "d.jsonl#x|Мир|||x"),
            ("e.ndjson", r#"{"title":"Мир"}"#.as_bytes(), "e.ndjson#L1|Мир|||-"),
        ];
        for (name, bytes, expected) in files {
            fs::write(root.join(name), bytes).unwrap();
            let mut reading = file(root, name).releases().unwrap();
            let releases: Vec<Release> = reading.by_ref().map(Result::unwrap).collect();
            assert_eq!(reading.digest(), *blake3::hash(bytes).as_bytes(), "{name}");
            assert_eq!(file(root, name).digest().unwrap(), reading.digest(), "{name}");
            let [release] = &releases[..] else { panic!("{name}: {}", releases.len()) };
            let date = release.date.map(|date| date.to_string()).unwrap_or_default();
            let record = release.record.as_deref().unwrap_or("-");
            let shown =
                [release.id.as_str(), &release.title, &release.body, &date, record].map(str::to_owned);
            assert_eq!(shown.join("|"), expected);
            assert_eq!(release.origin.as_ref().unwrap().path(), root.join(name));
        }
    }

    #[test]
    fn what_is_no_release_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let files: [(&str, &[u8], &str); 6] = [
            ("a.txt", b"", "a.txt: is empty"),
            ("b.txt", b"%PDF-1.4\0", "b.txt: looks binary"),
            ("c.html", b"<html></html>", "c.html: has no words"),
            ("d.json", b"{\n\"title\": 1}", "d.json, line 2: \"title\" is a number"),
            ("e.docx", b"PK", "e.docx: is not a kind of file"),
            ("f.json", b"[]", "f.json: holds a list"),
        ];
        for (name, bytes, expected) in files {
            fs::write(root.join(name), bytes).unwrap();
            let message = file(root, name).releases().unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        File::create(root.join("big.txt")).unwrap().set_len(LARGEST + 1).unwrap();
        let message = file(root, "big.txt").releases().unwrap_err().to_string();
        assert!(message.contains("big.txt: is larger than 64 MB"), "{message}");
        assert!(matches!(file(root, "none.txt").releases(), Err(Error::Read { .. })));
    }

    #[test]
    fn real_pages_come_out_clean() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/releases/debian-news");
        if !folder.is_dir() {
            eprintln!("skipped: no {}", folder.display());
            return;
        }
        let corpus = Corpus::open(&[folder], &[]).unwrap();
        let (mut count, mut dated) = (0, 0);
        for found in corpus.files() {
            let Found::File(file) = found else { panic!("{found:?}") };
            for release in file.releases().unwrap().map(Result::unwrap) {
                count += 1;
                let Release { id, title, body, date, extra, .. } = release;
                assert!(!title.is_empty() && !body.is_empty(), "{id}");
                // Surveys of a year give a word for a date.
                assert!(date.is_some() || extra.contains_key("date"), "{id}");
                dated += usize::from(date.is_some());
                let text = format!("{title}\n{body}").to_lowercase();
                for markup in
                    ["</", "<p>", "<p ", "<a ", "<li", "<em>", "<br", "<strong", "<!--", "&nbsp;", "&amp;"]
                {
                    assert!(!text.contains(markup), "{id}: {markup}");
                }
            }
        }
        assert_eq!((count, dated), (231, 209));
    }
}
