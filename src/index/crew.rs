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

use super::{
    draft::{Draft, Entry, Session},
    schema::Fields,
};
use crate::analysis::{Analyzer, Forms};

/// Releases are handed on in parcels of so many bytes, which saves waking threads for each.
const PARCEL: usize = 128 << 10;
/// So many parcels may wait for each thread.
const WAITING: usize = 2;

type Parcel = Vec<Entry>;

/// What all threads of a crew share.
#[derive(Clone)]
pub(super) struct Task {
    pub engine: tantivy::Index,
    pub fields: Fields,
    pub analyzer: Analyzer,
    /// Marks the releases that this crew writes.
    pub session: Session,
    /// Bytes of memory for each thread's segment.
    pub memory: usize,
}

/// Threads that make segments.
pub(super) struct Crew {
    to: Sender<Parcel>,
    threads: Vec<JoinHandle<tantivy::Result<Vec<SegmentMeta>>>>,
    failed: Arc<AtomicBool>,
    parcel: Parcel,
    bytes: usize,
}

impl Crew {
    pub fn start(task: &Task, threads: usize) -> std::io::Result<Self> {
        let (to, from) = bounded(threads * WAITING);
        let failed = Arc::new(AtomicBool::new(false));
        let start = |number| {
            let (task, from, failed) = (task.clone(), from.clone(), Arc::clone(&failed));
            let work = move || {
                let made = segments(&task, &from, &failed);
                if made.is_err() {
                    failed.store(true, Ordering::Relaxed);
                }
                made
            };
            thread::Builder::new().name(format!("segment-{number}")).spawn(work)
        };
        let threads = (0..threads).map(start).collect::<std::io::Result<_>>()?;
        Ok(Self { to, threads, failed, parcel: Vec::new(), bytes: 0 })
    }

    /// Hands a release on; tells whether that was possible. Where it was not, [`Crew::finish`] says why.
    pub fn take(&mut self, entry: Entry) -> bool {
        self.bytes += entry.said.len();
        self.parcel.push(entry);
        self.bytes < PARCEL || self.send()
    }

    fn send(&mut self) -> bool {
        self.bytes = 0;
        let parcel = std::mem::take(&mut self.parcel);
        !self.failed.load(Ordering::Relaxed) && self.to.send(parcel).is_ok()
    }

    /// Waits until all segments are written.
    pub fn finish(mut self) -> tantivy::Result<Vec<SegmentMeta>> {
        if !self.parcel.is_empty() {
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
    pub fn abandon(self) {
        self.failed.store(true, Ordering::Relaxed);
        _ = self.finish();
    }
}

/// What one thread does: segments of the parcels that it gets hold of, until none come any more.
fn segments(task: &Task, from: &Receiver<Parcel>, failed: &AtomicBool) -> tantivy::Result<Vec<SegmentMeta>> {
    let mut made = Vec::new();
    let mut forms = None;
    let mut draft: Option<Draft> = None;
    let mut finish = |draft: Draft, forms: &mut Option<Forms>| -> tantivy::Result<()> {
        let (segment, table) = draft.finish()?;
        *forms = Some(table);
        made.push(segment);
        Ok(())
    };
    for parcel in from {
        if failed.load(Ordering::Relaxed) {
            break;
        }
        let mut at_work = if let Some(draft) = draft.take() {
            draft
        } else {
            let forms = forms.take().unwrap_or_else(|| task.analyzer.forms());
            Draft::start(&task.engine, task.fields, task.session, forms)?
        };
        for entry in parcel {
            at_work.add(entry)?;
        }
        if at_work.is_full(task.memory) {
            finish(at_work, &mut forms)?;
        } else {
            draft = Some(at_work);
        }
    }
    if let Some(draft) = draft
        && !failed.load(Ordering::Relaxed)
    {
        finish(draft, &mut forms)?;
    }
    Ok(made)
}
