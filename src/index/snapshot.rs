//! A snapshot: the index as of one commit, with the statistics that ranking needs.
//!
//! All statistics count documents that are not deleted, so that they do not depend on how the index is
//! divided into segments or on which deletions wait for a merge.

use std::sync::{Arc, OnceLock};

use tantivy::{DocId, Opstamp, SegmentMeta, SegmentOrdinal, SegmentReader, directory::DirectoryLock};

use super::{
    doc_store::ReleaseView,
    engine_error::catch_panic,
    form_tables,
    handle::{Commit, Index},
    norms::mean_length,
    parallel::parallel_map,
    segment_reader::Segment,
    storage::Generation,
};
use crate::{
    analysis::{FormTables, TermCache},
    error::{Error, Result},
    release::Release,
};

/// A release within a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address {
    pub segment: SegmentOrdinal,
    pub doc: DocId,
}

/// The index as of one commit.
pub(crate) struct Snapshot {
    pub index: Index,
    pub segments: Vec<Segment>,
    /// The number of releases.
    pub releases: u64,
    /// The mean lengths of titles and of bodies, in words.
    pub mean_lengths: [f32; 2],
    /// The analysed forms of all segments.
    forms: Arc<FormTables>,
    /// Computed when it is first asked for.
    newest: OnceLock<i64>,
    /// The stamp of the commit, which a merge does not change.
    opstamp: Opstamp,
}

/// From this number of releases on, segments are opened in parallel.
const MANY_RELEASES: u64 = 100_000;

impl Snapshot {
    /// Opens the last commit. Where the generation was removed meanwhile, it is that of the active one.
    pub fn open(index: &Index) -> Result<Self> {
        let is_retired = || index.generation.as_ref().is_some_and(Generation::is_retired);
        let opened = index.lock_files().and_then(|lock| Self::of(index, &index.commit()?, &lock));
        match opened {
            Err(Error::IndexDamaged { .. }) if is_retired() => Self::open(&index.reload()?),
            opened => opened,
        }
    }

    /// Opens a commit whose files nobody removes meanwhile.
    pub fn of(index: &Index, commit: &Commit, _: &DirectoryLock) -> Result<Self> {
        let is_large = commit.info.releases >= MANY_RELEASES;
        let metas: Vec<(SegmentOrdinal, &SegmentMeta)> = (0..).zip(&commit.meta.segments).collect();
        let open = |&(ordinal, meta): &(SegmentOrdinal, &SegmentMeta)| {
            let reader = SegmentReader::open(&index.engine.segment(meta.clone()))?;
            Segment::open(ordinal, reader, index.fields)
        };
        let segments: Vec<Segment> = catch_panic(&index.location(), || {
            parallel_map(&metas, is_large, open)
                .map_err(|error: tantivy::TantivyError| index.read_failed(error))
        })?;
        let forms = segments.iter().map(|segment| form_tables::open(&segment.reader));
        let forms = forms.collect::<Result<_, _>>().map_err(|error| index.read_failed(error))?;
        let releases = segments.iter().map(|segment| u64::from(segment.reader.num_docs())).sum();
        let mean = |field: usize| {
            mean_length(segments.iter().map(|segment| segment.total_lengths[field]).sum(), releases)
        };
        Ok(Self {
            index: index.clone(),
            mean_lengths: [mean(0), mean(1)],
            segments,
            releases,
            forms: Arc::new(FormTables::new(forms)),
            newest: OnceLock::new(),
            opstamp: commit.meta.opstamp,
        })
    }

    /// Whether nothing was committed since.
    pub fn is_current(&self) -> Result<bool> {
        // Read first: a run may activate another generation, and remove this one, in between.
        let last = self.index.commit();
        Ok(self.index.is_active()? && last?.meta.opstamp == self.opstamp)
    }

    /// The latest day of publication, in days from 1970-01-01.
    pub fn newest(&self) -> i64 {
        *self.newest.get_or_init(|| {
            let days = self
                .segments
                .iter()
                .flat_map(|segment| segment.reader.doc_ids_alive().filter_map(move |doc| segment.day(doc)));
            days.max().unwrap_or_default().max(0)
        })
    }

    /// A cache of analysed forms over those of the segments, which loads the dictionary only for other words.
    pub fn term_cache(&self) -> TermCache {
        self.index.analyzer.term_cache_over(self.forms.clone())
    }

    pub fn segment(&self, ordinal: SegmentOrdinal) -> &Segment {
        &self.segments[ordinal as usize]
    }

    /// The release itself.
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method has one lifetime only")]
    pub fn release(&self, address: Address) -> Result<Release> {
        self.read(address, |view| view.release())
    }

    /// Reads a release in place.
    pub fn read<T>(
        &self,
        address: Address,
        read: impl FnOnce(&ReleaseView) -> Result<T, String>,
    ) -> Result<T> {
        let stored = self.segment(address.segment).stored(address.doc);
        let stored = stored.map_err(|error| self.index.read_failed(error))?;
        ReleaseView::read(&stored)
            .and_then(|view| read(&view))
            .map_err(|reason| self.index.damaged(&format!("a release {reason}")))
    }

    /// The address of the release with this id.
    pub fn find(&self, id: &str) -> Result<Option<Address>> {
        let address = |segment: &Segment, doc| Address { segment: segment.ordinal, doc };
        let find = |segment| Ok(Segment::find_id(segment, id)?.map(|doc| address(segment, doc)));
        let found = self.segments.iter().find_map(|segment| find(segment).transpose()).transpose();
        found.map_err(|error: std::io::Error| self.index.read_failed(error))
    }
}
