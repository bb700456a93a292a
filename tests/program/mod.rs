//! Runs the program in a folder, without the settings of the environment.

use std::{path::Path, process::Output};

use assert_cmd::Command;

pub fn vestnik(folder: &Path, args: &[&str]) -> Output {
    Command::cargo_bin("vestnik")
        .unwrap()
        .current_dir(folder)
        .env_remove("VESTNIK_INDEX")
        .env_remove("VESTNIK_CONFIG")
        .env_remove("VESTNIK_CORPUS")
        .env_remove("NO_COLOR")
        .args(args)
        .output()
        .unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
