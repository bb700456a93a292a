//! The nightly job as an operator sees it: the program, a corpus folder and an index folder.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]
#![cfg(feature = "cli")]

mod attacks;
mod edge_cases;
mod generations;
mod workspace;

use std::{
    fs::{self, File},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use vestnik::Index;

use workspace::{Workspace, expect_exit, tree};

#[test]
fn a_second_run_reads_nothing_and_writes_nothing() {
    let workspace = Workspace::new(&["a.txt", "b.txt", "un/c.txt"]);
    workspace.run(&["index"], 0);
    let mut before = tree(&workspace.path("index"));
    let stderr = workspace.run(&["index"], 0);
    assert!(stderr.contains("0 added, 0 changed, 0 removed, 3 unchanged"), "{stderr}");
    assert!(stderr.contains("0 files read"), "{stderr}");
    let mut after = tree(&workspace.path("index"));
    // The catalog records the time of the run, and the lock file was locked.
    for name in ["index/current", "index/lock"] {
        assert!(
            before.remove(&workspace.path(name)).is_some() && after.remove(&workspace.path(name)).is_some()
        );
    }
    assert!(before == after);
}

#[test]
fn contents_decide_whatever_the_times_say() {
    let workspace = Workspace::new(&["a.txt", "b.txt"]);
    workspace.run(&["index"], 0);
    // Other contents with the same size and time, as after a copy that preserves times.
    let path = workspace.path("corpus/a.txt");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let text = fs::read_to_string(&path).unwrap().replace("Обычный", "Странный");
    fs::write(&path, text).unwrap();
    File::options().append(true).open(&path).unwrap().set_modified(modified).unwrap();
    // The same contents with another time.
    let touched = SystemTime::now() - Duration::from_secs(5000);
    File::options().append(true).open(workspace.path("corpus/b.txt")).unwrap().set_modified(touched).unwrap();
    let stderr = workspace.run(&["index"], 0);
    assert!(stderr.contains("0 added, 1 changed, 0 removed, 1 unchanged"), "{stderr}");
    workspace.run(&["search", "странный"], 0);
    workspace.run(&["check"], 0);
}

#[test]
fn a_renamed_file_is_found_once() {
    let workspace = Workspace::new(&["a.txt", "b.txt", "c.txt"]);
    workspace.run(&["index"], 0);
    fs::rename(workspace.path("corpus/a.txt"), workspace.path("corpus/d.txt")).unwrap();
    let dry = workspace.run(&["index", "--dry-run"], 0);
    assert!(dry.contains("would have 3 releases: 1 added, 0 changed, 1 removed, 2 unchanged"), "{dry}");
    assert_eq!(workspace.ids(), ["a.txt", "b.txt", "c.txt"]);
    workspace.run(&["index"], 0);
    assert_eq!(workspace.ids(), ["b.txt", "c.txt", "d.txt"]);
}

#[test]
fn a_dry_run_creates_no_folder() {
    let workspace = Workspace::new(&["a.txt"]);
    let stderr = workspace.run(&["index", "--dry-run"], 0);
    assert!(stderr.contains("would have 1 releases: 1 added"), "{stderr}");
    assert!(!workspace.path("index").exists());
    workspace.run(&["check"], 10);
    workspace.run(&["gc"], 10);
    workspace.run(&["rollback"], 10);
    assert!(!workspace.path("index").exists());
}

#[test]
fn a_missing_corpus_changes_nothing() {
    let workspace = Workspace::new(&["a.txt", "b.txt", "c.txt"]);
    workspace.run(&["index"], 0);
    workspace.remove("a.txt");
    workspace.remove("b.txt");
    for words in [&["index"][..], &["index", "--full"]] {
        let stderr = workspace.run(words, 3);
        assert!(stderr.contains("2 of 3 releases are no longer in the corpus"), "{stderr}");
    }
    workspace.remove("c.txt");
    for words in [&["index"][..], &["index", "--full"]] {
        let stderr = workspace.run(words, 3);
        assert!(stderr.contains("is the right disk mounted?"), "{stderr}");
    }
    fs::remove_dir(workspace.path("corpus")).unwrap();
    workspace.run(&["index"], 3);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt", "c.txt"]);
    workspace.run(&["check"], 0);
    fs::create_dir(workspace.path("corpus")).unwrap();
    workspace.run(&["index", "--allow-removals"], 0);
    assert!(workspace.ids().is_empty());
}

#[test]
fn a_folder_that_is_not_named_stays() {
    let workspace = Workspace::new(&["un/a.txt", "mid/b.txt", "mid/c.txt"]);
    workspace.run(&["index", "corpus/un"], 0);
    workspace.run(&["index", "corpus/mid"], 0);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt", "c.txt"]);
    // A new generation contains the releases of all roots.
    workspace.run(&["index", "--full", "corpus/un"], 0);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt", "c.txt"]);
    fs::remove_dir_all(workspace.path("corpus/un")).unwrap();
    workspace.run(&["index"], 3);
    workspace.run(&["index", "--allow-removals"], 0);
    assert_eq!(workspace.ids(), ["b.txt", "c.txt"]);
}

#[test]
fn of_two_releases_with_one_id_the_first_in_file_order_is_kept() {
    let workspace = Workspace::new(&["2/a.txt"]);
    let title = |text: &str| format!("Заголовок {text}\n\nТекст.");
    workspace.write("1/b.txt", &title("иной"));
    let both = ["index", "corpus/1", "corpus/2"];
    workspace.run(&both, 0);
    // A release that comes first in file order appears in a later run.
    workspace.write("1/a.txt", &title("первый"));
    let stderr = workspace.run(&both, 2);
    assert!(stderr.contains("id \"a.txt\" is already taken by"), "{stderr}");
    workspace.run(&["search", "первый"], 0);
    let stderr = workspace.run(&both, 2);
    assert!(stderr.contains("is already taken by"), "stderr every time: {stderr}");
    fs::remove_file(workspace.path("corpus/1/a.txt")).unwrap();
    workspace.run(&both, 0);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt"]);
    workspace.run(&["search", "первый"], 1);
    workspace.run(&["check"], 0);
}

#[test]
fn an_unreadable_file_affects_only_itself_and_is_reported_by_every_run() {
    let workspace = Workspace::new(&["a.txt", "b.txt"]);
    workspace.write("c.jsonl", "{\"id\":1,\"title\":\"Заголовок\"}\n{\"id\":2,\"title\":\"Заголовок\"}\n");
    workspace.run(&["index"], 0);
    workspace.write("a.txt", "");
    workspace.write("c.jsonl", "{\"id\":1,\"title\":\"Заголовок новый\"}\n{\"id\":2,\"ti");
    for _ in 0..2 {
        let stderr = workspace.run(&["index", "--quiet"], 2);
        assert_eq!(stderr.matches("skipped: ").count(), 2, "{stderr}");
        assert_eq!(workspace.ids(), ["a.txt", "b.txt", "c.jsonl#1", "c.jsonl#2"]);
    }
    workspace.run(&["check"], 0);
}

#[test]
fn an_index_of_another_version_is_rebuilt_as_a_new_generation() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    workspace.write("b.txt", "Заголовок второй");
    workspace.run(&["index", "--full"], 0);
    workspace.run(&["rollback"], 0);
    assert_eq!(workspace.ids(), ["a.txt"]);
    let stderr = workspace.run(&["rollback"], 3);
    assert!(stderr.contains("no older index"), "{stderr}");
    workspace.mark_as_other(1);
    let stderr = workspace.run(&["search", "--index", "index", "заголовок"], 2);
    assert!(stderr.contains("made by another version (other;") && stderr.contains("--full"), "{stderr}");
    workspace.run(&["check"], 10);
    let stderr = workspace.run(&["index"], 0);
    assert!(stderr.contains("building a new index"), "{stderr}");
    assert_eq!(workspace.ids(), ["a.txt", "b.txt"]);
    workspace.run(&["index", "--full", "--keep", "0"], 0);
    workspace.run(&["rollback"], 3);
    workspace.run(&["check"], 0);
}

