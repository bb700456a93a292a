//! No text from documents, file names, queries or arguments reaches the terminal as a control sequence, and
//! none forges a line of output. Every command runs over a corpus in which every text is hostile.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, path::Path, process::Output};

use assert_cmd::Command;
use tempfile::TempDir;

/// Each sequence once: it renames the window, writes to the clipboard, clears the screen (also with C1),
/// conceals text, rewrites the line, reorders text, and begins a new line.
const HOSTILE: [&str; 9] = [
    "\x1b]0;owned\x07",
    "\x1b]52;c;b3duZWQ=\x07",
    "\x1b[2J\x1b[H",
    "\u{9b}2J\u{9d}0;owned\u{9c}",
    "\x1b[8m",
    "\r\x08\x7f",
    "\u{202e}\u{2066}\u{200f}\u{61c}",
    "\u{2028}\u{2029}\u{85}",
    "\nvestnik: FORGED\nFORGED",
];

/// Text with one hostile sequence in the middle of words that a search finds.
fn hostile(sequence: &str) -> String {
    format!("Мост{sequence} через реку")
}

/// A corpus, a BEIR set, queries and an index folder whose names and contents have the sequence in them.
fn prepare(sequence: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let text = hostile(sequence);
    let release = serde_json::json!({
        "id": text, "title": text, "text": format!("{text}.\n\n{text}"), "source": text,
        "url": format!("https://example.org/{text}"), (text.as_str()): text, "nested": { (text.as_str()): [text] },
    });
    write("corpus/a.jsonl", &format!("{release}\n{release}\nnot json {text}\n"));
    write("corpus/b.txt", &format!("{text}\nИсточник: {text}\n\n{text}\n"));
    write("corpus/c.html", &format!("<title>{text}</title><h1>{text}</h1><p>{text}</p>"));
    write(&format!("corpus/d{sequence}.txt"), &format!("{text}\n\n{text}\n"));
    write(&format!("corpus/e{sequence}.json"), "{");
    write(&format!("corpus/f{sequence}/g.txt"), &format!("{text}\n\n{text}\n"));
    // A control character of one byte, which is not UTF-8.
    fs::write(folder.path().join("corpus").join(OsStr::from_bytes(b"h\x9b2J.txt")), &text).unwrap();
    write(
        "corpus/judgments.toml",
        &format!("[[query]]\ntext = {text:?}\nwhy = {text:?}\nrelevant = [{text:?}]\n"),
    );
    let line = |id: &str| serde_json::json!({ "_id": id, "title": text, "text": text }).to_string();
    write("beir/corpus.jsonl", &format!("{}\n{}\n", line(&text), line("other")));
    write("beir/queries.jsonl", &format!("{}\n", serde_json::json!({ "_id": text, "text": text })));
    write("beir/qrels.tsv", "query-id\tcorpus-id\tscore\nx\tother\t1\n");
    write("queries.jsonl", &format!("{}\n{{\"bad{text}\n", serde_json::json!({ "_id": text, "text": text })));
    folder
}

fn vestnik(folder: &Path, args: &[&str]) -> Output {
    Command::cargo_bin("vestnik")
        .unwrap()
        .current_dir(folder)
        .env_remove("VESTNIK_CORPUS")
        .env_remove("NO_COLOR")
        .env("VESTNIK_INDEX", folder.join("index"))
        .args(args)
        .output()
        .unwrap()
}

/// What an output has that must not be there. The body that `show` prints may have several lines.
fn violation(output: &[u8], colored: bool, has_body: bool) -> Option<String> {
    let Ok(mut text) = String::from_utf8(output.to_vec()) else {
        return Some(format!("not UTF-8: {output:?}"));
    };
    if colored {
        // The styles that the program itself uses.
        for style in ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m"] {
            text = text.replace(style, "");
        }
    }
    let forged = text.lines().find(|line| line.starts_with("vestnik: FORGED") || line.starts_with("FORGED"));
    let is_bad = |c: &char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let bad = text.chars().find(is_bad);
    forged
        .filter(|_| !has_body)
        .map(|line| format!("forged line {line:?}"))
        .or_else(|| bad.map(|c| format!("{c:?} in {text:?}")))
}

