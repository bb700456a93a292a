//! Reads a BEIR folder: releases from `corpus.jsonl`, queries from `queries.jsonl`, judgments from `qrels`.
//!
//! Reads line by line and keeps ids unchanged. Does not search or score.
//! The format: <https://github.com/beir-cellar/beir/wiki/Load-your-custom-dataset>.

use std::{
    collections::HashMap,
    path::{Path, PathBuf, absolute},
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    lines::{Lines, read_error},
    metrics::Qrels,
};
use crate::{
    error::{Error, Result},
    release::{Origin, Release},
};

/// The corpus inside a BEIR folder.
const CORPUS: &str = "corpus.jsonl";

/// One query as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Names the query in judgments and runs; not empty.
    pub id: String,
    /// What is searched for, in the query language.
    pub text: String,
}

/// The releases of a BEIR corpus, in the order of its file.
///
/// After a malformed line the next one follows; after a failure to read there is nothing more.
pub struct Releases {
    root: PathBuf,
    lines: Lines,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default, rename = "_id")]
    id: Value,
    title: Option<String>,
    text: String,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

#[derive(Deserialize)]
struct QueryLine {
    #[serde(default, rename = "_id")]
    id: Value,
    #[serde(default, rename = "id")]
    other_id: Value,
    text: String,
}

impl Releases {
    /// Opens `corpus.jsonl` in `folder`.
    ///
    /// Each release has `_id` as its id and as its record, `title` (empty where it is absent), `text` as
    /// its body and all other fields in `extra`. Duplicate ids are not rejected here but by the index.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] where the file cannot be opened.
    pub fn open(folder: &Path) -> Result<Self> {
        let root = absolute(folder).map_err(|source| read_error(folder, source))?;
        let lines = Lines::open(&folder.join(CORPUS))?;
        Ok(Self { root, lines })
    }

    fn release(&self, line: &str) -> Result<Release> {
        let document: Document = self.lines.json(line, "`_id`, `title` and `text`")?;
        let id = self.lines.id(document.id)?;
        let origin = Origin {
            root: self.root.clone(),
            file: CORPUS.to_owned(),
            line: Some(self.lines.number),
            ..Origin::default()
        };
        Ok(Release {
            record: Some(id.clone()),
            origin: Some(origin),
            extra: document.extra,
            ..Release::new(id, document.title.unwrap_or_default(), document.text)
        })
    }
}

impl Iterator for Releases {
    type Item = Result<Release>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        Some(line.and_then(|line| self.release(&line)))
    }
}

/// The queries of a file, one JSON object per line with `_id` (or `id`) and `text`. Other fields are ignored.
///
/// A line that is no query, or repeats the id of an earlier one, yields an error. The next line follows.
pub struct Queries {
    lines: Lines,
    /// The line of each id.
    seen: HashMap<String, u64>,
}

impl Queries {
    /// Opens a file of queries.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the file cannot be opened.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { lines: Lines::open(path)?, seen: HashMap::new() })
    }

    fn query(&mut self, line: &str) -> Result<Query> {
        let QueryLine { id, other_id, text } = self.lines.json(line, "`_id` and `text`")?;
        let id = self.lines.id(if id.is_null() { other_id } else { id })?;
        if let Some(first) = self.seen.get(&id) {
            return Err(duplicate_query(&self.lines.path, id, self.lines.number, *first));
        }
        self.seen.insert(id.clone(), self.lines.number);
        Ok(Query { id, text })
    }
}

impl Iterator for Queries {
    type Item = Result<Query>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        Some(line.and_then(|line| self.query(&line)))
    }
}

/// Reads all queries of a file, as [`Queries`] does.
///
/// # Errors
///
/// [`Error::Read`] if the file cannot be read, [`Error::Malformed`] at the first line that is no query,
/// [`Error::DuplicateId`] if two queries have the same id.
pub fn read_queries(path: &Path) -> Result<Vec<Query>> {
    Queries::open(path)?.collect()
}

/// Finds the judgments of a BEIR folder: `qrels.tsv`, else `qrels/test.tsv`.
///
/// # Errors
///
/// [`Error::Malformed`] where neither is a file.
pub fn qrels_file(folder: &Path) -> Result<PathBuf> {
    let places = [folder.join("qrels.tsv"), folder.join("qrels").join("test.tsv")];
    places.into_iter().find(|place| place.is_file()).ok_or_else(|| Error::Malformed {
        path: folder.to_owned(),
        line: None,
        reason: "holds neither qrels.tsv nor qrels/test.tsv; add one of them".to_owned(),
    })
}

