//! Where the sentences of a Russian text begin.
//!
//! Rules and lists of abbreviations for press releases. A boundary is whitespace after a full stop that no
//! rule assigns to an abbreviation, an initial or a number. Examines each word at most twice.

mod abbreviations;

use self::abbreviations::{CLOSING, LEADING, LONG, UNITS};

/// What may follow the full stop of a sentence before the whitespace.
fn closes(c: char) -> bool {
    matches!(c, '»' | '”' | '“' | '"' | '\'' | '’' | ')' | ']')
}

/// What may precede the first letter of a sentence.
fn opens(c: char) -> bool {
    lists(c) || matches!(c, '«' | '„' | '“' | '"' | '\'' | '‘' | '(' | '[')
}

fn lists(c: char) -> bool {
    matches!(c, '•' | '·' | '▪' | '*' | '—' | '–' | '-')
}

fn terminates(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…')
}

/// Where each sentence begins, in bytes and in order. `places` are the candidates: the first character that
/// is not whitespace, and those after whitespace that [`ends_nothing`] does not rule out.
pub(super) fn starts(text: &str, places: &[usize]) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::with_capacity(places.len());
    for &place in places {
        let (before, behind) = text.split_at(place);
        let said = before.trim_end();
        let is_start = match starts.last() {
            Some(&begin) => is_bound(said.get(begin..).unwrap_or_default(), &before[said.len()..], behind),
            None => true,
        };
        if is_start {
            starts.push(place);
        }
    }
    starts
}

/// Whether no sentence ends before a single space, because a letter or a comma precedes it.
pub(super) fn ends_nothing(before: &[u8]) -> bool {
    matches!(before, [.., 0xD0 | 0xD1, _] | [.., b'a'..=b'z' | b','])
}

/// Whether a sentence that starts with `before` ends at `gap`.
fn is_bound(before: &str, gap: &str, behind: &str) -> bool {
    let lines = if gap == " " { 0 } else { gap.chars().filter(|&c| c == '\n').count() };
    if lines > 1 || gap.len() > 2 && gap.contains('\u{2029}') {
        return true;
    }
    let ended = before.trim_end_matches(closes);
    if lines == 0 && !ended.ends_with(terminates) {
        return false;
    }
    let first = behind.chars().find(|&c| !c.is_whitespace() && !opens(c));
    let Some(first) = first else { return false };
    if lines == 1 && behind.starts_with(lists) && !before.ends_with(lists) {
        return !behind.starts_with(['—', '–', '-']) || !first.is_lowercase();
    }
    let said = ended.trim_end_matches(terminates);
    let end = &ended[said.len()..];
    if end.is_empty()
        || said.is_empty()
        || first.is_lowercase()
        || matches!(first, ',' | ';' | ':' | '.' | '!' | '?')
    {
        return false;
    }
    if behind.starts_with(['»', '”', ')', ']', '…']) {
        return false;
    }
    end != "." || ends_in_long_word(said) || full_stop_ends(said, first)
}

/// Whether a text ends in a word that is too long for an abbreviation, so that a full stop after it ends the
/// sentence. This decides most cases.
fn ends_in_long_word(said: &str) -> bool {
    let Some((_, letters)) = said.as_bytes().split_last_chunk::<{ 2 * LONG }>() else { return false };
    letters.iter().step_by(2).all(|byte| matches!(byte, 0xD0 | 0xD1))
}

