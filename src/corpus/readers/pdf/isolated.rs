//! Reads a PDF in a child process, because no library for PDF can be trusted with every file.
//!
//! The parent sends the file to the standard input of a program and gets the lines of its pages as JSON. The program limits
//! its own memory before it reads anything, so a file that loops, overflows the stack or asks for too much memory
//! costs one process.

use std::{
    io::{self, Read, Write},
    path::Path,
    process::Command,
};

use serde::{Deserialize, Serialize};

use super::{
    super::{
        Fault, Input,
        process::{self, Allowance, Stopped},
    },
    Extracted,
};

/// The argument that makes a program read a PDF from its standard input.
const ARGUMENT: &str = "read-pdf";

/// What the process answers.
#[derive(Serialize, Deserialize)]
enum Answer {
    Read(Extracted),
    Refused(String),
}

/// Reads a PDF with a program that calls [`answer`].
pub(super) fn extract(program: &Path, bytes: Vec<u8>, input: &Input<'_>) -> Result<Extracted, Fault> {
    let mut command = Command::new(program);
    command.arg(ARGUMENT);
    let limits = &input.options.limits;
    let allowance = Allowance { time: limits.time, bytes: limits.bytes };
    let ended = process::run(command, Some(bytes), allowance, input).map_err(|stopped| match stopped {
        Stopped::NotStarted(error) => {
            Fault::from(format!("needs a child process, which cannot be started ({error}); try again"))
        }
        Stopped::OutOfTime => {
            format!("takes longer than {} s to read; convert it to text", limits.time.as_secs_f32()).into()
        }
        Stopped::TooMuch => format!("has more than {} MB of text; split it", limits.bytes >> 20).into(),
        Stopped::Other(fault) => fault,
    })?;
    if !ended.status.success() {
        let status = ended.status;
        return Err(format!(
            "made its reader fail ({status}): too much memory, or a bug; convert it to text"
        )
        .into());
    }
    match serde_json::from_slice(&ended.written) {
        Ok(Answer::Read(extracted)) => Ok(extracted),
        Ok(Answer::Refused(reason)) => Err(reason.into()),
        Err(error) => {
            Err(format!("made its reader answer nonsense ({error}); please report the file").into())
        }
    }
}

/// Reads a PDF from `source` and writes its pages to `sink`, for the process on the other side.
///
/// # Errors
///
/// If a pipe breaks.
pub fn answer(mut source: impl Read, mut sink: impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes)?;
    let answer = match super::extract(bytes, &|| Ok(())) {
        Ok(extracted) => Answer::Read(extracted),
        Err(fault) => Answer::Refused(fault.reason()),
    };
    serde_json::to_writer(&mut sink, &answer)?;
    sink.flush()
}
