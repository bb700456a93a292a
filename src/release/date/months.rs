//! The names of months and weekdays, Russian in every case and English, with their abbreviations.
//!
//! Knows names only; what stands around them is the business of `written`.

/// The endings of «январь» and its like.
const SOFT: &[&str] = &["ь", "я", "ю", "е", "ем"];
/// The endings of «март» and «август».
const HARD: &[&str] = &["", "а", "у", "е", "ом"];

/// Stem, endings and the names that do not decline, January first.
const MONTHS: [(&str, &[&str], &[&str]); 12] = [
    ("январ", SOFT, &["янв", "january", "jan"]),
    ("феврал", SOFT, &["фев", "февр", "february", "feb"]),
    ("март", HARD, &["мар", "march", "mar"]),
    ("апрел", SOFT, &["апр", "april", "apr"]),
    ("ма", &["й", "я", "ю", "е", "ем"], &["may"]),
    ("июн", SOFT, &["июн", "june", "jun"]),
    ("июл", SOFT, &["июл", "july", "jul"]),
    ("август", HARD, &["авг", "august", "aug"]),
    ("сентябр", SOFT, &["сен", "сент", "september", "sept", "sep"]),
    ("октябр", SOFT, &["окт", "october", "oct"]),
    ("ноябр", SOFT, &["ноя", "нояб", "november", "nov"]),
    ("декабр", SOFT, &["дек", "december", "dec"]),
];

/// Nominative, accusative where it differs, and abbreviations.
const WEEKDAYS: &str = "понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье \
    пн вт ср чт пт сб вс monday tuesday wednesday thursday friday saturday sunday \
    mon tue tues wed thu thur thurs fri sat sun";

/// The number of the month, from 1, by its name in lower case.
pub(super) fn number(name: &str) -> Option<i8> {
    let place = MONTHS.iter().position(|(stem, endings, fixed)| {
        fixed.contains(&name) || name.strip_prefix(stem).is_some_and(|ending| endings.contains(&ending))
    })?;
    i8::try_from(place + 1).ok()
}

/// Whether a word in lower case names a day of the week.
pub(super) fn is_weekday(word: &str) -> bool {
    WEEKDAYS.split(' ').any(|day| day == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_numbers() {
        let table = [
            ("январь", Some(1)),
            ("январем", Some(1)),
            ("янв", Some(1)),
            ("феврале", Some(2)),
            ("фев", Some(2)),
            ("февр", Some(2)),
            ("март", Some(3)),
            ("мартом", Some(3)),
            ("апрелю", Some(4)),
            ("май", Some(5)),
            ("мая", Some(5)),
            ("маем", Some(5)),
            ("may", Some(5)),
            ("июнь", Some(6)),
            ("июн", Some(6)),
            ("июля", Some(7)),
            ("августа", Some(8)),
            ("aug", Some(8)),
            ("сент", Some(9)),
            ("sept", Some(9)),
            ("октябре", Some(10)),
            ("нояб", Some(11)),
            ("декабрь", Some(12)),
            ("december", Some(12)),
            ("ма", None),
            ("майский", None),
            ("марта-апреля", None),
            ("январ", None),
            ("", None),
        ];
        for (name, expected) in table {
            assert_eq!(number(name), expected, "{name}");
        }
    }
}
