//! `vestnik formats`: prints the table of formats that this build reads.

use anyhow::Result;
use serde_json::json;
use vestnik::corpus::formats;

use crate::{
    exit::Exit,
    options::{Format, JSON_VERSION},
    terminal::Terminal,
};

/// Print the file formats that this build reads
///
/// The content of a file decides its format; the extension and the MIME type count where the content does not say.
#[derive(clap::Args)]
pub struct Args {
    /// How to print them
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let width = formats().iter().map(|format| format.extensions.join(" ").len()).max().unwrap_or(0);
    for format in formats() {
        if args.format == Format::Json {
            terminal.json(&json!({
                "v": JSON_VERSION,
                "type": "format",
                "name": format.name,
                "about": format.about,
                "extensions": format.extensions,
                "mime": format.mime,
            }))?;
        } else {
            let extensions = format.extensions.join(" ");
            terminal.line(format_args!("{:<10}  {extensions:<width$}  {}", format.name, format.about))?;
        }
    }
    Ok(Exit::Done)
}
