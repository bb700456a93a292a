//! The arguments of a bench program: `--name value` and `--name`, nothing else.
//!
//! `cargo bench` adds `--bench` of its own, which no program asks for.

use std::{path::PathBuf, str::FromStr};

/// The value behind `--name`, or `default` where it is not given.
///
/// # Panics
/// Where the value is not what the program wants.
pub fn value<T: FromStr>(name: &str, default: T) -> T {
    let Some(text) = text(name) else { return default };
    text.parse().unwrap_or_else(|_| panic!("{name} {text}: is not a value of the right kind"))
}

/// Numbers behind `--name`, separated by commas.
pub fn numbers(name: &str, default: &[usize]) -> Vec<usize> {
    let Some(text) = text(name) else { return default.to_vec() };
    text.split(',').map(|part| part.parse().expect("numbers separated by commas")).collect()
}

/// A folder behind `--name`.
pub fn folder(name: &str) -> Option<PathBuf> {
    text(name).map(PathBuf::from)
}

/// Whether `--name` stands there.
pub fn given(name: &str) -> bool {
    std::env::args().any(|argument| argument == name)
}

fn text(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}
