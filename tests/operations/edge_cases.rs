//! Unusual conditions in operation: folders that move or contain each other, damaged files, wrong file times, closed
//! pipes.

use std::{
    fs,
    io::Read,
    path::PathBuf,
    process::Stdio,
    time::{Duration, SystemTime},
};

use crate::workspace::{Workspace, expect_exit};

#[test]
fn an_index_among_the_releases_is_not_read() {
    let workspace = Workspace::new(&["a.txt", "b.txt"]);
    let here = ["--index", "corpus/index"];
    for options in [&[][..], &["--full"], &[]] {
        workspace.run(&[&["index"], &here[..], options].concat(), 0);
    }
    fs::create_dir(workspace.path("corpus/saved")).unwrap();
    workspace.run(&["backup", "corpus/saved", "--index", "corpus/index"], 0);
    let stderr = workspace.run(&["index", "--index", "corpus/index"], 0);
    assert!(stderr.contains("2 releases: 0 added, 0 changed, 0 removed, 2 unchanged, 0 failed"), "{stderr}");
    // A folder that contains only an index counts as empty.
    workspace.remove("a.txt");
    workspace.remove("b.txt");
    workspace.run(&["index", "--index", "corpus/index"], 3);
}

#[test]
fn a_root_inside_a_folder_is_read_once() {
    let workspace = Workspace::new(&["un/a.txt", "un/b.txt", "c.txt"]);
    workspace.run(&["index", "corpus/un"], 0);
    workspace.run(&["index", "corpus"], 0);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt", "c.txt"]);
    workspace.remove("c.txt");
    let stderr = workspace.run(&["index"], 0);
    assert!(stderr.contains("0 added, 0 changed, 1 removed, 2 unchanged"), "{stderr}");
    workspace.run(&["index", "--full"], 0);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt"]);
    workspace.run(&["check"], 0);
}

#[test]
fn a_corpus_behind_a_link_is_the_corpus() {
    let workspace = Workspace::new(&["a.txt", "b.txt"]);
    workspace.run(&["index"], 0);
    #[cfg(unix)]
    std::os::unix::fs::symlink(workspace.path("corpus"), workspace.path("link")).unwrap();
    #[cfg(unix)]
    workspace.run(&["index", "link"], 0);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt"]);
}

#[test]
fn a_moved_corpus_is_reported_and_followed_on_request() {
    let workspace = Workspace::new(&["a.txt", "b.txt"]);
    workspace.run(&["index"], 0);
    fs::rename(workspace.path("corpus"), workspace.path("moved")).unwrap();
    let stderr = workspace.run(&["index"], 3);
    assert!(stderr.contains("is the right disk mounted?") && stderr.contains("--allow-removals"), "{stderr}");
    let stderr = workspace.run(&["index", "moved"], 2);
    assert!(stderr.contains("which no longer exists; `--allow-removals`"), "{stderr}");
    workspace.run(&["index", "moved", "--allow-removals"], 0);
    let stderr = workspace.run(&["index"], 0);
    assert!(stderr.contains("2 releases: 0 added, 0 changed, 0 removed, 2 unchanged"), "{stderr}");
}

#[test]
fn a_file_may_become_a_folder_and_move_between_roots() {
    let workspace = Workspace::new(&["1/a.txt", "1/b.txt", "2/c.txt"]);
    workspace.run(&["index", "corpus/1", "corpus/2"], 0);
    workspace.remove("1/a.txt");
    workspace.write("1/a.txt/d.txt", "Заголовок внутри");
    fs::rename(workspace.path("corpus/1/b.txt"), workspace.path("corpus/2/b.txt")).unwrap();
    workspace.run(&["index"], 0);
    assert_eq!(workspace.ids(), ["a.txt/d.txt", "b.txt", "c.txt"]);
    fs::remove_dir_all(workspace.path("corpus/1/a.txt")).unwrap();
    workspace.write("1/a.txt", "Заголовок снова");
    workspace.run(&["index"], 0);
    assert_eq!(workspace.ids(), ["a.txt", "b.txt", "c.txt"]);
    workspace.run(&["check"], 0);
}