#[test]
fn a_damaged_index_is_rebuilt_from_the_folders_it_remembers() {
    let workspace = Workspace::new(&["a.txt"]);
    fs::rename(workspace.path("corpus"), workspace.path("elsewhere")).unwrap();
    workspace.run(&["index", "elsewhere"], 0);
    let meta = workspace.path("index/generation-000001/meta.json");
    let whole = fs::read_to_string(&meta).unwrap();
    fs::write(&meta, whole.replace("opstamp", "opstamq")).unwrap();
    workspace.run(&["check"], 12);
    workspace.run(&["index"], 0);
    assert_eq!(workspace.ids(), ["a.txt"]);
    fs::write(workspace.path("index/generation-000002/meta.json"), "{").unwrap();
    let stderr = workspace.run(&["index"], 3);
    assert!(stderr.contains("name them"), "{stderr}");
    workspace.run(&["index", "elsewhere"], 0);
    // A damaged generation is not retained for a rollback.
    workspace.run(&["check"], 0);
    workspace.run(&["rollback"], 3);
}

#[test]
fn a_backup_is_an_index_and_can_be_restored() {
    let workspace = Workspace::new(&["a.txt", "b.txt"]);
    workspace.run(&["index"], 0);
    workspace.run(&["backup", "saved"], 0);
    let stderr = workspace.run(&["backup", "saved"], 3);
    assert!(stderr.contains("is not empty"), "{stderr}");
    workspace.remove("a.txt");
    workspace.write("c.txt", "Заголовок третий");
    workspace.run(&["index"], 0);
    let segments = || {
        let files = tree(&workspace.path("index/generation-000001"));
        files.keys().filter(|path| path.to_string_lossy().ends_with(".store")).count()
    };
    assert_eq!(segments(), 2);
    workspace.run(&["compact"], 0);
    assert_eq!(segments(), 1);
    workspace.run(&["search", "--index", "saved", "третий"], 1);
    workspace.run(&["check", "--index", "saved"], 0);
    workspace.run(&["restore", "saved"], 0);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt"]);
    workspace.run(&["index"], 0);
    assert_eq!(workspace.ids(), ["b.txt", "c.txt"]);
    workspace.run(&["check", "--index", "saved"], 0);
    workspace.run(&["rollback"], 0);
    assert_eq!(workspace.ids(), ["b.txt", "c.txt"]);
    workspace.run(&["restore", "nowhere"], 10);
}

