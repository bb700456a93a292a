//! The commands, one per file.

pub mod analyze;
pub mod backup;
pub mod check;
pub mod compact;
pub mod eval;
pub mod explain;
pub mod formats;
pub mod gc;
pub mod index;
pub mod init;
#[cfg(all(feature = "converters", feature = "pdf"))]
pub mod read_pdf;
pub mod restore;
pub mod rollback;
pub mod search;
pub mod show;
pub mod status;

use anyhow::Result;
use clap::Subcommand;

use crate::{exit::Exit, terminal::Terminal};

/// A command with its arguments.
#[derive(Subcommand)]
pub enum Command {
    Init(init::Args),
    Formats(formats::Args),
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
    /// Read a PDF from standard input and write its text as JSON
    #[cfg(all(feature = "converters", feature = "pdf"))]
    #[command(hide = true)]
    ReadPdf,
}

impl Command {
    pub fn run(&self, terminal: &mut Terminal) -> Result<Exit> {
        match self {
            Self::Init(args) => init::run(args, terminal),
            Self::Formats(args) => formats::run(args, terminal),
            Self::Index(args) => index::run(args, terminal),
            Self::Search(args) => search::run(args, terminal),
            Self::Show(args) => show::run(args, terminal),
            Self::Analyze(args) => analyze::run(args, terminal),
            Self::Status(args) => status::run(args, terminal),
            Self::Eval(args) => eval::run(args, terminal),
            Self::Check(args) => check::run(args, terminal),
            Self::Compact(args) => compact::run(args, terminal),
            Self::Gc(args) => gc::run(args, terminal),
            Self::Backup(args) => backup::run(args, terminal),
            Self::Restore(args) => restore::run(args, terminal),
            Self::Rollback(args) => rollback::run(args, terminal),
            #[cfg(all(feature = "converters", feature = "pdf"))]
            Self::ReadPdf => read_pdf::run(),
        }
    }
}

/// Commands that maintain the index and use all exit codes.
pub const MAINTENANCE: [&str; 7] = ["index", "check", "compact", "gc", "backup", "restore", "rollback"];
