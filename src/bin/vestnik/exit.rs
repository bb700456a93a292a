//! Exit codes.
//!
//! Commands that read the index (`search`, `show`, `analyze`, `eval`, `status`) use 0, 1 and 2. Commands that
//! maintain it (`index`, `check`, `compact`, `gc`, `backup`, `restore`, `rollback`) use more codes, so that a
//! scheduler can react to each.

use std::process::ExitCode;

use vestnik::Error;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The command succeeded, or the search found something.
    Done,
    /// The search found nothing.
    Nothing,
    /// A reading command failed, or a run succeeded without some files or queries or could not write its report.
    Partly,
    /// A maintenance command failed. The index is unchanged.
    Failed,
    /// There is no index, or another version made it.
    Unusable,
    /// Another run is writing the index.
    Locked,
    /// The index is damaged.
    Damaged,
    /// The index is intact, but older than allowed.
    TooOld,
    /// The command line is wrong.
    Usage,
    /// A signal interrupted the command. The index is unchanged.
    Interrupted,
}

/// The exit codes as `--help` lists them.
pub const EXPLAINED: &str = "\
Exit codes:
  search, show, analyze, eval, status:
    0 success, 1 nothing found, 2 failure or some queries of --queries skipped
  index, check, compact, gc, backup, restore, rollback:
    0 success
    2 success, but some files could not be read, or the report could not be written
    3 failure; the index is unchanged
   10 no index, or an index from another version
   11 another run is writing the index
   12 the index is damaged
   13 the index is intact, but older than --max-age
   64 wrong command line
  130 interrupted; the index is unchanged
  134, 137 ended by the system, usually for lack of memory; the index is unchanged";

impl Exit {
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Nothing => 1,
            Self::Partly => 2,
            Self::Failed => 3,
            Self::Unusable => 10,
            Self::Locked => 11,
            Self::Damaged => 12,
            Self::TooOld => 13,
            Self::Usage => 64,
            Self::Interrupted => 130,
        }
    }

    /// The exit code of a maintenance command that failed with an error.
    pub fn of(error: &anyhow::Error) -> Self {
        match error.downcast_ref::<Error>() {
            Some(Error::IndexMissing { .. } | Error::IndexStale { .. }) => Self::Unusable,
            Some(Error::IndexLocked { .. } | Error::IndexReplaced { .. }) => Self::Locked,
            Some(Error::IndexDamaged { .. }) => Self::Damaged,
            Some(Error::Value { .. }) => Self::Usage,
            Some(Error::Interrupted) => Self::Interrupted,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
