//! One file of a corpus: opens it, takes its digest and reads the releases in it.
//!
//! What the bytes mean is left to the readers.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    ops::ControlFlow,
    path::PathBuf,
    sync::atomic::AtomicBool,
    time::SystemTime,
};

use super::{
    digest::{Digest, Digesting},
    readers::{self, Budget, Fault, Input, Output, ReadOptions},
};
use crate::{
    error::{Error, Result},
    release::Release,
};

/// How many bytes are read at a time to take a digest.
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
    /// When its contents or what the system keeps of it last changed, where the system records it: a copy
    /// that preserves an old `modified` does not preserve this.
    pub changed: SystemTime,
}

/// How a file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadFile {
    /// The name of the reader, as in [`formats`](super::formats).
    pub reader: &'static str,
    /// The BLAKE3 digest of the bytes that were there when the file was found.
    pub digest: [u8; 32],
    /// How many parts of a container were of a kind that holds no releases, such as images.
    pub passed_over: u64,
}

impl SourceFile {
    /// The file's whole path.
    pub fn path(&self) -> PathBuf {
        self.root.join(&self.name)
    }

    /// Reads the file and passes each release to `sink`, in the order of the file, and each part that cannot be
    /// read as an error. Bytes that were written after the file was found are left for the next time.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] where the system refuses the file; [`Error::Malformed`] where no more of it can be read;
    /// [`Error::Interrupted`] where `stop` is set or `sink` breaks. An item is [`Error::Malformed`] where one
    /// line or part is at fault, and [`Error::DuplicateId`] where one has the id of an earlier one.
    pub fn read(
        &self,
        options: &ReadOptions,
        stop: &AtomicBool,
        sink: &mut dyn FnMut(Result<Release>) -> ControlFlow<()>,
    ) -> Result<ReadFile> {
        let path = self.path();
        let file = File::open(&path).map_err(|source| self.unreadable(source))?;
        let digest = Digest::default();
        let mut content = Digesting::new(file.take(self.size), digest.clone());
        let budget = Budget::new(options, stop);
        let mut output = Output::new(&self.root, &self.name, &budget, sink);
        output.source = options.folders.source(&path);
        output.size = self.size;
        let mut input = Input::file(&path, &self.name, &mut content, options, &budget);
        let done = readers::read(&mut input, &mut output);
        drop(input);
        let (reader, passed_over) = (output.reader(), output.passed_over());
        let done = output.finish().and(done);
        done.map_err(|fault| self.fault(fault))?;
        // What the reader had no need of is a part of the digest all the same.
        io::copy(&mut content, &mut io::sink()).map_err(|source| self.unreadable(source))?;
        Ok(ReadFile { reader, digest: digest.so_far(), passed_over })
    }

    /// Reads all releases of the file at once, with the default options. Memory holds them all.
    ///
    /// # Errors
    ///
    /// As [`SourceFile::read`].
    pub fn releases(&self) -> Result<Vec<Result<Release>>> {
        let mut releases = Vec::new();
        self.read(&ReadOptions::default(), &AtomicBool::new(false), &mut |release| {
            releases.push(release);
            ControlFlow::Continue(())
        })?;
        Ok(releases)
    }

    /// The BLAKE3 digest of the file's bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] where the system refuses it.
    pub fn digest(&self) -> Result<[u8; 32]> {
        let digest = Digest::default();
        let file = File::open(self.path()).map_err(|source| self.unreadable(source))?;
        let file = Digesting::new(file.take(self.size), digest.clone());
        let mut file = BufReader::with_capacity(READ_AT_ONCE, file);
        io::copy(&mut file, &mut io::sink()).map_err(|source| self.unreadable(source))?;
        Ok(digest.so_far())
    }

    fn unreadable(&self, source: io::Error) -> Error {
        Error::Read { path: self.path(), source }
    }

