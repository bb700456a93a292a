//! A corpus that changes, the contents that the index should have, and the program under test.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use fastrand::Rng;
use vestnik::{Index, Query, search::Options};

const WORDS: [&str; 24] = [
    "министерство",
    "договор",
    "Ташкент",
    "стороны",
    "обсудили",
    "проект",
    "Воронков",
    "развитие",
    "завод",
    "открыли",
    "университет",
    "выставка",
    "региона",
    "жителей",
    "закон",
    "подписали",
    "ООН",
    "встреча",
    "сотрудничество",
    "экспорт",
    "больница",
    "дороги",
    "школа",
    "Каспийского",
];

/// A word in every release.
pub const EVERYWHERE: &str = "вестник";

/// Ids and bodies.
pub type Contents = BTreeMap<String, String>;

/// A folder with a corpus and an index, and the current contents of the corpus.
pub struct Fixture {
    folder: tempfile::TempDir,
    pub contents: Contents,
    made: usize,
}

impl Fixture {
    pub fn new(releases: usize, rng: &mut Rng) -> Self {
        Self::within(&std::env::temp_dir(), releases, rng)
    }

    pub fn within(place: &Path, releases: usize, rng: &mut Rng) -> Self {
        let folder = tempfile::tempdir_in(place).unwrap();
        fs::create_dir_all(folder.path().join("corpus/many")).unwrap();
        let mut fixture = Self { folder, contents: Contents::new(), made: 0 };
        for _ in 0..releases {
            fixture.add(rng);
        }
        fixture
    }

    pub fn corpus(&self) -> PathBuf {
        self.folder.path().join("corpus")
    }

    pub fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    /// The folder for backups.
    pub fn saved(&self) -> PathBuf {
        self.folder.path().join("saved")
    }

    fn text(rng: &mut Rng) -> String {
        let words: Vec<&str> = (0..60 + rng.usize(..120)).map(|_| WORDS[rng.usize(..WORDS.len())]).collect();
        format!("{EVERYWHERE} {}", words.join(" "))
    }

    fn write(&mut self, id: String, body: String) {
        fs::write(self.corpus().join(&id), format!("Заголовок {}\n\n{body}\n", id.len())).unwrap();
        self.contents.insert(id, body);
    }

    fn add(&mut self, rng: &mut Rng) {
        self.made += 1;
        let folder = if self.made.is_multiple_of(3) { "many/" } else { "" };
        let text = Self::text(rng);
        self.write(format!("{folder}{:05}.txt", self.made), text);
    }

    fn any(&self, rng: &mut Rng) -> String {
        self.contents.keys().nth(rng.usize(..self.contents.len())).unwrap().clone()
    }

    /// Adds, changes, renames and removes a few files.
    pub fn change(&mut self, rng: &mut Rng) {
        for _ in 0..=rng.usize(..4) {
            self.add(rng);
        }
        self.replace(1 + rng.usize(..4), rng);
        let from = self.any(rng);
        let body = self.contents.remove(&from).unwrap();
        fs::remove_file(self.corpus().join(&from)).unwrap();
        if rng.usize(..2) == 0 {
            self.made += 1;
            self.write(format!("renamed-{:05}.txt", self.made), body);
        }
    }

    /// Gives some files new contents.
    pub fn replace(&mut self, count: usize, rng: &mut Rng) {
        for _ in 0..count {
            let (id, text) = (self.any(rng), Self::text(rng));
            self.write(id, text);
        }
    }

    /// The program, working on this index.
    pub fn vestnik(&self, words: &[&str]) -> Command {
        Self::vestnik_at(&self.index(), words)
    }

    /// The program, working on an index.
    pub fn vestnik_at(index: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestnik"));
        command.args(words).arg("--index").arg(index);
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.vestnik(words).output().unwrap()
    }

    /// Brings the index up to date, which must succeed.
    pub fn update_index(&self, options: &[&str]) {
        let corpus = self.corpus();
        let words = [&["index", corpus.to_str().unwrap()], options].concat();
        expect(&self.run(&words), 0, "index");
    }

    /// The contents of the index.
    pub fn indexed(&self) -> Contents {
        Self::held_at(&self.index())
    }

    /// The contents of an index.
    pub fn held_at(index: &Path) -> Contents {
        let searcher = Index::open(index).unwrap().searcher().unwrap();
        let limit = usize::try_from(searcher.releases()).unwrap();
        let options = Options { limit, match_all: true, snippets: None, ..Options::default() };
        let hits = searcher.search(&Query::parse(EVERYWHERE), &options).unwrap().hits;
        let contents: Contents = hits
            .iter()
            .map(|hit| (hit.release().unwrap().id.clone(), hit.release().unwrap().body.clone()))
            .collect();
        assert_eq!(contents.len(), limit, "a release is not found, or found twice");
        contents
    }

    /// Fails if the index folder has a file that belongs to no commit.
    pub fn assert_no_garbage(&self, generations: usize, doing: &str) {
        let meta_names = |folder: &Path| fs::read_to_string(folder.join("meta.json")).unwrap();
        let mut found = 0;
        for entry in fs::read_dir(self.index()).unwrap() {
            let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
            let name = name.to_str().unwrap();
            if !name.starts_with("generation-") {
                assert!(["current", "lock"].contains(&name), "{doing}: {name} is left over");
                continue;
            }
            found += 1;
            let meta = meta_names(&path);
            for file in fs::read_dir(&path).unwrap() {
                let file = file.unwrap().file_name().into_string().unwrap();
                let fixed = ["meta.json", ".managed.json", "vestnik.json"].contains(&file.as_str());
                let (stem, suffix) = file.split_once('.').unwrap();
                // The engine writes the segment's number with hyphens.
                let named = meta.replace('-', "").contains(stem) && !stem.is_empty();
                assert!(
                    fixed || suffix == "tantivy-meta.lock" || suffix == "tantivy-writer.lock" || named,
                    "{doing}: {file} is left over"
                );
            }
        }
        assert!(found <= generations, "{doing}: {found} generations");
    }
}

/// Fails if the program ended with another exit code.
pub fn expect(output: &Output, code: i32, doing: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{doing}: {stderr}");
}
