//! Runs another program within limits of time and output.
//!
//! Converters and the isolated PDF reader need it. The program is started without a shell and in a process group of
//! its own, all of which is killed when a limit is reached.

use std::{
    io::{self, Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use super::{Fault, Input};

/// How often cancellation is looked for.
const POLL: Duration = Duration::from_millis(20);
/// How long a pipe may stay open behind the end of the program: a process it started may hold it.
const PATIENCE: Duration = Duration::from_millis(500);
/// How much of what a program says on standard error is kept, in bytes.
const SAID: u64 = 4 << 10;

/// What one run may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    pub time: Duration,
    /// The most that it may write, in bytes.
    pub bytes: u64,
}

/// What a program did.
#[derive(Debug)]
pub(super) struct Ended {
    pub status: ExitStatus,
    pub written: Vec<u8>,
    said: Vec<u8>,
}

impl Ended {
    /// The last line that the program wrote on standard error.
    pub fn said(&self) -> String {
        let said = String::from_utf8_lossy(&self.said);
        let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
        last.unwrap_or("it says nothing").to_owned()
    }
}

/// Why a program did not come to its end.
#[derive(Debug)]
pub(super) enum Stopped {
    NotStarted(io::Error),
    OutOfTime,
    TooMuch,
    Other(Fault),
}

/// Runs a program. What `content` holds goes to its standard input.
pub(super) fn run(
    mut command: Command,
    content: Option<Vec<u8>>,
    allowance: Allowance,
    input: &Input<'_>,
) -> Result<Ended, Stopped> {
    let other = |error: io::Error| Stopped::Other(error.into());
    command.stdin(if content.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut running = Running(command.spawn().map_err(Stopped::NotStarted)?);
    let child = &mut running.0;
    if let (Some(mut pipe), Some(content)) = (child.stdin.take(), content) {
        // A program that has read enough closes the pipe, which is no error.
        thread::spawn(move || pipe.write_all(&content));
    }
    let written = drained(child.stdout.take(), allowance.bytes.saturating_add(1));
    let said = drained(child.stderr.take(), SAID);
    let deadline = Instant::now() + allowance.time;
    let mut output = None;
    loop {
        // A program that closed its output is about to end; one that ended may have left it open to another.
        if output.is_none() {
            match written.recv_timeout(POLL) {
                Ok(content) if content.len() as u64 > allowance.bytes => return Err(Stopped::TooMuch),
                Ok(content) => output = Some(content),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => output = Some(Vec::new()),
            }
        } else {
            thread::sleep(Duration::from_millis(1));
        }
        if let Some(status) = running.0.try_wait().map_err(other)? {
            let written = match output {
                Some(output) => output,
                None => written.recv_timeout(PATIENCE).unwrap_or_default(),
            };
            if written.len() as u64 > allowance.bytes {
                return Err(Stopped::TooMuch);
            }
            return Ok(Ended { status, written, said: said.recv_timeout(PATIENCE).unwrap_or_default() });
        }
        input.check_cancelled().map_err(Stopped::Other)?;
        if Instant::now() > deadline {
            return Err(Stopped::OutOfTime);
        }
    }
}

/// A program that is killed with all processes of its group when it is dropped before its end.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let ended = matches!(self.0.try_wait(), Ok(Some(_)));
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw)
            && !ended
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        if !ended {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// Reads up to `limit` bytes from a pipe in a thread, and what comes behind them into nothing.
fn drained(pipe: Option<impl Read + Send + 'static>, limit: u64) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let mut content = Vec::new();
        let _ = pipe.by_ref().take(limit).read_to_end(&mut content);
        let _ = send.send(content);
        let _ = io::copy(&mut pipe, &mut io::sink());
    });
    receive
}
