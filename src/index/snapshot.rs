//! A snapshot: the index as it stood at one commit, with the figures that ranking needs.
//!
//! All figures count alive_docs releases only, so that they don't depend on how the index is cut into
//! segments or on what deletions wait for a merge.

use tantivy::{DocId, DocSet, SegmentOrdinal, TERMINATED, Term, schema::IndexRecordOption};

use super::{
    doc_store::{LoadedRelease, StoredDoc},
    engine_error::describe,
    handle::{Index, STORE_BLOCK, Version},
    parallel::parallel_map,
    schema::Fields,
    segment_reader::Segment,
};
use crate::{
    error::{Error, Result},
    release::Release,
};

/// A release within a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address {
    pub segment: SegmentOrdinal,
    pub doc: DocId,
}

/// The index as it stood at one commit.
pub(crate) struct Snapshot {
    pub index: Index,
    pub fields: Fields,
    pub segments: Vec<Segment>,
    /// How many releases live in it.
    pub releases: u64,
    /// The mean length of a title, in words.
    pub mean_title: f32,
    /// The mean length of a body, in words.
    pub mean_body: f32,
    /// The latest day of publication, in days from 1970-01-01.
    pub newest: i64,
    /// The state of the index that it shows.
    version: Version,
}

/// How many bytes of stored releases a snapshot keeps column: who reads one release after the other finds
/// the next in the same block. Those that come up again and again the searcher keeps.
const KEPT_UNPACKED: usize = 1 << 20;

/// From so many releases on, segments are opened on all cores.
const MANY_RELEASES: u64 = 100_000;

/// What is counted of alive_docs releases.
#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    releases: u64,
    /// Words of all titles, and of all bodies.
    title: u64,
    body: u64,
    newest: i64,
}

impl Figures {
    fn of(segment: &Segment) -> Self {
        let mut figures = Self::default();
        for doc in segment.alive_docs() {
            figures.releases += 1;
            figures.title += u64::from(segment.title_words(doc));
            figures.body += u64::from(segment.body_words(doc));
            figures.newest = segment.day(doc).map_or(figures.newest, |day| day.max(figures.newest));
        }
        figures
    }

    fn and(self, other: &Self) -> Self {
        Self {
            releases: self.releases + other.releases,
            title: self.title + other.title,
            body: self.body + other.body,
            newest: self.newest.max(other.newest),
        }
    }
}

impl Snapshot {
    pub fn open(index: &Index) -> Result<Self> {
        // Taken first: a commit that comes in between makes the snapshot newer than it says.
        let version = index.version()?;
        let engine = index.engine();
        let reader = engine
            .reader_builder()
            .reload_policy(tantivy::ReloadPolicy::Manual)
            .try_into()
            .map_err(|error| index.damaged(&describe(&error)))?;
        let searcher = reader.searcher();
        let fields = index.fields();
        let readers = searcher.segment_readers();
        let releases: u64 = readers.iter().map(|reader| u64::from(reader.max_doc())).sum();
        let blocks = KEPT_UNPACKED / STORE_BLOCK / readers.len().max(1);
        let opened = parallel_map(readers, releases >= MANY_RELEASES, |at, reader| {
            let ordinal = SegmentOrdinal::try_from(at).unwrap_or(SegmentOrdinal::MAX);
            let segment = Segment::open(ordinal, (engine, reader.clone()), fields, blocks)?;
            let figures = Figures::of(&segment);
            Ok::<_, tantivy::TantivyError>((segment, figures))
        });
        let (mut segments, mut all) = (Vec::with_capacity(opened.len()), Figures::default());
        for opened in opened {
            let (segment, figures) = opened.map_err(|error| index.damaged(&describe(&error)))?;
            segments.push(segment);
            all = all.and(&figures);
        }
        Ok(Self {
            index: index.clone(),
            fields,
            segments,
            releases: all.releases,
            mean_title: mean(all.title, all.releases),
            mean_body: mean(all.body, all.releases),
            newest: all.newest,
            version,
        })
    }

    /// Whether nothing was committed since.
    pub fn is_current(&self) -> Result<bool> {
        if !self.index.is_active()? {
            return Ok(false);
        }
        match self.index.version() {
            // A run has put another generation in force, and removed this one, in between.
            Err(_) if !self.index.is_active()? => Ok(false),
            version => Ok(version?.is_same_commit(&self.version)),
        }
    }

    pub fn segment(&self, ordinal: SegmentOrdinal) -> &Segment {
        &self.segments[ordinal as usize]
    }

    /// The release itself.
    pub fn release(&self, address: Address) -> Result<Release> {
        let release = self.stored(address)?.record().and_then(|record| record.release());
        release.map_err(|reason| self.unreadable(&reason))
    }

    /// The release with all that the store holds of it.
    pub fn whole(&self, address: Address) -> Result<LoadedRelease> {
        self.stored(address)?.whole().map_err(|reason| self.unreadable(&reason))
    }

    /// The release as it lies in the store.
    fn stored(&self, address: Address) -> Result<StoredDoc> {
        self.segment(address.segment).stored(address.doc).map_err(|reason| self.unreadable(&reason))
    }

    /// Why a release cannot be read, as an error.
    fn unreadable(&self, reason: &str) -> Error {
        self.index.damaged(&format!("a release {reason}"))
    }

    /// Where the release with this id lies.
    pub fn find(&self, id: &str) -> Result<Option<Address>> {
        let term = Term::from_field_text(self.fields.id, id);
        for (ordinal, segment) in (0..).zip(&self.segments) {
            let list = segment
                .reader
                .inverted_index(self.fields.id)
                .and_then(|terms| Ok(terms.read_postings(&term, IndexRecordOption::Basic)?))
                .map_err(|error| self.index.damaged(&describe(&error)))?;
            let Some(mut list) = list else { continue };
            while list.doc() != TERMINATED {
                if !segment.reader.is_deleted(list.doc()) {
                    return Ok(Some(Address { segment: ordinal, doc: list.doc() }));
                }
                list.advance();
            }
        }
        Ok(None)
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a mean needs no more than a float's precision"
)]
fn mean(sum: u64, count: u64) -> f32 {
    // An empty index, or one of empty titles, must not make lengths infinite.
    (sum as f64 / count.max(1) as f64).max(1.0) as f32
}
