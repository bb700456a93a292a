//! What the README promises of indexing and searching, one promise a test.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use vestnik::{
    Error, Index, Query, Release,
    corpus::Corpus,
    index::{Summary, sync},
    search::Options,
};

/// A corpus and an index that go with the test.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new(files: &[(&str, &str)]) -> Self {
        let desk = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(desk.corpus()).unwrap();
        for (name, text) in files {
            desk.write(name, text);
        }
        desk
    }

    fn corpus(&self) -> PathBuf {
        self.folder.path().join("corpus")
    }

    fn index_folder(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.corpus().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn index(&self) -> Summary {
        let index = Index::open_or_create(self.index_folder()).unwrap();
        let roots = index.commit_info().unwrap().roots;
        let corpus = Corpus::open(&[self.corpus()], &roots).unwrap();
        sync(&index, &corpus, false, &mut |_, _| ()).unwrap()
    }

    fn find(&self, query: &str) -> Vec<String> {
        let searcher = Index::open(self.index_folder()).unwrap().searcher().unwrap();
        let options = Options { match_all: true, limit: 100, ..Options::default() };
        let answer = searcher.search(&Query::parse(query), &options).unwrap();
        assert_eq!(answer.total.value, answer.hits.len() as u64, "the count is exact");
        answer.hits.iter().map(|hit| hit.release().unwrap().id.clone()).collect()
    }
}

const THREE: &[(&str, &str)] = &[
    ("a.txt", "Открытие моста\nДата: 2024-05-13\n\nМост через Сырдарью открыл Т. Рахимов.\n"),
    ("b/b.html", "<html><body><h1>Выставка ковров</h1><p>В музее «Гюнеш» показали ковры.</p></body></html>"),
    (
        "c.jsonl",
        "{\"id\":\"x\",\"title\":\"О мосте\",\"text\":\"Рахимову вручили награду.\"}\n{\"title\":\"Без имени\",\"text\":\"Запись.\"}\n",
    ),
];

#[test]
fn indexing_twice_changes_nothing() {
    let desk = Desk::new(THREE);
    let first = desk.index();
    assert_eq!((first.added, first.total), (4, 4));
    let before = listing(&desk.index_folder());
    let second = desk.index();
    assert_eq!((second.added, second.changed, second.removed, second.total), (0, 0, 0, 4));
    let mut after = listing(&desk.index_folder());
    // The catalog records the time of the run.
    let is_catalog = |path: &Path| path.file_name().is_some_and(|name| name == "current");
    let mut before = before;
    before.retain(|(path, ..)| !is_catalog(path));
    after.retain(|(path, ..)| !is_catalog(path));
    assert_eq!(after, before, "a run that changes nothing writes nothing else");
}

#[test]
fn a_changed_file_is_replaced_and_never_doubled() {
    let desk = Desk::new(THREE);
    desk.index();
    desk.write("a.txt", "Открытие тоннеля\n\nТоннель под перевалом открыл Т. Рахимов.\n");
    let run = desk.index();
    assert_eq!((run.changed, run.total), (1, 4));
    assert_eq!(desk.find("тоннель"), ["a.txt"]);
    assert!(desk.find("сырдарья").is_empty());
}

#[test]
fn a_removed_file_disappears() {
    let desk = Desk::new(THREE);
    desk.index();
    fs::remove_file(desk.corpus().join("a.txt")).unwrap();
    assert_eq!(desk.index().removed, 1);
    assert_eq!(desk.find("рахимов"), ["c.jsonl#x"]);
}

