//! Signals that ask to stop: the first is heeded as soon as the index is whole, the second at once.

use std::{
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::exit::Exit;

/// From now on SIGINT, SIGTERM and SIGHUP set what is returned.
///
/// The second one ends the process: the index survives that too, only what was done is lost.
pub fn heed() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    // Without a handler a signal just ends the process, as it would have.
    _ = ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            process::exit(Exit::Interrupted.code().into());
        }
    });
    stop
}
