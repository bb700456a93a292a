//! The people of the release that the project was created from are found by every form of their names.

use std::{env, fs, path::Path};

use vestnik::{Index, Query, Release, search::Options};

/// A release of our own with the names in the forms that the seed release has them in.
const OWN: &str = "Спецпредставитель Президента Абдулазиз Камилов открыл заседание. Доклад Элдора Арипова \
    приняли к сведению. Итоги подвёл гость из Нью-Йорка, беседовавший с Владимиром Воронковым; В.Воронков \
    поблагодарил Шавката Мирзиёева. Помощь получат семьи возвращенцев.";

/// Queries that must find it.
const ASKED: &[&str] = &[
    "Камилов",
    "Камилова",
    "Камилову",
    "Камиловым",
    "о Камилове",
    "КАМИЛОВ",
    "Абдулазиз Камилов",
    "Абдулазизом Камиловым",
    "А. Камилов",
    "А.Камилов",
    "Камилов А.",
    "А.Х.Камилов",
    "Арипов",
    "Арипова",
    "Арипову",
    "Ариповым",
    "Арипове",
    "АРИПОВ",
    "Элдор Арипов",
    "Элдору Арипову",
    "Э. Арипов",
    "Арипов Э.",
    "Воронков",
    "Воронкова",
    "Воронкову",
    "Воронковым",
    "Воронкове",
    "ВОРОНКОВ",
    "Владимир Воронков",
    "Владимиру Воронкову",
    "В.Воронков",
    "В. Воронков",
    "Воронков В.",
    "Мирзиёев",
    "Мирзиеев",
    "Мирзиёева",
    "Мирзиеева",
    "Мирзиёеву",
    "Мирзиеевым",
    "Мирзиёеве",
    "МИРЗИЁЕВ",
    "МИРЗИЕЕВ",
    "Шавкат Мирзиёев",
    "Шавкату Мирзиёеву",
    "Ш.Мирзиёев",
    "Ш. Мирзиеев",
    "Мирзиёев Ш.М.",
    "возвращенец",
    "возвращенцы",
    "возвращенцами",
];

#[test]
fn its_people_are_found_by_any_form_of_their_names() {
    assert_eq!(missed_in(OWN), Vec::<&str>::new());
}

#[test]
#[ignore = "needs ../shared"]
fn shared_seed_release_is_found_by_any_form() {
    let shared = env::var_os("VESTNIK_SHARED").map_or_else(|| "../shared".into(), std::path::PathBuf::from);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("seed-release.txt");
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(missed_in(&text), Vec::<&str>::new());
}

fn missed_in(text: &str) -> Vec<&'static str> {
    let index = Index::in_memory().unwrap();
    index.ingest([Release::new("1", "", text)]).unwrap();
    let searcher = index.searcher().unwrap();
    let options = Options { match_all: true, snippets: None, ..Options::default() };
    let finds = |query: &str| searcher.search(&Query::parse(query), &options).unwrap().hits.len() == 1;
    ASKED.iter().copied().filter(|query| !finds(query)).collect()
}
