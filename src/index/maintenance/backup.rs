//! Backups: the files of one commit under a second name, and back again.
//!
//! A file of the index is never changed once it is written, so a hard link to it is a copy that costs
//! nothing, as long as the disk itself stays sound. Across disks the files are copied.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{
    check::{check_files, is_sound},
    retention::refuse_missing,
};
use crate::{
    error::{Error, Result},
    index::{
        Index, JobOptions,
        storage::{
            atomic_file,
            directory::{MANAGED, META},
            generation,
            lock::WriteLock,
        },
    },
};

/// What a backup or a restore took over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackupStats {
    /// Files.
    pub files: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// How many of the files were copied, because they could not be linked.
    pub copied: u64,
}

/// Makes a second index, in a new or empty folder, of what the last commit left of this one. A writer
/// may work meanwhile. The backup is checked, and is an index that can be searched as it stands. What
/// a killed backup left in the folder is replaced.
///
/// # Errors
/// `NotEmpty` where the folder has something in it; `IndexMissing`, `IndexStale`, `IndexDamaged`;
/// `Write` where the backup cannot be written. What there is of the backup is then removed.
pub fn backup(folder: &Path, to: &Path) -> Result<BackupStats> {
    let mut index = Index::open(folder)?;
    prepare_target(to)?;
    loop {
        let copied = generation::create(to).and_then(|generation| copy_commit(&index, &generation, to, 0));
        if copied.is_err() {
            // It was empty before; a part of a backup is none.
            _ = fs::remove_dir_all(to);
            if !index.is_active()? {
                // A run has put another generation in force, and removed this one.
                index = Index::open(folder)?;
                continue;
            }
        }
        return copied;
    }
}

/// Refuses a folder that has something in it, but for what a killed backup left.
fn prepare_target(folder: &Path) -> Result<()> {
    let failed = |source| Error::Read { path: folder.into(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries.collect::<io::Result<Vec<_>>>().map_err(failed)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(failed(source)),
    };
    let left: Vec<PathBuf> = generation::all(folder)?.into_iter().map(|part| part.folder).collect();
    let new = generation::temporary_current(folder);
    if !entries.iter().all(|entry| left.contains(&entry.path()) || entry.path() == new) {
        return Err(Error::NotEmpty { path: folder.into() });
    }
    for part in left {
        fs::remove_dir_all(&part).map_err(|source| Error::Write { path: part, source })?;
    }
    Ok(())
}

/// Puts a backup in force as a new generation, after checking it; the generation before is kept, unless
/// it is damaged.
///
/// # Errors
/// `IndexMissing`, `IndexStale` and `IndexDamaged` of the backup; `IndexLocked`, `Interrupted`, `Write`.
/// The index is then as it was before.
pub fn restore(folder: &Path, from: &Path, options: &JobOptions) -> Result<BackupStats> {
    refuse_missing(from)?;
    let backup = Index::open(from)?;
    let _lock = WriteLock::acquire(folder, options.wait, &options.stop)?;
    let generation = generation::create(folder)?;
    let copied = copy_commit(&backup, &generation, folder, options.keep);
    if copied.is_err() {
        // What is left of it, the next run removes.
        _ = fs::remove_dir_all(&generation);
    }
    copied
}

/// Takes the last commit of an index into an empty generation of another folder, and puts it in force.
fn copy_commit(index: &Index, into: &Path, folder: &Path, keep: usize) -> Result<BackupStats> {
    let Some(from) = index.generation_folder() else { return Ok(BackupStats::default()) };
    let mut stats = BackupStats::default();
    {
        // A writer tidies up only under this lock: all that a commit names stays until we have it.
        let _lock = index.lock_files("opening")?;
        stats.file(&from.join(META), into)?;
        stats.file(&from.join(MANAGED), into)?;
        for name in files_to_copy(index, folder, into)? {
            let file = from.join(&name);
            if file.is_file() && !into.join(&name).exists() {
                stats.file(&file, into)?;
            }
        }
    }
    atomic_file::sync_directory(into).map_err(|source| Error::Write { path: into.into(), source })?;
    check_files(&Index::open_generation(folder, into, None)?)?;
    generation::publish(folder, into, keep, is_sound(folder))?;
    Ok(stats)
}

/// The files that the copied commit names.
fn files_to_copy(index: &Index, folder: &Path, copy: &Path) -> Result<Vec<PathBuf>> {
    let copy = Index::open_generation(folder, copy, Some(index.analyzer()))?;
    let mut names: Vec<PathBuf> = copy.live_files()?.into_iter().collect();
    // Its locks are its own, and it gets its manifest when it is complete.
    names.retain(|name| {
        let name = name.to_string_lossy();
        !name.is_empty() && !name.ends_with(".lock") && name != generation::DESCRIPTOR
    });
    Ok(names)
}

impl BackupStats {
    fn file(&mut self, file: &Path, into: &Path) -> Result<()> {
        let to = into.join(file.file_name().unwrap_or_default());
        let failed = |source: io::Error| Error::Write { path: to.clone(), source };
        if fs::hard_link(file, &to).is_err() {
            fs::copy(file, &to).and_then(|_| File::open(&to)?.sync_all()).map_err(failed)?;
            self.copied += 1;
        }
        tracing::debug!(file = %to.display(), "copied");
        self.files += 1;
        self.bytes += fs::metadata(&to).map_err(failed)?.len();
        Ok(())
    }
}
