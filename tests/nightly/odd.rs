//! What befalls an operator some day: folders that move, lie in one another or are no folders, files
//! that break, disks that lie, readers that go away.

use std::{
    fs,
    io::Read,
    path::PathBuf,
    process::Stdio,
    time::{Duration, SystemTime},
};

use crate::desk::{Desk, ended};

#[test]
fn an_index_among_the_releases_is_not_read() {
    let desk = Desk::new(&["a.txt", "b.txt"]);
    let here = ["--index", "corpus/index"];
    for options in [&[][..], &["--full"], &[]] {
        desk.run(&[&["index"], &here[..], options].concat(), 0);
    }
    fs::create_dir(desk.path("corpus/saved")).unwrap();
    desk.run(&["backup", "corpus/saved", "--index", "corpus/index"], 0);
    let told = desk.run(&["index", "--index", "corpus/index"], 0);
    assert!(told.contains("2 releases: 0 added, 0 changed, 0 removed, 2 unchanged, 0 failed"), "{told}");
    // One that has nothing else in it is as good as empty.
    desk.remove("a.txt");
    desk.remove("b.txt");
    desk.run(&["index", "--index", "corpus/index"], 3);
}

#[test]
fn a_root_inside_a_folder_is_read_once() {
    let desk = Desk::new(&["un/a.txt", "un/b.txt", "c.txt"]);
    desk.run(&["index", "corpus/un"], 0);
    desk.run(&["index", "corpus"], 0);
    assert_eq!(desk.ids(), ["a.txt", "b.txt", "c.txt"]);
    desk.remove("c.txt");
    let told = desk.run(&["index"], 0);
    assert!(told.contains("0 added, 0 changed, 1 removed, 2 unchanged"), "{told}");
    desk.run(&["index", "--full"], 0);
    assert_eq!(desk.ids(), ["a.txt", "b.txt"]);
    desk.run(&["check"], 0);
}

#[test]
fn a_corpus_behind_a_link_is_the_corpus() {
    let desk = Desk::new(&["a.txt", "b.txt"]);
    desk.run(&["index"], 0);
    #[cfg(unix)]
    std::os::unix::fs::symlink(desk.path("corpus"), desk.path("link")).unwrap();
    #[cfg(unix)]
    desk.run(&["index", "link"], 0);
    assert_eq!(desk.ids(), ["a.txt", "b.txt"]);
}

#[test]
fn a_corpus_that_moved_is_told_of_and_followed() {
    let desk = Desk::new(&["a.txt", "b.txt"]);
    desk.run(&["index"], 0);
    fs::rename(desk.path("corpus"), desk.path("moved")).unwrap();
    let told = desk.run(&["index"], 3);
    assert!(told.contains("is the right disk mounted?") && told.contains("--allow-removals"), "{told}");
    let told = desk.run(&["index", "moved"], 2);
    assert!(told.contains("which is gone; `--allow-removals`"), "{told}");
    desk.run(&["index", "moved", "--allow-removals"], 0);
    let told = desk.run(&["index"], 0);
    assert!(told.contains("2 releases: 0 added, 0 changed, 0 removed, 2 unchanged"), "{told}");
}

#[test]
fn a_file_may_become_a_folder_and_move_between_roots() {
    let desk = Desk::new(&["1/a.txt", "1/b.txt", "2/c.txt"]);
    desk.run(&["index", "corpus/1", "corpus/2"], 0);
    desk.remove("1/a.txt");
    desk.write("1/a.txt/d.txt", "Заголовок внутри");
    fs::rename(desk.path("corpus/1/b.txt"), desk.path("corpus/2/b.txt")).unwrap();
    desk.run(&["index"], 0);
    assert_eq!(desk.ids(), ["a.txt/d.txt", "b.txt", "c.txt"]);
    fs::remove_dir_all(desk.path("corpus/1/a.txt")).unwrap();
    desk.write("1/a.txt", "Заголовок снова");
    desk.run(&["index"], 0);
    assert_eq!(desk.ids(), ["a.txt", "b.txt", "c.txt"]);
    desk.run(&["check"], 0);
}

