//! The write lock of an index folder: one process, or one thread, at a time.
//!
//! An advisory lock of the operating system on the file `lock`. The system releases it with the process, so
//! a killed run leaves none. The contents of the file only serve messages.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    mem,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant, UNIX_EPOCH},
};

use crate::error::{Error, Result};

/// The name of the lock file in the index folder.
pub(crate) const NAME: &str = "lock";
/// How often a waiting process tries again.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The right to write to an index folder, released on drop.
#[derive(Debug)]
pub(crate) struct WriteLock(File);

impl WriteLock {
    /// Takes the lock of an index folder and creates the folder if it is missing. Waits at most `wait`, or
    /// until `stop` is set.
    ///
    /// # Errors
    /// `IndexLocked` where another process holds it; `Interrupted` where `stop` is set; `Write` where the
    /// folder cannot be written.
    pub fn acquire(index: &Path, wait: Duration, stop: &AtomicBool) -> Result<Self> {
        let path = index.join(NAME);
        fs::create_dir_all(index).map_err(Error::write(&path))?;
        let mut file = open(&path).map_err(Error::write(&path))?;
        let started = Instant::now();
        let mut waiting = false;
        while let Err(error) = file.try_lock() {
            if let TryLockError::Error(error) = error {
                return Err(Error::write(&path)(error));
            }
            check_stop(stop)?;
            // Empty where the file does not say.
            let holder = file.rewind().and_then(|()| io::read_to_string((&file).take(256)));
            let holder = holder.unwrap_or_default();
            if started.elapsed() >= wait {
                return Err(Error::IndexLocked { path: index.into(), holder });
            }
            if !mem::replace(&mut waiting, true) {
                tracing::info!(seconds = wait.as_secs(), held = %holder, "waiting for the lock");
            }
            thread::sleep(POLL_INTERVAL);
        }
        write_holder(&mut file).map_err(Error::write(&path))?;
        tracing::debug!(index = %index.display(), "took the lock");
        Ok(Self(file))
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        // A file that keeps its contents only makes a later message less exact.
        _ = self.0.set_len(0);
        tracing::debug!("released the lock");
    }
}

/// Fails once a job is asked to stop.
pub(crate) fn check_stop(stop: &AtomicBool) -> Result<()> {
    if stop.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
}

/// Opens a lock file, and creates it if it is missing. Anything but a plain file is refused: a link could
/// point at any file, and opening a pipe would block.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file; remove it"));
    }
    Ok(file)
}

fn write_holder(file: &mut File) -> io::Result<()> {
    let (process, host) = (std::process::id(), gethostname::gethostname());
    file.set_len(0)?;
    file.rewind()?;
    write!(file, " (process {process} on {}, since {:.0})", host.display(), jiff::Timestamp::now())
}

/// Seconds since 1970-01-01 UTC.
pub(crate) fn now() -> u64 {
    UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
}
