//! The size of an index on disk by component. Reads the term dictionaries once.

use std::{fs, path::Path};

use tantivy::index::SegmentId;

use crate::{
    analysis::{Channel, Term},
    error::{Error, Result},
    index::{Index, block_stats},
};

/// Bytes on disk by component. What is in none of them (the manifest, tantivy's own records) is small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Posting lists and positions of exact forms, in title and body.
    pub exact: u64,
    /// The same for lemmas and abbreviations.
    pub lemmas: u64,
    /// The same for stems.
    pub stems: u64,
    /// Posting lists of publishers, ids and digests, and the title frequencies and upper bounds of all lists.
    pub other_lists: u64,
    /// Term dictionaries.
    pub dictionaries: u64,
    /// Fast fields: ids, days, lengths, digests, files.
    pub columns: u64,
    /// The releases themselves, compressed.
    pub releases: u64,
}

impl Sizes {
    /// All but the releases themselves.
    pub fn without_releases(&self) -> u64 {
        self.exact + self.lemmas + self.stems + self.other_lists + self.dictionaries + self.columns
    }
}

impl Index {
    /// The size of the index on disk by component; zero for an index in memory.
    ///
    /// # Errors
    /// `IndexDamaged`, and `Read` where the system refuses to read its files.
    pub fn sizes(&self) -> Result<Sizes> {
        let mut sizes = Sizes::default();
        let Some(folder) = self.generation_folder() else { return Ok(sizes) };
        let failed = |error: tantivy::TantivyError| self.read_failed(error);
        let searcher = self.engine().reader().map_err(failed)?.searcher();
        for segment in searcher.segment_readers() {
            let size = |ending| file_size(folder, segment.segment_id(), ending);
            sizes.dictionaries += size("term")?;
            sizes.columns += size("fast")?;
            sizes.releases += size("store")?;
            let lists = size("idx")? + size("pos")? + size(block_stats::EXTENSION)?;
            let terms = segment.inverted_index(self.fields().text).map_err(failed)?;
            let mut stream = terms.terms().stream().map_err(|error| self.read_failed(error))?;
            let before = sizes.exact + sizes.lemmas + sizes.stems;
            while let Some((key, info)) = stream.next() {
                let bytes = (info.postings_range.len() + info.positions_range.len()) as u64;
                // Marks precede the letter of the channel.
                let mut letters = key.iter().take(2).map(|&letter| char::from(letter));
                let channel = letters.find(|letter| !Term::MARKS.contains(letter));
                *match channel {
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::release::Release;

    #[test]
    fn components_add_up_to_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open_or_create(folder.path()).unwrap();
        let release = Release::new("1", "Пермские новости", "Вести о метане и о Тоқаеве");
        index.ingest([release]).unwrap();
        let sizes = index.sizes().unwrap();
        let Sizes { exact, lemmas, stems, other_lists, dictionaries, columns, releases } = sizes;
        let parts = [exact, lemmas, stems, other_lists, dictionaries, columns, releases];
        assert!(parts.iter().all(|&part| part > 0), "{sizes:?}");
        let files = fs::read_dir(index.generation_folder().unwrap()).unwrap();
        // The files of segments except tantivy's norms, which are empty.
        let is_counted = |path: &PathBuf| {
            path.file_stem().is_some_and(|stem| stem.len() == 32)
                && path.extension().is_some_and(|ending| ending != "fieldnorm")
        };
        let files = files.map(|file| file.unwrap().path()).filter(is_counted);
        let total: u64 = files.map(|path| fs::metadata(path).unwrap().len()).sum();
        assert_eq!(parts.iter().sum::<u64>(), total, "{sizes:?}");
    }
}