#[test]
fn the_second_writer_waits_or_names_the_first() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    let writer = Index::open(workspace.path("index")).unwrap().writer().unwrap();
    let stderr = workspace.run(&["index"], 11);
    let me = format!("(process {} on ", std::process::id());
    assert!(stderr.contains(&me) && stderr.contains("since 2"), "{stderr}");
    workspace.run(&["gc"], 11);
    workspace.run(&["search", "заголовок"], 0);
    workspace.run(&["check"], 0);
    let waiting = workspace.command(&["index", "--wait-lock", "60"]).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    drop(writer);
    expect_exit(&waiting.wait_with_output().unwrap(), 0, "waiting");
}

#[test]
fn a_handle_follows_commits_and_generations() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    let index = Index::open(workspace.path("index")).unwrap();
    let searcher = index.searcher().unwrap();
    assert!(searcher.is_current().unwrap());
    let steps: [(&str, &[&str], u64); 3] =
        [("b.txt", &[], 2), ("c.txt", &["--full", "--keep", "0"], 3), ("d.txt", &[], 4)];
    for (name, options, releases) in steps {
        workspace.write(name, "Заголовок");
        workspace.run(&[&["index"], options].concat(), 0);
        assert!(!searcher.is_current().unwrap());
        let newest = searcher.reload().unwrap();
        assert!(newest.is_current().unwrap() && newest.releases() == releases);
        assert_eq!(index.reload().unwrap().commit_info().unwrap().releases, releases);
    }
    assert_eq!((searcher.releases(), searcher.reload().unwrap().releases()), (1, 4));
    // A handle to a generation that is no longer active cannot write to it.
    assert!(matches!(index.writer(), Err(vestnik::Error::IndexReplaced { .. })));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_run_with_the_index_as_it_was() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    let line = "{\"title\":\"Заголовок\",\"text\":\"Много слов, которые надо разобрать.\"}\n";
    workspace.write("many.jsonl", &line.repeat(300_000));
    for signal in ["-INT", "-TERM"] {
        let child = workspace.command(&["index"]).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let stderr = expect_exit(&child.wait_with_output().unwrap(), 130, signal);
        assert!(stderr.contains("interrupted; the index is as it was"), "{stderr}");
        assert_eq!(workspace.ids(), ["a.txt"]);
        workspace.run(&["check"], 0);
        let stderr = workspace.run(&["gc"], 0);
        assert!(stderr.contains("nothing to remove"), "{stderr}");
    }
    let _writer = Index::open(workspace.path("index")).unwrap().writer().unwrap();
    let waiting = workspace.command(&["index", "--wait-lock", "60"]).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &waiting.id().to_string()]).status().unwrap().success());
    expect_exit(&waiting.wait_with_output().unwrap(), 130, "a signal while waiting");
}

