//! Names of sites behind pasted headlines: «… — РИА Новости», «… :: Новости», «… - Газета.Ru».
//!
//! Browsers copy the title of a page, which ends with the name of its site. Few releases contain that name, and those
//! that do are about the site, so its words count less.

/// What stands between a headline and the name of a site. A vertical bar is also an operator, and a dash is also
/// punctuation.
const SEPARATORS: [&str; 9] = [" :: ", " // ", " • ", " · ", " » ", " — ", " – ", " - ", " | "];
/// A headline has at least this many words.
const HEADLINE: usize = 3;
/// The name of a site has at most this many words.
const LONGEST: usize = 4;
/// Words of names of media, in lower case.
const MEDIA: [&str; 18] = [
    "новости",
    "новость",
    "газета",
    "вести",
    "известия",
    "агентство",
    "информагентство",
    "пресс",
    "портал",
    "онлайн",
    "радио",
    "телеканал",
    "журнал",
    "news",
    "press",
    "times",
    "online",
    "today",
];
/// Operators in capitals.
const OPERATORS: [&str; 6] = ["И", "ИЛИ", "НЕ", "AND", "OR", "NOT"];

/// How much the words of a site's name count.
pub(super) const WEIGHT: f32 = 0.3;

/// A headline and the name of its site, if the text is such a title; with the section of the site, if that is there too.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let (headline, site) = split_last(text)?;
    let Some((headline, _)) = split_last(headline) else { return Some((headline, site)) };
    Some((headline, text.get(headline.len()..)?))
}

fn split_last(text: &str) -> Option<(&str, &str)> {
    // All of them begin with a space.
    let (at, separator) = text.rmatch_indices(' ').find_map(|(at, _)| {
        let separator = SEPARATORS.iter().find(|separator| text[at..].starts_with(**separator));
        separator.map(|separator| (at, *separator))
    })?;
    let (headline, site) = (text.get(..at)?, text.get(at + separator.len()..)?.trim());
    let words = || site.split_whitespace();
    let is_capital_or_digit = |c: char| c.is_uppercase() || c.is_ascii_digit();
    let is_site = (1..=LONGEST).contains(&words().count())
        && site.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '-'))
        && words().all(|word| word.starts_with(is_capital_or_digit) && !OPERATORS.contains(&word))
        && headline.split_whitespace().count() >= HEADLINE
        // «…, — Песков» names who said so.
        && !headline.trim_end().ends_with([',', ':']);
    let is_media = |word: &str| {
        let is_domain = word.rsplit_once('.').is_some_and(|(_, domain)| {
            (2..=4).contains(&domain.chars().count()) && domain.chars().all(char::is_alphabetic)
        });
        is_domain || MEDIA.contains(&&*word.to_lowercase())
    };
    let is_agency = |word: &str| word.chars().count() > 2 && word.chars().all(char::is_uppercase);
    let is_sure = match separator {
        " | " => words().any(is_media),
        " — " | " – " | " - " => words().any(|word| is_media(word) || is_agency(word)),
        _ => true,
    };
    (is_site && is_sure).then_some((headline, site))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sites_are_split_off() {
        let headline = "Губернатор открыл мост через реку";
        for (behind, site) in [
            (" — РИА Новости", Some("РИА Новости")),
            (" - Газета.Ru", Some("Газета.Ru")),
            (" – ТАСС", Some("ТАСС")),
            (" :: Вечерний Город", Some("Вечерний Город")),
            (" | Новости", Some("Новости")),
            (" - РИА Новости, 27.05.2024", Some("РИА Новости, 27.05.2024")),
            (" - Газета.Ru | Новости", Some(" - Газета.Ru | Новости")),
            (" | ТАСС", None),
            (" — 27.05.2024", None),
            (" | Казань", None),
            (" — Спартак", None),
            (", — РИА Новости", None),
            (" — уже в новостях", None),
            (" - НЕ ТАСС", None),
            (" — «РИА Новости»", None),
            (" — РИА Новости Пять Слов Имени", None),
            ("-ТАСС", None),
            (" — ", None),
            ("", None),
        ] {
            let text = format!("{headline}{behind}");
            assert_eq!(split(&text), site.map(|site| (headline, site)), "{text}");
        }
        assert_eq!(split("Мост открыт — ТАСС"), None);
    }
}
