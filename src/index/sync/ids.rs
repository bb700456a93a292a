//! Checks of the ids of releases: an id must fit into an index and be the only one of its kind.

use std::path::Path;

use crate::{
    error::{Error, Result},
    index::build::id_problem,
    release::Release,
};

/// Refuses a release whose id an index cannot have.
pub(super) fn checked(release: Release, path: &Path) -> Result<Release> {
    let Some(problem) = id_problem(&release.id) else { return Ok(release) };
    let reason = format!("the id {:?} {problem}", shortened(&release.id));
    let line = release.origin.and_then(|origin| origin.line);
    Err(Error::Malformed { path: path.into(), line, reason })
}

/// The error for a release whose id another one has.
pub(super) fn duplicate(release: &Release, path: &Path, first: &Path) -> Error {
    let missing = if first.exists() {
        ""
    } else {
        " (which no longer exists; `--allow-removals` forgets a folder that is missing)"
    };
    let first = format!("{}{missing}", first.display());
    let line = release.origin.as_ref().and_then(|origin| origin.line);
    Error::DuplicateId { id: shortened(&release.id), path: path.into(), line, first }
}

/// The beginning of an id, for messages.
fn shortened(id: &str) -> String {
    const MAX_SHOWN: usize = 80;
    match id.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &id[..end]),
        None => id.to_owned(),
    }
}
