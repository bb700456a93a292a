//! Reads our own judged queries from TOML: what is asked, why, and the releases that answer it.
//!
//! Knows nothing of indexes: whether a release exists, the caller says (see [`Judgments::check`]).

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;

use super::{
    beir::{Query, duplicate_query},
    lines::read_error,
    metrics::Qrels,
};
use crate::error::{Error, Result};

/// The judged queries of one file.
///
/// ```toml
/// [[query]]
/// text = "открытие моста"
/// why = "two words, both inflected"
/// relevant = ["2024/most.txt"]
/// ```
///
/// A query may also have an `id`; without one the first is `q01`, the second `q02` and so on.
#[derive(Clone, Debug)]
pub struct Judgments {
    path: PathBuf,
    queries: Vec<JudgedQuery>,
}

/// One query and the releases that answer it.
#[derive(Clone, Debug)]
pub struct JudgedQuery {
    /// What is asked.
    pub query: Query,
    /// What the query is there to show.
    pub why: String,
    /// The releases that answer it, at least one, none twice.
    pub relevant: Vec<Relevant>,
}

/// A release that answers a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relevant {
    /// The release's id.
    pub id: String,
    /// The line of the file that names it, from 1.
    pub line: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    query: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Option<String>,
    text: Spanned<String>,
    why: String,
    relevant: Vec<Spanned<String>>,
}

impl Judgments {
    /// Reads a file of judged queries.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] where the file cannot be read; [`Error::Malformed`] where it is not TOML, a field is
    /// missing, unknown or empty, or a query names a release twice; [`Error::DuplicateId`] where two queries
    /// have one id.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|source| read_error(path, source))?;
        Self::parse(path, &text)
    }

    /// Parses `text`; `path` is for messages only. Errors as in [`Judgments::read`], save `Read`.
    fn parse(path: &Path, text: &str) -> Result<Self> {
        let document: Document = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| line_at(text, span.start));
            let reason = format!("{}; write [[query]] with text, why and relevant", error.message());
            Error::Malformed { path: path.to_owned(), line, reason }
        })?;
        let mut seen = HashMap::new();
        let mut queries = Vec::with_capacity(document.query.len());
        for (entry, number) in document.query.into_iter().zip(1_u32..) {
            let line = line_at(text, entry.text.span().start);
            let judged = entry.judged(number, |offset| line_at(text, offset)).map_err(|(line, reason)| {
                Error::Malformed { path: path.to_owned(), line: Some(line), reason }
            })?;
            if let Some(first) = seen.insert(judged.query.id.clone(), line) {
                return Err(duplicate_query(path, judged.query.id, line, first));
            }
            queries.push(judged);
        }
        Ok(Self { path: path.to_owned(), queries })
    }

    /// The queries, in the order of the file.
    pub fn queries(&self) -> &[JudgedQuery] {
        &self.queries
    }

    /// The judgments as grades by query id: each release named has the grade 1.
    pub fn qrels(&self) -> Qrels {
        let grades =
            |judged: &JudgedQuery| judged.relevant.iter().map(|named| (named.id.clone(), 1)).collect();
        self.queries.iter().map(|judged| (judged.query.id.clone(), grades(judged))).collect()
    }

    /// Makes sure that every release named is one that `known` knows.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] at the first that is not, with a list of all that are not and their lines.
    pub fn check(&self, known: impl Fn(&str) -> bool) -> Result<()> {
        let named = self.queries.iter().flat_map(|judged| &judged.relevant);
        let unknown: Vec<&Relevant> = named.filter(|named| !known(&named.id)).collect();
        let Some(first) = unknown.first() else { return Ok(()) };
        let list: Vec<String> =
            unknown.iter().map(|named| format!("{:?} (line {})", named.id, named.line)).collect();
        let reason = format!("no such release: {}; correct the ids or index the releases", list.join(", "));
        Err(Error::Malformed { path: self.path.clone(), line: Some(first.line), reason })
    }
}

impl Entry {
    /// The entry as a judged query, or the line and the reason why it is none.
    fn judged(self, number: u32, line_at: impl Fn(usize) -> u64) -> Result<JudgedQuery, (u64, String)> {
        let line = line_at(self.text.span().start);
        let id = self.id.unwrap_or_else(|| format!("q{number:02}"));
        let text = self.text.into_inner();
        if id.is_empty() {
            return Err((line, "the query's id is empty; name it or leave id out".to_owned()));
        }
        if text.trim().is_empty() {
            return Err((line, "the query's text is empty; write what is asked".to_owned()));
        }
        let mut relevant: Vec<Relevant> = Vec::with_capacity(self.relevant.len());
        for named in self.relevant {
            let line = line_at(named.span().start);
            let id = named.into_inner();
            if relevant.iter().any(|earlier| earlier.id == id) {
                return Err((line, format!("relevant names {id:?} twice; keep one")));
            }
            relevant.push(Relevant { id, line });
        }
        if relevant.is_empty() {
            return Err((line, "relevant is empty, so the query would not count; name a release".to_owned()));
        }
        Ok(JudgedQuery { query: Query { id, text }, why: self.why, relevant })
    }
}

