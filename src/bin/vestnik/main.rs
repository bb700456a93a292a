//! The program `vestnik`: parses the command line, runs a command and returns its exit code.
//!
//! Uses only the public API of the library. Each command is a file in `commands` with one function `run`.
//! Only `terminal` prints.

mod arguments;
mod commands;
mod exit;
mod location;
mod lock_wait;
mod metrics;
mod options;
mod project;
mod report;
mod signals;
mod terminal;
mod units;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};

use crate::{
    commands::Command,
    exit::Exit,
    terminal::{Color, Terminal},
};

/// Full-text search over Russian-language press releases.
#[derive(Parser)]
#[command(name = "vestnik", version, max_term_width = 100, propagate_version = true)]
#[command(after_help = exit::EXPLAINED)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,

    /// Print only results, warnings and errors
    #[arg(long, short, global = true)]
    quiet: bool,

    /// Log to standard error: -v decisions and skipped files, -vv every file, -vvv the search engine too
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

fn main() -> ExitCode {
    // The exit code for a wrong command line depends on the command.
    let mut commands = Cli::command();
    let short_options: String =
        commands.get_arguments().filter_map(clap::Arg::get_short).chain("hV".chars()).collect();
    let words = arguments::read(&short_options);
    let named = |word: &&str| commands.get_subcommands().any(|command| command.get_name() == *word);
    let mut texts = words.iter().skip(1).filter_map(|word| word.to_str());
    let keeping = texts.find(named).is_some_and(|name| commands::MAINTENANCE.contains(&name));
    let parsed = commands.try_get_matches_from_mut(&words);
    let cli = match parsed.and_then(|mut matches| {
        Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut commands))
    }) {
        Ok(cli) => cli,
        Err(error) => {
            // The error quotes the arguments. Parsing safe copies of them gives the same error in a form
            // that can be printed.
            let safe = words.iter().map(|word| terminal::safe_argument(word));
            let error = Cli::try_parse_from(safe).err().unwrap_or(error);
            terminal::print_usage(&error);
            let usage = if keeping { Exit::Usage } else { Exit::Partly };
            // Help and version go to standard output and are no errors.
            return if error.use_stderr() { usage.into() } else { Exit::Done.into() };
        }
    };
    let mut terminal = Terminal::new(cli.color, cli.quiet);
    terminal::log(cli.verbose);
    let outcome = cli.command.run(&mut terminal);
    let outcome = outcome.and_then(|exit| match terminal.finish() {
        Err(error) if !terminal::is_broken_pipe(&error) => Err(error),
        _ => Ok(exit),
    });
    match outcome {
        Ok(exit) => exit.into(),
        // The reader of our output has closed it, which is no error.
        Err(error) if terminal::is_broken_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            terminal.error(&error);
            if keeping { Exit::of(&error).into() } else { Exit::Partly.into() }
        }
    }
}
