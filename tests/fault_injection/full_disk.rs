//! A full disk, and one that is mounted read-only: a run reports the reason and loses nothing.
//!
//! Mounts a tmpfs, which needs root; without that right the case is skipped.

use std::{path::Path, process::Command};

use fastrand::Rng;

use crate::{
    Settings,
    fixture::{Fixture, expect},
};

/// A tmpfs, unmounted on drop.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let disk = Self(folder);
        disk.command("mount", &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).then_some(disk)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount(&self, options: &str) {
        assert!(self.command("mount", &["-o", &format!("remount,{options}")]), "remounting with {options}");
    }

    fn command(&self, program: &str, words: &[&str]) -> bool {
        let output = Command::new(program).args(words).arg(self.path()).output();
        output.is_ok_and(|output| output.status.success())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        self.command("umount", &[]);
    }
}

pub fn run(settings: &Settings) {
    let mut rng = settings.rng();
    let Some(disk) = SmallDisk::mount("64M") else {
        println!("full-disk: skipped: no right to mount a tmpfs");
        return;
    };
    let mut fixture = Fixture::within(disk.path(), 150, &mut rng);
    fixture.update_index(&[]);
    full(&disk, &mut fixture, settings.rounds_or(3), &mut rng);
    read_only(&disk, &mut fixture, &mut rng);
}

/// Runs each command that writes with a random amount of free space, so that writing fails at different places.
fn full(disk: &SmallDisk, fixture: &mut Fixture, rounds: u32, rng: &mut Rng) {
    let (mut failed, mut fitted) = (0, 0);
    for round in 0..rounds {
        let was = fixture.contents.clone();
        let (corpus, saved) = (fixture.corpus(), fixture.saved());
        let (corpus, saved) = (corpus.to_str().unwrap(), saved.to_str().unwrap());
        _ = std::fs::remove_dir_all(saved);
        let words: &[&str] = match rng.usize(..6) {
            0 | 1 => &["index", corpus],
            2 | 3 => &["index", corpus, "--full"],
            4 => &["compact"],
            _ => &["backup", saved],
        };
        if words[0] == "index" {
            fixture.change(rng);
        }
        let ballast = disk.path().join("ballast");
        let room = 4096 * (1 + rng.usize(..50) as u64);
        fill(disk, &ballast, room);
        let output = fixture.run(words);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let doing = format!("round {round}, {}, {room} bytes free", words[0]);
        if output.status.code() == Some(0) {
            fitted += 1;
        } else {
            expect(&output, 3, &doing);
            assert!(stderr.contains("No space left"), "{doing}: {stderr}");
            assert!(fixture.indexed() == was, "{doing}: something was lost");
            failed += 1;
        }
        expect(&fixture.run(&["check"]), 0, &doing);
        std::fs::remove_file(&ballast).unwrap();
        fixture.update_index(&[]);
        assert!(fixture.indexed() == fixture.contents, "{doing}");
        expect(&fixture.run(&["gc"]), 0, &doing);
        fixture.assert_no_garbage(2, &doing);
    }
    println!("full-disk: {rounds} runs: {failed} failed and lost nothing, {fitted} succeeded");
}

/// Fills the disk except for `room` bytes.
fn fill(disk: &SmallDisk, ballast: &Path, room: u64) {
    let about = Command::new("df").args(["--output=avail", "-B1"]).arg(disk.path()).output().unwrap();
    let text = String::from_utf8(about.stdout).unwrap();
    let free: u64 = text.lines().nth(1).unwrap().trim().parse().unwrap();
    let bytes = vec![0; usize::try_from(free.saturating_sub(room)).unwrap()];
    std::fs::write(ballast, bytes).unwrap();
}

fn read_only(disk: &SmallDisk, fixture: &mut Fixture, rng: &mut Rng) {
    let was = fixture.contents.clone();
    fixture.change(rng);
    disk.remount("ro");
    let corpus = fixture.corpus();
    let output = fixture.run(&["index", corpus.to_str().unwrap()]);
    expect(&output, 3, "a read-only disk");
    assert!(String::from_utf8_lossy(&output.stderr).contains("Read-only"), "{output:?}");
    assert!(fixture.indexed() == was);
    expect(&fixture.run(&["check"]), 0, "checking there");
    expect(&fixture.run(&["search", "Ташкент"]), 0, "searching there");
    disk.remount("rw");
    fixture.update_index(&[]);
    assert!(fixture.indexed() == fixture.contents);
    println!("full-disk: a read-only disk is searched and checked");
}