#[test]
fn events_and_metrics_are_machine_readable() {
    let workspace = Workspace::new(&["a.txt", "b.txt"]);
    workspace.write("c.txt", "");
    let output =
        workspace.command(&["index", "--json", "--metrics", "vestnik.prom", "--quiet"]).output().unwrap();
    expect_exit(&output, 2, "index --json");
    let lines: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["rebuilding", "place", "failed", "summary"]);
    let summary = lines.last().unwrap();
    assert_eq!((&summary["releases"], &summary["failed"]), (&2.into(), &1.into()));
    let figures = || fs::read_to_string(workspace.path("vestnik.prom")).unwrap();
    assert!(figures().contains("vestnik_index_last_run_exit_code 2\n"), "{}", figures());
    workspace.remove("a.txt");
    workspace.remove("b.txt");
    workspace.run(&["index", "--metrics", "vestnik.prom"], 3);
    assert!(figures().contains("vestnik_index_last_run_exit_code 3\n"), "{}", figures());
    assert!(figures().contains("vestnik_index_last_success_timestamp_seconds "), "{}", figures());
}

#[test]
fn a_wrong_command_line_has_its_own_exit_code() {
    let workspace = Workspace::new(&["a.txt"]);
    for (words, code) in [
        (&["index", "--no-such-option"][..], 64),
        (&["--color", "never", "check", "--max-age", "soon"], 64),
        (&["search", "--no-such-option"], 2),
        (&["index", "--memory", "1M"], 64),
        (&["index", "--memory", "40M", "--threads", "1", "-v"], 0),
        (&["check", "--max-age", "1d"], 0),
        (&["check", "--help"], 0),
    ] {
        workspace.run(words, code);
    }
    // The age is in the catalog, which `touch` does not change.
    let long_ago = SystemTime::now() - Duration::from_secs(100_000);
    File::options().append(true).open(workspace.path("index/lock")).unwrap().set_modified(long_ago).unwrap();
    workspace.run(&["check", "--max-age", "1d"], 0);
    std::thread::sleep(Duration::from_millis(1100));
    workspace.run(&["check", "--max-age", "0s"], 13);
}
