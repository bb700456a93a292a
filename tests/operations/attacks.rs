//! Failures and attacks that must not lose data: each was a way to destroy an index or a file next to it.

use std::{fs, path::Path, process::Stdio};

use vestnik::Index;

use crate::workspace::{Workspace, expect_exit};

#[test]
fn an_old_generation_that_cannot_be_removed_is_a_warning() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    // A folder in a generation is not vestnik's: it stops the removal as an immutable file does.
    fs::create_dir(workspace.path("index/generation-000001/stuck")).unwrap();
    workspace.write("b.txt", "Заголовок второй");
    let stderr = workspace.run(&["index", "--full", "--keep", "0"], 0);
    assert!(stderr.contains("WARN") && stderr.contains("generation-000001"), "{stderr}");
    assert_eq!(workspace.ids(), ["a.txt", "b.txt"]);
    workspace.run(&["check"], 0);
    workspace.run(&["backup", "saved"], 0);
    fs::create_dir(workspace.path("index/generation-000002/stuck")).unwrap();
    workspace.run(&["restore", "saved", "--keep", "0"], 0);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt"]);
    workspace.run(&["gc", "--keep", "0"], 3);
    for number in [1, 2] {
        fs::remove_dir(workspace.path(&format!("index/generation-00000{number}/stuck"))).unwrap();
    }
    workspace.run(&["index"], 0);
    assert!(!workspace.path("index/generation-000001").exists(), "the next run tries again");
}

#[test]
fn a_removed_generation_is_rebuilt_and_its_number_is_not_reused() {
    let workspace = Workspace::new(&["a.txt", "b.txt", "c.txt"]);
    workspace.run(&["index", "corpus"], 0);
    fs::remove_dir_all(workspace.path("index/generation-000001")).unwrap();
    workspace.run(&["check"], 12);
    workspace.run(&["index", "corpus"], 0);
    assert!(workspace.path("index/generation-000002").is_dir());
    assert_eq!(workspace.ids(), ["a.txt", "b.txt", "c.txt"]);
    workspace.run(&["check"], 0);
}

#[test]
fn a_long_id_is_refused_with_its_line() {
    let workspace = Workspace::new(&["a.txt"]);
    let long = "я".repeat(33_000);
    workspace.write(
        "b.jsonl",
        &format!("{{\"id\":1,\"title\":\"Заголовок\"}}\n{{\"id\":\"{long}\",\"title\":\"Мир\"}}\n"),
    );
    for _ in 0..2 {
        let stderr = workspace.run(&["index"], 2);
        assert!(stderr.contains("b.jsonl, line 2: the id") && stderr.contains("1024"), "{stderr}");
        assert!(stderr.len() < 2000, "ids are shortened: {} bytes", stderr.len());
        assert_eq!(workspace.ids(), ["a.txt", "b.jsonl#1"]);
        workspace.run(&["check"], 0);
    }
}

#[test]
fn folders_that_are_not_vestniks_are_left_alone() {
    let workspace = Workspace::new(&["a.txt"]);
    // What a killed run leaves, and what a folder for an index may contain before there is one.
    fs::create_dir(workspace.path("index")).unwrap();
    for name in ["lock", ".current.new", "README.md", ".gitignore"] {
        fs::write(workspace.path("index").join(name), "").unwrap();
    }
    workspace.run(&["index"], 0);
    for folder in ["index/generation-2024", "saved/generation-77", "home"] {
        fs::create_dir_all(workspace.path(folder)).unwrap();
        fs::write(workspace.path(folder).join("thesis.txt"), "years of work").unwrap();
    }
    for words in [&["index", "--full", "--keep", "0"][..], &["gc", "--keep", "0"], &["backup", "saved"]] {
        workspace.run(words, 0);
    }
    for folder in ["index/generation-2024", "saved/generation-77"] {
        assert!(workspace.path(folder).join("thesis.txt").exists(), "{folder}");
    }
    for words in
        [&["index", "--index", "home"][..], &["backup", "home"], &["restore", "saved", "--index", "home"]]
    {
        let stderr = workspace.run(words, 3);
        assert!(stderr.contains("home is not empty"), "{stderr}");
    }
    assert_eq!(fs::read_dir(workspace.path("home")).unwrap().count(), 1, "nothing was written");
}

