//! Starting a new generation and making it the active one.

use std::{path::Path, sync::atomic::AtomicBool, time::Duration};

use super::check::is_sound;
use crate::{
    error::Result,
    index::{
        Index,
        storage::{folder, generation, lock},
    },
};

impl Index {
    /// Opens the index in a folder, or creates an empty one where there is none.
    ///
    /// # Errors
    /// As [`Index::open`], and `Write` where the folder cannot be written.
    pub fn open_or_create(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        if generation::exists(folder) {
            return Self::open(folder);
        }
        let index = Self::rebuild(folder)?;
        index.publish()?;
        Ok(index)
    }

    /// Creates an empty generation in a folder, next to the active one of any version. Searches
    /// continue in the active generation until [`Index::publish`]. The write lock is held until then, or
    /// until the last handle to the new generation is dropped.
    ///
    /// # Errors
    /// `IndexLocked` where another writer works in the folder; `Write` where it cannot be written.
    pub fn rebuild(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let lock = folder::lock(folder, Duration::ZERO, &AtomicBool::new(false))?;
        Self::create_generation(folder, Some(lock))
    }

    /// Makes a rebuilt generation the active one in a single step, keeps the one before it and removes
    /// older ones. Does nothing to an index in memory.
    ///
    /// # Errors
    /// `Write` where the folder cannot be written; the old generation then stays active.
    pub fn publish(&self) -> Result<()> {
        self.publish_keeping(1)
    }

    /// As [`Index::publish`], keeping this many old generations.
    pub(in crate::index) fn publish_keeping(&self, keep: usize) -> Result<()> {
        if let Some(folders) = self.folders()
            && !self.is_active()?
        {
            let previous_is_sound = is_sound(&folders.index);
            generation::publish(&folders.index, &folders.generation, keep, previous_is_sound, lock::now())?;
        }
        self.build_lock().take();
        Ok(())
    }
}
