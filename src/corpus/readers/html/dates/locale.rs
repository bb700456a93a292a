//! What the language of a page says about its dates: the order of day and month, and the local time.

use jiff::{Timestamp, civil::Time, tz::Offset};
use scraper::ElementRef;

use crate::release::DayOrder;

/// The language of a page, such as `de` or `en-us`.
pub(super) fn language(root: ElementRef<'_>) -> String {
    root.attr("lang").unwrap_or_default().trim().to_ascii_lowercase().replace('_', "-")
}

/// The order of day and month by the language of a page: the month comes first only in American English.
pub(super) fn day_order(language: &str) -> DayOrder {
    match language {
        "" | "en" => DayOrder::Unknown,
        "en-us" => DayOrder::MonthFirst,
        _ => DayOrder::DayFirst,
    }
}

/// How many hours the local time of the countries of a language is ahead of UTC, in winter and in summer.
fn hours_ahead(language: &str) -> &'static [i8] {
    match language.split('-').next().unwrap_or_default() {
        "cs" | "da" | "de" | "fr" | "hr" | "hu" | "it" | "nb" | "nl" | "no" | "pl" | "sk" | "sl" | "sr"
        | "sv" => &[1, 2],
        "bg" | "el" | "et" | "fi" | "lt" | "lv" | "ro" | "uk" => &[2, 3],
        "be" | "ru" => &[3, 4],
        "uz" => &[5],
        "kk" => &[5, 6],
        _ => &[],
    }
}

/// A date that a site stores as the UTC instant of its local midnight, as local time: `2024-05-12T21:00:00Z` on a
/// Russian page is 13 May. Any other value stays as it is.
pub(super) fn local_midnight(text: &str, language: &str) -> Option<String> {
    let instant: Timestamp = text.trim().parse().ok()?;
    let is_utc =
        ['Z', 'z'].iter().any(|zone| text.trim().ends_with(*zone)) || text.trim().ends_with("+00:00");
    let at = |hours: &i8| Offset::from_hours(*hours).ok().map(|offset| offset.to_datetime(instant));
    let midnight = hours_ahead(language).iter().filter_map(at).find(|local| local.time() == Time::midnight());
    midnight.filter(|_| is_utc).map(|local| local.to_string())
}