#[cfg(unix)]
#[test]
fn planted_links_overwrite_nothing() {
    use std::os::unix::fs::symlink;
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    let victim = workspace.path("victim");
    fs::write(&victim, "secret").unwrap();
    symlink(&victim, workspace.path("index/.current.new")).unwrap();
    symlink(&victim, workspace.path("index/generation-000001/.meta.json.new")).unwrap();
    symlink(&victim, workspace.path("vestnik.prom")).unwrap();
    workspace.write("b.txt", "Заголовок второй");
    workspace.run(&["index", "--metrics", "vestnik.prom"], 0);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "secret");
    assert_eq!(workspace.ids(), ["a.txt", "b.txt"]);
    fs::remove_file(workspace.path("index/lock")).unwrap();
    symlink(&victim, workspace.path("index/lock")).unwrap();
    workspace.run(&["index"], 3);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "secret");
}

#[cfg(unix)]
#[test]
fn links_out_of_the_corpus_are_not_read() {
    let workspace = Workspace::new(&["a.txt"]);
    fs::write(workspace.path("secret.txt"), "Заголовок тайный").unwrap();
    std::os::unix::fs::symlink(workspace.path("secret.txt"), workspace.path("corpus/b.txt")).unwrap();
    std::os::unix::fs::symlink("/proc/self/pagemap", workspace.path("corpus/c.txt")).unwrap();
    let stderr = workspace.run(&["index"], 2);
    assert!(
        stderr.contains("b.txt: is a link that leads out") && stderr.contains("--follow-links"),
        "{stderr}"
    );
    assert_eq!(workspace.ids(), ["a.txt"]);
    workspace.run(&["index", "--follow-links"], 2);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt"]);
}

#[test]
fn a_handle_to_a_removed_generation_opens_the_new_one() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    let index = Index::open(workspace.path("index")).unwrap();
    workspace.write("b.txt", "Заголовок второй");
    workspace.run(&["index", "--full", "--keep", "0"], 0);
    assert_eq!(index.searcher().unwrap().releases(), 2);
}

#[test]
fn of_two_backups_to_one_folder_one_is_made() {
    let workspace = Workspace::new(&["a.txt", "b.txt"]);
    workspace.run(&["index"], 0);
    for round in 0..5 {
        let folder = format!("saved-{round}");
        let start = || workspace.command(&["backup", &folder]).stderr(Stdio::piped()).spawn().unwrap();
        let both = [start(), start()].map(|child| child.wait_with_output().unwrap());
        let mut codes = both.each_ref().map(|output| output.status.code().unwrap());
        codes.sort_unstable();
        // The second one waits for nothing: it finds the first one at work, or done.
        assert!(codes[0] == 0 && [3, 11].contains(&codes[1]), "{codes:?}");
        workspace.run(&["check", "--index", &folder], 0);
    }
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next_run() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    let left = workspace.path("index/generation-000002");
    fs::create_dir(&left).unwrap();
    fs::copy(workspace.path("index/generation-000001/vestnik.json"), left.join("vestnik.json")).unwrap();
    fs::write(left.join("half.store"), vec![0; 10_000]).unwrap();
    workspace.run(&["index"], 0);
    assert!(!left.exists());
}

#[test]
fn a_backup_keeps_its_age() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    let recorded = |index: &Path| Index::last_success(index).unwrap();
    let before = recorded(&workspace.path("index"));
    workspace.run(&["backup", "saved"], 0);
    assert_eq!(recorded(&workspace.path("saved")), before);
    fs::remove_dir_all(workspace.path("index")).unwrap();
    workspace.run(&["restore", "saved"], 0);
    assert_eq!(recorded(&workspace.path("index")), before);
}

#[test]
fn options_are_checked_before_anything_else() {
    let workspace = Workspace::new(&["a.txt"]);
    for words in [&["index", "--memory", "1K"][..], &["index", "--memory", "1K", "--dry-run"]] {
        workspace.run(words, 64);
    }
    assert!(!workspace.path("index").exists());
}

#[test]
fn a_locked_run_writes_its_metrics() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    let writer = Index::open(workspace.path("index")).unwrap().writer().unwrap();
    let output = workspace.command(&["index", "--metrics", "vestnik.prom"]).output().unwrap();
    expect_exit(&output, 11, "index");
    drop(writer);
    let figures = fs::read_to_string(workspace.path("vestnik.prom")).unwrap();
    assert!(figures.contains("vestnik_index_last_run_exit_code 11"), "{figures}");
    assert!(figures.contains("vestnik_index_last_success_timestamp_seconds 1"), "{figures}");
}
