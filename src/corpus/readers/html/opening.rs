//! Lines at the start and the end of an article that are not part of its text: a repeated headline, the name of the
//! site, the date, and a copyright notice.

use scraper::ElementRef;

use super::{
    blocks::{Block, Blocks},
    elements::is_cell,
};

/// How many blocks of the article are examined at its start.
const OPENING: usize = 4;
/// A longer block is a paragraph, in characters.
const LONGEST: usize = 100;
/// Words of a date that are not its month.
#[rustfmt::skip]
const DATE_WORDS: &[&str] = &[
    "г", "год", "года", "гг", "в", "от", "мск", "msk", "дата", "опубликовано", "понедельник", "вторник",
    "среда", "четверг", "пятница", "суббота", "воскресенье",
];
/// How the names of months begin.
const MONTHS: &[&str] =
    &["янв", "фев", "мар", "апр", "мая", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"];

/// Drops the heading that is the title, and opening blocks that repeat it or the name of the site, or show nothing
/// but a date, and a copyright notice at the end. The opening ends with the first paragraph or table.
pub(super) fn trim(page: &Blocks<'_>, keep: &mut [bool], known: &[&str], heading: Option<ElementRef<'_>>) {
    let is_heading = |block: &Block| {
        heading.is_some()
            && page.containers.get(block.container).map(|container| container.element) == heading
    };
    let in_table = |block: &Block| {
        let element = page.containers.get(block.container).map(|container| container.element);
        element.is_some_and(|element| is_cell(element.value().name()))
    };
    let mut seen = 0;
    for (block, keep) in page.blocks.iter().zip(keep.iter_mut()).filter(|(_, keep)| **keep) {
        if is_heading(block) {
            *keep = false;
        } else if seen < OPENING {
            seen += if block.chars > LONGEST || in_table(block) { OPENING } else { 1 };
            *keep = !known.contains(&block.text.as_str()) && (seen > OPENING || !is_date(&block.text));
        }
    }
    let last = keep.iter_mut().zip(&page.blocks).rev().find(|(keep, _)| **keep);
    if let Some((keep, block)) = last {
        *keep = !is_copyright(&block.text);
    }
}

/// Whether a line is a copyright notice.
fn is_copyright(line: &str) -> bool {
    let line = line.trim_start();
    let marked = ["©", "(c)", "(с)", "copyright", "все права защищены"];
    line.len() < 4 * LONGEST && marked.iter().any(|mark| line.to_lowercase().starts_with(mark))
}

/// Whether a line is a date, with or without a time, and nothing else.
fn is_date(line: &str) -> bool {
    if line.len() > 80 || !line.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let lower = line.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| {
        word.bytes().all(|byte| byte.is_ascii_digit())
            || DATE_WORDS.contains(&word)
            || MONTHS.iter().any(|month| word.starts_with(month)) && word.chars().count() < 9
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_alone_are_recognised() {
        for line in [
            "13.05.2024",
            "13 мая 2024 г., 15:30",
            "Опубликовано: 22 апреля 2003 года",
            "08.11.2022 06:40 мск",
        ] {
            assert!(is_date(line), "{line}");
        }
        for line in
            ["Ташкент, 13 мая 2024 года", "мая", "", "13.05.2024 | Новости", "В 2023 году построено 12 школ"]
        {
            assert!(!is_date(line), "{line}");
        }
    }
}
