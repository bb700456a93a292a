//! Following an index: being called for each new commit. A handle and its snapshots never change.

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
    /// Dropping it ends the thread.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Index {
    /// Checks at this interval whether there has been a commit or a new generation, and calls `on_change` with
    /// the index as it is then. An error is reported once, until a check succeeds again.
    ///
    /// A check reads two small files. The function is called in a separate thread; search in the old
    /// snapshot until it has made a new one.
    ///
    /// # Errors
    /// `Engine` where the system allows no more threads; `IndexDamaged` and `Read` where the index cannot be read.
    pub fn watch(
        &self,
        interval: Duration,
        mut on_change: impl FnMut(Result<Self>) + Send + 'static,
    ) -> Result<Watch> {
        let (end, ended) = mpsc::channel::<()>();
        let mut index = self.clone();
        // `None` while the index cannot be read.
        let mut last = Some(self.version()?);
        let work = move || {
            while ended.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                match index.reload().and_then(|newest| Ok((newest.version()?, newest))) {
                    Ok((version, newest)) => {
                        if last.replace(version) != Some(version) {
                            index = newest;
                            on_change(Ok(index.clone()));
                        }
                    }
                    Err(error) => {
                        if last.take().is_some() {
                            on_change(Err(error));
                        }
                    }
                }
            }
        };
        let thread = thread::Builder::new().name("watch".into()).spawn(work);
        let thread = thread.map_err(|error| self.failed("starting a thread", &error))?;
        Ok(Watch { end: Some(end), thread: Some(thread) })
    }
}

impl Drop for Watch {
    /// Waits until the function is not called any more, unless that function itself drops the watch.
    fn drop(&mut self) {
        self.end.take();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // An error means that the function panicked, which has ended the thread as well.
            _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::release::Release;

    #[test]
    fn a_watch_can_be_dropped_by_its_own_function() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open_or_create(folder.path()).unwrap();
        let slot: Arc<Mutex<Option<Watch>>> = Arc::default();
        let (called, calls) = mpsc::channel();
        let own = Arc::clone(&slot);
        let watch = index.watch(Duration::from_millis(5), move |_| {
            drop(own.lock().unwrap().take());
            called.send(()).unwrap();
        });
        *slot.lock().unwrap() = Some(watch.unwrap());
        index.ingest([Release::new("1", "Заголовок", "Текст")]).unwrap();
        calls.recv_timeout(Duration::from_secs(20)).unwrap();
        // The thread has ended: its end of the channel is closed.
        assert_eq!(calls.recv_timeout(Duration::from_secs(20)), Err(RecvTimeoutError::Disconnected));
    }
}
