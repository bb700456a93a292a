//! Readers: one for each file format, from bytes to releases.
//!
//! A reader is one file with one function of the type [`Reader`]. It takes its bytes from an [`Input`] and hands
//! its releases to an [`Output`], one at a time, so a file of any size needs the memory of one release. The table
//! in `format` is the only place that knows all readers; `detect` chooses the one that fits, and [`read`] calls it.
//!
//! # How to add a reader
//!
//! 1. Write `readers/NAME.rs` with `fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault>`.
//!    - [`Input::bytes`] returns the whole content, up to the size limit; [`Input::stream`] returns a stream
//!      for formats that are read piece by piece; [`Input::path`] is the file on disk, where there is one.
//!    - [`Input::text`] decodes the content and says which encoding it found.
//!    - Call [`Input::check`] every few milliseconds of work: it fails on cancellation and after the time limit.
//!    - Pass each release to [`Output::release`], with [`Details`] about where in the content it was found and
//!      what was cut. One part that cannot be read goes to [`Output::failure`]; the reader then continues.
//!    - Return a [`Fault`] only when nothing more can be read.
//! 2. A container (archive, message, feed) passes each part to [`Output::part`], which calls the table again one
//!    level deeper. A failing part costs only itself.
//! 3. Add a row to the table in `format`, behind a cargo feature if the reader needs a crate.
//!
//! # Ids
//!
//! The release of a file has the file's name as its id. A release inside a file has `file#part`, and one inside
//! a container inside a file `file#part#part`. Parts are named by the content itself (the path in an archive,
//! the id of a record), so an id stays the same while the file grows.

#![cfg_attr(not(feature = "formats"), allow(dead_code, reason = "shared by formats that are left out"))]

#[cfg(feature = "archive")]
mod archive;
mod detect;
mod document;
#[cfg(feature = "docx")]
mod docx;
mod encoding;
#[cfg(feature = "epub")]
mod epub;
#[cfg(feature = "converters")]
mod external;
#[cfg(feature = "feed")]
mod feed;
mod fields;
#[cfg(any(feature = "docx", feature = "odt", feature = "rtf"))]
mod flow;
mod format;
#[cfg(feature = "html")]
mod html;
mod input;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod json_lines;
#[cfg(feature = "mail")]
mod mail;
#[cfg(feature = "markdown")]
mod markdown;
#[cfg(feature = "mhtml")]
mod mhtml;
#[cfg(any(feature = "mail", feature = "mhtml"))]
mod mime;
#[cfg(feature = "odt")]
mod odt;
mod options;
mod output;
#[cfg(any(feature = "docx", feature = "odt", feature = "epub", feature = "xlsx"))]
mod package;
#[cfg(feature = "pdf")]
mod pdf;
#[cfg(feature = "converters")]
mod process;
#[cfg(feature = "rtf")]
mod rtf;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "table")]
mod table;
mod text;
mod text_limit;
#[cfg(feature = "xlsx")]
mod xlsx;
#[cfg(any(feature = "docx", feature = "odt", feature = "epub", feature = "feed", feature = "xlsx"))]
mod xml;

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

pub(in crate::corpus) use detect::is_read;
#[cfg(feature = "converters")]
pub use external::Converter;
pub(in crate::corpus) use format::kinds;
pub use format::{Format, formats};
pub(in crate::corpus) use input::{Budget, Input};
pub(crate) use options::ReadersDigest;
pub use options::{FieldMapping, Limits, ReadOptions};
pub(crate) use output::Details;
pub(in crate::corpus) use output::Output;
#[cfg(all(feature = "converters", feature = "pdf"))]
pub use pdf::answer as answer_pdf;
#[cfg(feature = "sqlite")]
pub use sqlite::DatabaseQuery;

/// Reads the releases in an input.
pub(crate) type Reader = fn(&mut Input<'_>, &mut Output<'_>) -> Result<(), Fault>;

/// Why an input, or the rest of it, was not read.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The content is not what it should be.
    Malformed {
        /// The line in the content, from 1, where one is at fault.
        line: Option<u64>,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The system refused to read it.
    Unreadable(io::Error),
    /// No reader takes content of this kind.
    Unknown,
    /// The caller asked to stop.
    Cancelled,
}

impl Fault {
    /// A fault in one line of the content.
    pub fn at_line(line: Option<u64>, reason: impl Into<String>) -> Self {
        Self::Malformed { line, reason: reason.into() }
    }

    /// What is wrong, for people.
    pub fn reason(&self) -> String {
        match self {
            Self::Malformed { reason, .. } => reason.clone(),
            Self::Unreadable(error) => error.to_string(),
            Self::Unknown => "is of a kind that is not read".to_owned(),
            Self::Cancelled => "was interrupted".to_owned(),
        }
    }
}

impl From<&str> for Fault {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self::Malformed { line: None, reason }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// Reads an input with the converter or the reader for its content.
///
/// A panic in a reader, which means a bug in it or in a library below it, becomes a fault of the input.
pub(in crate::corpus) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    #[cfg(feature = "converters")]
    if let Some(converter) = converter(input) {
        tracing::debug!(name = input.name, command = ?converter.command, depth = input.depth, "converting");
        return converter.read(input, output);
    }
    read_as_it_is(input, output)
}

/// The converter that the project file names for an input.
#[cfg(feature = "converters")]
fn converter<'a>(input: &Input<'a>) -> Option<&'a Converter> {
    let name = std::path::Path::new(&input.name);
    let mime = input.mime.as_deref();
    let takes = |converter: &&Converter| {
        converter.takes_name(name) || mime.is_some_and(|mime| converter.takes_mime(mime))
    };
    input.options.converters.iter().find(takes)
}

/// Reads an input with the reader for its content.
fn read_as_it_is(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let format = detect::choose(input)?;
    tracing::debug!(name = input.name, reader = format.name, depth = input.depth, "reading");
    let outer = output.begin(format.name);
    let done = catch_unwind(AssertUnwindSafe(|| (format.reader)(input, output)));
    output.end(outer);
    done.unwrap_or_else(|_| {
        Err(format!("made the {} reader fail (a bug in it); please report the file", format.name).into())
    })
}
