//! Compaction: merges an index into one segment without deleted documents.

use std::{path::Path, sync::atomic::Ordering};

use super::{check::check_files, retention::refuse_missing};
use crate::{
    error::{Error, Result},
    index::{Index, JobOptions, build::start_engine, engine_error::write_failure, storage::folder},
};

/// Merges an index into one segment and drops deleted documents: the smallest and fastest form. Searches
/// continue meanwhile. It takes about as long as writing the index did.
///
/// # Errors
/// As [`gc`](super::gc), and `Engine`. The index then answers as it did before.
pub fn compact(folder: &Path, options: &JobOptions) -> Result<()> {
    refuse_missing(folder)?;
    let _lock = folder::lock(folder, options.wait, &options.stop)?;
    let index = Index::open(folder)?;
    let segments = index.metas()?.segments;
    if segments.len() > 1 || segments.iter().any(tantivy::SegmentMeta::has_deletes) {
        tracing::info!(segments = segments.len(), "merging into one");
        let ids: Vec<_> = segments.iter().map(tantivy::SegmentMeta::id).collect();
        index.stop_flag().follow(&options.stop);
        let mut engine = start_engine(&index)?;
        let merged = engine.merge(&ids).wait();
        // No merge may be running any more when its files are removed or the lock is released.
        let ended = engine.wait_merging_threads();
        if let Err(error) = merged.and(ended) {
            index.collect_garbage_or_warn();
            if options.stop.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            return Err(write_failure(&index.location(), "merging segments", &error));
        }
    }
    index.collect_garbage_or_warn();
    match check_files(&index) {
        Err(error @ Error::IndexDamaged { .. }) => Err(error),
        // The merge is done, whatever the system refuses now.
        Err(error) => {
            tracing::warn!("the index is compact, but could not be checked: {error}");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::Release;

    #[test]
    fn segments_with_deletions_merge_into_one() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open_or_create(folder.path()).unwrap();
        for title in ["Первый", "Второй", "Третий"] {
            index.ingest(["1", title].map(|id| Release::new(id, title, "Текст"))).unwrap();
        }
        assert!(index.metas().unwrap().segments.len() > 1);
        compact(folder.path(), &JobOptions::default()).unwrap();
        let segments = index.metas().unwrap().segments;
        assert_eq!((segments.len(), segments[0].num_docs(), segments[0].max_doc()), (1, 4, 4));
        assert_eq!(index.searcher().unwrap().releases(), 4);
    }
}
