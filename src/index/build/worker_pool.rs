//! A pool of threads that write segments from the releases that one thread submits.
//!
//! The workers analyse batches of releases and add them to one segment. When it is full, they go on with another one,
//! and the last of them that leaves it finishes it. The queue is bounded: the submitting thread waits while the workers
//! are behind. The first failure stops all workers and is reported when all have ended.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;
use tantivy::{Result, SegmentMeta, TantivyError};

use super::{
    analyzed_batch::AnalyzedBatch,
    postings::{SegmentForms, WordReader},
    segment_writer::SegmentWriter,
};
use crate::{
    analysis::{Analyzer, TermCache},
    index::{Index, doc_store::EncodedRelease},
};

/// Releases are queued in batches of this many bytes: a thread is not woken for each of them.
const BATCH_BYTES: usize = 128 << 10;
/// The number of queued batches per worker.
const BATCHES_PER_WORKER: usize = 2;
/// The maximum number of words in a segment: they are counted with 32 bits.
const MAX_WORDS: usize = 1 << 31;

type Batch = Vec<EncodedRelease>;

/// Threads that write segments. Dropping it stops them and discards what they wrote.
pub(super) struct WorkerPool {
    shared: Arc<Shared>,
    /// `None` once no more batches come.
    queue: Option<Sender<Batch>>,
    workers: Vec<JoinHandle<Result<()>>>,
    batch: Batch,
    batch_bytes: usize,
}

/// What the workers share.
struct Shared {
    index: Index,
    /// Bytes of memory for unfinished segments.
    memory: usize,
    /// The segment that is being filled, until it is full.
    current: Mutex<Option<Arc<OpenSegment>>>,
    /// Locked while a segment is finished: at most one is, while another one is being filled.
    finished: Mutex<Vec<SegmentMeta>>,
    /// Whether a worker has failed, or the segments are no longer needed.
    is_stopped: AtomicBool,
}

/// A segment that workers fill.
struct OpenSegment {
    writer: Mutex<SegmentWriter>,
    forms: Mutex<SegmentForms>,
}

impl WorkerPool {
    /// Starts the workers: as many as asked for, or as the system allows.
    pub fn start(index: &Index, analyzer: &Analyzer, (threads, memory): (usize, usize)) -> Result<Self> {
        let (queue, batches) = bounded(threads * BATCHES_PER_WORKER);
        let shared = Arc::new(Shared {
            index: index.clone(),
            memory,
            current: Mutex::default(),
            finished: Mutex::default(),
            is_stopped: AtomicBool::new(false),
        });
        let mut workers = Vec::new();
        for number in 0..threads {
            let (shared, batches, cache) = (Arc::clone(&shared), batches.clone(), analyzer.term_cache());
            let work = move || {
                let done = shared.work(&batches, cache);
                shared.is_stopped.fetch_or(done.is_err(), Ordering::Relaxed);
                done
            };
            match thread::Builder::new().name(format!("analysis-{number}")).spawn(work) {
                Ok(worker) => workers.push(worker),
                Err(error) if workers.is_empty() => return Err(error.into()),
                Err(_) => break,
            }
        }
        Ok(Self { shared, queue: Some(queue), workers, batch: Vec::new(), batch_bytes: 0 })
    }

    /// Queues a release. Fails if an earlier one could not be written; the pool is then unusable.
    pub fn submit(&mut self, release: EncodedRelease) -> Result<()> {
        self.batch_bytes += release.bytes.len();
        self.batch.push(release);
        if self.batch_bytes < BATCH_BYTES { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> Result<()> {
        self.batch_bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        let is_sent = self.queue.as_ref().is_some_and(|queue| queue.send(batch).is_ok());
        if is_sent && !self.shared.is_stopped.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.join()?;
        Err(TantivyError::InternalError("the threads that write segments have ended".into()))
    }

    /// Writes what was submitted; returns the segments.
    pub fn finish(mut self) -> Result<Vec<SegmentMeta>> {
        if !self.batch.is_empty() {
            self.send()?;
        }
        self.join()?;
        let last = self.shared.current.lock().take();
        last.map_or(Ok(()), |segment| self.shared.leave(segment))?;
        Ok(std::mem::take(&mut self.shared.finished.lock()))
    }

    /// Waits until the queue is empty and all workers have ended.
    fn join(&mut self) -> Result<()> {
        self.queue = None;
        // A failure is reported after all workers have ended: the caller collects garbage, and none may still write.
        let ended: Vec<_> = self.workers.drain(..).map(JoinHandle::join).collect();
        let panicked = |_| TantivyError::InternalError("a thread that writes a segment panicked".into());
        ended.into_iter().try_for_each(|ended| ended.map_err(panicked)?)
    }
}

impl Drop for WorkerPool {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::Relaxed);
        // Their failures no longer matter.
        _ = self.join();
    }
}

impl Shared {
    /// The work of one thread: analyses batches and adds them to one segment after the other.
    fn work(&self, batches: &Receiver<Batch>, mut cache: TermCache) -> Result<()> {
        while let Ok(first) = batches.recv() {
            let segment = self.current()?;
            let mut reader = WordReader::new(cache, &segment.forms);
            for batch in std::iter::once(first).chain(batches) {
                if self.is_stopped.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let batch = AnalyzedBatch::analyze(batch, &mut reader, self.index.fields);
                let batch = batch.map_err(TantivyError::InternalError)?;
                let mut writer = segment.writer.lock();
                writer.add(batch)?;
                // The previous segment may still be in memory.
                let is_full = writer.memory() + segment.forms.lock().memory() > self.memory / 2;
                if is_full || writer.words.len() > MAX_WORDS {
                    self.current.lock().take_if(|current| Arc::ptr_eq(current, &segment));
                    break;
                }
            }
            cache = reader.cache;
            self.leave(segment)?;
        }
        Ok(())
    }

    /// The segment that is being filled; a new one if the last is full.
    fn current(&self) -> Result<Arc<OpenSegment>> {
        let mut current = self.current.lock();
        if let Some(segment) = &*current {
            return Ok(Arc::clone(segment));
        }
        // Waits while the previous segment is being finished.
        drop(self.finished.lock());
        let writer = SegmentWriter::new(&self.index.engine, self.index.fields.text)?;
        let segment = OpenSegment { writer: Mutex::new(writer), forms: Mutex::default() };
        Ok(Arc::clone(current.insert(Arc::new(segment))))
    }

    /// Finishes a segment if no other worker is still adding to it.
    fn leave(&self, segment: Arc<OpenSegment>) -> Result<()> {
        let Some(OpenSegment { writer, forms }) = Arc::into_inner(segment) else { return Ok(()) };
        let mut finished = self.finished.lock();
        finished.push(writer.into_inner().finish(forms.into_inner(), &mut self.index.analyzer.term_cache())?);
        Ok(())
    }
}
