//! How long a command waits for another run that writes the index.

use std::time::Duration;

/// The waiting time.
#[derive(clap::Args)]
pub struct LockWait {
    /// Wait this long for another run that is writing the index
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait_lock: u64,
}

impl LockWait {
    pub fn time(&self) -> Duration {
        Duration::from_secs(self.wait_lock)
    }
}
