//! What an error of the engine says, in words that a reader of messages can use.

use tantivy::{
    TantivyError,
    directory::error::{OpenReadError, OpenWriteError},
};

/// The reason, without the engine's own wrapping.
pub(super) fn describe(error: &TantivyError) -> String {
    match error {
        TantivyError::IoError(said)
        | TantivyError::OpenReadError(OpenReadError::IoError { io_error: said, .. })
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: said, .. }) => said.to_string(),
        TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(file)) => {
            format!("{} is missing", file.display())
        }
        TantivyError::DataCorruption(damage) => format!("{damage:?}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::{io, path::PathBuf};

    use super::*;

    #[test]
    fn no_inner_life_of_the_engine_is_told() {
        let file = || PathBuf::from("a/b.idx");
        let said = || io::Error::new(io::ErrorKind::InvalidData, "b.idx has changed");
        for (error, expected) in [
            (TantivyError::from(said()), "b.idx has changed"),
            (OpenReadError::wrap_io_error(said(), file()).into(), "b.idx has changed"),
            (OpenReadError::FileDoesNotExist(file()).into(), "a/b.idx is missing"),
            (OpenWriteError::wrap_io_error(said(), file()).into(), "b.idx has changed"),
        ] {
            assert_eq!(describe(&error), expected);
        }
    }
}
