//! Places behind adjectives: «пермский» → Пермь, «российский» → Россия.
//!
//! Undoes the ways in which Russian makes adjectives of place names and asks the dictionary whether
//! a place of that name exists. Gives a name only where the dictionary knows it as a place.

use rumorph::{Dictionary, Source};

use super::fold::fold;

/// What stands at the end of the adjective, and what of the place's name stood there.
/// The longer endings come first: the first place that the dictionary knows is taken.
const ENDINGS: &[(&str, &[&str])] = &[
    ("анский", &["а", "ан", "ана", "ания", "ано"]),
    ("ийский", &["ия", "ий", "ея", "ь"]),
    ("йский", &["й", "я", "йя"]),
    ("льский", &["лия", "ль", "л", "ла", "ле"]),
    ("овский", &["ва", "ов", "ово", "овск", ""]),
    ("инский", &["а", "ин", "ино", "инск", "ы", "и", ""]),
    ("енский", &["на", "ень", "ена", "но"]),
    ("цкий", &["к", "цк", "ки", "ц"]),
    ("ский", &["", "а", "ь", "ия", "ы", "и", "ск", "о", "я"]),
    ("ной", &["ье"]),
    ("ный", &["ье", "ия"]),
];

/// The place that an adjective in its dictionary form is made from.
pub(crate) fn of_adjective(dictionary: &Dictionary, adjective: &str) -> Option<String> {
    for (ending, originals) in ENDINGS {
        let Some(base) = adjective.strip_suffix(ending) else { continue };
        if base.chars().count() < 3 {
            continue;
        }
        let mut place = base.to_owned();
        for original in *originals {
            place.truncate(base.len());
            place.push_str(original);
            if is_place(dictionary, &place) {
                return Some(place);
            }
        }
    }
    None
}

fn is_place(dictionary: &Dictionary, name: &str) -> bool {
    // Most of what is tried is no word at all, and to look that up is cheap.
    dictionary.is_known(name)
        && dictionary.analyze(name).iter().any(|analysis| {
            analysis.source == Source::Dictionary
                && fold(&analysis.lemma) == name
                && dictionary.ud_tag(analysis.ud).is_some_and(|tag| tag.feat("NameType") == Some("Geo"))
        })
}
