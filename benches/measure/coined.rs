//! Artificial surnames that occur in no dictionary, each in four cases.
//!
//! The vocabulary of real text never stops growing, mostly through names. These words simulate that growth, and
//! exercise the analysis of words that the dictionary lacks.

const ONSETS: [&str; 24] = [
    "б", "в", "г", "д", "ж", "з", "к", "л", "м", "н", "п", "р", "с", "т", "ф", "х", "ч", "ш", "бр", "гр",
    "др", "ст", "тр", "хр",
];
const VOWELS: [&str; 7] = ["а", "е", "и", "о", "у", "ю", "я"];
/// Endings of a surname in the nominative, genitive, dative and instrumental.
const ENDINGS: [[&str; 4]; 6] = [
    ["ов", "ова", "ову", "овым"],
    ["ев", "ева", "еву", "евым"],
    ["ин", "ина", "ину", "иным"],
    ["ский", "ского", "скому", "ским"],
    ["ян", "яна", "яну", "яном"],
    ["ич", "ича", "ичу", "ичем"],
];
/// A prime that is larger than the number of surnames needed. Multiplying by `SCATTER` modulo this prime makes
/// consecutive surnames dissimilar.
const SURNAMES: u64 = 16_777_213;
const SCATTER: u64 = 7_368_787;

/// The word with this number. Different numbers below 67 million give different words.
pub fn word(number: u64) -> String {
    let case = (number % 4) as usize;
    let mut rest = (number / 4 % SURNAMES) * SCATTER % SURNAMES;
    let mut digit = |base: usize| {
        let digit = (rest % base as u64) as usize;
        rest /= base as u64;
        digit
    };
    let endings = ENDINGS[digit(ENDINGS.len())];
    let mut word = String::new();
    for _ in 0..3 {
        word += ONSETS[digit(ONSETS.len())];
        word += VOWELS[digit(VOWELS.len())];
    }
    // 6 · (24 · 7)³ exceeds the number of surnames, so the digits above determine the surname.
    word += ONSETS[(number / 4 % 12) as usize];
    word += endings[case];
    let first = word.chars().next().map_or(0, char::len_utf8);
    word[..first].to_uppercase() + &word[first..]
}
