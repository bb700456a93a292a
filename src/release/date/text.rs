//! Dates in visible text: which of them say when the text was published.
//!
//! A date counts where the text around it has the form of a publication line: behind a label
//! («Опубликовано: 13.05.2024»), alone between separators («13.05.2024 | Новости»), or in a dateline
//! («Ташкент, 13 мая 2024 года –»). A date within a sentence is that of an event, a law or a deadline and
//! is never used.

use super::{
    grammar::{Written, clock_at, date_at},
    labels::{self, Position},
    tokens::{Kind, Token, tokens},
};

/// A text of more tokens is a paragraph, in which only the opening can be a publication line.
const LINE: usize = 40;
/// Where in a paragraph a label may stand: further on it is a word of a sentence, as in «публикация от 5 мая».
const OPENING: usize = 3;
/// How many tokens may stand between a label and its date: «Опубликовано в разделе Новости 13 мая».
const AFTER_LABEL: usize = 8;
/// How many words the place of a dateline or the name in a byline may have.
const NAME: usize = 5;

/// A date that says when the text was published or updated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention<'t> {
    pub(super) written: Written,
    pub(super) position: Position,
    /// The date as written.
    pub(super) text: &'t str,
}

/// The publication dates in a text, in its order.
pub(super) fn mentions(text: &str) -> Vec<Mention<'_>> {
    // Every date has its day in digits, and most paragraphs have none.
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    // The dates of a paragraph that count stand at its beginning.
    let tokens = tokens(text, LINE + 1);
    let is_paragraph = tokens.len() > LINE;
    let mut mentions = Vec::new();
    let mut before = Before::Start;
    let mut label = None;
    for segment in segments(&tokens) {
        // Nothing behind the opening of a paragraph counts, unless it makes a span of its date.
        if segment.start > 0 && is_paragraph && mentions.is_empty() {
            break;
        }
        let part = tokens.get(segment.clone()).unwrap_or_default();
        let dates = dates(part);
        if dates.is_empty() {
            // A label may stand on a line or in a cell before its date.
            label = labels::last(part).filter(|label| part.len() - label.end <= 1).map(|label| label.kind);
            let number = match part {
                [.., number, stop] if stop.is_mark('.') => Some(number),
                _ => part.last(),
            };
            let is_number = number.is_some_and(|token| matches!(token.kind, Kind::Number(..)));
            before = if is_number { Before::Number } else { Before::Other };
            continue;
        }
        let dashed =
            segment.start.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|t| t.is_mark('-'));
        let first = dates.first().is_some_and(|(_, range)| range.start == 0);
        let range = dashed && first && before != Before::Other && before != Before::Start;
        let opening = segment.start == 0;
        if range {
            // «13 мая – 15 июня 2024» is a span of an event; its first end was no publication date either.
            if before == Before::Date {
                mentions.pop();
            }
        } else if opening || !is_paragraph {
            let within = if is_paragraph { OPENING } else { usize::MAX };
            mentions.extend(of_segment(text, part, &dates, label, opening, within));
        }
        (before, label) = (Before::Date, None);
    }
    mentions
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Start,
    Number,
    Date,
    Other,
}

/// A date and its tokens.
type Dated = (Written, std::ops::Range<usize>);

/// The dates in tokens, in their order.
fn dates(tokens: &[Token<'_>]) -> Vec<Dated> {
    let mut dates = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match date_at(tokens, at) {
            Some((written, end)) => {
                dates.push((written, at..end));
                at = end;
            }
            None => at += 1,
        }
    }
    dates
}

