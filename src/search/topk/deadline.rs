//! A deadline for ranking: when it is over, the best documents found so far are returned.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

/// When ranking must stop.
pub(crate) struct Deadline {
    at: Option<Instant>,
    is_over: AtomicBool,
}

impl Deadline {
    /// A deadline from now; none if that is beyond what the clock can represent.
    pub fn after(timeout: Option<Duration>) -> Self {
        let at = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Self { at, is_over: AtomicBool::new(false) }
    }

    /// Whether ranking must stop. Asked for once in a window of documents.
    pub fn is_over(&self) -> bool {
        let is_over = self.was_over() || self.at.is_some_and(|at| Instant::now() >= at);
        if is_over {
            self.is_over.store(true, Ordering::Relaxed);
        }
        is_over
    }

    /// Whether ranking has stopped early.
    pub fn was_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}