/// Whether the single full stop after `said` ends the sentence; `first` is the first letter after it.
fn full_stop_ends(said: &str, first: char) -> bool {
    let (earlier, word) = last_word(said);
    if word.is_empty() {
        return true;
    }
    if is_number(word) && earlier.trim_matches(|c: char| !c.is_alphanumeric()).is_empty() {
        // «1. Первый пункт»: the number starts a list item.
        return false;
    }
    let folded = word.to_lowercase();
    let before = last_word(earlier.trim_end()).1;
    if UNITS.contains(&folded.as_str()) && ends_in_number(before) {
        return !first.is_numeric();
    }
    if CLOSING.contains(&folded.as_str()) {
        return true;
    }
    if matches!(folded.as_str(), "др" | "пр" | "проч") && before == "и" {
        return true;
    }
    // «т. д.», «до н. э.»
    if let Some(letter) = before.strip_suffix('.') {
        let spaced = format!("{}.{folded}", letter.to_lowercase());
        if CLOSING.contains(&spaced.as_str()) {
            return true;
        }
    }
    let piece = folded.rsplit(['.', '-']).next().unwrap_or(&folded);
    if LEADING.contains(&folded.as_str()) || folded.contains('-') && LEADING.contains(&piece) {
        return false;
    }
    // «В. Воронков», «А.Х. Камилов», «г. Ташкент»: a single letter abbreviates a word.
    !is_letter(word.rsplit('.').next().unwrap_or(word))
}

/// The text before the last word, and that word without opening signs.
fn last_word(text: &str) -> (&str, &str) {
    let opens = |c| matches!(c, '«' | '„' | '“' | '"' | '(' | '[' | '/' | '—' | '–');
    let start = text.rfind(|c: char| c.is_whitespace() || opens(c));
    let start = start.map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    text.split_at(start)
}

