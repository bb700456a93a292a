//! The crew: threads that make segments side by side out of the releases that one thread hands them.
//!
//! Who hands on waits while they are behind, so that memory stays bounded. What failed in one of them
//! ends the others' work, and is told when all have ended.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use tantivy::{SegmentMeta, TantivyError};

use super::segment_writer::{EncodedRelease, SegmentWriter, Session};
use crate::{
    analysis::{Analyzer, TermCache},
    index::schema::Fields,
};

/// Releases are handed on in parcels of so many bytes, which saves waking threads for each.
const BATCH_BYTES: usize = 128 << 10;
/// So many parcels may wait for each thread.
const BATCHES_PER_WORKER: usize = 2;

type Batch = Vec<EncodedRelease>;

/// What all threads of a crew share.
#[derive(Clone)]
pub(super) struct WorkerConfig {
    pub engine: tantivy::Index,
    pub fields: Fields,
    pub analyzer: Analyzer,
    /// Marks the releases that this crew writes.
    pub session: Session,
    /// Bytes of memory for each thread's segment.
    pub memory: usize,
}

/// Threads that make segments.
pub(super) struct WorkerPool {
    to: Sender<Batch>,
    threads: Vec<JoinHandle<tantivy::Result<Vec<SegmentMeta>>>>,
    failed: Arc<AtomicBool>,
    batch: Batch,
    bytes: usize,
}

impl WorkerPool {
    pub fn start(config: &WorkerConfig, threads: usize) -> std::io::Result<Self> {
        let (to, from) = bounded(threads * BATCHES_PER_WORKER);
        let failed = Arc::new(AtomicBool::new(false));
        let start = |number| {
            let (config, from, failed) = (config.clone(), from.clone(), Arc::clone(&failed));
            let work = move || {
                let made = segments(&config, &from, &failed);
                if made.is_err() {
                    failed.store(true, Ordering::Relaxed);
                }
                made
            };
            thread::Builder::new().name(format!("segment-{number}")).spawn(work)
        };
        let threads = (0..threads).map(start).collect::<std::io::Result<_>>()?;
        Ok(Self { to, threads, failed, batch: Vec::new(), bytes: 0 })
    }

    /// Hands a release on; tells whether that was possible. Where it was not, [`WorkerPool::finish`] says why.
    pub fn submit(&mut self, entry: EncodedRelease) -> bool {
        self.bytes += entry.encoded.len();
        self.batch.push(entry);
        self.bytes < BATCH_BYTES || self.send()
    }

    fn send(&mut self) -> bool {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        !self.failed.load(Ordering::Relaxed) && self.to.send(batch).is_ok()
    }

    /// Waits until all segments are written.
    pub fn finish(mut self) -> tantivy::Result<Vec<SegmentMeta>> {
        if !self.batch.is_empty() {
            // Where this fails, a thread has, and tells below.
            _ = self.send();
        }
        let Self { to, threads, .. } = self;
        drop(to);
        // All are waited for before one's failure is told: nobody may tidy up while others still write.
        let made: Vec<_> = threads.into_iter().map(JoinHandle::join).collect();
        let mut segments = Vec::new();
        for made in made {
            let broke_off = || "a thread that writes a segment broke off".to_owned();
            segments.append(&mut made.map_err(|_| TantivyError::InternalError(broke_off()))??);
        }
        Ok(segments)
    }

    /// Ends the work at once: nobody wants the segments any more.
    pub fn cancel(self) {
        self.failed.store(true, Ordering::Relaxed);
        _ = self.finish();
    }
}

/// What one thread does: segments of the parcels that it gets hold of, until none come any more.
fn segments(
    config: &WorkerConfig,
    from: &Receiver<Batch>,
    failed: &AtomicBool,
) -> tantivy::Result<Vec<SegmentMeta>> {
    let mut made = Vec::new();
    let mut forms = None;
    let mut segment_writer: Option<SegmentWriter> = None;
    let mut finish = |segment_writer: SegmentWriter, forms: &mut Option<TermCache>| -> tantivy::Result<()> {
        let (segment, table) = segment_writer.finish()?;
        *forms = Some(table);
        made.push(segment);
        Ok(())
    };
    for batch in from {
        if failed.load(Ordering::Relaxed) {
            break;
        }
        let mut at_work = if let Some(segment_writer) = segment_writer.take() {
            segment_writer
        } else {
            let forms = forms.take().unwrap_or_else(|| config.analyzer.term_cache());
            SegmentWriter::start(&config.engine, config.fields, config.session, forms)?
        };
        for entry in batch {
            at_work.add(entry)?;
        }
        if at_work.is_full(config.memory) {
            finish(at_work, &mut forms)?;
        } else {
            segment_writer = Some(at_work);
        }
    }
    if let Some(segment_writer) = segment_writer
        && !failed.load(Ordering::Relaxed)
    {
        finish(segment_writer, &mut forms)?;
    }
    Ok(made)
}
