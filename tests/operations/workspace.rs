//! A corpus folder, an index folder, and the program at work on them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::SystemTime,
};

use vestnik::{Index, Query, search::Options};

pub struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    /// A corpus of these files, one release each, an hour old.
    pub fn new(files: &[&str]) -> Self {
        let workspace = Self { folder: tempfile::tempdir().unwrap() };
        for name in files {
            workspace.write(name, &format!("Заголовок {name}\n\nОбычный текст файла {name}."));
        }
        workspace
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path("corpus").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path("corpus").join(name)).unwrap();
    }

    /// Makes a generation look like one of another version.
    pub fn mark_as_other(&self, number: u32) {
        let contents = "{\"fingerprint\":\"other\"}\n";
        let checked = [&12_u64.to_le_bytes(), &b"vestnik.json"[..], contents.as_bytes()].concat();
        let marker = self.path(&format!("index/generation-{number:06}/vestnik.json"));
        fs::write(marker, format!("{contents}{}\n", blake3::hash(&checked).to_hex())).unwrap();
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestnik"));
        command.current_dir(self.folder.path()).env_remove("VESTNIK_INDEX").env_remove("VESTNIK_CORPUS");
        command.args(words);
        command
    }

    /// Runs the program, which must end so; what it said on standard error.
    pub fn run(&self, words: &[&str], code: i32) -> String {
        let output = self.command(words).output().unwrap();
        expect_exit(&output, code, &words.join(" "))
    }

    pub fn ids(&self) -> Vec<String> {
        let searcher = Index::open(self.path("index")).unwrap().searcher().unwrap();
        let options = Options { limit: 1000, match_all: true, snippets: None, ..Options::default() };
        let hits = searcher.search(&Query::parse("заголовок"), &options).unwrap().hits;
        let mut ids: Vec<String> = hits.iter().map(|hit| hit.release().unwrap().id.clone()).collect();
        ids.sort();
        ids
    }
}

pub fn expect_exit(output: &Output, code: i32, doing: &str) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{doing}: {stderr}");
    stderr
}

/// Every file below a folder, with its contents and when it was changed.
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let about = entry.metadata().unwrap();
            if about.is_dir() {
                folders.push(entry.path());
            } else {
                found.insert(entry.path(), (fs::read(entry.path()).unwrap(), about.modified().unwrap()));
            }
        }
    }
    found
}
