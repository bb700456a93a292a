//! The only file that prints: results on standard output, everything else on standard error.
//!
//! All text passes through `escape`, including log messages, so that no document, file name or query can
//! send control sequences to the terminal or forge lines.

mod escape;
mod line;

use std::{
    fmt::Display,
    io::{self, BufWriter, Write},
};

use anstream::{AutoStream, ColorChoice, adapter::strip_str};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use tracing_subscriber::{
    filter::{LevelFilter as Level, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

pub use self::{escape::shortened, line::Line};

/// The longest message on standard error, in characters.
const MAX_MESSAGE: usize = 4000;

/// How many messages of one kind are printed.
pub const MAX_SKIPPED: u64 = 20;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Standard output and standard error.
pub struct Terminal {
    /// Styles are removed before the buffer: a stream that removes them behind it makes a system call for each piece.
    out: BufWriter<io::Stdout>,
    styled: bool,
    err: AutoStream<io::Stderr>,
    progress: Option<ProgressBar>,
    quiet: bool,
}

impl Terminal {
    pub fn new(color: Color, quiet: bool) -> Self {
        let choice = |auto: ColorChoice| match color {
            Color::Auto => auto,
            Color::Always => ColorChoice::AlwaysAnsi,
            Color::Never => ColorChoice::Never,
        };
        let styled = choice(AutoStream::choice(&io::stdout())) != ColorChoice::Never;
        let err = AutoStream::new(io::stderr(), choice(AutoStream::choice(&io::stderr())));
        Self { out: BufWriter::new(io::stdout()), styled, err, progress: None, quiet }
    }

    /// Prints one line of the result.
    pub fn line(&mut self, line: impl Into<Line>) -> Result<()> {
        let line = line.into();
        let line = line.rendered();
        if self.styled { writeln!(self.out, "{line}") } else { writeln!(self.out, "{}", strip_str(line)) }?;
        Ok(())
    }

    /// Prints one line of JSON.
    pub fn json(&mut self, value: &Value) -> Result<()> {
        writeln!(self.out, "{}", escape::json(&value.to_string()))?;
        Ok(())
    }

    /// Prints a message that is no result: what went wrong, or what the user should know in any case.
    pub fn warn(&mut self, text: impl Display) {
        let text = text.to_string();
        let text = shortened(&text, MAX_MESSAGE);
        let err = &mut self.err;
        // If standard error cannot be written, there is no other place to report that.
        let mut write = || _ = writeln!(err, "vestnik: {}", escape::line(&text));
        match &self.progress {
            Some(progress) => progress.suspend(write),
            None => write(),
        }
    }

    /// Reports something that was skipped, the first [`MAX_SKIPPED`] times. `count` is how many were skipped.
    pub fn skipped(&mut self, count: u64, text: impl Display) {
        if count <= MAX_SKIPPED {
            self.warn(format_args!("skipped: {text}"));
        }
    }

    /// Prints a message that `--quiet` suppresses.
    pub fn info(&mut self, text: impl Display) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Prints why a command failed, after everything that it printed before.
    pub fn error(&mut self, error: &anyhow::Error) {
        self.end_progress();
        _ = self.out.flush();
        self.warn(with_causes(error));
    }

    /// Shows the progress of a command. Only on a terminal, and not among log messages.
    pub fn progress(&mut self, text: impl Into<String>) {
        if self.quiet || tracing::enabled!(tracing::Level::INFO) {
            return;
        }
        let bar = self.progress.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {wide_msg} ({elapsed})");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar
        });
        bar.set_message(escape::line(&text.into()).into_owned());
        // A steady tick would need a thread, and panic where the system has none.
        bar.tick();
    }

    pub fn end_progress(&mut self) {
        if let Some(bar) = self.progress.take() {
            bar.finish_and_clear();
        }
    }

    /// Writes everything that is buffered.
    pub fn finish(&mut self) -> Result<()> {
        self.end_progress();
        self.out.flush()?;
        Ok(())
    }
}

/// An error with its causes, except those that its message contains.
pub fn with_causes(error: &anyhow::Error) -> String {
    let mut causes = error.chain().map(ToString::to_string);
    let first = causes.next().unwrap_or_default();
    causes.fold(first, |text, cause| if text.ends_with(&cause) { text } else { format!("{text}: {cause}") })
}

/// Prints help, a version, or what is wrong with the command line.
///
/// Help is trusted and keeps its styles. The error for a wrong command line quotes the arguments, so they
/// must have been made safe with [`safe_argument`].
pub fn print_usage(error: &clap::Error) {
    // If standard error cannot be written, there is no other place to report that.
    _ = error.print();
}

/// A command-line argument as it can be quoted in an error.
pub fn safe_argument(argument: &std::ffi::OsStr) -> String {
    escape::line(&argument.to_string_lossy()).into_owned()
}

/// Starts logging to standard error: decisions and their reasons (1), every file and lock (2), the search
/// engine underneath (3); nothing at 0.
pub fn log(verbose: u8) {
    let (ours, engine) = match verbose {
        0 => {
            // Warnings of the library are shown in any case, without the details of a log.
            let lines = tracing_subscriber::fmt::layer().with_writer(|| LogWriter).with_ansi(false);
            let lines = lines.without_time().with_target(false);
            let chosen = Targets::new().with_target("vestnik", Level::WARN);
            return tracing_subscriber::registry().with(lines).with(chosen).init();
        }
        1 => (Level::INFO, Level::WARN),
        2 => (Level::DEBUG, Level::WARN),
        _ => (Level::TRACE, Level::DEBUG),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(|| LogWriter).with_ansi(false);
    let chosen = Targets::new().with_target("vestnik", ours).with_default(engine);
    tracing_subscriber::registry().with(lines).with(chosen).init();
}

/// Writes log messages to standard error. The subscriber writes each with one call, and its line break last.
struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, message: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(message);
        writeln!(io::stderr(), "{}", escape::line(text.trim_end_matches('\n')))?;
        Ok(message.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Whether an error only says that the reader of standard output has closed it.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
