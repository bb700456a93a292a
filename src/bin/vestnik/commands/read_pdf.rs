//! `vestnik read-pdf`: reads a PDF from standard input, as an isolated child process of `vestnik index`.
//!
//! Hidden from help. What it may allocate is limited before it reads anything.

use std::io;

use anyhow::Result;

use crate::exit::Exit;

/// The most memory that a PDF may cost, in bytes.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 256 << 20;

pub fn run() -> Result<Exit> {
    limit_memory()?;
    vestnik::corpus::answer_pdf(io::stdin().lock(), io::stdout().lock())?;
    Ok(Exit::Done)
}

/// Beyond the limit allocations fail, which ends the process.
#[cfg(target_os = "linux")]
fn limit_memory() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(Resource::Data, Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) })?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn limit_memory() -> io::Result<()> {
    Ok(())
}
