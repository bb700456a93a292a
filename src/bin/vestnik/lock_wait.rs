//! How long a command waits for another that writes the index.

use std::time::Duration;

/// Whether to wait.
#[derive(clap::Args)]
pub struct LockWait {
    /// Wait so long for another run that is writing the index, instead of giving up at once
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait_lock: u64,
}

impl LockWait {
    pub fn time(&self) -> Duration {
        Duration::from_secs(self.wait_lock)
    }
}