#[test]
fn a_run_in_which_files_change_and_releases_do_not_is_sound() {
    let desk = Desk::new(&["a.txt", "b.txt"]);
    desk.run(&["index"], 0);
    let text = fs::read_to_string(desk.path("corpus/a.txt")).unwrap();
    for (now, code) in [("", 2), (&*text, 0), ("\n", 2), (&*text.replace('\n', "\r\n"), 0)] {
        desk.write("a.txt", now);
        for _ in 0..2 {
            let told = desk.run(&["index"], code);
            assert!(!told.contains("anew"), "{told}");
            desk.run(&["check"], 0);
        }
        assert_eq!(desk.ids(), ["a.txt", "b.txt"]);
    }
}

#[test]
fn a_rebuild_keeps_what_cannot_be_read() {
    let desk = Desk::new(&["a.txt", "b.txt"]);
    desk.write("c.jsonl", "{\"id\":1,\"title\":\"Заголовок\"}\n{\"id\":2,\"title\":\"Заголовок\"}\n");
    desk.run(&["index"], 0);
    desk.write("a.txt", "");
    desk.write("c.jsonl", "{\"id\":1,\"title\":\"Заголовок новый\"}\n{\"id\":2,\"ti");
    for options in [&["--dry-run"][..], &[]] {
        let told = desk.run(&[&["index", "--full"], options].concat(), 2);
        assert!(told.contains("4 releases: 2 added"), "{told}");
        assert!(told.contains("2 kept, 2 failed"), "{told}");
    }
    assert_eq!(desk.ids(), ["a.txt", "b.txt", "c.jsonl#1", "c.jsonl#2"]);
    desk.run(&["search", "новый"], 0);
    desk.run(&["check"], 0);
    desk.write("a.txt", "Заголовок иной");
    desk.write("c.jsonl", "{\"id\":1,\"title\":\"Заголовок новый\"}\n");
    let told = desk.run(&["index"], 0);
    assert!(told.contains("3 releases: 0 added, 1 changed, 1 removed, 2 unchanged, 0 failed"), "{told}");
}