    fn fault(&self, fault: Fault) -> Error {
        let path = self.path();
        match fault {
            Fault::Malformed { line, reason } => Error::Malformed { path, line, reason },
            Fault::Unreadable(source) => Error::Read { path, source },
            Fault::Unknown => {
                let reason =
                    format!("is not a kind of file that releases are read from; give {}", readers::kinds());
                Error::Malformed { path, line: None, reason }
            }
            Fault::Cancelled => Error::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, time::Duration};

    use super::*;
    use crate::corpus::{Corpus, Found};

    fn file(root: &Path, name: &str) -> SourceFile {
        let long_ago = SystemTime::UNIX_EPOCH;
        let (root, name) = (root.to_owned(), name.to_owned());
        let size = fs::metadata(root.join(&name)).map_or(0, |about| about.len());
        SourceFile { root, name, size, modified: long_ago, changed: long_ago }
    }

    fn read(file: &SourceFile) -> Result<(Vec<Result<Release>>, ReadFile)> {
        let mut found = Vec::new();
        let read = file.read(&ReadOptions::default(), &AtomicBool::new(false), &mut |item| {
            found.push(item);
            ControlFlow::Continue(())
        })?;
        Ok((found, read))
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
            let (releases, done) = read(&file(root, name)).unwrap();
            let releases: Vec<Release> = releases.into_iter().map(Result::unwrap).collect();
            assert_eq!(done.digest, *blake3::hash(bytes).as_bytes(), "{name}");
            assert_eq!(file(root, name).digest().unwrap(), done.digest, "{name}");
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
    fn waiting_for_the_caller_costs_no_reading_time() {
        let folder = tempfile::tempdir().unwrap();
        let lines = "{\"title\":\"Один\"}\n{\"title\":\"Два\"}\n{\"title\":\"Три\"}\n";
        fs::write(folder.path().join("a.jsonl"), lines).unwrap();
        let mut options = ReadOptions::default();
        options.limits.time = Duration::from_millis(400);
        let mut releases = 0;
        let mut slow = |item: Result<Release>| {
            std::thread::sleep(Duration::from_millis(500));
            releases += usize::from(item.is_ok());
            ControlFlow::Continue(())
        };
        file(folder.path(), "a.jsonl").read(&options, &AtomicBool::new(false), &mut slow).unwrap();
        assert_eq!(releases, 3);
    }

    #[test]
    fn what_is_no_release_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let files: [(&str, &[u8], &str); 6] = [
            ("a.txt", b"", "a.txt: is empty"),
            ("b.txt", b"MZ\x90\0", "b.txt: looks binary"),
            ("c.html", b"<html></html>", "c.html: has no words"),
            ("d.json", b"{\n\"title\": 1}", "d.json, line 2: \"title\" is a number"),
            ("e.exe", b"PK", "e.exe: is not a kind of file"),
            ("f.json", b"[]", "f.json: holds an empty list"),
        ];
        for (name, bytes, expected) in files {
            fs::write(root.join(name), bytes).unwrap();
            let message = file(root, name).releases().unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        File::create(root.join("big.txt")).unwrap().set_len((64 << 20) + 1).unwrap();
        let message = file(root, "big.txt").releases().unwrap_err().to_string();
        assert!(message.contains("big.txt: is larger than 64 MB"), "{message}");
        assert!(matches!(file(root, "none.txt").releases(), Err(Error::Read { .. })));
    }

    #[test]
    #[ignore = "needs ../shared"]
    fn shared_pages_come_out_clean() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/releases/debian-news");
        let corpus = Corpus::open(&[folder], &[]).unwrap();
        let (mut count, mut dated) = (0, 0);
        for found in corpus.files() {
            let Found::File(file) = found else { panic!("{found:?}") };
            for release in file.releases().unwrap().into_iter().map(Result::unwrap) {
                count += 1;
                let Release { id, title, body, date, extra, .. } = release;
                assert!(!title.is_empty() && !body.is_empty(), "{id}");
                // Surveys of a year give a word for a date; a few of them have a day in the name of their file.
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
        assert_eq!((count, dated), (231, 215));
    }
}
