//! The only file that prints: answers on standard output, everything else on standard error.

use std::{
    fmt::{self, Display},
    io::{self, BufWriter, Write},
    ops::Range,
    time::Duration,
};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::{
    filter::{LevelFilter as Level, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

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

/// The styles of the terminal.
pub const STRONG: Style = Style::new().bold();
pub const FAINT: Style = Style::new().dimmed();
pub const MARKED: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

/// Standard output and standard error.
pub struct Terminal {
    answers: BufWriter<AutoStream<io::Stdout>>,
    notes: AutoStream<io::Stderr>,
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
        let answers = AutoStream::new(io::stdout(), choice(AutoStream::choice(&io::stdout())));
        Self {
            answers: BufWriter::new(answers),
            notes: AutoStream::new(io::stderr(), choice(AutoStream::choice(&io::stderr()))),
            progress: None,
            quiet,
        }
    }

    /// Prints a line of the answer.
    pub fn line(&mut self, text: impl Display) -> Result<()> {
        writeln!(self.answers, "{text}")?;
        Ok(())
    }

    /// Prints what is no answer: what is going on, what went wrong on the way.
    pub fn warn(&mut self, text: impl Display) {
        let notes = &mut self.notes;
        // There is nowhere left to tell that standard error cannot be written.
        let mut write = || _ = writeln!(notes, "vestnik: {text}");
        match &self.progress {
            Some(progress) => progress.suspend(write),
            None => write(),
        }
    }

    /// Prints what is good to know and not wrong.
    pub fn info(&mut self, text: impl Display) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Prints why a command failed.
    pub fn error(&mut self, error: &anyhow::Error) {
        self.end_progress();
        _ = self.answers.flush();
        self.warn(with_causes(error));
    }

    /// Shows how far a run has come; on a terminal only.
    pub fn progress(&mut self, text: impl Into<String>) {
        // Between lines of a log it would only flicker.
        if self.quiet || tracing::enabled!(tracing::Level::INFO) {
            return;
        }
        let bar = self.progress.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_message(text.into());
    }

    pub fn end_progress(&mut self) {
        if let Some(bar) = self.progress.take() {
            bar.finish_and_clear();
        }
    }

    /// Writes out everything that was printed.
    pub fn finish(&mut self) -> Result<()> {
        self.end_progress();
        self.answers.flush()?;
        Ok(())
    }

    /// Standard output as a writer, for what other formats are written to.
    pub fn answers(&mut self) -> &mut impl Write {
        &mut self.answers
    }
}

/// An error with its causes, but for those that it tells of itself.
pub fn with_causes(error: &anyhow::Error) -> String {
    let mut causes = error.chain().map(ToString::to_string);
    let first = causes.next().unwrap_or_default();
    causes.fold(first, |told, cause| if told.ends_with(&cause) { told } else { format!("{told}: {cause}") })
}

/// From now on logs to standard error what runs decide and why (1), every file and lock (2), and what
/// the engine below does (3); nothing at 0.
pub fn log(verbose: u8) {
    let (ours, engine) = match verbose {
        0 => return,
        1 => (Level::INFO, Level::WARN),
        2 => (Level::DEBUG, Level::WARN),
        _ => (Level::TRACE, Level::DEBUG),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false);
    let chosen = Targets::new().with_target("vestnik", ours).with_default(engine);
    tracing_subscriber::registry().with(lines).with(chosen).init();
}

/// Text in a style.
pub fn styled<'t>(style: Style, text: impl Display + 't) -> impl Display + 't {
    struct Styled<T>(Style, T);
    impl<T: Display> Display for Styled<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}{}{}", self.0.render(), self.1, self.0.render_reset())
        }
    }
    Styled(style, text)
}

/// A text with some of its ranges, in bytes and in order, set off.
pub fn marked(text: &str, ranges: impl IntoIterator<Item = Range<usize>>, plain: Style) -> String {
    let mut out = String::new();
    let mut at = 0;
    let mut push = |style: Style, part: &str| {
        if !part.is_empty() {
            out.push_str(&styled(style, part).to_string());
        }
    };
    for range in ranges {
        if let (Some(before), Some(inside)) = (text.get(at..range.start), text.get(range.clone())) {
            push(plain, before);
            push(MARKED, inside);
            at = range.end;
        }
    }
    push(plain, text.get(at..).unwrap_or_default());
    out
}

/// Whether an error only says that the reader of standard output has gone.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
