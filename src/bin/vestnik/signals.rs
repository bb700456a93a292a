//! Signals that interrupt a run. The first lets it stop cleanly, the second ends the process at once.

use std::{
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::exit::Exit;

/// Handles SIGINT, SIGTERM and SIGHUP: the first sets the returned flag, the second ends the process.
///
/// The index survives both; only the work of the run is lost.
pub fn handle() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    // Without a handler, signals end the process, which the index survives.
    _ = ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            process::exit(Exit::Interrupted.code().into());
        }
    });
    stop
}
