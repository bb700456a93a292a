//! The right to write to an index folder: one process, or one thread, at a time.
//!
//! A lock of the system on the file `lock`, which goes with whoever holds it, however that ends; what
//! the file says is only for the reader of a message. Between runs it is empty, and the time of its
//! last change is when a run last ended well: so a run that finds nothing to do writes nothing.

use std::{
    fs::{File, FileTimes, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The lock file's name within the index folder.
pub(crate) const NAME: &str = "lock";
/// How often one who waits looks again.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Who holds the lock.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    host: String,
    /// In seconds since 1970-01-01 UTC.
    since: u64,
    /// When a run last ended well before this one, in seconds since 1970-01-01 UTC; 0: never.
    last_success: u64,
}

/// The right to write, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct WriteLock {
    file: File,
    last_success: u64,
    done: bool,
}

impl WriteLock {
    /// Takes the right to write to an index folder, which is made where it is missing; waits for it
    /// at most so long, or until told to stop.
    ///
    /// # Errors
    /// `IndexLocked` where another has it; `Interrupted` where told to stop; `Write` where the folder
    /// cannot be written.
    pub fn acquire(index: &Path, wait: Duration, stop: &AtomicBool) -> Result<Self> {
        let path = index.join(NAME);
        let failed = |source| Error::Write { path: path.clone(), source };
        std::fs::create_dir_all(index).map_err(failed)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        if let Ok(made) = options.clone().create_new(true).open(&path) {
            // A lock file that is new says that no run has ended well.
            made.set_times(FileTimes::new().set_modified(UNIX_EPOCH)).map_err(failed)?;
        }
        let mut file = options.open(&path).map_err(failed)?;
        let until = Instant::now() + wait;
        let mut waiting = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if stop.load(Ordering::Relaxed) => {
                    return Err(Error::Interrupted);
                }
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    if !waiting {
                        tracing::info!(seconds = wait.as_secs(), held = %describe_holder(&mut file), "waiting for the lock");
                        waiting = true;
                    }
                    thread::sleep(POLL_INTERVAL);
                }
                Err(TryLockError::WouldBlock) => {
                    let holder = describe_holder(&mut file);
                    return Err(Error::IndexLocked { path: index.into(), holder });
                }
            }
        }
        let last_success = read_last_success(&mut file).unwrap_or_default();
        let mut lock = Self { file, last_success, done: false };
        lock.write_holder(&Holder::me(last_success)).map_err(failed)?;
        tracing::debug!(index = %index.display(), last_success, "took the lock");
        Ok(lock)
    }

    /// Notes that what the lock was taken for is done.
    pub fn mark_success(&mut self) {
        self.done = true;
    }

    fn write_holder(&mut self, holder: &Holder) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(serde_json::to_string(holder)?.as_bytes())
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        let done = if self.done { now() } else { self.last_success };
        let time = UNIX_EPOCH + Duration::from_secs(done);
        // A lock file that keeps what it says is read as what it says: nothing is lost.
        if self.file.set_len(0).is_ok() {
            _ = self.file.set_times(FileTimes::new().set_modified(time));
        }
        tracing::debug!(done = self.done, "gave the lock back");
    }
}

/// When a run last ended well, in seconds since 1970-01-01 UTC; none where that is not known.
pub(crate) fn last_success(index: &Path) -> Option<u64> {
    let mut file = File::open(index.join(NAME)).ok()?;
    read_last_success(&mut file).filter(|at| *at > 0)
}

fn read_last_success(file: &mut File) -> Option<u64> {
    if file.metadata().ok()?.len() > 0 {
        return read_holder(file).map(|holder| holder.last_success);
    }
    let modified = file.metadata().ok()?.modified().ok()?;
    modified.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(4096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Who holds the lock, as it is told, or nothing where that cannot be read.
fn describe_holder(file: &mut File) -> String {
    read_holder(file).map_or_else(String::new, |holder| holder.to_string())
}

impl Holder {
    fn me(last_success: u64) -> Self {
        Self { pid: std::process::id(), host: host(), since: now(), last_success }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let since = i64::try_from(self.since).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
        let since = since.map_or_else(|| "an unknown time".into(), |at| at.to_string());
        write!(f, " (process {} on {}, since {since})", self.pid, self.host)
    }
}

/// Seconds since 1970-01-01 UTC.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn host() -> String {
    let of_kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let of_shell = || std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).ok();
    of_kernel.or_else(of_shell).map_or_else(|| "this machine".into(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;

    #[test]
    fn the_second_learns_who_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let go = AtomicBool::new(false);
        let first = WriteLock::acquire(folder.path(), AT_ONCE, &go).unwrap();
        let error = WriteLock::acquire(folder.path(), AT_ONCE, &go).unwrap_err().to_string();
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

    #[test]
    fn only_what_ended_well_is_noted() {
        let folder = tempfile::tempdir().unwrap();
        let take = || WriteLock::acquire(folder.path(), AT_ONCE, &AtomicBool::new(false)).unwrap();
        drop(take());
        assert_eq!(last_success(folder.path()), None);
        let before = now();
        take().mark_success();
        let done = last_success(folder.path()).unwrap();
        assert!((before..=now()).contains(&done));
        drop(take());
        assert_eq!(last_success(folder.path()), Some(done));
        // One who was killed leaves what the lock said of it.
        let file = File::options().write(true).open(folder.path().join(NAME)).unwrap();
        let killed = Holder { last_success: 77, ..Holder::me(0) };
        (&file).write_all(serde_json::to_string(&killed).unwrap().as_bytes()).unwrap();
        assert_eq!(last_success(folder.path()), Some(77));
        drop(take());
        assert_eq!(last_success(folder.path()), Some(77));
    }
}
