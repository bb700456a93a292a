//! Damaged files never make a reader panic, and never take the rest of the run with them.

use std::fs;

use proptest::prelude::*;

use super::{fixtures, folder, names, read_bytes};

/// Reads damaged content; the message of a fault never is that a reader failed.
fn survives(name: &str, bytes: &[u8]) {
    let (_, failures) = read_bytes(name, bytes);
    for failure in failures {
        let message = failure.to_string();
        assert!(!message.contains("a bug in it"), "{name}: {message}");
    }
}

/// How many times every kind of file is damaged: 12, or `VESTNIK_CASES` for a long run.
fn cases() -> u32 {
    std::env::var("VESTNIK_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12)
}

/// Every kind of file, by name.
fn samples() -> Vec<(String, Vec<u8>)> {
    let folder = fixtures().join("files");
    let real = names(&folder).into_iter().map(|name| {
        let bytes = fs::read(folder.join(&name)).unwrap();
        (name, bytes)
    });
    real.chain(folder::written()).collect()
}

/// rusqlite panics on the name of such a column.
#[test]
fn a_database_with_names_in_another_encoding_is_refused() {
    let (name, mut bytes) = folder::written().into_iter().find(|(name, _)| name == "news.sqlite").unwrap();
    let at = bytes.windows(10).position(|window| window == b"title TEXT").unwrap();
    bytes[at + 1] = 0xEC;
    survives(&name, &bytes);
    let (_, failures) = read_bytes(&name, &bytes);
    assert!(failures[0].to_string().contains("cannot be read as a database"), "{failures:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn truncated_files_are_survived(per_mille in 0..1000_usize) {
        for (name, bytes) in samples() {
            let length = bytes.len() * per_mille / 1000;
            survives(&name, &bytes[..length]);
        }
    }

    #[test]
    fn mutated_files_are_survived(seed in any::<u64>()) {
        let mut random = fastrand::Rng::with_seed(seed);
        for (name, mut bytes) in samples() {
            for _ in 0..random.usize(1..=20) {
                let at = random.usize(..bytes.len());
                match random.u8(..3) {
                    0 => bytes[at] = random.u8(..),
                    1 => bytes[at] ^= 1 << random.u8(..8),
                    _ => {
                        let end = (at + random.usize(..64)).min(bytes.len());
                        bytes.drain(at..end);
                        if bytes.is_empty() {
                            bytes.push(0);
                        }
                    }
                }
            }
            survives(&name, &bytes);
        }
    }
}
