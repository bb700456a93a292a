//! Values of options that several commands share.

use clap::ValueEnum;
use vestnik::DateSpan;

/// How a command that has one answer prints it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading
    #[default]
    Text,
    /// One JSON object
    Json,
}

/// The version of every JSON shape that the program prints; it changes when a field changes its
/// meaning or goes, not when one is added.
pub const JSON_VERSION: u32 = 2;

/// Reads a day or a span of days.
pub fn dates(text: &str) -> Result<DateSpan, String> {
    text.parse().map_err(|error: vestnik::Error| error.to_string())
}
