//! Command-line arguments of the benchmarks: `--name value` and `--name`.
//!
//! Unknown arguments are ignored, because `cargo bench` always adds `--bench`.

use std::{path::PathBuf, str::FromStr};

/// The value after `--name`, or `default` if the argument is absent.
///
/// # Panics
/// If the value cannot be parsed.
pub fn value<T: FromStr>(name: &str, default: T) -> T {
    let Some(text) = text(name) else { return default };
    text.parse().unwrap_or_else(|_| panic!("{name} {text}: cannot be parsed"))
}

/// The comma-separated numbers after `--name`.
pub fn numbers(name: &str, default: &[usize]) -> Vec<usize> {
    let Some(text) = text(name) else { return default.to_vec() };
    text.split(',').map(|part| part.parse().expect("numbers separated by commas")).collect()
}

/// The folder after `--name`.
pub fn folder(name: &str) -> Option<PathBuf> {
    text(name).map(PathBuf::from)
}

/// Whether `--name` is present.
pub fn given(name: &str) -> bool {
    std::env::args().any(|argument| argument == name)
}

fn text(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}
