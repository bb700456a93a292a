//! Following an index: whether a handle shows the newest commit, and hearing of the next.
//!
//! A handle, and every snapshot made of it, stays what it was; who wants the newest asks for it.

use std::{
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

use super::handle::Index;
use crate::error::Result;

/// Watches an index until it is dropped.
#[derive(Debug)]
pub struct Watch {
    /// Dropping it tells the thread to end.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Index {
    /// The index as it stands now: the newest generation in the folder. Cheap where this is it.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn reload(&self) -> Result<Self> {
        match self.folders() {
            Some(folders) if !self.is_active()? => Self::open_with(&folders.index, Some(self.analyzer())),
            _ => Ok(self.clone()),
        }
    }

    /// Looks every so often whether there has been a commit or a new generation, and hands over the index
    /// as it stands then. An error is told once, until all is well again.
    ///
    /// The look costs two small files. The call back is made in a thread of its own; search on in the old
    /// snapshot until `on_change` has made a new one.
    pub fn watch(&self, every: Duration, mut on_change: impl FnMut(Result<Self>) + Send + 'static) -> Watch {
        let (end, ended) = mpsc::channel::<()>();
        let mut index = self.clone();
        let mut last = index.version().ok();
        let mut failing = false;
        let thread = thread::spawn(move || {
            while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                let now = index.reload().and_then(|newest| Ok((newest.version()?, newest)));
                match now {
                    Ok((version, newest)) => {
                        let changed = !last.as_ref().is_some_and(|last| last.is_same_commit(&version));
                        failing = false;
                        last = Some(version);
                        if changed {
                            index = newest;
                            on_change(Ok(index.clone()));
                        }
                    }
                    Err(error) => {
                        if !failing {
                            on_change(Err(error));
                        }
                        failing = true;
                        last = None;
                    }
                }
            }
        });
        Watch { end: Some(end), thread: Some(thread) }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end.take();
        if let Some(thread) = self.thread.take() {
            // It ends by itself when it has panicked in the call back.
            _ = thread.join();
        }
    }
}
