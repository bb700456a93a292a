//! A pool of threads that write segments from the releases that one thread submits.
//!
//! The workers analyse batches of releases and add them to one segment. When it is full, another thread finishes it,
//! and the workers start the next one. The queue is bounded: the submitting thread waits while the workers are
//! behind. The first failure stops all workers and is reported when all have ended.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use tantivy::{SegmentMeta, TantivyError};

use super::{
    analyzed_batch::{AnalyzedBatch, EncodedRelease},
    postings::{SegmentForms, WordReader},
    segment_writer::SegmentWriter,
};
use crate::{
    analysis::{Analyzer, TermCache},
    index::schema::Fields,
};

/// Releases are queued in batches of this many bytes: a thread is not woken for each of them.
const BATCH_BYTES: usize = 128 << 10;
/// The number of queued batches per worker.
const BATCHES_PER_WORKER: usize = 2;
/// The maximum number of words in a segment: they are counted with 32 bits.
const MAX_WORDS: usize = 1 << 31;

type Batch = Vec<EncodedRelease>;

/// The resources of a pool.
pub(super) struct PoolConfig {
    pub engine: tantivy::Index,
    pub fields: Fields,
    pub analyzer: Analyzer,
    /// Bytes of memory for unfinished segments.
    pub memory: usize,
    /// The number of threads that analyse releases.
    pub threads: usize,
}

/// Threads that write segments. Dropping it stops them and discards what they wrote.
pub(super) struct WorkerPool {
    config: PoolConfig,
    /// `None` until the first batch of a segment.
    workers: Option<Workers>,
    /// The term caches of workers that have ended, for the next ones.
    term_caches: Vec<TermCache>,
    /// The thread that finishes the segment before.
    finishing: Option<JoinHandle<tantivy::Result<SegmentMeta>>>,
    finished: Vec<SegmentMeta>,
    batch: Batch,
    batch_bytes: usize,
}

/// The threads that fill one segment.
struct Workers {
    queue: Sender<Batch>,
    threads: Vec<JoinHandle<tantivy::Result<TermCache>>>,
    segment: Arc<SharedSegment>,
}

/// The segment that workers fill.
struct SharedSegment {
    fields: Fields,
    writer: Mutex<SegmentWriter>,
    forms: Mutex<SegmentForms>,
    is_full: AtomicBool,
    /// Whether a worker has failed, or the segment is not wanted any more.
    is_stopped: AtomicBool,
}

impl WorkerPool {
    pub fn new(config: PoolConfig) -> Self {
        Self {
            config,
            workers: None,
            term_caches: Vec::new(),
            finishing: None,
            finished: Vec::new(),
            batch: Vec::new(),
            batch_bytes: 0,
        }
    }

