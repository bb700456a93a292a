//! Exit codes as a type.
//!
//! Commands that read (`search`, `show`, `analyze`, `eval`, `status`) end with 0, 1 or 2; commands that
//! keep the index (`index`, `check`, `compact`, `gc`, `backup`, `restore`, `rollback`) say more, so that
//! whoever started them at night can tell what to do.

use std::process::ExitCode;

use vestnik::Error;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Something was found, or all was done.
    Done,
    /// Nothing was found.
    Nothing,
    /// A reading command failed; or an index run was done, but some files could not be read.
    Partly,
    /// A keeping command failed; the index is as it was.
    Failed,
    /// There is no index, or another version made it.
    Unusable,
    /// Another writer works on the index; try again later.
    Locked,
    /// The index is damaged.
    Damaged,
    /// The index is sound, but older than it may be.
    TooOld,
    /// The command line makes no sense.
    Usage,
    /// A signal asked to stop; the index is as it was.
    Interrupted,
}

/// What `--help` says of them.
pub const EXPLAINED: &str = "\
Exit codes:
  search, show, analyze, eval, status:
    0 found or done, 1 nothing found, 2 failed
  index, check, compact, gc, backup, restore, rollback:
    0 done
    2 done, but some files could not be read
    3 failed; the index is as it was
   10 no index, or one of another version
   11 another run is writing the index
   12 the index is damaged
   13 the index is sound, but older than --max-age
   64 wrong command line
  130 interrupted; the index is as it was";

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

    /// How a command that keeps the index ends with this error.
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
