//! The write lock of an index folder: one process, or one thread, at a time.
//!
//! An advisory lock of the operating system on the file `lock`. The system releases it with the process, so
//! a killed run leaves none. The contents of the file only serve messages.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
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
        let failed = |source| Error::Write { path: path.clone(), source };
        fs::create_dir_all(index).map_err(failed)?;
        let mut file = open(&path).map_err(failed)?;
        let until = Instant::now() + wait;
        let mut waiting = false;
        while let Err(error) = file.try_lock() {
            if let TryLockError::Error(error) = error {
                return Err(failed(error));
            }
            if stop.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            if Instant::now() >= until {
                return Err(Error::IndexLocked { path: index.into(), holder: describe_holder(&mut file) });
            }
            if !waiting {
                waiting = true;
                let held = describe_holder(&mut file);
                tracing::info!(seconds = wait.as_secs(), %held, "waiting for the lock");
            }
            thread::sleep(POLL_INTERVAL);
        }
        let mut lock = Self(file);
        lock.write_holder().map_err(failed)?;
        tracing::debug!(index = %index.display(), "took the lock");
        Ok(lock)
    }

    fn write_holder(&mut self) -> io::Result<()> {
        let (process, host, since) = (std::process::id(), host(), jiff::Timestamp::now());
        self.0.set_len(0)?;
        self.0.rewind()?;
        write!(self.0, " (process {process} on {host}, since {since:.0})")
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        // A file that keeps its contents only makes a later message less exact.
        _ = self.0.set_len(0);
        tracing::debug!("released the lock");
    }
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

/// The process that holds a lock, for messages; empty where the file does not say.
fn describe_holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(256).read_to_string(&mut text));
    read.map(|_| text).unwrap_or_default()
}

/// Seconds since 1970-01-01 UTC.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn host() -> String {
    let from_kernel = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let from_shell = || std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).ok();
    from_kernel.or_else(from_shell).map_or_else(|| "this machine".into(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_process_learns_who_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let go = AtomicBool::new(false);
        let first = WriteLock::acquire(folder.path(), Duration::ZERO, &go).unwrap();
        let error = WriteLock::acquire(folder.path(), Duration::ZERO, &go).unwrap_err().to_string();
        assert!(error.contains(&format!("(process {} on ", std::process::id())), "{error}");
        let stopped = WriteLock::acquire(folder.path(), Duration::from_mins(1), &AtomicBool::new(true));
        assert!(matches!(stopped, Err(Error::Interrupted)));
        let waiting = thread::spawn({
            let folder = folder.path().to_owned();
            move || WriteLock::acquire(&folder, Duration::from_mins(1), &AtomicBool::new(false)).is_ok()
        });
        drop(first);
        assert!(waiting.join().unwrap());
    }
}