/// Reads judgments, one per line: 3 columns `query id grade` as BEIR has them, or 4 columns
/// `query iteration id grade` as TREC has them, separated by tabs or, without any, by white space.
///
/// The first line may be a header, known by a last column `score`, `relevance`, `rel`, `grade` or `label`.
///
/// # Errors
///
/// [`Error::Read`] where the file cannot be read, [`Error::Malformed`] at the first line that is no judgment
/// or judges a release again for the same query, and where there is no judgment at all.
pub fn read_qrels(path: &Path) -> Result<Qrels> {
    let mut lines = Lines::open(path)?;
    let mut qrels = Qrels::new();
    let mut first = true;
    while let Some(line) = lines.next() {
        let line = line?;
        let Some((query, id, grade)) = columns(&line) else {
            return Err(lines.malformed("not a judgment; write 3 columns: query id, release id, grade"));
        };
        if std::mem::take(&mut first) && is_header(grade) {
            continue;
        }
        let Ok(grade) = grade.parse::<i32>() else {
            return Err(lines.malformed(format!("grade {grade:?} is not a whole number; write 0, 1, 2 ...")));
        };
        if qrels.entry(query.to_owned()).or_default().insert(id.to_owned(), grade).is_some() {
            return Err(lines.malformed(format!("query {query:?} judges {id:?} twice; keep one judgment")));
        }
    }
    if qrels.is_empty() {
        let reason = "no judgment in the file; add lines of query id, release id, grade".to_owned();
        return Err(Error::Malformed { path: path.to_owned(), line: None, reason });
    }
    Ok(qrels)
}

/// Query, release and grade of a line, or nothing where the columns are too few, too many or empty.
fn columns(line: &str) -> Option<(&str, &str, &str)> {
    let columns: Vec<&str> = if line.contains('\t') {
        line.split('\t').map(str::trim).collect()
    } else {
        line.split_whitespace().collect()
    };
    let ([query, id, grade] | [query, _, id, grade]) = *columns.as_slice() else { return None };
    (!query.is_empty() && !id.is_empty()).then_some((query, id, grade))
}

fn is_header(grade: &str) -> bool {
    ["score", "relevance", "rel", "grade", "label"].iter().any(|name| grade.eq_ignore_ascii_case(name))
}