#[test]
fn a_broken_file_costs_only_itself() {
    let desk = Desk::new(THREE);
    desk.write("broken.json", "{\"title\": ");
    desk.write("c.jsonl", "{\"id\":\"x\",\"title\":\"О мосте\",\"text\":\"Рахимову вручили награду.\"}\nnot json\n{\"id\":\"y\",\"title\":\"Ещё одна\",\"text\":\"Запись.\"}\n");
    let index = Index::open_or_create(desk.index_folder()).unwrap();
    let corpus = Corpus::open(&[desk.corpus()], &[]).unwrap();
    let mut complaints = Vec::new();
    let run = sync(&index, &corpus, false, &mut |event, _| {
        if let vestnik::index::Event::Failed(error) = event {
            complaints.push(error.to_string());
        }
    })
    .unwrap();
    assert_eq!((run.added, run.failed), (4, 2));
    assert!(complaints.iter().any(|text| text.contains("broken.json")), "{complaints:?}");
    assert!(complaints.iter().any(|text| text.contains("c.jsonl, line 2")), "{complaints:?}");
}

#[test]
fn a_file_that_breaks_later_keeps_what_was_read_of_it() {
    let desk = Desk::new(THREE);
    desk.index();
    desk.write("a.txt", "");
    let run = desk.index();
    assert_eq!((run.failed, run.removed, run.total), (1, 0, 4));
    assert_eq!(desk.find("сырдарья"), ["a.txt"]);
}

#[test]
fn an_emptied_corpus_does_not_empty_the_index() {
    let desk = Desk::new(THREE);
    desk.index();
    fs::remove_dir_all(desk.corpus()).unwrap();
    fs::create_dir(desk.corpus()).unwrap();
    let index = Index::open(desk.index_folder()).unwrap();
    let corpus = Corpus::open(&[desk.corpus()], &[]).unwrap();
    let refused = sync(&index, &corpus, false, &mut |_, _| ());
    assert!(matches!(refused, Err(Error::CorpusEmpty { .. })), "{refused:?}");
    assert_eq!(desk.find("рахимов").len(), 2);
    drop(index);
    let index = Index::open(desk.index_folder()).unwrap();
    assert_eq!(sync(&index, &corpus, true, &mut |_, _| ()).unwrap().removed, 4);
}

#[test]
fn a_part_of_a_corpus_keeps_its_ids() {
    let desk = Desk::new(THREE);
    desk.index();
    desk.write("b/b.html", "<html><body><h1>Выставка ваз</h1><p>В музее показали вазы.</p></body></html>");
    let index = Index::open(desk.index_folder()).unwrap();
    let corpus = Corpus::open(&[desk.corpus().join("b")], &index.commit_info().unwrap().roots).unwrap();
    let run = sync(&index, &corpus, false, &mut |_, _| ()).unwrap();
    assert_eq!((run.changed, run.removed, run.total), (1, 0, 4));
    assert_eq!(desk.find("ваза"), ["b/b.html"]);
}

#[test]
fn a_missing_index_is_named_with_advice() {
    let desk = Desk::new(&[]);
    let error = Index::open(desk.index_folder()).err().unwrap();
    assert!(matches!(error, Error::IndexMissing { .. }));
    assert!(error.to_string().contains("vestnik index"), "{error}");
}

#[test]
fn rank_depends_neither_on_segments_nor_on_deletions() {
    let releases: Vec<Release> = (0..40)
        .map(|n| {
            let body = format!("Мост номер {n}. {}", "Река и город. ".repeat(n % 7));
            Release::new(format!("r{n:02}"), if n % 3 == 0 { "О мосте" } else { "О городе" }, body)
        })
        .collect();
    let whole = Index::in_memory().unwrap();
    whole.ingest(releases.clone()).unwrap();
    let pieces = Index::in_memory().unwrap();
    for part in releases.chunks(7) {
        // What is replaced stays behind as a deleted document until a merge.
        let older = part
            .iter()
            .map(|release| Release { body: "Мост мост река.".into(), ..release.clone() });
        pieces.ingest(older).unwrap();
        pieces.ingest(part.iter().cloned()).unwrap();
    }
    for query in ["мост", "мост город", "река город мост номер", "номер 7", "\"река и город\""]
    {
        let rank = |index: &Index| -> Vec<(String, f32)> {
            let options = Options { limit: 40, ..Options::default() };
            let answer = index.searcher().unwrap().search(&Query::parse(query), &options).unwrap();
            answer.hits.iter().map(|hit| (hit.release().unwrap().id.clone(), hit.score)).collect()
        };
        assert_eq!(rank(&whole), rank(&pieces), "{query}");
    }
}

