//! The program `vestnik`: reads the command line, runs one command, turns the outcome into an exit code.
//!
//! Uses the library's public door only. Each command has a file and a function `run`; only `screen`
//! prints.

mod analyze;
mod eval;
mod exit;
mod index;
mod options;
mod place;
mod screen;
mod search;
mod show;
mod status;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    exit::Exit,
    screen::{Color, Screen},
};

/// Full-text search over Russian-language press releases.
#[derive(Parser)]
#[command(name = "vestnik", version, max_term_width = 100, propagate_version = true)]
#[command(after_help = "Exit codes: 0 found or done, 1 nothing found, 2 failed or something was skipped.")]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to use colour on the terminal
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
}

#[derive(Subcommand)]
enum Command {
    Index(index::Args),
    Search(search::Args),
    Show(show::Args),
    Analyze(analyze::Args),
    Status(status::Args),
    Eval(eval::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut screen = Screen::new(cli.color);
    let outcome = match cli.command {
        Command::Index(args) => index::run(&args, &mut screen),
        Command::Search(args) => search::run(&args, &mut screen),
        Command::Show(args) => show::run(&args, &mut screen),
        Command::Analyze(args) => analyze::run(&args, &mut screen),
        Command::Status(args) => status::run(&args, &mut screen),
        Command::Eval(args) => eval::run(&args, &mut screen),
    };
    let outcome = outcome.and_then(|exit| screen.finish().map(|()| exit));
    match outcome {
        Ok(exit) => exit.into(),
        // Whoever read our answers has enough of them.
        Err(error) if screen::is_broken_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            screen.complain(&error);
            Exit::Failed.into()
        }
    }
}