/// The line, from 1, in which the byte at `offset` stands.
fn line_at(text: &str, offset: usize) -> u64 {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').map(|_| 1).sum::<u64>() + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = r#"# Two queries.
[[query]]
text = "открытие моста"
why = "inflection"
relevant = ["most.txt", "bridge 2.txt"]

[[query]]
id = "bank"
text = "банк"
why = "one word"
relevant = [
    "bank.txt",
    "most.txt",
]
"#;

    fn parse(text: &str) -> Result<Judgments> {
        Judgments::parse(Path::new("judged.toml"), text)
    }

    #[test]
    fn reads_from_a_file() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("judged.toml");
        assert!(matches!(Judgments::read(&path), Err(Error::Read { .. })));
        fs::write(&path, GOOD).unwrap();
        let judgments = Judgments::read(&path).unwrap();
        let [first, second] = judgments.queries() else { panic!("{judgments:?}") };
        assert_eq!(first.query, Query { id: "q01".to_owned(), text: "открытие моста".to_owned() });
        assert_eq!(first.why, "inflection");
        assert_eq!((first.relevant[1].id.as_str(), first.relevant[1].line), ("bridge 2.txt", 5));
        assert_eq!(second.query.id, "bank");
        assert_eq!((second.relevant[1].id.as_str(), second.relevant[1].line), ("most.txt", 13));
        let qrels = format!("{:?}", judgments.qrels());
        assert_eq!(
            qrels,
            r#"{"bank": {"bank.txt": 1, "most.txt": 1}, "q01": {"bridge 2.txt": 1, "most.txt": 1}}"#
        );
    }

    #[test]
    fn check_lists_what_is_unknown() {
        let judgments = parse(GOOD).unwrap();
        assert!(judgments.check(|_| true).is_ok());
        let error = judgments.check(|id| id == "most.txt").unwrap_err().to_string();
        let list = r#"no such release: "bridge 2.txt" (line 5), "bank.txt" (line 12); correct"#;
        assert!(error.starts_with(&format!("judged.toml, line 5: {list}")), "{error}");
    }

    #[test]
    fn what_is_refused() {
        let cases = [
            ("", ", line 1: missing field `query`"),
            ("[[query]]\ntext = ", ", line 2: "),
            ("[[query]]\ntext='t'\nwhy='w'", ", line 1: missing field `relevant`"),
            ("[[query]]\ntext='t'\nrelevant=['a']", ", line 1: missing field `why`"),
            ("[[query]]\ntext='t'\nwhy='w'\nrelevant=['a']\nnote=1", ", line 5: unknown field `note`"),
            ("[[query]]\ntext=1\nwhy='w'\nrelevant=['a']", ", line 2: invalid type: integer `1`"),
            ("[[query]]\ntext=' '\nwhy='w'\nrelevant=['a']", ", line 2: the query's text is empty"),
            ("[[query]]\nid=''\ntext='t'\nwhy='w'\nrelevant=['a']", ", line 3: the query's id is empty"),
            ("[[query]]\ntext='t'\nwhy='w'\nrelevant=[]", ", line 2: relevant is empty"),
            ("[[query]]\ntext='t'\nwhy='w'\nrelevant=['a',\n'a']", ", line 5: relevant names \"a\" twice"),
        ];
        for (text, expected) in cases {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("judged.toml{expected}")), "{error}\n{expected}");
        }
    }

    #[test]
    fn two_queries_with_one_id_are_refused() {
        let query = "[[query]]\ntext = 't'\nwhy = 'w'\nrelevant = ['a']\n";
        let error = parse(&format!("{query}[[query]]\nid='q01'\n{}", &query[10..])).unwrap_err().to_string();
        let expected = r#"judged.toml, line 7: id "q01" is already taken by judged.toml, line 2; rename"#;
        assert!(error.starts_with(expected), "{error}");
    }

    proptest! {
        #[test]
        fn any_text_parses_or_fails(text in "\\PC{0,40}", cut in 0..GOOD.len()) {
            let _ = parse(&text);
            let _ = parse(&format!("{GOOD}{text}"));
            let _ = parse(&String::from_utf8_lossy(&GOOD.as_bytes()[cut..]));
        }
    }
}