/// The parts of a text between line breaks, bars and spaced dashes and slashes.
fn segments<'a>(tokens: &'a [Token<'_>]) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
    let is_separator = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            let spaced = token.spaced && tokens.get(at + 1).is_none_or(|next| next.spaced);
            let is_spaced_mark =
                matches!(token.kind, Kind::Mark('-' | '/' | '~' | '*' | '>')) || token.text == "»";
            token.is_mark('|') || spaced && is_spaced_mark
        })
    };
    let mut start = 0;
    std::iter::from_fn(move || {
        while is_separator(start) {
            start += 1;
        }
        if start >= tokens.len() {
            return None;
        }
        let ends = |at: &usize| is_separator(*at) || tokens.get(*at).is_some_and(|token| token.new_line);
        let end = (start + 1..tokens.len()).find(ends).unwrap_or(tokens.len());
        Some(std::mem::replace(&mut start, end)..end)
    })
}

fn of_segment<'t>(
    text: &'t str,
    part: &[Token<'_>],
    dates: &[Dated],
    label: Option<labels::Kind>,
    opening: bool,
    within: usize,
) -> Vec<Mention<'t>> {
    let mut mentions = Vec::new();
    for (index, (written, range)) in dates.iter().enumerate() {
        let from =
            index.checked_sub(1).and_then(|before| dates.get(before)).map_or(0, |(_, range)| range.end);
        let to = dates.get(index + 1).map_or(part.len(), |(_, range)| range.start);
        let (Some(prefix), Some(suffix)) = (part.get(from..range.start), part.get(range.end..to)) else {
            continue;
        };
        let ends = range.end.checked_sub(1).and_then(|last| part.get(last));
        let stopped = ends.is_some_and(|last| last.is_mark('.'));
        let position = match labels::last(prefix) {
            Some(label) if from + label.start <= within && prefix.len() - label.end <= AFTER_LABEL => {
                Some(label.kind.position())
            }
            _ if index > 0 => None,
            _ => unlabelled(prefix, suffix, opening, stopped).map(|position| match label {
                Some(label) if position == Position::Alone => label.position(),
                _ => position,
            }),
        };
        if let (Some(position), Some(first), Some(last)) = (position, part.get(range.start), ends) {
            let text = text.get(first.start..last.end()).unwrap_or_default();
            mentions.push(Mention { written: *written, position, text });
        }
    }
    // Several dates without labels are a list or a span.
    let labelled =
        |mention: &Mention<'_>| [Position::Labelled, Position::Updated].contains(&mention.position);
    let same = dates.windows(2).all(|pair| matches!(pair, [(one, _), (two, _)] if one == two));
    if !same && mentions.len() < dates.len() {
        mentions.retain(labelled);
    }
    mentions
}

