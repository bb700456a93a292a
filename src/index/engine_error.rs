//! Errors of tantivy as errors of this library.
//!
//! Damage means a missing file, a wrong checksum or contents that contradict each other. What the operating
//! system refuses (permissions, memory, open files, room, a failing disk) is reported as that and never
//! leads to a rebuild.

use std::{
    io,
    panic::{self, AssertUnwindSafe},
    path::Path,
    sync::Arc,
};

use tantivy::{
    TantivyError,
    directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError},
};

use super::storage::{is_damage, read_error};
use crate::error::{Error, Result};

/// The error for an index that cannot be read.
pub(super) fn read_failure(path: &Path, error: impl Into<TantivyError>) -> Error {
    let error = error.into();
    match (system_error(&error), &error) {
        (Some(source), _) => read_error(path, source),
        (None, TantivyError::SystemError(_) | TantivyError::ErrorInThread(_) | TantivyError::Poisoned) => {
            Error::Engine { doing: "reading the index", path: path.into(), reason: error.to_string() }
        }
        (None, _) => Error::IndexDamaged { path: path.into(), reason: error.to_string() },
    }
}

/// The error for an index that cannot be written.
pub(super) fn write_failure(path: &Path, doing: &'static str, error: &TantivyError) -> Error {
    let path = path.to_owned();
    match (system_error(error), error) {
        (Some(source), _) if source.kind() != io::ErrorKind::NotFound && is_damage(&source) => {
            read_error(&path, source)
        }
        (Some(source), _) => Error::Write { path, source },
        (None, TantivyError::LockFailure(LockError::LockBusy, _)) => {
            Error::IndexLocked { path, holder: String::new() }
        }
        (None, TantivyError::DataCorruption(_)) => Error::IndexDamaged { path, reason: error.to_string() },
        (None, _) => Error::Engine { doing, path, reason: error.to_string() },
    }
}

/// What the operating system, or a checksum, said.
fn system_error(error: &TantivyError) -> Option<io::Error> {
    let error: &Arc<io::Error> = match error {
        TantivyError::IoError(error)
        | TantivyError::OpenReadError(OpenReadError::IoError { io_error: error, .. })
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: error, .. })
        | TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error: error, .. })
        | TantivyError::LockFailure(LockError::IoError(error), _) => error,
        TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(file))
        | TantivyError::OpenDirectoryError(OpenDirectoryError::DoesNotExist(file)) => {
            return Some(io::Error::new(io::ErrorKind::NotFound, format!("{} is missing", file.display())));
        }
        _ => return None,
    };
    let of_kind = || io::Error::new(error.kind(), error.to_string());
    Some(error.raw_os_error().map_or_else(of_kind, io::Error::from_raw_os_error))
}

/// Reads an index. Tantivy panics on some contents that contradict each other; that is damage as well.
pub(super) fn catch_panic<T>(path: &Path, read: impl FnOnce() -> Result<T>) -> Result<T> {
    panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
        let reason = format!("its contents contradict each other: {text}");
        Err(Error::IndexDamaged { path: path.into(), reason })
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn only_wrong_contents_and_missing_files_are_damage() {
        let file = || PathBuf::from("a/b.idx");
        let changed = || io::Error::new(io::ErrorKind::InvalidData, "b.idx has changed");
        let refused = |code| io::Error::from_raw_os_error(code);
        let (damaged, missing) = ("damaged: b.idx has changed", "damaged: a/b.idx is missing");
        let (is_missing, not_found) = (OpenReadError::FileDoesNotExist, OpenDirectoryError::DoesNotExist);
        let no_right = LockError::wrap_io_error(refused(13));
        // The error; what is reported when it occurs in reading, and in writing.
        let table: [(TantivyError, &str, &str); 8] = [
            (changed().into(), damaged, damaged),
            (OpenReadError::wrap_io_error(changed(), file()).into(), damaged, damaged),
            (is_missing(file()).into(), missing, "cannot write index: a/b.idx is missing"),
            (not_found(file()).into(), missing, "cannot write"),
            (refused(5).into(), "cannot read index: Input/output", "cannot write index: Input/output"),
            (refused(12).into(), "cannot read index: Cannot allocate", "cannot write index: Cannot"),
            (no_right.into(), "cannot read index: Perm", "cannot write index: Perm"),
            (LockError::LockBusy.into(), "is damaged", "is being written by another run"),
        ];
        for (error, reading, writing) in table {
            let written = write_failure(Path::new("index"), "committing", &error).to_string();
            assert!(written.contains(writing), "{written}");
            let read = read_failure(Path::new("index"), error).to_string();
            assert!(read.contains(reading), "{read}");
        }
    }

    #[test]
    fn a_panic_is_damage() {
        let broken = catch_panic(Path::new("index"), || -> Result<()> { panic!("index out of bounds") });
        let error = broken.unwrap_err().to_string();
        assert!(error.contains("is damaged") && error.contains("index out of bounds"), "{error}");
    }
}
