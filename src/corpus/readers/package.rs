//! The parts of a zip file that is one document: DOCX, ODT, XLSX, EPUB.
//!
//! Every part is read under a limit on its size and on its compression ratio, whatever sizes the file declares.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{Fault, xml::xml_text};

/// Text compresses to a fortieth at most; a part that unpacks to more than this many times its size is a bomb.
pub(super) const HIGHEST_RATIO: u64 = 400;
/// Below this size, in bytes, no ratio is suspicious.
pub(super) const SMALL: u64 = 4 << 20;

/// A zip file in memory.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    limit: u64,
}

impl<'a> Package<'a> {
    /// Opens a package whose parts may have up to `limit` bytes.
    pub fn open(bytes: &'a [u8], limit: u64) -> Result<Self, Fault> {
        let archive = ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| format!("is not a complete zip file ({error}); copy or save it again"))?;
        Ok(Self { archive, limit })
    }

    /// The names of all parts.
    pub fn names(&self) -> Vec<String> {
        self.archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect()
    }

    /// The content of a part, or nothing where there is none of this name.
    pub fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let Some(index) = self.archive.index_for_name(name) else { return Ok(None) };
        let part = self.archive.by_index(index).map_err(|error| {
            let encrypted = matches!(error, zip::result::ZipError::UnsupportedArchive(_));
            let remedy = if encrypted { "save it without a password" } else { "save it again" };
            Fault::from(format!("has a part {name:?} that cannot be read ({error}); {remedy}"))
        })?;
        let ratio = part.compressed_size().saturating_mul(HIGHEST_RATIO).max(SMALL);
        let limit = self.limit.min(ratio);
        let mut bytes = Vec::new();
        part.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("has a damaged part {name:?} ({error}); copy or save it again"))?;
        if bytes.len() as u64 > limit {
            let limit = limit >> 20;
            return Err(
                format!("has a part {name:?} that unpacks to more than {limit} MB; it is not read").into()
            );
        }
        Ok(Some(bytes))
    }

    /// An XML part as text, or nothing where there is none of this name.
    pub fn xml(&mut self, name: &str) -> Result<Option<String>, Fault> {
        let Some(bytes) = self.part(name)? else { return Ok(None) };
        Ok(Some(xml_text(&bytes)?))
    }
}
