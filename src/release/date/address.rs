//! Dates in addresses of pages and names of files: `/2024/05/13/`, `2024-05-13-tashkent.txt`.
//!
//! Reads whole runs of digits only, so that a number of ten digits never gives a date.

use super::{
    Context, Date,
    grammar::{Year, date_at, day_of},
    months,
    tokens::tokens,
};

/// How many tokens of a file name are read.
const TOKENS: usize = 64;
/// How much of an address is read, in bytes.
const LONGEST: usize = 2048;

/// The day in an address, and the part of the address that names it.
pub(super) fn in_url<'u>(url: &'u str, context: &Context) -> Option<(Date, &'u str)> {
    in_digits(path_of(url), context)
}

/// The year that a whole part of an address names: `/2024/`, `/2024/05/`.
pub(super) fn year_in_url(url: &str, context: &Context) -> Option<i16> {
    let parts = path_of(url).split('/');
    let years = parts.filter(|part| part.len() == 4).filter_map(|part| part.parse().ok());
    // Before the web there were no addresses.
    { years }.find(|year| (1991..=context.today.year()).contains(year))
}

/// The address without its scheme, host and fragment.
fn path_of(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or_default();
    let path =
        url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let end = path.char_indices().map(|(at, _)| at).find(|&at| at >= LONGEST).unwrap_or(path.len());
    path.get(..end).unwrap_or_default()
}

/// The day in the name of a file, or else in the names of its folders.
pub(super) fn in_file_name<'n>(name: &'n str, context: &Context) -> Option<(Date, &'n str)> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = last.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map_or(last, |(stem, _)| stem);
    in_words(stem, context).or_else(|| in_digits(stem, context)).or_else(|| in_digits(name, context))
}

/// A date in words or in the Russian order: «13 мая 2024», `13.05.2024`.
fn in_words<'n>(stem: &'n str, context: &Context) -> Option<(Date, &'n str)> {
    let tokens = tokens(stem, TOKENS);
    (0..tokens.len()).find_map(|at| {
        let (written, end) = date_at(&tokens, at)?;
        let date = matches!(written.year, Year::Full(_)).then(|| written.resolve(context).ok())??;
        let text = stem.get(tokens.get(at)?.start..tokens.get(end.checked_sub(1)?)?.end())?;
        Some((date, text))
    })
}

/// A run of digits, or of letters, and the bytes that it takes.
struct Run<'t> {
    text: &'t str,
    start: usize,
    digits: bool,
}

/// Year, month and day in digits: in one run of eight, or in runs with one character between them.
fn in_digits<'t>(text: &'t str, context: &Context) -> Option<(Date, &'t str)> {
    let runs = runs(text);
    let plausible = |date: &Date| context.implausible(*date).is_none();
    let number = |run: &Run<'_>, digits: std::ops::RangeInclusive<usize>| {
        (run.digits && digits.contains(&run.text.len())).then(|| run.text.parse::<i32>().ok()).flatten()
    };
    (0..runs.len()).find_map(|at| {
        let first = runs.get(at)?;
        if let Some(all) = number(first, 8..=8) {
            let date = day_of(all / 10_000, all / 100 % 100, all % 100).ok().filter(plausible)?;
            return Some((date, first.text));
        }
        let joined = |from: &Run<'_>, to: &Run<'_>| {
            let between = text.get(from.start + from.text.len()..to.start);
            between.is_some_and(|between| ["/", "-", "_", "."].contains(&between))
        };
        let year = number(first, 4..=4);
        let (second, third) = (runs.get(at + 1)?, runs.get(at + 2));
        // `/2024/0513/`
        if let (Some(year), Some(both), true) = (year, number(second, 4..=4), joined(first, second)) {
            let date = day_of(year, both / 100, both % 100).ok().filter(plausible)?;
            return Some((date, text.get(first.start..second.start + 4)?));
        }
        let third = third?;
        if !joined(first, second) || !joined(second, third) {
            return None;
        }
        let month = number(second, 1..=2).or_else(|| {
            let name = (!second.digits).then(|| months::number(&second.text.to_lowercase()));
            name.flatten().map(i32::from)
        })?;
        let (year, day) = if let Some(year) = year {
            (year, number(third, 1..=2)?)
        } else {
            let part_of_version =
                at.checked_sub(1).and_then(|before| runs.get(before)).is_some_and(|before| {
                    before.start + before.text.len() == first.start || before.digits && joined(before, first)
                });
            if part_of_version {
                return None;
            }
            (number(third, 4..=4)?, number(first, 1..=2)?)
        };
        let date = day_of(year, month, day).ok().filter(plausible)?;
        Some((date, text.get(first.start..third.start + third.text.len())?))
    })
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        let digits = c.is_ascii_digit();
        if !digits && !c.is_alphabetic() {
            open = false;
            continue;
        }
        let end = at + c.len_utf8();
        match runs.last_mut() {
            Some(run) if open && run.digits == digits => {
                run.text = text.get(run.start..end).unwrap_or(run.text);
            }
            _ => runs.push(Run { text: text.get(at..end).unwrap_or_default(), start: at, digits }),
        }
        open = true;
    }
    runs
}