#[test]
fn no_command_prints_a_control_sequence() {
    for sequence in HOSTILE {
        let folder = prepare(sequence);
        let text = hostile(sequence);
        let index = format!("index{sequence}");
        let show = format!("a.jsonl#{text}");
        let commands: &[&[&str]] = &[
            &["index", "-vv"],
            &["index", "--full", "--json"],
            &["index", "--dry-run", "-vvv", &text],
            &["index", "corpus", "--index", &index],
            &["status"],
            &["status", "--format", "json", "--index", &index],
            &["status", "--index", &text],
            &["search", "мост", "--limit", "50", "--explain"],
            &["search", "мост", "--limit", "50", "--format", "json"],
            &["search", "мост", "--limit", "50", "--format", "trec"],
            &["search", "мост", "--color", "always"],
            &["search", &text, "--explain"],
            &["search", &format!("\"{text}"), "--strict"],
            &["search", &format!("дата:{text}")],
            &["search", "мост", "--source", &text],
            &["search", "мост", "--from", &text],
            &["search", "мост", "--format", &text],
            &["search", "мост", &format!("--{text}")],
            &["search", "--queries", "queries.jsonl"],
            &["search", "--queries", &text],
            &["search", "--queries", "beir/queries.jsonl", "--format", "trec"],
            &["search", "--queries", "beir/queries.jsonl", "--format", "json"],
            &["show", &show],
            &["show", &show, "--color", "always"],
            &["show", &show, "--format", "json"],
            &["show", "b.txt"],
            &["show", &text],
            &["analyze", &text],
            &["analyze", &text, "--format", "json"],
            &["eval"],
            &["eval", "beir", "--per-query", "--run", "run.txt"],
            &["eval", &text],
            &["backup", &format!("backup{sequence}")],
            &["restore", &format!("backup{sequence}")],
            &["restore", &text],
            &["rollback"],
            &["check", "-vv"],
            &["check", "--format", "json", "--index", &index],
            &["compact", "-vvv", "--index", &index],
            &["gc", "--keep", "0", "-vv"],
            &["gc", "--keep", &text],
            &["formats"],
            &["formats", "--format", "json"],
            &["index", "--explain", "corpus/b.txt"],
            &["init", "corpus"],
            &[&text],
        ];
        for args in commands {
            let output = vestnik(folder.path(), args);
            for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
                let found = violation(bytes, args.contains(&"always"), args[0] == "show" && name == "stdout");
                assert_eq!(found, None, "{sequence:?}: {args:?}: {name}");
            }
            let json = args.contains(&"json") || args.contains(&"--json");
            if json && !args.contains(&text.as_str()) {
                assert!(!output.stdout.is_empty(), "{args:?}");
                for line in String::from_utf8(output.stdout).unwrap().lines() {
                    assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{args:?}: {line}");
                }
            }
            if args.ends_with(&["trec"]) {
                let output = vestnik(folder.path(), args);
                for line in String::from_utf8(output.stdout).unwrap().lines() {
                    assert_eq!(line.split(char::is_whitespace).count(), 6, "{line}");
                }
            }
        }
    }
}

#[test]
fn json_keeps_the_text_as_it_is() {
    let folder = prepare(HOSTILE[3]);
    vestnik(folder.path(), &["index"]);
    let output = vestnik(folder.path(), &["show", "b.txt", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["release"]["title"], hostile(HOSTILE[3]));
}

#[test]
fn what_is_unsafe_stays_visible() {
    let folder = prepare(HOSTILE[0]);
    vestnik(folder.path(), &["index"]);
    let output = vestnik(folder.path(), &["show", "b.txt"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("Мост\\u{1b}]0;owned\\u{7} через реку\n"), "{text}");
}