#[test]
fn handles_are_cheap_and_for_many_threads() {
    fn is_shared<T: Clone + Send + Sync>() {}
    is_shared::<Index>();
    is_shared::<vestnik::Searcher>();
    is_shared::<vestnik::Analyzer>();
    let searcher = memory(&[("1", "О мосте", "Мост через реку.")]).searcher().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let searcher = searcher.clone();
            scope.spawn(move || {
                for _ in 0..50 {
                    let answer = searcher.search(&Query::parse("мост река"), &Options::default()).unwrap();
                    assert_eq!(answer.total.value, 1);
                }
            });
        }
    });
}

#[test]
fn a_searcher_is_a_snapshot() {
    let index = memory(&[("1", "О мосте", "Мост.")]);
    let before = index.searcher().unwrap();
    index.ingest([Release::new("2", "О мосте", "Другой мост.")]).unwrap();
    assert_eq!((before.releases(), index.searcher().unwrap().releases()), (1, 2));
}

#[test]
fn a_hit_reads_its_release_from_its_snapshot() {
    let index = memory(&[("1", "О мосте", "Мост.")]);
    let bare = Options { snippets: None, ..Options::default() };
    let hit = index.searcher().unwrap().search(&Query::parse("мост"), &bare).unwrap().hits.remove(0);
    index.ingest([Release::new("1", "О реке", "Река.")]).unwrap();
    let release = Release::new("1", "О мосте", "Мост.");
    assert_eq!(
        serde_json::to_value(hit.clone()).unwrap()["release"],
        serde_json::to_value(&release).unwrap()
    );
    assert_eq!(hit.release().unwrap(), &release);
}

#[test]
fn a_damaged_release_is_reported_when_it_is_read() {
    // Longer than the part of the store that is read when it is opened.
    let desk = Desk::new(&[("a.txt", &format!("О мосте\n\n{}", "Мост через реку. ".repeat(1000)))]);
    desk.index();
    let stores = listing(&desk.index_folder()).into_iter().map(|(path, ..)| path);
    for path in stores.filter(|path| path.extension().is_some_and(|extension| extension == "store")) {
        let mut bytes = fs::read(&path).unwrap();
        bytes[10] ^= 1;
        fs::write(path, bytes).unwrap();
    }
    let searcher = Index::open(desk.index_folder()).unwrap().searcher().unwrap();
    let bare = Options { snippets: None, ..Options::default() };
    let hits = searcher.search(&Query::parse("мост"), &bare).unwrap().hits;
    assert!(matches!(hits[0].release(), Err(Error::IndexDamaged { .. })), "{hits:?}");
    assert!(serde_json::to_value(&hits[0]).unwrap_err().to_string().contains("vestnik index --full"));
    assert!(searcher.search(&Query::parse("мост"), &Options::default()).is_err());
}

fn memory(releases: &[(&str, &str, &str)]) -> Index {
    let index = Index::in_memory().unwrap();
    index.ingest(releases.iter().map(|(id, title, body)| Release::new(*id, *title, *body))).unwrap();
    index
}

/// Every file below a folder with its contents' size and time of change.
fn listing(folder: &Path) -> Vec<(PathBuf, u64, std::time::SystemTime)> {
    let mut files: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let meta = entry.metadata().unwrap();
            (entry.path().to_owned(), meta.len(), meta.modified().unwrap())
        })
        .filter(|(path, ..)| !path.file_name().unwrap().to_string_lossy().contains("lock"))
        .collect();
    files.sort();
    files
}
