//! Values of options that several commands share.

use clap::ValueEnum;
use vestnik::Date;

/// Output format of a command with one result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for reading
    #[default]
    Text,
    /// One JSON object
    Json,
}

/// The version of the program's JSON output. It increases when a field is renamed, removed or changes its
/// meaning, but not when a field is added.
pub const JSON_VERSION: u32 = 2;

/// Reads a day.
pub fn day(text: &str) -> Result<Date, String> {
    vestnik::day(text).map_err(|error| error.to_string())
}
