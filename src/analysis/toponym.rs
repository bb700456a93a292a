//! Place names of adjectives: «пермский» → Пермь, «российский» → Россия.
//!
//! Replaces the adjective's ending by each ending that the place name may have, and returns the first result
//! that the dictionary lists as a place.

use rumorph::{Dictionary, Source};

use super::normalize::fold;

/// Endings of adjectives, and the endings that the place name may have instead. Longer ones come first.
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
    ("ный", &["ье"]),
];

/// Adjectives of a people, a language or another country, which rarely mean the place that they are derived
/// from: Русь, Англия as opposed to Britain, America as opposed to the United States.
const OTHER_SENSES: &[&str] = &["русский", "английский", "американский"];

/// The place from whose name an adjective is derived; the adjective is given as its lemma.
pub(crate) fn of_adjective(dictionary: &Dictionary, adjective: &str) -> Option<String> {
    if OTHER_SENSES.contains(&adjective) {
        return None;
    }
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
    // Most candidates are not words, and this check is cheap.
    dictionary.is_known(name)
        && dictionary.analyze(name).iter().any(|analysis| {
            analysis.source == Source::Dictionary
                && fold(&analysis.lemma) == name
                && dictionary.ud_tag(analysis.ud).is_some_and(|tag| tag.feat("NameType") == Some("Geo"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjectives_lead_to_their_places() {
        let dictionary = Dictionary::bundled().unwrap();
        for (adjective, expected) in [
            ("пермский", Some("пермь")),
            ("российский", Some("россия")),
            ("ташкентский", Some("ташкент")),
            ("китайский", Some("китай")),
            ("киевский", Some("киев")),
            ("русский", None),
            ("американский", None),
            ("данный", None),
            ("детский", None),
        ] {
            assert_eq!(of_adjective(&dictionary, adjective).as_deref(), expected, "{adjective}");
        }
    }
}
