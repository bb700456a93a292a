//! The program `vestnik`: reads the command line, runs one command, turns the outcome into an exit code.
//!
//! Uses the library's public door only. Each command has a file and a function `run`; only `screen`
//! prints.

mod analyze;
mod backup;
mod check;
mod compact;
mod eval;
mod events;
mod exit;
mod gc;
mod index;
mod measure;
mod metrics;
mod options;
mod place;
mod restore;
mod rollback;
mod screen;
mod search;
mod show;
mod signals;
mod status;
mod waiting;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::{
    exit::Exit,
    screen::{Color, Screen},
};

/// Full-text search over Russian-language press releases.
#[derive(Parser)]
#[command(name = "vestnik", version, max_term_width = 100, propagate_version = true)]
#[command(after_help = exit::EXPLAINED)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to use colour on the terminal
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,

    /// Print nothing but answers and what goes wrong
    #[arg(long, short, global = true)]
    quiet: bool,

    /// Log to standard error what is decided and why; twice: of every file; thrice: the engine too
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    Index(index::Args),
    Search(search::Args),
    Show(show::Args),
    Analyze(analyze::Args),
    Status(status::Args),
    Eval(eval::Args),
    Check(check::Args),
    Compact(compact::Args),
    Gc(gc::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Rollback(rollback::Args),
}

/// Names of the commands that keep the index, which say more with their exit codes.
const KEEPING: [&str; 7] = ["index", "check", "compact", "gc", "backup", "restore", "rollback"];

fn main() -> ExitCode {
    // Which command it is must be known even where its options make no sense.
    let commands = Cli::command();
    let words = words::typed();
    let named = |word: &&str| commands.get_subcommands().any(|command| command.get_name() == *word);
    let mut texts = words.iter().skip(1).filter_map(|word| word.to_str());
    let keeping = texts.find(named).is_some_and(|name| KEEPING.contains(&name));
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to standard output and is no error.
            _ = error.print();
            let usage = if keeping { Exit::Usage } else { Exit::Partly };
            return if error.use_stderr() { usage.into() } else { Exit::Done.into() };
        }
    };
    let mut screen = Screen::new(cli.color, cli.quiet);
    screen::log(cli.verbose);
    let outcome = run(&cli.command, &mut screen);
    let outcome = outcome.and_then(|exit| match screen.finish() {
        Err(error) if !screen::is_broken_pipe(&error) => Err(error),
        _ => Ok(exit),
    });
    match outcome {
        Ok(exit) => exit.into(),
        // Whoever read our answers has enough of them.
        Err(error) if screen::is_broken_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            screen.complain(&error);
            if keeping { Exit::of(&error).into() } else { Exit::Partly.into() }
        }
    }
}

fn run(command: &Command, screen: &mut Screen) -> anyhow::Result<Exit> {
    match command {
        Command::Index(args) => index::run(args, screen),
        Command::Search(args) => search::run(args, screen),
        Command::Show(args) => show::run(args, screen),
        Command::Analyze(args) => analyze::run(args, screen),
        Command::Status(args) => status::run(args, screen),
        Command::Eval(args) => eval::run(args, screen),
        Command::Check(args) => check::run(args, screen),
        Command::Compact(args) => compact::run(args, screen),
        Command::Gc(args) => gc::run(args, screen),
        Command::Backup(args) => backup::run(args, screen),
        Command::Restore(args) => restore::run(args, screen),
        Command::Rollback(args) => rollback::run(args, screen),
    }
}
