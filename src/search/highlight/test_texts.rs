//! Random texts, and queries that match in them, for tests.

use proptest::prelude::*;

pub(crate) const QUERIES: &[&str] = &[
    "Ташкент встреча",
    "\"встреча в Ташкенте\"",
    "\"встреча Ташкент\"~3 вода",
    "встреча /4 Ташкент",
    "заголовок:Ташкент текст:вода",
    "Таш* в?да",
    "(вода|газ) И Ташкент",
    "нормативно-правовой акт",
    "не и в",
    "!Ташкенте -вода",
    "13.05.2024 ООН",
    "оон ташкентский",
    "Владимир Воронков",
    "\"замок и вода\"",
    "",
];

/// Texts of matching words, separators, and random characters.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "Ташкент", "в Ташкенте", "встреча", "Встреча в Ташкенте", "вода", "воду", "газ", "ООН", "13.05.2024",
            "нормативно-правовой", "Замо\u{301}к", "Та\u{AD}шкент", "водо\u{301}й", "правовой акт", "и", "не",
            "В. Воронков", "ташкентские", "Оон", "мид@uz.рф", "замок и вода",
        ]).prop_map(String::from),
        4 => prop::sample::select(vec![
            " ", ". ", "\n\n", "\n", "\u{A0}", ", ", "! ", "… ", "» ", "-", "\u{301}", "\u{200B}", "👨\u{200D}👩 ", ".",
        ]).prop_map(String::from),
        1 => "\\PC{0,8}",
        1 => "[а-яё]{1,12}",
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}