fn is_letter(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

/// «1», «2.3».
fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// «2024», «13.05.2024», «$5», «XXI».
fn ends_in_number(word: &str) -> bool {
    let is_roman = !word.is_empty() && word.chars().all(|c| "IVXLСХ–-".contains(c));
    // «2 млн. руб.»
    let is_power =
        UNITS.contains(&word.trim_end_matches('.').to_lowercase().as_str()) && word.chars().count() > 2;
    word.ends_with(|c: char| c.is_ascii_digit()) || is_roman || is_power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn starts(text: &str) -> Vec<usize> {
        let mut last = ' ';
        let mut places: Vec<usize> = Vec::new();
        for (at, c) in text.char_indices() {
            let behind_blank = last.is_whitespace() && !c.is_whitespace();
            let is_single = text[..at].ends_with(' ') && !text[..at - 1].ends_with(char::is_whitespace);
            let is_idle = !places.is_empty() && is_single && ends_nothing(&text.as_bytes()[..at - 1]);
            if behind_blank && !is_idle {
                places.push(at);
            }
            last = c;
        }
        super::starts(text, &places)
    }

    /// One text a line, `|` where a sentence begins behind another, `¶` for an empty line.
    const TABLE: &str = "\
Первое предложение. |Второе предложение.
Встреча прошла в Ташкенте! |Стороны довольны.
Что дальше? |Время покажет.
Как так?! |Никто не знает.
Он умолк… |Зал ждал.
Он умолк... |Зал ждал.
Он умолк… и ушёл.
Он умолк... но не ушёл.
Заместитель В. Воронков прибыл. |Его встретили.
Доклад сделал А.Х. Камилов. |Затем выступил Э. Арипов.
Доклад сделал А. Х. Камилов.
Заседание пройдёт 14 мая т.г. |Стороны обсудили повестку.
Заседание пройдёт 14 мая т.г. в столице.
Форум прошёл в г. Ташкент.
Форум прошёл в г.\u{A0}Ташкент. |Он длился день.
Завод им. Чкалова открыт на ул. Навои.
Завод стоит на просп. Амира Темура. |Вход с ул. Шота Руставели, д. 5, кв. 7.
Бюджет вырос, т.е. Министерство финансов довольно.
Бюджет вырос, т. е. Минфин доволен.
Приехали послы, эксперты и др. |Их встретили.
Приехали послы и др. гости.
Хлопок, зерно и т.д. |Экспорт растёт.
Хлопок, зерно и т. д. |Экспорт растёт.
Хлопок, зерно и т.п. товары.
Сделка на 5 млн. руб. |Подписан договор.
Сделка на 5 млн. долларов.
Выделено 300 тыс. руб. на школы.
Подробности на стр. 5 отчёта. |Читайте.
Закон от 13.05.2024 г. действует.
Закон от 13.05.2024 г. |Документ опубликован.
Рост в 2024 г. |Прогноз лучше.
Рост составил 3.14 процента. |Это много.
Основан в XX в. |Сейчас это музей.
Встреча в 15 ч. 30 мин. по местному времени.
См. https://uza.uz/ru/news.html?a=1 и далее. |Конец.
Сайт www.uza.uz. |Почта info@uza.uz.
«Мы согласны.» |Затем вышли.
«Мы согласны!» — сказал министр. |Зал хлопал.
«Мы согласны», — сказал он. |«Мы тоже», — ответили ему.
(Подробности ниже.) |Итоги подведены.
Это важно (см. рис. 2). |Далее.
1. Первый пункт. |2. Второй пункт.
Пункты: 1. первый, 2. второй.
ТАШКЕНТ, 13 мая¶|Стороны обсудили вопросы
Заголовок без точки¶|13 мая прошла встреча.
Закон принят в 2024. |Он действует.
Решение проф. Каримова и акад. Садыкова. |Учёные рады.
Чл.-корр. АН Узбекистана выступил.
Договор с Apple Inc. |Сумма не названа.
Послание «Узбекистан – 2030». |Цели ясны.
Тел. 123-45-67. |Звоните.
Ст. 5 п. 2 Закона. |Норма действует.
До н. э. |Потом наступила новая эра.
И.о. Премьер-министра прибыл. |Он выступил.
Он сказал: «Да.» и ушёл.
— Вы готовы? |— Да, готовы.
… |Продолжение.
";

    #[test]
    fn bounds_of_sentences() {
        for line in TABLE.lines() {
            let marked = line.replace('¶', "\n\n");
            // The lone «…» begins the text: nothing ends with it.
            let expected = if marked.starts_with('…') { marked.replace('|', "") } else { marked.clone() };
            let text = marked.replace('|', "");
            let mut cut = String::new();
            for (at, c) in text.char_indices() {
                if at > 0 && starts(&text).contains(&at) {
                    cut.push('|');
                }
                cut.push(c);
            }
            assert_eq!(cut, expected);
        }
    }

    #[test]
    fn lists_begin_a_sentence_with_each_line() {
        let text = "Итоги:\n• рост\n— Экспорт\n— сказал он\nи ушёл";
        let found: Vec<&str> = starts(text).into_iter().map(|at| &text[at..]).collect();
        assert_eq!(found.len(), 3);
        assert!(found[1].starts_with("• рост") && found[2].starts_with("— Экспорт"));
    }

    #[test]
    fn a_text_of_full_stops_is_passed_over_once() {
        for unit in ["А. ", "...... ", ". ", "т.д. И ", "1. ", "слово.слово."] {
            let text = unit.repeat(1_000_000 / unit.len());
            let begun = std::time::Instant::now();
            starts(&text);
            assert!(begun.elapsed().as_secs() < 5, "{unit}");
        }
    }

    #[test]
    fn abbreviations_have_no_long_pieces() {
        for abbreviation in LEADING.iter().chain(UNITS).chain(CLOSING) {
            assert!(abbreviation.split(['.', '-']).all(|piece| piece.chars().count() < LONG));
        }
    }

    proptest! {
        #[test]
        fn a_full_stop_behind_a_long_word_ends(said in "[а-яё0-9. «А-Я-]{0,20}[а-яёА-ЯЁ]{6}", first in any::<char>()) {
            prop_assert!(ends_in_long_word(&said) && full_stop_ends(&said, first));
        }

        #[test]
        fn any_text_is_cut_on_character_bounds(text in "[а-яА-Я0-9 .!?…»«()\n\u{A0}\u{301}\u{AD}😀—-]{0,80}|\\PC{0,40}") {
            let starts = starts(&text);
            prop_assert!(starts.is_sorted_by(|a, b| a < b));
            for &start in &starts {
                prop_assert!(text[start..].starts_with(|c: char| !c.is_whitespace()));
            }
            prop_assert_eq!(starts.is_empty(), text.trim().is_empty());
        }
    }
}
