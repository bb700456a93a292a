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

/// Damage counts as a failure where the kind of the content is unknown, too.
#[test]
fn damaged_containers_are_never_ignored() {
    let mut random = fastrand::Rng::with_seed(7);
    let content: Vec<u8> = (0..900_000).map(|_| random.u8(b'a'..=b'p')).collect();
    let member = |name: &str| (name.to_owned(), content.clone());
    let compress = |bytes: &[u8]| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(true).unwrap();
        std::io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    };
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    std::io::Write::write_all(&mut bzip2, &content).unwrap();
    let bzip2 = bzip2.finish().unwrap();
    let photos = folder::tarred(&[member("a.png")]);
    let zip = folder::zipped(&[member("a.png"), member("report")]);
    let table: [(&str, Vec<u8>); 10] = [
        ("a.gz", folder::gzipped(&content)),
        ("noextension.gz", folder::gzipped(&content)),
        ("a.png.bz2", bzip2),
        ("a.zst", compress(&content)),
        ("a.zip", zip.clone()),
        ("photos.tar", photos.clone()),
        ("photos.tar.gz", folder::gzipped(&photos)),
        ("photos.tar.zst", compress(&photos)),
        ("photos.zip.gz", folder::gzipped(&zip)),
        ("nested.zip", folder::zipped(&[("a.gz".to_owned(), folder::gzipped(&content))])),
    ];
    for (name, whole) in table {
        let (releases, failures) = read_bytes(name, &whole);
        assert!(releases.is_empty() && failures.is_empty(), "{name}: {failures:?}");
        let mut damaged = vec![("halved", whole[..whole.len() / 2].to_vec()), ("empty", Vec::new())];
        if name != "photos.tar" {
            damaged.push(("without its end", whole[..whole.len() - 2].to_vec()));
            // Neither archives nor gzip have a checksum of anything but the content.
            let at = whole.len() / 3;
            let flipped = whole.iter().enumerate().map(|(i, byte)| if i == at { byte ^ 8 } else { *byte });
            damaged.push(("flipped", flipped.collect()));
        }
        for (how, bytes) in damaged {
            let (_, failures) = read_bytes(name, &bytes);
            assert!(!failures.is_empty(), "{name} {how}");
        }
    }
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
