//! A disk that is full, and one that may not be written: a clear error, and nothing lost.
//!
//! Needs a small disk of its own, which root may mount; where that is not allowed it is skipped.

use std::{path::Path, process::Command};

use crate::{
    Orders,
    world::{Dice, World, expect},
};

/// A disk in memory, gone when dropped.
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

pub fn run(orders: &Orders) {
    let mut dice = orders.dice();
    let Some(disk) = SmallDisk::mount("64M") else {
        println!("disk: skipped: no right to mount a tmpfs");
        return;
    };
    let mut world = World::within(disk.path(), 150, &mut dice);
    world.index_up_to_date(&[]);
    full(&disk, &mut world, orders.rounds_or(3), &mut dice);
    read_only(&disk, &mut world, &mut dice);
}

/// Everything that writes, with little room and another amount of it each time, so that writing stops at
/// another place each time.
fn full(disk: &SmallDisk, world: &mut World, rounds: u32, dice: &mut Dice) {
    let (mut failed, mut fitted) = (0, 0);
    for round in 0..rounds {
        let was = world.contents.clone();
        let (corpus, saved) = (world.corpus(), world.saved());
        let (corpus, saved) = (corpus.to_str().unwrap(), saved.to_str().unwrap());
        _ = std::fs::remove_dir_all(saved);
        let words: &[&str] = match dice.below(6) {
            0 | 1 => &["index", corpus],
            2 | 3 => &["index", corpus, "--full"],
            4 => &["compact"],
            _ => &["backup", saved],
        };
        if words[0] == "index" {
            world.change(dice);
        }
        let ballast = disk.path().join("ballast");
        let room = 4096 * (1 + dice.below(50) as u64);
        fill(disk, &ballast, room);
        let output = world.run(words);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let doing = format!("round {round}, {}, {room} bytes free", words[0]);
        if output.status.code() == Some(0) {
            fitted += 1;
        } else {
            expect(&output, 3, &doing);
            assert!(told.contains("No space left"), "{doing}: {told}");
            assert!(world.indexed() == was, "{doing}: something was lost");
            failed += 1;
        }
        expect(&world.run(&["check"]), 0, &doing);
        std::fs::remove_file(&ballast).unwrap();
        world.index_up_to_date(&[]);
        assert!(world.indexed() == world.contents, "{doing}");
        expect(&world.run(&["gc"]), 0, &doing);
        world.assert_tidy(2);
    }
    println!("disk: full {rounds} times: {failed} runs failed and lost nothing, {fitted} fitted");
}

/// Leaves so many bytes free.
fn fill(disk: &SmallDisk, ballast: &Path, room: u64) {
    let about = Command::new("df").args(["--output=avail", "-B1"]).arg(disk.path()).output().unwrap();
    let text = String::from_utf8(about.stdout).unwrap();
    let free: u64 = text.lines().nth(1).unwrap().trim().parse().unwrap();
    let bytes = vec![0; usize::try_from(free.saturating_sub(room)).unwrap()];
    std::fs::write(ballast, bytes).unwrap();
}

fn read_only(disk: &SmallDisk, world: &mut World, dice: &mut Dice) {
    let was = world.contents.clone();
    world.change(dice);
    disk.remount("ro");
    let corpus = world.corpus();
    let output = world.run(&["index", corpus.to_str().unwrap()]);
    expect(&output, 3, "a disk that may not be written");
    assert!(String::from_utf8_lossy(&output.stderr).contains("Read-only"), "{output:?}");
    assert!(world.indexed() == was);
    expect(&world.run(&["check"]), 0, "checking there");
    expect(&world.run(&["search", "Ташкент"]), 0, "searching there");
    disk.remount("rw");
    world.index_up_to_date(&[]);
    assert!(world.indexed() == world.contents);
    println!("disk: read only: searched and checked, not written");
}
