//! Exit codes as a type.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Something was found, or all was done.
    Done,
    /// Nothing was found.
    Nothing,
    /// Something failed or was skipped.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Nothing => Self::from(1),
            Exit::Failed => Self::from(2),
        }
    }
}
