//! Following an index: being called for each new commit. A handle and its snapshots never change.

use std::{
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use super::handle::Index;
use crate::error::Result;

/// Watches an index until it is dropped. A call that is under way then is the last one.
#[derive(Debug)]
pub struct Watch {
    #[expect(dead_code, reason = "dropping it ends the thread")]
    end: Sender<()>,
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
        let version = |index: &Self| Ok((index.generation().cloned(), index.commit()?.meta.opstamp));
        // `None` while the index cannot be read.
        let mut last = Some(version(self)?);
        let work = move || {
            while ended.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                let newest = index.reload().and_then(|newest| Ok((version(&newest)?, newest)));
                let version = newest.as_ref().ok().map(|(version, _)| version.clone());
                if version != last {
                    last = version;
                    on_change(newest.map(|(_, newest)| {
                        index = newest;
                        index.clone()
                    }));
                }
            }
        };
        let started = thread::Builder::new().name("watch".into()).spawn(work);
        started.map_err(|error| self.failed("starting a thread", &error))?;
        Ok(Watch { end })
    }
}