pub(super) fn duplicate_query(path: &Path, id: String, line: u64, first: u64) -> Error {
    let first = format!("{}, line {first}", path.display());
    Error::DuplicateId { id, path: path.to_owned(), line: Some(line), first }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;

    /// A folder with one file in it, and the file's path.
    fn file(name: &str, bytes: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn corpus() {
        let text = [
            "\u{feff}{\"_id\":\"a\",\"title\":\"Заголовок\",\"text\":\"Текст.\",\"meta\":{\"url\":\"u\"}}\r",
            "",
            r#"{"_id":7,"title":"","text":""}"#,
            "not json",
            r#"{"_id":"b","title":null,"text":"t"}"#,
        ]
        .join("\n");
        let (folder, path) = file(CORPUS, text);
        let releases: Vec<_> = Releases::open(folder.path()).unwrap().collect();
        let [Ok(a), Ok(seven), Err(broken), Ok(b)] = releases.as_slice() else { panic!("{releases:?}") };

        assert_eq!((a.id.as_str(), a.title.as_str(), a.body.as_str()), ("a", "Заголовок", "Текст."));
        assert_eq!(a.record.as_deref(), Some("a"));
        assert_eq!(serde_json::to_string(&a.extra).unwrap(), r#"{"meta":{"url":"u"}}"#);
        assert_eq!((seven.id.as_str(), seven.title.as_str(), seven.body.as_str()), ("7", "", ""));
        assert_eq!((b.id.as_str(), b.title.as_str()), ("b", ""));
        let origin = b.origin.as_ref().unwrap();
        assert_eq!((origin.path(), origin.line), (path.clone(), Some(5)));
        assert!(broken.to_string().starts_with(&format!("{}, line 4: ", path.display())), "{broken}");
    }

    #[test]
    fn a_corpus_that_cannot_be_read_ends() {
        let folder = TempDir::new().unwrap();
        assert!(matches!(Releases::open(folder.path()), Err(Error::Read { .. })));
        fs::create_dir(folder.path().join(CORPUS)).unwrap();
        // Where a folder can be opened like a file, it fails at the first line, and then no more.
        assert!(Releases::open(folder.path()).map_or(1, Iterator::count) == 1);
    }

    #[test]
    fn queries() {
        let (_folder, path) = file(
            "queries.jsonl",
            r#"{"_id":"q1","text":"банк","metadata":{}}
               {"id":2,"text":"курс рубля"}
               {"_id":"x","id":"y","text":""}"#,
        );
        let got: Vec<_> =
            read_queries(&path).unwrap().into_iter().map(|query| (query.id, query.text)).collect();
        let expected = [("q1", "банк"), ("2", "курс рубля"), ("x", "")];
        assert_eq!(got, expected.map(|(id, text)| (id.to_owned(), text.to_owned())));
    }

    #[test]
    fn queries_that_are_refused() {
        let good = br#"{"_id":"q","text":"t"}"#.as_slice();
        let cases: [(&[u8], &str); 7] = [
            (br#"{"_id":"p"}"#, "line 2: missing field `text`; write one JSON object"),
            (br#"{"_id":"p","text":1}"#, "line 2: invalid type: integer `1`, expected a string; write"),
            (br#"{"text":"t"}"#, "line 2: no id; give it an `_id`"),
            (br#"{"_id":"","text":"t"}"#, "line 2: no id; give it an `_id`"),
            (br#"{"_id":"p","#, "line 2: EOF while parsing a value (byte 11); write"),
            (b"\"\xff\"", "line 2: not UTF-8; save the file as UTF-8"),
            (good, "line 2: id \"q\" is already taken by "),
        ];
        for (second, expected) in cases {
            let (_folder, path) = file("queries.jsonl", [good, second].join(&b"\n"[..]));
            let error = read_queries(&path).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{}, {expected}", path.display())), "{error}\n{expected}");
        }
    }

    #[test]
    fn qrels() {
        let cases = [
            "query-id\tcorpus-id\tscore\nq 1\ta b\t1\nq 1\tc\t0\nq2\ta b\t-2\n",
            "q 1\ta b\t1\r\nq 1\tc\t0\r\n\r\nq2\ta b\t-2",
            "\u{feff}q 1\t0\ta b\t1\nq 1\t0\tc\t0\nq2\t0\ta b\t-2\n",
        ];
        for text in cases {
            let (folder, path) = file("qrels/test.tsv", text);
            assert_eq!(qrels_file(folder.path()).unwrap(), path);
            let got = format!("{:?}", read_qrels(&path).unwrap());
            assert_eq!(got, r#"{"q 1": {"a b": 1, "c": 0}, "q2": {"a b": -2}}"#, "{text:?}");
        }
        let (folder, path) = file("qrels.tsv", "q1 0  a 3\nq1 0 b 1");
        assert_eq!(qrels_file(folder.path()).unwrap(), path);
        assert_eq!(format!("{:?}", read_qrels(&path).unwrap()), r#"{"q1": {"a": 3, "b": 1}}"#);
    }

    #[test]
    fn qrels_that_are_refused() {
        let cases = [
            ("q\ta\t1\nq\ta", ", line 2: not a judgment; write 3 columns"),
            ("q\t\t1", ", line 1: not a judgment; write 3 columns"),
            ("q\ta\thigh", ", line 1: grade \"high\" is not a whole number"),
            ("q\ta\t1\nq\ta\tscore", ", line 2: grade \"score\" is not a whole number"),
            ("q\ta\t1\n\nq\ta\t1", ", line 3: query \"q\" judges \"a\" twice"),
            ("query-id\tcorpus-id\tscore\n", ": no judgment in the file"),
        ];
        for (text, expected) in cases {
            let (_folder, path) = file("qrels.tsv", text);
            let error = read_qrels(&path).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{}{expected}", path.display())), "{error}\n{expected}");
        }
        let empty = TempDir::new().unwrap();
        assert!(qrels_file(empty.path()).unwrap_err().to_string().contains("neither qrels.tsv nor"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_bytes_end_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let (folder, path) = file(CORPUS, &bytes);
            let lines = bytes.split(|byte| *byte == b'\n').count();
            prop_assert!(Releases::open(folder.path()).unwrap().count() <= lines);
            let _ = (read_queries(&path), read_qrels(&path));
        }
    }
}
