//! The nightly job as an operator sees it: the program, a corpus folder and an index folder.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]
#![cfg(feature = "cli")]

mod desk;
mod odd;

use std::{
    fs::{self, File},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use vestnik::Index;

use desk::{Desk, ended, tree};

#[test]
fn a_second_run_reads_nothing_and_writes_nothing() {
    let desk = Desk::new(&["a.txt", "b.txt", "un/c.txt"]);
    desk.run(&["index"], 0);
    let mut before = tree(&desk.path("index"));
    let told = desk.run(&["index"], 0);
    assert!(told.contains("0 added, 0 changed, 0 removed, 3 unchanged"), "{told}");
    assert!(told.contains("of 0 files"), "{told}");
    let mut after = tree(&desk.path("index"));
    // The lock's time says when a run last ended well; it is empty as before.
    let lock = desk.path("index/lock");
    assert_eq!(before.remove(&lock).unwrap().0, after.remove(&lock).unwrap().0);
    assert!(before == after);
}

#[test]
fn contents_decide_whatever_the_times_say() {
    let desk = Desk::new(&["a.txt", "b.txt"]);
    desk.run(&["index"], 0);
    // Same size, same time, other words: as a copy that keeps times would leave it.
    let path = desk.path("corpus/a.txt");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let text = fs::read_to_string(&path).unwrap().replace("Обычный", "Странный");
    fs::write(&path, text).unwrap();
    File::options().append(true).open(&path).unwrap().set_modified(modified).unwrap();
    // Another time, same words.
    let touched = SystemTime::now() - Duration::from_secs(5000);
    File::options().append(true).open(desk.path("corpus/b.txt")).unwrap().set_modified(touched).unwrap();
    let told = desk.run(&["index"], 0);
    assert!(told.contains("0 added, 1 changed, 0 removed, 1 unchanged"), "{told}");
    desk.run(&["search", "странный"], 0);
    desk.run(&["check"], 0);
}

#[test]
fn a_rename_keeps_nothing_twice() {
    let desk = Desk::new(&["a.txt", "b.txt", "c.txt"]);
    desk.run(&["index"], 0);
    fs::rename(desk.path("corpus/a.txt"), desk.path("corpus/d.txt")).unwrap();
    let dry = desk.run(&["index", "--dry-run"], 0);
    assert!(dry.contains("would have 3 releases: 1 added, 0 changed, 1 removed, 2 unchanged"), "{dry}");
    assert_eq!(desk.ids(), ["a.txt", "b.txt", "c.txt"]);
    desk.run(&["index"], 0);
    assert_eq!(desk.ids(), ["b.txt", "c.txt", "d.txt"]);
}

#[test]
fn a_dry_run_makes_not_even_a_folder() {
    let desk = Desk::new(&["a.txt"]);
    let told = desk.run(&["index", "--dry-run"], 0);
    assert!(told.contains("would have 1 releases: 1 added"), "{told}");
    assert!(!desk.path("index").exists());
    desk.run(&["check"], 10);
    desk.run(&["gc"], 10);
    desk.run(&["rollback"], 10);
    assert!(!desk.path("index").exists());
}

#[test]
fn a_corpus_that_is_gone_changes_nothing() {
    let desk = Desk::new(&["a.txt", "b.txt", "c.txt"]);
    desk.run(&["index"], 0);
    desk.remove("a.txt");
    desk.remove("b.txt");
    for words in [&["index"][..], &["index", "--full"]] {
        let told = desk.run(words, 3);
        assert!(told.contains("2 of 3 releases are no longer in the corpus"), "{told}");
    }
    desk.remove("c.txt");
    for words in [&["index"][..], &["index", "--full"]] {
        let told = desk.run(words, 3);
        assert!(told.contains("is the right disk mounted?"), "{told}");
    }
    fs::remove_dir(desk.path("corpus")).unwrap();
    desk.run(&["index"], 3);
    assert_eq!(desk.ids(), ["a.txt", "b.txt", "c.txt"]);
    desk.run(&["check"], 0);
    fs::create_dir(desk.path("corpus")).unwrap();
    desk.run(&["index", "--allow-removals"], 0);
    assert!(desk.ids().is_empty());
}

#[test]
fn a_folder_that_is_not_named_stays() {
    let desk = Desk::new(&["un/a.txt", "mid/b.txt", "mid/c.txt"]);
    desk.run(&["index", "corpus/un"], 0);
    desk.run(&["index", "corpus/mid"], 0);
    assert_eq!(desk.ids(), ["a.txt", "b.txt", "c.txt"]);
    // A new generation holds all that the old one stood for.
    desk.run(&["index", "--full", "corpus/un"], 0);
    assert_eq!(desk.ids(), ["a.txt", "b.txt", "c.txt"]);
    fs::remove_dir_all(desk.path("corpus/un")).unwrap();
    desk.run(&["index"], 3);
    desk.run(&["index", "--allow-removals"], 0);
    assert_eq!(desk.ids(), ["b.txt", "c.txt"]);
}

#[test]
fn the_first_of_two_with_one_id_is_kept_however_they_came() {
    let desk = Desk::new(&["2/a.txt"]);
    let title = |text: &str| format!("Заголовок {text}\n\nТекст.");
    desk.write("1/b.txt", &title("иной"));
    let both = ["index", "corpus/1", "corpus/2"];
    desk.run(&both, 0);
    // The later one was first in time; now one comes that goes before it.
    desk.write("1/a.txt", &title("первый"));
    let told = desk.run(&both, 2);
    assert!(told.contains("id \"a.txt\" is already taken by"), "{told}");
    desk.run(&["search", "первый"], 0);
    let told = desk.run(&both, 2);
    assert!(told.contains("is already taken by"), "told every time: {told}");
    fs::remove_file(desk.path("corpus/1/a.txt")).unwrap();
    desk.run(&both, 0);
    assert_eq!(desk.ids(), ["a.txt", "b.txt"]);
    desk.run(&["search", "первый"], 1);
    desk.run(&["check"], 0);
}

#[test]
fn what_cannot_be_read_costs_only_itself_and_is_told_every_time() {
    let desk = Desk::new(&["a.txt", "b.txt"]);
    desk.write("c.jsonl", "{\"id\":1,\"title\":\"Заголовок\"}\n{\"id\":2,\"title\":\"Заголовок\"}\n");
    desk.run(&["index"], 0);
    desk.write("a.txt", "");
    desk.write("c.jsonl", "{\"id\":1,\"title\":\"Заголовок новый\"}\n{\"id\":2,\"ti");
    for _ in 0..2 {
        let told = desk.run(&["index", "--quiet"], 2);
        assert_eq!(told.matches("skipped: ").count(), 2, "{told}");
        assert_eq!(desk.ids(), ["a.txt", "b.txt", "c.jsonl#1", "c.jsonl#2"]);
    }
    desk.run(&["check"], 0);
}

#[test]
fn another_version_is_rebuilt_beside_the_old_and_rollback_goes_back() {
    let desk = Desk::new(&["a.txt"]);
    desk.run(&["index"], 0);
    desk.write("b.txt", "Заголовок второй");
    desk.run(&["index", "--full"], 0);
    desk.run(&["rollback"], 0);
    assert_eq!(desk.ids(), ["a.txt"]);
    let told = desk.run(&["rollback"], 3);
    assert!(told.contains("no older index"), "{told}");
    fs::write(desk.path("index/generation-000001/vestnik.json"), r#"{"fingerprint":"other"}"#).unwrap();
    let told = desk.run(&["search", "заголовок"], 2);
    assert!(told.contains("made by another version (other;"), "{told}");
    desk.run(&["check"], 10);
    let told = desk.run(&["index"], 0);
    assert!(told.contains("building the index anew"), "{told}");
    assert_eq!(desk.ids(), ["a.txt", "b.txt"]);
    desk.run(&["index", "--full", "--keep", "0"], 0);
    desk.run(&["rollback"], 3);
    desk.run(&["check"], 0);
}

#[test]
fn a_damaged_index_is_rebuilt_from_the_folders_it_remembers() {
    let desk = Desk::new(&["a.txt"]);
    fs::rename(desk.path("corpus"), desk.path("elsewhere")).unwrap();
    desk.run(&["index", "elsewhere"], 0);
    let meta = desk.path("index/generation-000001/meta.json");
    let whole = fs::read_to_string(&meta).unwrap();
    fs::write(&meta, whole.replace("opstamp", "opstamq")).unwrap();
    desk.run(&["check"], 12);
    desk.run(&["index"], 0);
    assert_eq!(desk.ids(), ["a.txt"]);
    fs::write(desk.path("index/generation-000002/meta.json"), "{").unwrap();
    let told = desk.run(&["index"], 3);
    assert!(told.contains("name them"), "{told}");
    desk.run(&["index", "elsewhere"], 0);
    // What is damaged is nothing to go back to.
    desk.run(&["check"], 0);
    desk.run(&["rollback"], 3);
}

#[test]
fn a_backup_is_an_index_and_comes_back() {
    let desk = Desk::new(&["a.txt", "b.txt"]);
    desk.run(&["index"], 0);
    desk.run(&["backup", "saved"], 0);
    let told = desk.run(&["backup", "saved"], 3);
    assert!(told.contains("is not empty"), "{told}");
    desk.remove("a.txt");
    desk.write("c.txt", "Заголовок третий");
    desk.run(&["index"], 0);
    desk.run(&["compact"], 0);
    desk.run(&["search", "--index", "saved", "третий"], 1);
    desk.run(&["check", "--index", "saved"], 0);
    desk.run(&["restore", "saved"], 0);
    assert_eq!(desk.ids(), ["a.txt", "b.txt"]);
    desk.run(&["index"], 0);
    assert_eq!(desk.ids(), ["b.txt", "c.txt"]);
    desk.run(&["check", "--index", "saved"], 0);
    desk.run(&["rollback"], 0);
    assert_eq!(desk.ids(), ["b.txt", "c.txt"]);
    desk.run(&["restore", "nowhere"], 10);
}

#[test]
fn the_second_writer_waits_or_says_who_works() {
    let desk = Desk::new(&["a.txt"]);
    desk.run(&["index"], 0);
    let writer = Index::open(desk.path("index")).unwrap().writer().unwrap();
    let told = desk.run(&["index"], 11);
    let me = format!("(process {} on ", std::process::id());
    assert!(told.contains(&me) && told.contains("since 2"), "{told}");
    desk.run(&["gc"], 11);
    desk.run(&["search", "заголовок"], 0);
    desk.run(&["check"], 0);
    let waiting = desk.command(&["index", "--wait-lock", "60"]).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    drop(writer);
    ended(&waiting.wait_with_output().unwrap(), 0, "waiting");
}

#[test]
fn a_handle_follows_commits_and_generations() {
    let desk = Desk::new(&["a.txt"]);
    desk.run(&["index"], 0);
    let index = Index::open(desk.path("index")).unwrap();
    let searcher = index.searcher().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let watch = index.watch(Duration::from_millis(10), move |index| {
        tell.send(index.unwrap().searcher().unwrap().releases()).unwrap();
    });
    assert!(searcher.is_current().unwrap());
    for (name, options) in [("b.txt", &[][..]), ("c.txt", &["--full", "--keep", "0"]), ("d.txt", &[])] {
        desk.write(name, "Заголовок");
        desk.run(&[&["index"], options].concat(), 0);
        let releases = searcher.reload().unwrap().releases();
        assert_eq!(told.recv_timeout(Duration::from_secs(20)), Ok(releases));
        assert!(!searcher.is_current().unwrap());
    }
    assert_eq!((searcher.releases(), searcher.reload().unwrap().releases()), (1, 4));
    drop(watch);
    // A handle to a generation that is no longer in force cannot write to it.
    assert!(matches!(index.writer(), Err(vestnik::Error::IndexReplaced { .. })));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_run_with_the_index_as_it_was() {
    let desk = Desk::new(&["a.txt"]);
    desk.run(&["index"], 0);
    let line = "{\"title\":\"Заголовок\",\"text\":\"Много слов, которые надо разобрать.\"}\n";
    desk.write("many.jsonl", &line.repeat(300_000));
    for signal in ["-INT", "-TERM"] {
        let child = desk.command(&["index"]).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let told = ended(&child.wait_with_output().unwrap(), 130, signal);
        assert!(told.contains("interrupted; the index is as it was"), "{told}");
        assert_eq!(desk.ids(), ["a.txt"]);
        desk.run(&["check"], 0);
        let told = desk.run(&["gc"], 0);
        assert!(told.contains("nothing to remove"), "{told}");
    }
}

#[test]
fn events_and_figures_are_for_programs() {
    let desk = Desk::new(&["a.txt", "b.txt"]);
    desk.write("c.txt", "");
    let output = desk.command(&["index", "--json", "--metrics", "vestnik.prom", "--quiet"]).output().unwrap();
    ended(&output, 2, "index --json");
    let lines: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["rebuilding", "place", "failed", "summary"]);
    let summary = lines.last().unwrap();
    assert_eq!((&summary["releases"], &summary["failed"]), (&2.into(), &1.into()));
    let figures = || fs::read_to_string(desk.path("vestnik.prom")).unwrap();
    assert!(figures().contains("vestnik_index_last_run_exit_code 2\n"), "{}", figures());
    desk.remove("a.txt");
    desk.remove("b.txt");
    desk.run(&["index", "--metrics", "vestnik.prom"], 3);
    assert!(figures().contains("vestnik_index_last_run_exit_code 3\n"), "{}", figures());
    assert!(figures().contains("vestnik_index_last_success_timestamp_seconds "), "{}", figures());
}

#[test]
fn wrong_words_have_their_own_code() {
    let desk = Desk::new(&["a.txt"]);
    for (words, code) in [
        (&["index", "--no-such-option"][..], 64),
        (&["--color", "never", "check", "--max-age", "soon"], 64),
        (&["search", "--no-such-option"], 2),
        (&["index", "--memory", "1M"], 64),
        (&["index", "--memory", "40M", "--threads", "1", "-v"], 0),
        (&["check", "--max-age", "1d"], 0),
        (&["check", "--help"], 0),
    ] {
        desk.run(words, code);
    }
    let long_ago = SystemTime::now() - Duration::from_secs(100_000);
    File::options().append(true).open(desk.path("index/lock")).unwrap().set_modified(long_ago).unwrap();
    desk.run(&["check", "--max-age", "1d"], 13);
    desk.run(&["index", "--quiet"], 0);
    desk.run(&["check", "--max-age", "1d"], 0);
}
