//! Feeds any bytes to the reader of one format: `VESTNIK_FORMAT=docx cargo +nightly fuzz run readers`.
//!
//! The format is an extension, so that each reader is fuzzed by itself; without one the bytes decide. A fault that
//! says a reader failed is a finding.

#![no_main]

use std::{env, fs, ops::ControlFlow, sync::atomic::AtomicBool, time::SystemTime};

use libfuzzer_sys::fuzz_target;
use vestnik::corpus::{ReadOptions, SourceFile};

fuzz_target!(|bytes: &[u8]| {
    let extension = env::var("VESTNIK_FORMAT").unwrap_or_else(|_| "txt".to_owned());
    let folder = tempfile::tempdir().unwrap();
    let name = format!("a.{extension}");
    fs::write(folder.path().join(&name), bytes).unwrap();
    let (modified, changed) = (SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH);
    let (root, size) = (folder.path().to_owned(), bytes.len() as u64);
    let file = SourceFile { root, name, size, modified, changed };
    let mut found = Vec::new();
    let read = file.read(&ReadOptions::default(), &AtomicBool::new(false), &mut |item| {
        found.extend(item.err());
        ControlFlow::Continue(())
    });
    for error in found.iter().chain(read.as_ref().err()) {
        assert!(!error.to_string().contains("a bug in it"), "{error}");
    }
});