    /// Queues a release. Fails if a release before it could not be written; the pool is then of no use.
    pub fn submit(&mut self, release: EncodedRelease) -> tantivy::Result<()> {
        self.batch_bytes += release.bytes.len();
        self.batch.push(release);
        if self.batch_bytes < BATCH_BYTES { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> tantivy::Result<()> {
        self.batch_bytes = 0;
        let workers = match self.workers.take() {
            Some(workers) => workers,
            None => self.start()?,
        };
        let Workers { queue, segment, .. } = self.workers.insert(workers);
        let is_sent = queue.send(std::mem::take(&mut self.batch)).is_ok();
        let is_stopped = segment.is_stopped.load(Ordering::Relaxed);
        if is_sent && !is_stopped && !segment.is_full.load(Ordering::Relaxed) {
            return Ok(());
        }
        let Some((segment, forms)) = self.stop_workers()? else { return Ok(()) };
        self.join_finishing()?;
        let finish = thread::Builder::new().name("segment".into());
        self.finishing = Some(finish.spawn(|| segment.finish(forms))?);
        Ok(())
    }

    /// Writes what was submitted; returns the segments.
    pub fn finish(mut self) -> tantivy::Result<Vec<SegmentMeta>> {
        if !self.batch.is_empty() {
            self.send()?;
        }
        let last = self.stop_workers()?.map(|(segment, forms)| segment.finish(forms));
        self.join_finishing()?;
        self.finished.extend(last.transpose()?);
        Ok(std::mem::take(&mut self.finished))
    }

    /// Starts a segment and its workers: as many as asked for, or as the system allows.
    fn start(&mut self) -> tantivy::Result<Workers> {
        let PoolConfig { engine, fields, analyzer, memory, threads } = &self.config;
        let segment = Arc::new(SharedSegment {
            fields: *fields,
            writer: Mutex::new(SegmentWriter::new(engine, fields.text)?),
            forms: Mutex::default(),
            is_full: AtomicBool::new(false),
            is_stopped: AtomicBool::new(false),
        });
        let (queue, batches) = bounded(threads * BATCHES_PER_WORKER);
        // The segment before may still be in memory.
        let memory = memory / 2;
        let mut started = Vec::new();
        for number in 0..*threads {
            let (segment, batches) = (Arc::clone(&segment), batches.clone());
            let cache = self.term_caches.pop().unwrap_or_else(|| analyzer.term_cache());
            let fill = move || {
                let cache = segment.fill(&batches, cache, memory);
                segment.is_stopped.fetch_or(cache.is_err(), Ordering::Relaxed);
                cache
            };
            match thread::Builder::new().name(format!("analysis-{number}")).spawn(fill) {
                Ok(thread) => started.push(thread),
                Err(error) if started.is_empty() => return Err(error.into()),
                Err(_) => break,
            }
        }
        Ok(Workers { queue, threads: started, segment })
    }

    /// Waits until the queue is empty; returns the segment with its forms.
    fn stop_workers(&mut self) -> tantivy::Result<Option<(SegmentWriter, SegmentForms)>> {
        let Some(Workers { queue, threads, segment }) = self.workers.take() else { return Ok(None) };
        drop(queue);
        // All workers end before one's failure is reported: no garbage may be collected while others write.
        let ended: Vec<_> = threads.into_iter().map(join).collect();
        self.term_caches = ended.into_iter().collect::<tantivy::Result<_>>()?;
        let parts = Arc::into_inner(segment)
            .and_then(|shared| shared.writer.into_inner().ok().zip(shared.forms.into_inner().ok()));
        parts.map(Some).ok_or_else(|| TantivyError::InternalError("a segment is still in use".into()))
    }

    fn join_finishing(&mut self) -> tantivy::Result<()> {
        let finished = self.finishing.take().map(join).transpose()?;
        self.finished.extend(finished);
        Ok(())
    }
}

impl Drop for WorkerPool {
    fn drop(&mut self) {
        if let Some(workers) = &self.workers {
            workers.segment.is_stopped.store(true, Ordering::Relaxed);
        }
        // Their failures do not matter any more.
        _ = self.stop_workers();
        _ = self.join_finishing();
    }
}

impl SharedSegment {
    /// The work of one thread: analyses batches and adds them until there are no more.
    fn fill(&self, batches: &Receiver<Batch>, cache: TermCache, memory: usize) -> tantivy::Result<TermCache> {
        let mut reader = WordReader::new(cache, &self.forms);
        for batch in batches {
            if self.is_stopped.load(Ordering::Relaxed) {
                break;
            }
            let batch = AnalyzedBatch::analyze(batch, &mut reader, self.fields)?;
            // A lock is poisoned if another worker has panicked, which fails the commit.
            let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            writer.add(batch)?;
            let used = writer.memory() + self.forms.lock().unwrap_or_else(PoisonError::into_inner).memory();
            if used > memory || writer.words() > MAX_WORDS {
                self.is_full.store(true, Ordering::Relaxed);
            }
        }
        Ok(reader.into_term_cache())
    }
}

fn join<T>(thread: JoinHandle<tantivy::Result<T>>) -> tantivy::Result<T> {
    let panicked = |_| TantivyError::InternalError("a thread that writes a segment panicked".into());
    thread.join().map_err(panicked)?
}