#[test]
fn a_run_in_which_files_change_and_releases_do_not_is_sound() {
    let workspace = Workspace::new(&["a.txt", "b.txt"]);
    workspace.run(&["index"], 0);
    let text = fs::read_to_string(workspace.path("corpus/a.txt")).unwrap();
    for (now, code) in [("", 2), (&*text, 0), ("\n", 2), (&*text.replace('\n', "\r\n"), 0)] {
        workspace.write("a.txt", now);
        for _ in 0..2 {
            let stderr = workspace.run(&["index"], code);
            assert!(!stderr.contains("anew"), "{stderr}");
            workspace.run(&["check"], 0);
        }
        assert_eq!(workspace.ids(), ["a.txt", "b.txt"]);
    }
}

#[test]
fn a_rebuild_keeps_what_cannot_be_read() {
    let workspace = Workspace::new(&["a.txt", "b.txt"]);
    workspace.write("c.jsonl", "{\"id\":1,\"title\":\"Заголовок\"}\n{\"id\":2,\"title\":\"Заголовок\"}\n");
    workspace.run(&["index"], 0);
    workspace.write("a.txt", "");
    workspace.write("c.jsonl", "{\"id\":1,\"title\":\"Заголовок новый\"}\n{\"id\":2,\"ti");
    for options in [&["--dry-run"][..], &[]] {
        let stderr = workspace.run(&[&["index", "--full"], options].concat(), 2);
        assert!(stderr.contains("4 releases: 2 added"), "{stderr}");
        assert!(stderr.contains("2 kept, 2 failed"), "{stderr}");
    }
    assert_eq!(workspace.ids(), ["a.txt", "b.txt", "c.jsonl#1", "c.jsonl#2"]);
    workspace.run(&["search", "новый"], 0);
    workspace.run(&["check"], 0);
    workspace.write("a.txt", "Заголовок иной");
    workspace.write("c.jsonl", "{\"id\":1,\"title\":\"Заголовок новый\"}\n");
    let stderr = workspace.run(&["index"], 0);
    assert!(stderr.contains("3 releases: 0 added, 1 changed, 1 removed, 2 unchanged, 0 failed"), "{stderr}");
}

/// Changes a byte in the middle of the file of a generation with this suffix.
pub fn damage(workspace: &Workspace, generation: &str, suffix: &str) -> PathBuf {
    let files = fs::read_dir(workspace.path("index").join(generation)).unwrap();
    let path = files.map(|file| file.unwrap().path()).find(|path| path.to_string_lossy().ends_with(suffix));
    let path = path.unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[4] ^= 1;
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn damage_is_repaired_and_a_damaged_generation_is_not_retained() {
    for suffix in ["meta.json", ".files", ".fast", ".idx"] {
        let workspace = Workspace::new(&["a.txt", "b.txt"]);
        workspace.run(&["index"], 0);
        damage(&workspace, "generation-000001", suffix);
        let stderr = workspace.run(&["check"], 12);
        assert!(
            stderr.contains("damaged: ") && stderr.contains("vestnik index --full"),
            "{suffix}: {stderr}"
        );
        // An incremental run does not read every file; a rebuild does.
        let stderr = workspace.run(&["index", "corpus"], 0);
        let seen = stderr.contains("building a new index");
        assert!(seen || suffix == ".idx", "{suffix}: {stderr}");
        if !seen {
            workspace.run(&["index", "--full"], 0);
        }
        assert_eq!(workspace.ids(), ["a.txt", "b.txt"], "{suffix}");
        workspace.run(&["check"], 0);
        workspace.run(&["rollback"], 3);
    }
}

#[test]
fn damage_of_an_older_generation_is_reported_separately() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    workspace.run(&["index", "--full"], 0);
    let path = damage(&workspace, "generation-000001", ".idx");
    let stderr = workspace.run(&["check"], 12);
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(stderr.contains("in an older generation") && stderr.contains(name), "{stderr}");
    assert!(stderr.contains("gc --keep 0") && !stderr.contains("rebuild the index"), "{stderr}");
    workspace.run(&["rollback"], 12);
    workspace.run(&["gc", "--keep", "0"], 0);
    workspace.run(&["check"], 0);
}

#[test]
fn a_backup_replaces_a_damaged_index() {
    let workspace = Workspace::new(&["a.txt"]);
    workspace.run(&["index"], 0);
    let copied = |from: &str, to: &str| {
        for file in fs::read_dir(workspace.path(from)).unwrap().flatten() {
            if file.file_type().unwrap().is_file() {
                fs::copy(file.path(), workspace.path(to).join(file.file_name())).unwrap();
            }
        }
    };
    // A copy instead of links, as on another disk.
    workspace.run(&["backup", "saved"], 0);
    for folder in ["copy", "copy/generation-000001"] {
        fs::create_dir(workspace.path(folder)).unwrap();
        copied(&folder.replace("copy", "saved"), folder);
    }
    damage(&workspace, "generation-000001", ".store");
    workspace.run(&["check"], 12);
    let stderr = workspace.run(&["restore", "saved"], 12);
    assert!(stderr.contains("is damaged"), "what was linked is damaged as well: {stderr}");
    workspace.run(&["restore", "copy"], 0);
    workspace.run(&["check"], 0);
    assert_eq!(workspace.ids(), ["a.txt"]);
}