/// Changes a byte in the middle of the generation's file that ends so.
fn damage(desk: &Desk, generation: &str, suffix: &str) -> PathBuf {
    let files = fs::read_dir(desk.path("index").join(generation)).unwrap();
    let path = files.map(|file| file.unwrap().path()).find(|path| path.to_string_lossy().ends_with(suffix));
    let path = path.unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[4] ^= 1;
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn damage_is_mended_wherever_it_shows_and_is_not_gone_back_to() {
    for suffix in ["meta.json", ".files", ".fast", ".idx"] {
        let desk = Desk::new(&["a.txt", "b.txt"]);
        desk.run(&["index"], 0);
        damage(&desk, "generation-000001", suffix);
        let told = desk.run(&["check"], 12);
        assert!(told.contains("damaged: ") && told.contains("vestnik index --full"), "{suffix}: {told}");
        // A rebuild mends what an incremental run need not look at.
        let told = desk.run(&["index", "corpus"], 0);
        let seen = told.contains("building the index anew");
        assert!(seen || suffix == ".idx", "{suffix}: {told}");
        if !seen {
            desk.run(&["index", "--full"], 0);
        }
        assert_eq!(desk.ids(), ["a.txt", "b.txt"], "{suffix}");
        desk.run(&["check"], 0);
        desk.run(&["rollback"], 3);
    }
}

#[test]
fn a_damaged_older_generation_is_told_apart() {
    let desk = Desk::new(&["a.txt"]);
    desk.run(&["index"], 0);
    desk.run(&["index", "--full"], 0);
    let path = damage(&desk, "generation-000001", ".idx");
    let told = desk.run(&["check"], 12);
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(told.contains("in an older generation") && told.contains(name), "{told}");
    assert!(told.contains("gc --keep 0") && !told.contains("rebuild the index"), "{told}");
    desk.run(&["rollback"], 12);
    desk.run(&["gc", "--keep", "0"], 0);
    desk.run(&["check"], 0);
}

#[test]
fn a_backup_mends_a_damaged_index() {
    let desk = Desk::new(&["a.txt"]);
    desk.run(&["index"], 0);
    let copied = |from: &str, to: &str| {
        for file in fs::read_dir(desk.path(from)).unwrap().flatten() {
            if file.file_type().unwrap().is_file() {
                fs::copy(file.path(), desk.path(to).join(file.file_name())).unwrap();
            }
        }
    };
    // As on another disk: not linked.
    desk.run(&["backup", "saved"], 0);
    for folder in ["copy", "copy/generation-000001"] {
        fs::create_dir(desk.path(folder)).unwrap();
        copied(&folder.replace("copy", "saved"), folder);
    }
    damage(&desk, "generation-000001", ".store");
    desk.run(&["check"], 12);
    let told = desk.run(&["restore", "saved"], 12);
    assert!(told.contains("is damaged"), "what was linked is damaged as well: {told}");
    desk.run(&["restore", "copy"], 0);
    desk.run(&["check"], 0);
    assert_eq!(desk.ids(), ["a.txt"]);
}

#[test]
fn figures_that_cannot_be_written_are_told_before_the_run() {
    let desk = Desk::new(&["a.txt"]);
    for place in ["none/vestnik.prom", "corpus"] {
        let told = desk.run(&["index", "--metrics", place], 3);
        assert_eq!(told.matches("cannot write").count(), 1, "{told}");
        assert!(!desk.path("index").exists());
    }
}

#[test]
fn a_reader_that_goes_away_changes_nothing() {
    let desk = Desk::new(&["a.txt"]);
    for number in 0..2000 {
        desk.write(&format!("{number}.txt"), "");
    }
    let mut child = desk.command(&["index", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 20];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    ended(&child.wait_with_output().unwrap(), 2, "the code is that of the run");
    assert_eq!(desk.ids(), ["a.txt"]);
}

#[test]
fn a_message_says_a_thing_once() {
    let desk = Desk::new(&["a.txt"]);
    let told = desk.run(&["index", "nowhere"], 3);
    assert_eq!(told, "vestnik: cannot read nowhere: No such file or directory (os error 2)\n");
    fs::write(desk.path("file"), "").unwrap();
    let told = desk.run(&["check", "--index", "file"], 3);
    assert!(told.contains("cannot read file/current"), "{told}");
}

#[test]
fn a_clock_that_ran_ahead_hides_no_old_index() {
    let desk = Desk::new(&["a.txt"]);
    let ahead = SystemTime::now() + Duration::from_hours(30 * 24);
    let set = |name: &str| {
        fs::File::options().append(true).open(desk.path(name)).unwrap().set_modified(ahead).unwrap();
    };
    set("corpus/a.txt");
    desk.run(&["index"], 0);
    set("index/lock");
    desk.run(&["check"], 0);
    desk.run(&["check", "--max-age", "1d"], 13);
    // What is newer than now is read, every time.
    desk.write("a.txt", "Заголовок второй");
    set("corpus/a.txt");
    let told = desk.run(&["index"], 0);
    assert!(told.contains("1 changed"), "{told}");
    desk.run(&["check", "--max-age", "1d"], 0);
}

#[test]
fn logs_say_what_was_decided_and_why() {
    let desk = Desk::new(&["a.txt", "b.txt", "c.txt"]);
    let quiet = desk.run(&["index", "-v", "--quiet"], 0);
    for line in [
        "building a new generation reason=\"there is none yet\"",
        "went through the folders files=3",
        "committing",
        "in force from now on generation=generation-000001",
    ] {
        assert!(quiet.contains(line), "{line}\n{quiet}");
    }
    assert!(!quiet.contains("DEBUG"), "{quiet}");
    let told = desk.run(&["index", "-v"], 0);
    assert!(told.contains("nothing had changed: nothing was written"), "{told}");
    desk.write("a.txt", "Заголовок");
    desk.write("b.txt", "");
    desk.write("d.txt", "Заголовок новый");
    desk.remove("c.txt");
    let told = desk.run(&["index", "-vv"], 2);
    let corpus = desk.path("corpus");
    let corpus = corpus.display();
    for line in [
        "took the lock",
        "bringing the index up to date releases=3",
        &format!("reading file={corpus}/a.txt bytes=18 why=\"its size is another\""),
        &format!("reading file={corpus}/d.txt bytes=29 why=\"it is new, or was not read whole\""),
        &format!("failed error={corpus}/b.txt: is empty"),
        "removing what is gone releases=1",
        "gone id=\"c.txt\"",
        "committed and merged releases=3",
        "gave the lock back done=true",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let told = desk.run(&["index"], 2);
    assert!(!told.contains("INFO") && !told.contains("WARN"), "{told}");
}
