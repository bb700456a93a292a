//! Reads text files line by line, with the line in every error.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Result};

/// The lines of a file that are not blank, counted, without their ends.
pub(super) struct Lines {
    pub path: PathBuf,
    rest: io::Lines<BufReader<File>>,
    /// The number of the last line read, from 1.
    pub number: u64,
    failed: bool,
}

impl Lines {
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|source| read_error(path, source))?;
        Ok(Self { path: path.to_owned(), rest: BufReader::new(file).lines(), number: 0, failed: false })
    }

    /// An error at the last line read.
    pub fn malformed(&self, reason: impl Into<String>) -> Error {
        Error::Malformed { path: self.path.clone(), line: Some(self.number), reason: reason.into() }
    }

    pub fn json<T: DeserializeOwned>(&self, line: &str, wanted: &str) -> Result<T> {
        serde_json::from_str(line).map_err(|error| {
            let said = error.to_string();
            // serde_json saw one line only, so the line that it counts would mislead; its columns are bytes.
            let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(before, _)| before);
            let place = if error.is_data() { String::new() } else { format!(" (byte {})", error.column()) };
            self.malformed(format!("{said}{place}; write one JSON object per line, with {wanted}"))
        })
    }

    /// An id, which some files write as a number.
    pub fn id(&self, value: Value) -> Result<String> {
        match value {
            Value::String(id) if !id.is_empty() => Ok(id),
            Value::Number(id) => Ok(id.to_string()),
            _ => Err(self.malformed("no id; give it an `_id` that is a text and not empty")),
        }
    }
}

impl Iterator for Lines {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            let line = self.rest.next()?;
            self.number += 1;
            let mut line = match line {
                Ok(line) => line,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Some(Err(self.malformed("not UTF-8; save the file as UTF-8")));
                }
                Err(source) => {
                    self.failed = true;
                    return Some(Err(read_error(&self.path, source)));
                }
            };
            if self.number == 1 && line.starts_with('\u{feff}') {
                line.remove(0);
            }
            if !line.trim().is_empty() {
                return Some(Ok(line));
            }
        }
        None
    }
}

pub(super) fn read_error(path: &Path, source: io::Error) -> Error {
    Error::Read { path: path.to_owned(), source }
}