#[test]
fn a_metrics_file_that_cannot_be_written_is_reported_before_the_run() {
    let workspace = Workspace::new(&["a.txt"]);
    for place in ["none/vestnik.prom", "corpus"] {
        let stderr = workspace.run(&["index", "--metrics", place], 3);
        assert_eq!(stderr.matches("cannot write").count(), 1, "{stderr}");
        assert!(!workspace.path("index").exists());
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let workspace = Workspace::new(&["a.txt"]);
    for number in 0..2000 {
        workspace.write(&format!("{number}.txt"), "");
    }
    let mut child = workspace.command(&["index", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 20];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    expect_exit(&child.wait_with_output().unwrap(), 2, "the code is that of the run");
    assert_eq!(workspace.ids(), ["a.txt"]);
}

#[test]
fn a_message_repeats_no_cause() {
    let workspace = Workspace::new(&["a.txt"]);
    let stderr = workspace.run(&["index", "nowhere"], 3);
    assert_eq!(stderr, "vestnik: cannot read nowhere: No such file or directory (os error 2)\n");
    fs::write(workspace.path("file"), "").unwrap();
    let stderr = workspace.run(&["check", "--index", "file"], 3);
    assert!(stderr.contains("cannot read file/current"), "{stderr}");
}

#[test]
fn file_times_in_the_future_change_nothing() {
    let workspace = Workspace::new(&["a.txt"]);
    let ahead = SystemTime::now() + Duration::from_hours(30 * 24);
    let set = |name: &str, time: SystemTime| {
        fs::File::options().append(true).open(workspace.path(name)).unwrap().set_modified(time).unwrap();
    };
    set("corpus/a.txt", ahead);
    workspace.run(&["index"], 0);
    // The time of the last success is recorded in the catalog, not taken from a file's time.
    for time in [ahead, SystemTime::UNIX_EPOCH] {
        set("index/lock", time);
        set("index/current", time);
        workspace.run(&["check", "--max-age", "1d"], 0);
    }
    // A file with a time in the future is read by every run.
    workspace.write("a.txt", "Заголовок второй");
    set("corpus/a.txt", ahead);
    let stderr = workspace.run(&["index"], 0);
    assert!(stderr.contains("1 changed"), "{stderr}");
}

#[test]
fn logs_contain_decisions_and_reasons() {
    let workspace = Workspace::new(&["a.txt", "b.txt", "c.txt"]);
    let quiet = workspace.run(&["index", "-v", "--quiet"], 0);
    for line in [
        "building a new generation reason=\"there is none yet\"",
        "walked the folders files=3",
        "committing",
        "active from now on generation=1",
    ] {
        assert!(quiet.contains(line), "{line}\n{quiet}");
    }
    assert!(!quiet.contains("DEBUG"), "{quiet}");
    let stderr = workspace.run(&["index", "-v"], 0);
    assert!(stderr.contains("nothing has changed: nothing was written"), "{stderr}");
    workspace.write("a.txt", "Заголовок");
    workspace.write("b.txt", "");
    workspace.write("d.txt", "Заголовок новый");
    workspace.remove("c.txt");
    let stderr = workspace.run(&["index", "-vv"], 2);
    let corpus = workspace.path("corpus");
    let corpus = corpus.display();
    for line in [
        "took the lock",
        "bringing the index up to date releases=3",
        &format!("reading file={corpus}/a.txt bytes=18 why=\"its size has changed\""),
        &format!("reading file={corpus}/d.txt bytes=29 why=\"it is new\""),
        &format!("failed error={corpus}/b.txt: is empty"),
        "removing releases that no longer exist releases=1 of=3",
        "removed id=\"c.txt\"",
        "committed and merged releases=3",
        "released the lock",
    ] {
        assert!(stderr.contains(line), "{line}\n{stderr}");
    }
    let stderr = workspace.run(&["index"], 2);
    assert!(!stderr.contains("INFO") && !stderr.contains("WARN"), "{stderr}");
}
