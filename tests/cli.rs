//! The program as a person meets it: what it prints, where, and how it exits.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod program;

use std::{fs, path::Path};

use program::{stderr, stdout, vestnik};
use tempfile::TempDir;

/// A folder with the shipped corpus in it, as after a fresh clone.
fn clone() -> TempDir {
    let folder = TempDir::new().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for entry in walkdir::WalkDir::new(&shipped) {
        let entry = entry.unwrap();
        let to = folder.path().join("corpus").join(entry.path().strip_prefix(&shipped).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
    folder
}

#[test]
fn the_first_search_builds_the_index_and_the_second_does_not() {
    let folder = clone();
    let first = vestnik(folder.path(), &["search", "КТУ ООН"]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(stderr(&first).contains("no index yet"), "{}", stderr(&first));
    assert!(stdout(&first).contains("Ташкент ждёт экспертов"), "{}", stdout(&first));
    let second = vestnik(folder.path(), &["search", "КТУ ООН"]);
    assert_eq!(stderr(&second), "");
    assert_eq!(stdout(&second), stdout(&first));
}

#[test]
fn the_default_index_of_another_version_is_rebuilt() {
    let folder = clone();
    let first = vestnik(folder.path(), &["search", "КТУ ООН"]);
    let marker = folder.path().join("index/generation-000001/vestnik.json");
    let contents = "{\"fingerprint\":\"other\"}\n";
    let checked = [&12_u64.to_le_bytes(), &b"vestnik.json"[..], contents.as_bytes()].concat();
    fs::write(&marker, format!("{contents}{}\n", blake3::hash(&checked).to_hex())).unwrap();
    let second = vestnik(folder.path(), &["search", "КТУ ООН"]);
    assert!(stderr(&second).contains("another version made the index"), "{}", stderr(&second));
    assert!(!stderr(&second).contains("damaged"), "{}", stderr(&second));
    assert_eq!(stdout(&second), stdout(&first));
    let given = vestnik(folder.path(), &["search", "КТУ ООН", "--index", "index"]);
    assert_eq!(given.status.code(), Some(0), "{}", stderr(&given));
}

#[test]
fn the_readme_queries_find_the_tashkent_release() {
    let folder = clone();
    for query in ["КТУ ООН", "реабилитация", "дорожная карта", "Камилов", "КАМИЛОВ", "В.Воронков"]
    {
        let output = vestnik(folder.path(), &["search", query, "--format", "trec", "--limit", "20"]);
        assert!(stdout(&output).contains("un/2024-05-13-tashkent-ktu.txt"), "{query}: {}", stdout(&output));
    }
}

#[test]
fn screens_look_as_they_should() {
    let folder = clone();
    vestnik(folder.path(), &["index"]);
    for (name, args) in [
        ("search", &["search", "возвращенец", "--limit", "2"][..]),
        ("search_missing", &["search", "КТУ ООН", "--limit", "3"]),
        ("search_explain", &["search", "--explain", "Камилов", "--limit", "1"]),
        ("search_color", &["search", "--color", "always", "Камилов", "--limit", "1"]),
        ("search_trec", &["search", "Воронков", "--format", "trec"]),
        ("search_date", &["search", "Узбекистан", "--sort", "date", "--limit", "3", "--no-snippets"]),
        ("analyze", &["analyze", "В.Воронков поблагодарил КТУ ООН за 2 нормативно-правовых акта"]),
        ("show", &["show", "companies/short-news.jsonl#sn-2019-09-kobaladze"]),
    ] {
        let output = vestnik(folder.path(), args);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        insta::assert_snapshot!(name, neutral(&stdout(&output), folder.path()));
    }
}

/// A screen without the name of the temporary folder.
fn neutral(screen: &str, folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap();
    screen.replace(&*folder.to_string_lossy(), "FOLDER")
}

#[test]
fn answers_go_to_stdout_and_all_else_to_stderr() {
    let folder = clone();
    let output = vestnik(folder.path(), &["index"]);
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("78 releases: 78 added"), "{}", stderr(&output));
}

#[test]
fn exit_codes_tell_found_from_nothing_from_failure() {
    let folder = clone();
    for (args, code) in [
        (&["search", "Ташкент"][..], 0),
        (&["search", "абракадабр"], 1),
        (&["search", "Ташкент абракадабр", "--match", "all"], 1),
        (&["search", "Ташкент", "--index", "nowhere"], 2),
        (&["search", "Ташкент", "--from", "2024-31-31"], 2),
        (&["search", "--strict", "\"Ташкент"], 2),
        (&["search"], 2),
        (&["show", "nothing"], 1),
        (&["analyze", "слово"], 0),
        (&["analyze", "…"], 1),
    ] {
        let output = vestnik(folder.path(), args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn a_skipped_file_is_named_and_the_rest_is_indexed() {
    let folder = clone();
    fs::write(folder.path().join("corpus/broken.json"), "{").unwrap();
    let output = vestnik(folder.path(), &["index"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("broken.json"), "{}", stderr(&output));
    assert!(stderr(&output).contains("78 releases"), "{}", stderr(&output));
}

#[test]
fn json_is_one_object_a_line_with_a_version() {
    let folder = clone();
    let output = vestnik(folder.path(), &["search", "Камилов", "--format", "json"]);
    let lines: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["v"] == 2));
    assert_eq!(lines[0]["type"], "hit");
    assert_eq!(lines[0]["release"]["id"], "un/2024-05-13-tashkent-ktu.txt");
    let mark = &lines[0]["snippet"]["fragments"][0]["highlights"][0];
    let text = lines[0]["snippet"]["fragments"][0]["text"].as_str().unwrap();
    let at = |end: &str| usize::try_from(mark[end].as_u64().unwrap()).unwrap();
    let (start, end) = (at("start"), at("end"));
    assert!(text[start..end].starts_with("Камилов"), "{text}");
    let summary = lines.last().unwrap();
    assert_eq!((&summary["type"], &summary["total"]["value"]), (&"summary".into(), &1.into()));
}

#[test]
fn many_queries_make_one_run() {
    let folder = clone();
    let queries = folder.path().join("queries.jsonl");
    fs::write(&queries, "{\"_id\":\"a\",\"text\":\"Камилов\"}\n{\"id\":\"b\",\"text\":\"возвращенец\"}\n")
        .unwrap();
    let output = vestnik(folder.path(), &["search", "--queries", "queries.jsonl", "--format", "trec"]);
    let run = stdout(&output);
    assert!(run.lines().all(|line| line.split(' ').count() == 6), "{run}");
    assert!(run.starts_with("a Q0 un/2024-05-13-tashkent-ktu.txt 1 "), "{run}");
    assert!(run.contains("\nb Q0 "), "{run}");
}

#[test]
fn color_is_off_where_nobody_looks_or_wants_it() {
    let folder = clone();
    vestnik(folder.path(), &["index"]);
    let plain = vestnik(folder.path(), &["search", "Камилов"]);
    assert!(!stdout(&plain).contains('\u{1b}'));
    let forced = vestnik(folder.path(), &["search", "Камилов", "--color", "always"]);
    assert!(stdout(&forced).contains('\u{1b}'));
}

#[test]
fn status_tells_what_the_index_holds() {
    let folder = clone();
    assert_eq!(vestnik(folder.path(), &["status"]).status.code(), Some(2));
    vestnik(folder.path(), &["index"]);
    let output = vestnik(folder.path(), &["status", "--format", "json"]);
    let status: serde_json::Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    assert_eq!(status["releases"], 78);
    assert!(status["version"].as_str().unwrap().contains("rumorph"));
}

#[test]
fn eval_prints_its_measures() {
    let folder = clone();
    let output = vestnik(folder.path(), &["eval", "--per-query", "--run", "run.txt"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for measure in
        ["nDCG@10", "MRR@10", "success@1", "recall@100", "precision", "recall", "F1", "without a hit"]
    {
        assert!(stdout(&output).contains(measure), "{}", stdout(&output));
    }
    assert!(fs::read_to_string(folder.path().join("run.txt")).unwrap().lines().count() > 80);
}

#[test]
fn a_query_may_begin_with_a_minus() {
    let folder = clone();
    let count = |query: &[&str]| {
        let output = vestnik(folder.path(), &[&["search", "--no-snippets"], query].concat());
        assert_eq!(output.status.code(), Some(0), "{query:?}: {}", stderr(&output));
        stdout(&output).lines().next().unwrap().to_owned()
    };
    for (typed, same) in [
        (&["-банк", "карта", "--limit", "2"][..], &["карта -банк", "--limit", "2"][..]),
        (&["-\"дорожная карта\" карта"], &["карта -\"дорожная карта\""]),
        (&["-(банк школа)"], &["--", "-(банк школа)"]),
        (&["карта", "-bank"], &["карта -bank"]),
        (&["--карта"], &["карта"]),
    ] {
        assert_eq!(count(typed), count(same), "{typed:?}");
    }
    let output = vestnik(folder.path(), &["search", "--strict", "-банк \"карта"]);
    assert!(stderr(&output).contains("character 7: this quote"), "{}", stderr(&output));
}

#[test]
fn dates_count_from_today_and_mean_what_they_say() {
    let folder = clone();
    let found = |args: &[&str]| {
        let args =
            [&["search", "--format", "trec", "--today", "2024-05-14", "--limit", "100"], args].concat();
        let output = vestnik(folder.path(), &args);
        stdout(&output).lines().map(|line| line.split(' ').nth(2).unwrap().to_owned()).collect::<Vec<_>>()
    };
    vestnik(folder.path(), &["index"]);
    let release = "un/2024-05-13-tashkent-ktu.txt".to_owned();
    for args in [
        &["Ташкент дата:вчера"][..],
        &["Ташкент дата:неделя"],
        &["Ташкент дата:2024–2025"],
        &["Ташкент", "--from", "неделя"],
        &["Ташкент", "--from", "вчера", "--to", "вчера"],
    ] {
        assert!(found(args).contains(&release), "{args:?}: {:?}", found(args));
    }
    for args in
        [&["Ташкент дата:сегодня"][..], &["Ташкент дата:2019–2023"], &["Ташкент", "--to", "позавчера"]]
    {
        assert!(!found(args).contains(&release), "{args:?}");
    }
}

#[test]
fn what_is_not_understood_in_a_query_is_reported() {
    let folder = clone();
    vestnik(folder.path(), &["index"]);
    let many: String = (0..1_030).map(|number| format!("слово{number} ")).collect();
    for (query, report) in [
        ("Ташкент дата:вчерась", "the date filter `дата:вчерась` was not understood"),
        (&many, "the last 6 words of the query were ignored"),
        ("…", "has no words"),
    ] {
        let output = vestnik(folder.path(), &["search", query]);
        assert!(stderr(&output).contains(report), "{}", stderr(&output));
    }
    assert_eq!(stderr(&vestnik(folder.path(), &["search", "Ташкент дата:2024"])), "");
}

#[test]
fn a_bad_line_does_not_stop_a_run_of_queries() {
    let folder = clone();
    vestnik(folder.path(), &["index"]);
    let lines =
        [r#"{"id":"a","text":"Камилов"}"#, "{", r#"{"id":"a","text":"ООН"}"#, r#"{"id":"b","text":"ООН"}"#];
    fs::write(folder.path().join("queries.jsonl"), lines.join("\n")).unwrap();
    let output = vestnik(folder.path(), &["search", "--queries", "queries.jsonl", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let summaries = stdout(&output).lines().filter(|line| line.contains("\"summary\"")).count();
    assert_eq!(summaries, 2);
    assert!(stderr(&output).contains("queries.jsonl, line 2"), "{}", stderr(&output));
    assert!(stderr(&output).contains("2 of 4 queries were skipped"), "{}", stderr(&output));
}

#[test]
fn a_run_prints_the_first_skipped_files_and_counts_the_rest() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("corpus")).unwrap();
    fs::write(folder.path().join("corpus/a.txt"), "Мост\n\nОткрыт мост.\n").unwrap();
    fs::write(folder.path().join("corpus/b.jsonl"), "not json\n".repeat(500)).unwrap();
    let output = vestnik(folder.path(), &["index"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output).matches("skipped: ").count(), 20, "{}", stderr(&output));
    assert!(
        stderr(&output).contains("skipped 480 more; --verbose or --json lists all"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_dry_run_checks_its_options() {
    let folder = clone();
    for dry in [&[][..], &["--dry-run"]] {
        let output = vestnik(folder.path(), &[&["index", "--memory", "1K"], dry].concat());
        assert_eq!(output.status.code(), Some(64), "{}", stderr(&output));
    }
}

#[test]
fn a_release_is_shown_by_id_by_printed_path_and_by_ending() {
    let folder = clone();
    vestnik(folder.path(), &["index"]);
    fs::write(folder.path().join("corpus/-дефис.txt"), "О мосте\n\nОткрыт мост.\n").unwrap();
    vestnik(folder.path(), &["index"]);
    let absolute = folder.path().canonicalize().unwrap().join("corpus/un/2024-05-13-tashkent-ktu.txt");
    let record = vestnik(folder.path(), &["search", "источник:Кобаладзе | Кобаладзе", "--limit", "1"]);
    let facts = stdout(&record).lines().nth(3).unwrap().to_owned();
    let printed = facts.rsplit(" · ").next().unwrap().trim().to_owned();
    for (name, title) in [
        ("un/2024-05-13-tashkent-ktu.txt", "Ташкент"),
        ("corpus/un/2024-05-13-tashkent-ktu.txt", "Ташкент"),
        ("./corpus/un/2024-05-13-tashkent-ktu.txt", "Ташкент"),
        (absolute.to_str().unwrap(), "Ташкент"),
        ("2024-05-13-tashkent-ktu.txt", "Ташкент"),
        ("tashkent-ktu.txt", "Ташкент"),
        ("-дефис.txt", "О мосте"),
        (&printed, ""),
    ] {
        let output = vestnik(folder.path(), &["show", name]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        assert!(stdout(&output).contains(title), "{name}: {}", stdout(&output));
    }
    let output = vestnik(folder.path(), &["show", "--", "-дефис.txt"]);
    assert!(stdout(&output).starts_with("О мосте"), "{}", stderr(&output));
    for (name, advice) in [
        ("2024-05-13-tashkent-ktv.txt", "similar: un/2024-05-13-tashkent-ktu.txt"),
        (".txt", "releases end with"),
        ("нет такого", "`vestnik search` prints their paths"),
    ] {
        let output = vestnik(folder.path(), &["show", name]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(stderr(&output).contains(advice), "{name}: {}", stderr(&output));
    }
}
