//! A pool of threads that write segments from the releases that one thread submits.
//!
//! The queue is bounded: the submitting thread waits while the workers are behind, so that memory stays
//! bounded. The first failure stops all workers and is reported when all have ended.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use tantivy::{SegmentMeta, TantivyError};

use super::segment_writer::{EncodedRelease, SegmentWriter};
use crate::{analysis::Analyzer, index::schema::Fields};

/// Releases are queued in batches of this many bytes: a thread is not woken for each of them.
const BATCH_BYTES: usize = 128 << 10;
/// The number of queued batches per worker.
const BATCHES_PER_WORKER: usize = 2;

type Batch = Vec<EncodedRelease>;

/// What all workers share.
#[derive(Clone)]
pub(super) struct WorkerConfig {
    pub engine: tantivy::Index,
    pub fields: Fields,
    pub analyzer: Analyzer,
    /// Bytes of memory for the segment of each worker.
    pub memory: usize,
}

/// Threads that write segments.
pub(super) struct WorkerPool {
    queue: Sender<Batch>,
    threads: Vec<JoinHandle<tantivy::Result<Vec<SegmentMeta>>>>,
    failed: Arc<AtomicBool>,
    batch: Batch,
    batch_bytes: usize,
}

impl WorkerPool {
    /// Starts the workers: `threads` of them, or as many as the system allows.
    pub fn start(config: &WorkerConfig, threads: usize) -> io::Result<Self> {
        let (queue, batches) = bounded(threads * BATCHES_PER_WORKER);
        let failed = Arc::new(AtomicBool::new(false));
        let mut started = Vec::new();
        for number in 0..threads {
            let (config, batches, failed) = (config.clone(), batches.clone(), Arc::clone(&failed));
            let work = move || {
                let segments = write_segments(&config, &batches, &failed);
                failed.fetch_or(segments.is_err(), Ordering::Relaxed);
                segments
            };
            match thread::Builder::new().name(format!("segment-{number}")).spawn(work) {
                Ok(thread) => started.push(thread),
                Err(error) if started.is_empty() => return Err(error),
                Err(_) => break,
            }
        }
        Ok(Self { queue, threads: started, failed, batch: Vec::new(), batch_bytes: 0 })
    }

    /// Queues a release; returns whether that was possible. If not, [`WorkerPool::finish`] returns the reason.
    pub fn submit(&mut self, release: EncodedRelease) -> bool {
        self.batch_bytes += release.bytes.len();
        self.batch.push(release);
        self.batch_bytes < BATCH_BYTES || self.send()
    }

    fn send(&mut self) -> bool {
        self.batch_bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        !self.failed.load(Ordering::Relaxed) && self.queue.send(batch).is_ok()
    }

    /// Waits until all segments are written.
    pub fn finish(mut self) -> tantivy::Result<Vec<SegmentMeta>> {
        if !self.batch.is_empty() {
            // If this fails a worker has failed, and its error is returned below.
            _ = self.send();
        }
        let Self { queue, threads, .. } = self;
        drop(queue);
        // All workers end before one's failure is reported: no garbage may be collected while others write.
        let written: Vec<_> = threads.into_iter().map(JoinHandle::join).collect();
        let mut segments = Vec::new();
        for written in written {
            let panicked = |_| TantivyError::InternalError("a thread that writes a segment panicked".into());
            segments.append(&mut written.map_err(panicked)??);
        }
        Ok(segments)
    }

    /// Stops the workers and discards what they wrote.
    pub fn cancel(self) {
        self.failed.store(true, Ordering::Relaxed);
        _ = self.finish();
    }
}

/// The work of one thread: writes segments from the batches that it receives until there are no more.
fn write_segments(
    config: &WorkerConfig,
    batches: &Receiver<Batch>,
    failed: &AtomicBool,
) -> tantivy::Result<Vec<SegmentMeta>> {
    let mut segments = Vec::new();
    let mut term_cache = config.analyzer.term_cache();
    let mut batches = batches.iter().peekable();
    while batches.peek().is_some() {
        let mut writer = SegmentWriter::new(&config.engine, config.fields, term_cache)?;
        while !writer.is_full(config.memory)
            && let Some(batch) = batches.next()
        {
            for release in batch {
                writer.add(release)?;
            }
        }
        if failed.load(Ordering::Relaxed) {
            return Ok(segments);
        }
        let (segment, used) = writer.finish()?;
        segments.push(segment);
        term_cache = used;
    }
    Ok(segments)
}
