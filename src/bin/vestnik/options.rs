//! Values of options that several commands share.

use clap::ValueEnum;
use vestnik::Date;

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

/// Reads a day.
pub fn day(text: &str) -> Result<Date, String> {
    vestnik::day(text).map_err(|error| error.to_string())
}
