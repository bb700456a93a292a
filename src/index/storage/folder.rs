//! The index folder as a whole: locking it, and refusing a folder that is used for something else.

use std::{fs, io, path::Path, sync::atomic::AtomicBool, time::Duration};

use super::{
    atomic_file,
    catalog::{CURRENT, number_of},
    generation::{exists, remove_unlisted_or_warn},
    lock::{self, WriteLock},
};
use crate::error::{Error, Result};

/// Takes the write lock of an index folder, creating it if it is missing, and removes what a killed run left.
///
/// # Errors
/// `NotEmpty` where the folder has other contents; those of [`WriteLock::acquire`].
pub(crate) fn lock(index: &Path, wait: Duration, stop: &AtomicBool) -> Result<WriteLock> {
    refuse_other_contents(index)?;
    let lock = WriteLock::acquire(index, wait, stop)?;
    remove_unlisted_or_warn(index);
    Ok(lock)
}

/// Files that a folder for an index may have before there is one: notes about it, and settings of git.
const ALLOWED: [&str; 2] = ["README.md", ".gitignore"];

/// Refuses a folder that is no index and has other contents, so that a mistyped name harms nothing.
pub(crate) fn refuse_other_contents(index: &Path) -> Result<()> {
    if exists(index) {
        return Ok(());
    }
    let failed = |source| Error::Read { path: index.into(), source };
    let entries = match fs::read_dir(index) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    let temporary = atomic_file::temporary_path(&index.join(CURRENT));
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_ours = number_of(name).is_some() || path == temporary || name == lock::NAME;
        if !is_ours && !ALLOWED.contains(&name) {
            return Err(Error::NotEmpty { path: index.into() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_other_contents_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (name, refused) in [
            ("lock", false),
            (".current.new", false),
            ("generation-1", false),
            ("README.md", false),
            (".gitignore", false),
            ("a.txt", true),
        ] {
            let index = folder.path().join(format!("of-{name}"));
            refuse_other_contents(&index).unwrap();
            fs::create_dir(&index).unwrap();
            fs::write(index.join(name), "").unwrap();
            assert_eq!(refuse_other_contents(&index).is_err(), refused, "{name}");
            if refused {
                fs::write(index.join(CURRENT), "").unwrap();
                refuse_other_contents(&index).unwrap();
            }
        }
    }
}