/// The position of a date by what stands around it, where that is no label.
fn unlabelled(prefix: &[Token<'_>], suffix: &[Token<'_>], opening: bool, stopped: bool) -> Option<Position> {
    let before = skip_back(prefix);
    let after = skip(suffix);
    let is_heading = before.iter().all(|token| labels::is_rubric(token) || is_edge(token));
    let position = if is_heading || labels::is_byline(before) && before.len() <= AFTER_LABEL {
        Position::Alone
    } else if opening && is_place(prefix) {
        Position::Dateline
    } else {
        return None;
    };
    let ends = after.is_empty() || is_remark(after);
    // «13 мая. Интерфакс»: a sentence behind the full stop.
    let stops = |token: &Token<'_>| matches!(token.kind, Kind::Mark('.' | '(' | '/' | ':' | '['));
    if ends {
        return Some(position);
    }
    let stopped = stopped || suffix.first().is_some_and(stops);
    (position == Position::Dateline && stopped).then_some(position)
}

/// A place before a date: capitalised words and a comma, as in «г. Ташкент, ».
fn is_place(prefix: &[Token<'_>]) -> bool {
    let prefix = match prefix {
        [rest @ .., last] if labels::is_weekday(last) => rest,
        [rest @ .., last, comma] if comma.is_mark(',') && labels::is_weekday(last) => rest,
        _ => prefix,
    };
    let Some((last, place)) = prefix.split_last() else { return false };
    if !matches!(last.kind, Kind::Mark(',' | '.' | '(')) || !place.last().is_some_and(Token::is_capitalised) {
        return false;
    }
    let words = place.iter().filter(|token| token.kind == Kind::Word);
    words.clone().count() <= NAME
        && words.clone().all(|word| word.is_capitalised() || labels::is_settlement(&word.folded))
        && place
            .iter()
            .all(|token| matches!(token.kind, Kind::Word | Kind::Mark('.' | '-' | ',' | '/' | '"')))
}

/// What may follow a date on its line: a place, a rubric, an author, a counter.
fn is_remark(after: &[Token<'_>]) -> bool {
    if labels::is_byline(after) || labels::is_counter(after) {
        return true;
    }
    let after = match after {
        [first, rest @ ..] if matches!(first.kind, Kind::Mark(_)) => rest,
        _ => after,
    };
    let words = || after.iter().filter(|token| token.kind == Kind::Word);
    let capitalised = words().all(Token::is_capitalised);
    let marks = |token: &Token<'_>| {
        matches!(token.kind, Kind::Word | Kind::Mark('.' | '-' | ',' | '"' | '(' | ')' | '/' | '&' | '#'))
    };
    // «Рубрика: Новости»
    let named = matches!(after, [name, colon, ..] if name.is_capitalised() && colon.is_mark(':'));
    named
        || labels::last(after).is_some_and(|label| label.start == 0)
        || words().count() <= if capitalised { NAME } else { 3 }
            && after.first().is_some_and(Token::is_capitalised)
            && after.iter().all(marks)
}

/// The tokens without the weekday, time of day, time zone and marks at their beginning.
fn skip<'a, 't>(mut tokens: &'a [Token<'t>]) -> &'a [Token<'t>] {
    while let Some((first, rest)) = tokens.split_first() {
        let clock = usize::from(labels::is_before_clock(first));
        if let Some(end) = clock_at(tokens, clock).or_else(|| hour_at(tokens, clock)) {
            tokens = tokens.get(end..).unwrap_or_default();
        } else if labels::is_time_word(first) || labels::is_weekday(first) || is_edge(first) {
            tokens = rest;
        } else {
            break;
        }
    }
    tokens
}

/// «15.30», «15 ч. 30 мин.», «15 Uhr», `10 am`.
fn hour_at(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    tokens.get(at)?.number(1..=2).filter(|hours| *hours <= 24)?;
    let next = tokens.get(at + 1)?;
    if next.is_mark('.') {
        return tokens.get(at + 2).and_then(|minutes| minutes.number(2..=2)).map(|_| at + 3);
    }
    if !labels::is_time_word(next) {
        return None;
    }
    let stop = at + 2 + usize::from(tokens.get(at + 2).is_some_and(|token| token.is_mark('.')));
    let minutes = tokens.get(stop).and_then(|minutes| minutes.number(1..=2)).is_some();
    let unit = minutes && tokens.get(stop + 1).is_some_and(labels::is_time_word);
    Some(if unit { stop + 2 } else { at + 2 })
}

/// The tokens before a date without the weekday, time of day and marks between them and it.
fn skip_back<'a, 't>(tokens: &'a [Token<'t>]) -> &'a [Token<'t>] {
    // Times read forwards only, so the first place from which everything can be skipped is looked for.
    let from = (0..tokens.len()).find(|&at| {
        let rest = tokens.get(at..).unwrap_or_default();
        skip_all(rest)
    });
    tokens.get(..from.unwrap_or(tokens.len())).unwrap_or_default()
}

fn skip_all(tokens: &[Token<'_>]) -> bool {
    let rest = skip(tokens);
    match rest {
        [] => true,
        [first, ..] if labels::is_before_date(first) => skip_all(rest.get(1..).unwrap_or_default()),
        _ => false,
    }
}

fn is_edge(token: &Token<'_>) -> bool {
    matches!(
        token.kind,
        Kind::Mark(',' | '.' | ':' | ';' | '(' | ')' | '[' | ']' | '"' | '-' | '@' | '|' | '/' | '!' | '\'')
    )
}
