//! What an index takes on disk, part by part. Reads the dictionaries once, and changes nothing.

use std::{fs, path::Path};

use tantivy::index::SegmentId;

use crate::{
    analysis::Channel,
    error::{Error, Result},
    index::{Index, engine_error::describe},
};

/// Bytes on disk, part by part. What is in none of them (records of the corpus, checksums of small files)
/// is little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Exact forms: in which releases each stands in title or body, and where.
    pub exact: u64,
    /// Lemmas and abbreviations, likewise.
    pub lemmas: u64,
    /// Stems, likewise.
    pub stems: u64,
    /// Lists of titles, publishers and ids.
    pub other_lists: u64,
    /// The dictionaries of terms.
    pub dictionaries: u64,
    /// Columns: ids, days, lengths, digests, files.
    pub columns: u64,
    /// The releases themselves, packed.
    pub releases: u64,
}

impl Sizes {
    /// All but the releases themselves.
    pub fn without_releases(&self) -> u64 {
        self.exact + self.lemmas + self.stems + self.other_lists + self.dictionaries + self.columns
    }
}

impl Index {
    /// What the index takes on disk, part by part; nothing for one in memory.
    ///
    /// # Errors
    /// `IndexDamaged` where its files are not whole.
    pub fn sizes(&self) -> Result<Sizes> {
        let mut sizes = Sizes::default();
        let Some(folder) = self.generation_folder() else { return Ok(sizes) };
        let damaged = |error: tantivy::TantivyError| self.damaged(&describe(&error));
        let searcher = self.engine().reader().map_err(damaged)?.searcher();
        for segment in searcher.segment_readers() {
            let size = |ending| file_size(folder, segment.segment_id(), ending);
            sizes.dictionaries += size("term")?;
            sizes.columns += size("fast")?;
            sizes.releases += size("store")?;
            let lists = size("idx")? + size("pos")?;
            let terms = segment.inverted_index(self.fields().text).map_err(damaged)?;
            let mut stream = terms.terms().stream().map_err(|error| self.damaged(&error))?;
            let before = sizes.exact + sizes.lemmas + sizes.stems;
            while let Some((key, info)) = stream.next() {
                let bytes = (info.postings_range.len() + info.positions_range.len()) as u64;
                *match key.first().map(|&letter| char::from(letter)) {
                    Some(letter) if letter == Channel::Lemma.letter() => &mut sizes.lemmas,
                    Some(letter) if letter == Channel::Stem.letter() => &mut sizes.stems,
                    _ => &mut sizes.exact,
                } += bytes;
            }
            sizes.other_lists += lists.saturating_sub(sizes.exact + sizes.lemmas + sizes.stems - before);
        }
        Ok(sizes)
    }
}

fn file_size(folder: &Path, segment: SegmentId, ending: &str) -> Result<u64> {
    let path = folder.join(format!("{}.{ending}", segment.uuid_string()));
    fs::metadata(&path).map(|about| about.len()).map_err(|source| Error::Read { path, source })
}
