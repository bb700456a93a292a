//! The project file as a person meets it: `init`, `formats`, `index --explain`, and the settings in use.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod program;

use std::fs;

use program::{stderr, stdout, vestnik};
use tempfile::TempDir;

/// An archive with web pages, windows-1251 and records with unusual field names.
fn archive() -> TempDir {
    let folder = TempDir::new().unwrap();
    let page = "<meta property=og:site_name content=МИД><title>Встреча в Ташкенте</title><h1>Встреча в Ташкенте</h1>\
                <p>13.05.2024 | Новости</p><p>Стороны обсудили сотрудничество.</p>";
    let record = r#"{"guid":"7","headline":"О выставке","article":{"text":"Выставка ковров открыта."},"published_at":1715558400}"#;
    // «Учения» and «Прошли учения.» in windows-1251.
    let cyrillic: &[u8] = b"\xD3\xF7\xE5\xED\xE8\xFF\n\n\xCF\xF0\xEE\xF8\xEB\xE8 \xF3\xF7\xE5\xED\xE8\xFF.";
    let files: [(&str, &[u8]); 6] = [
        ("releases/mid/a.html", page.as_bytes()),
        ("releases/json/b.jsonl", record.as_bytes()),
        ("releases/mchs/2024-05-14-ucheniya.txt", cyrillic),
        ("releases/drafts/d.txt", "Черновик\n\nНе публиковать.".as_bytes()),
        ("releases/logo.png", b"\x89PNG"),
        ("releases/empty.txt", b""),
    ];
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn init_writes_a_file_that_is_read_and_never_overwritten() {
    let folder = archive();
    let first = vestnik(folder.path(), &["init", "releases"]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let written = fs::read_to_string(folder.path().join("vestnik.toml")).unwrap();
    insta::assert_snapshot!("init", format!("{}\n---\n{written}", stderr(&first)));
    let again = vestnik(folder.path(), &["init", "releases"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("vestnik.toml is already there"), "{}", stderr(&again));
    assert_eq!(fs::read_to_string(folder.path().join("vestnik.toml")).unwrap(), written);
    let search = vestnik(folder.path(), &["search", "Встреча"]);
    assert!(stdout(&search).contains("Встреча в Ташкенте"), "{}{}", stdout(&search), stderr(&search));
}

const SETTINGS: &str = r#"
index = "kept/index"

[[root]]
path = "releases"
exclude = ["drafts/", "empty.txt"]
source = "Архив"

[root.sources]
"mchs" = "МЧС"

[fields]
id = ["guid"]
title = ["headline"]
text = ["article.text"]
date = ["published_at"]
"#;

#[test]
fn commands_use_the_project_file_from_any_folder_below_it() {
    let folder = archive();
    fs::write(folder.path().join("vestnik.toml"), SETTINGS).unwrap();
    let below = folder.path().join("releases/mid");
    let index = vestnik(&below, &["index"]);
    assert_eq!(index.status.code(), Some(0), "{}", stderr(&index));
    assert!(folder.path().join("kept/index").is_dir());
    let titles = |query: &str| stdout(&vestnik(&below, &["search", "--no-snippets", query]));
    assert!(titles("учения").contains("МЧС"), "{}", titles("учения"));
    // Fields by the names and paths of the file; a source for what names none.
    let record = titles("выставка ковров");
    assert!(record.contains("О выставке") && record.contains("13.05.2024 · Архив"), "{record}");
    assert!(titles("встреча").contains("МИД"), "{}", titles("встреча"));
    assert!(titles("черновик").contains("no release"), "{}", titles("черновик"));
    // The command line goes before the file.
    let other = vestnik(&below, &["status", "--index", "nowhere"]);
    assert!(stderr(&other).contains("no index in nowhere"), "{}", stderr(&other));
    let named = folder.path().join("other.toml");
    fs::write(&named, "index = 'elsewhere'").unwrap();
    let other = vestnik(&below, &["status", "--config", named.to_str().unwrap()]);
    assert!(stderr(&other).contains("elsewhere"), "{}", stderr(&other));
}

#[test]
fn changed_settings_apply_to_unchanged_files() {
    let folder = archive();
    let index = |settings: &str, expected: &str| {
        fs::write(folder.path().join("vestnik.toml"), settings).unwrap();
        let output = vestnik(folder.path(), &["index"]);
        assert!(stderr(&output).contains(expected), "{settings}\n{}", stderr(&output));
        stdout(&vestnik(folder.path(), &["search", "--no-snippets", "выставка OR учения OR встреча"]))
    };
    index(SETTINGS, "3 releases: 3 added");
    index(SETTINGS, "0 files read");
    // A source by folder applies to the files of that folder alone.
    let renamed = SETTINGS.replace("\"МЧС\"", "\"МЧС России\"");
    let found = index(&renamed, "0 added, 1 changed, 0 removed, 2 unchanged, 0 failed; 1 files read");
    assert!(found.contains("МЧС России"), "{found}");
    // Other field names apply to every file that has fields.
    let fields = renamed.replace("date = [\"published_at\"]", "date = [\"created\"]");
    let found = index(&fields, "0 added, 1 changed, 0 removed, 2 unchanged");
    assert!(found.contains("О выставке") && !found.contains("13.05.2024 · Архив"), "{found}");
    index(&fields, "0 files read");
}

#[test]
fn a_root_that_leaves_the_project_file_leaves_the_index() {
    let folder = archive();
    let root = |name: &str| format!("[[root]]\npath = \"releases/{name}\"\n");
    let index = |roots: &[&str], args: &[&str]| {
        let settings: String = roots.iter().map(|name| root(name)).collect();
        fs::write(folder.path().join("vestnik.toml"), settings).unwrap();
        stderr(&vestnik(folder.path(), &[&["index"], args].concat()))
    };
    let first = index(&["mid", "json", "mchs"], &[]);
    assert!(first.contains("3 releases: 3 added"), "{first}");
    let dry = index(&["mid", "mchs"], &["--dry-run"]);
    assert!(dry.contains("1 removed"), "{dry}");
    // A path on the command line is a part of the archive, not all of it.
    let part = index(&["mid", "mchs"], &["releases/mid"]);
    assert!(part.contains("3 releases: 0 added, 0 changed, 0 removed"), "{part}");
    let second = index(&["mid", "mchs"], &[]);
    assert!(second.contains("2 releases: 0 added, 0 changed, 1 removed"), "{second}");
    let status = stdout(&vestnik(folder.path(), &["status"]));
    assert!(!status.contains("releases/json"), "{status}");
    // A file as the only part of a folder.
    fs::write(folder.path().join("releases/mid/b.txt"), "Вторая\n\nТекст.").unwrap();
    index(&["mid", "mchs"], &[]);
    let one = index(&["mid/b.txt", "mchs"], &[]);
    assert!(one.contains("2 releases: 0 added, 0 changed, 1 removed"), "{one}");
    // The protection against accidents holds here too.
    let refused = index(&["json"], &[]);
    assert!(refused.contains("2 of 2 releases are no longer in the corpus"), "{refused}");
    let allowed = index(&["json"], &["--allow-removals"]);
    assert!(allowed.contains("1 releases: 1 added, 0 changed, 2 removed"), "{allowed}");
}

/// Its converters run with the rights of the user who works below it. Only root can give a file to another user.
#[cfg(unix)]
#[test]
fn a_project_file_of_another_user_must_be_named() {
    let folder = archive();
    let file = folder.path().join("vestnik.toml");
    fs::write(&file, SETTINGS).unwrap();
    if std::os::unix::fs::chown(&file, Some(12345), None).is_err() {
        eprintln!("skipped: needs root");
        return;
    }
    for command in [&["index"][..], &["search", "выставка"], &["index", "--explain", "releases"]] {
        let output = vestnik(folder.path(), command);
        assert_ne!(output.status.code(), Some(0), "{command:?}");
        assert!(stderr(&output).contains("belongs to another user (uid 12345)"), "{}", stderr(&output));
    }
    let named = vestnik(folder.path(), &["index", "--config", "vestnik.toml"]);
    assert!(stderr(&named).contains("3 releases: 3 added"), "{}", stderr(&named));
}

#[test]
fn a_misspelt_key_is_an_error_with_the_closest_key() {
    let folder = archive();
    fs::write(folder.path().join("vestnik.toml"), "index = 'a'\n[[root]]\npath = 'a'\nexlude = []\n")
        .unwrap();
    for command in [&["index"][..], &["search", "а"], &["status"]] {
        let output = vestnik(folder.path(), command);
        assert_ne!(output.status.code(), Some(0));
        let message = stderr(&output);
        assert!(message.contains("vestnik.toml, line 4: there is no key `exlude`"), "{message}");
        assert!(message.contains("did you mean `exclude`?"), "{message}");
    }
}

#[test]
fn explain_shows_what_is_read() {
    let folder = archive();
    fs::write(folder.path().join("vestnik.toml"), SETTINGS).unwrap();
    let files = ["releases/mid/a.html", "releases/mchs/2024-05-14-ucheniya.txt", "releases/empty.txt"];
    let shown = files.map(|file| {
        let output = vestnik(folder.path(), &["index", "--explain", file]);
        let place = folder.path().canonicalize().unwrap().display().to_string();
        format!("{}{:?}\n", stdout(&output).replace(&place, "[FOLDER]"), output.status.code())
    });
    insta::assert_snapshot!("explain", shown.join("\n"));
    assert!(!folder.path().join("kept").exists(), "the index is not touched");
}

#[test]
fn formats_are_listed() {
    let folder = TempDir::new().unwrap();
    let text = stdout(&vestnik(folder.path(), &["formats"]));
    for (name, extension) in [("html", "htm"), ("json", "json"), ("jsonl", "ndjson"), ("text", "txt")] {
        let row = text.lines().find(|line| line.split_whitespace().next() == Some(name)).unwrap();
        assert!(row.split_whitespace().any(|word| word == extension), "{row}");
    }
    let json = stdout(&vestnik(folder.path(), &["formats", "--format", "json"]));
    assert_eq!(json.lines().count(), text.lines().count());
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(first["type"], "format");
}
