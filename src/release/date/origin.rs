//! Chooses the date of a release among the places that may name it, and records which one did.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{address, labels::Position, text::mentions, whole};

/// Where the date of a release was found, the most trusted place first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DateOrigin {
    /// A field of a record or a header line: `"date": "2024-05-13"`, «Дата: 13.05.2024».
    Field,
    /// The line of a page next to its headline that shows its date.
    Byline,
    /// The address of a page: `/2024/05/13/`.
    Url,
    /// The metadata of a page or document: JSON-LD, `meta`, `<time>`, document properties.
    Metadata,
    /// Visible text behind a label: «Опубликовано: 13 мая 2024».
    Label,
    /// The name of the file or its folders: `2024-05-13-tashkent.txt`.
    FileName,
    /// A dateline: «Ташкент, 13 мая 2024 года –».
    Dateline,
    /// Visible text that is a date and nothing else: «13.05.2024 | Новости».
    Text,
    /// The time of the last change, where no time of publication is named.
    Updated,
}

impl DateOrigin {
    /// The name that is stored with a release: `field`, `file-name`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Byline => "byline",
            Self::Url => "url",
            Self::Metadata => "metadata",
            Self::Label => "label",
            Self::FileName => "file-name",
            Self::Dateline => "dateline",
            Self::Text => "text",
            Self::Updated => "updated",
        }
    }
}

/// What is known about a release before its date is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateContext {
    /// Today. Dates more than a year later are implausible, and so are later dates in visible text.
    pub today: Date,
    /// The year of the release where it is known, for dates without one: «понедельник, 13 мая», «13 мая т. г.».
    pub year: Option<i16>,
    /// The order of day and month in `05/06/2024`.
    pub order: DayOrder,
}

/// The order of the numbers in a date with slashes, which depends on the country.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DayOrder {
    /// It is not known. The day is taken to come first where it can, and the line of a page that shows such a date
    /// does not count as [`DateOrigin::Byline`].
    #[default]
    Unknown,
    /// `05/06/2024` is the fifth of June.
    DayFirst,
    /// `05/06/2024` is the sixth of May.
    MonthFirst,
}

impl DateContext {
    /// A context of this day, which knows nothing else.
    pub fn on(today: Date) -> Self {
        Self { today, year: None, order: DayOrder::Unknown }
    }

    /// A context of the current day in UTC.
    pub fn now() -> Self {
        Self::on(Timestamp::now().to_zoned(TimeZone::UTC).date())
    }

    /// Why a date cannot be that of a release.
    pub(super) fn implausible(&self, date: Date) -> Option<String> {
        let latest = self.today.saturating_add(jiff::Span::new().years(1));
        if date.year() < EARLIEST_YEAR {
            Some(format!("{date} is before {EARLIEST_YEAR}"))
        } else if date > latest {
            Some(format!("{date} is more than a year ahead"))
        } else {
            None
        }
    }
}

/// No earlier year is taken for that of a release.
const EARLIEST_YEAR: i16 = 1900;
/// The longest field that is read as a date, in bytes.
const LONGEST_FIELD: usize = 256;

/// The date of a release and where it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundDate {
    /// The day.
    pub date: Date,
    /// Where it was found.
    pub origin: DateOrigin,
    /// The date as written there.
    pub text: String,
}

/// A value that stands where a date belongs and is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDate {
    /// Where it was found.
    pub origin: DateOrigin,
    /// The value as written.
    pub text: String,
    /// Why it is not used, in lower case.
    pub reason: String,
}

/// The outcome of [`find_date`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dating {
    /// The date, where one was found.
    pub found: Option<FoundDate>,
    /// Fields and metadata that are no dates, and implausible dates from anywhere.
    pub refused: Vec<RefusedDate>,
}

/// Chooses the date of a release from candidates: each a place and the value or text found there.
///
/// The place that stands first in [`DateOrigin`] wins; of several candidates from one place, the first
/// that names a plausible date. Candidates of [`DateOrigin::Label`], [`DateOrigin::Dateline`] and
/// [`DateOrigin::Text`] are lines or paragraphs of visible text, and which of the three a date in them
/// is follows from its form. Takes time linear in the length of the candidates.
///
/// ```
/// use vestnik::{DateContext, DateOrigin, find_date};
///
/// let context = DateContext::on("2024-06-01".parse().expect("a date"));
/// let candidates = [
///     (DateOrigin::Text, "Пресс-служба | 13 мая 2024 г., 15:30"),
///     (DateOrigin::Url, "https://example.org/news/12345.html"),
/// ];
/// let found = find_date(&candidates, &context).found.expect("a date");
/// assert_eq!((found.date.to_string().as_str(), found.origin), ("2024-05-13", DateOrigin::Text));
/// ```
pub fn find_date(candidates: &[(DateOrigin, &str)], context: &DateContext) -> Dating {
    let mut context = *context;
    context.year = context.year.or_else(|| known_year(candidates, &context));
    let mut dating = Dating::default();
    for (origin, text) in candidates {
        for found in read(*origin, text, &context, &mut dating.refused) {
            if dating.found.as_ref().is_none_or(|best| found.origin < best.origin) {
                dating.found = Some(found);
            }
        }
    }
    dating
}

/// The year that the address or the file name gives.
fn known_year(candidates: &[(DateOrigin, &str)], context: &DateContext) -> Option<i16> {
    candidates.iter().find_map(|(origin, text)| match origin {
        DateOrigin::Url | DateOrigin::FileName => address::year_in_url(text, context),
        _ => None,
    })
}

fn read(
    origin: DateOrigin,
    text: &str,
    context: &DateContext,
    refused: &mut Vec<RefusedDate>,
) -> Vec<FoundDate> {
    let mut check = |origin: DateOrigin, date: Result<Date, String>, text: &str| {
        let date = date.and_then(|date| context.implausible(date).map_or(Ok(date), Err));
        match date {
            Ok(date) => Some(FoundDate { date, origin, text: text.to_owned() }),
            Err(reason) => {
                refused.push(RefusedDate { origin, text: text.to_owned(), reason });
                None
            }
        }
    };
    match origin {
        DateOrigin::Field | DateOrigin::Metadata | DateOrigin::Updated => {
            let text = text.trim();
            if text.is_empty() {
                return Vec::new();
            }
            check(origin, field(text, context), text).into_iter().collect()
        }
        DateOrigin::Url => in_address(origin, address::in_url(text, context), &mut check),
        DateOrigin::FileName => in_address(origin, address::in_file_name(text, context), &mut check),
        DateOrigin::Byline | DateOrigin::Label | DateOrigin::Dateline | DateOrigin::Text => {
            let mentions = mentions(text);
            let found = mentions.iter().filter_map(|mention| {
                let origin = match mention.position {
                    Position::Labelled | Position::Dateline | Position::Alone
                        if origin == DateOrigin::Byline
                            && (context.order != DayOrder::Unknown || !mention.written.is_ambiguous()) =>
                    {
                        origin
                    }
                    Position::Labelled => DateOrigin::Label,
                    Position::Dateline => DateOrigin::Dateline,
                    Position::Alone => DateOrigin::Text,
                    Position::Updated => DateOrigin::Updated,
                };
                // A date without a year, or of a day that does not exist, is only text.
                let date = mention.written.resolve(context).ok()?;
                // So is a coming event.
                let coming = date > context.today.tomorrow().unwrap_or(Date::MAX)
                    && context.implausible(date).is_none();
                (!coming).then(|| check(origin, Ok(date), mention.text)).flatten()
            });
            found.collect()
        }
    }
}

fn in_address(
    origin: DateOrigin,
    found: Option<(Date, &str)>,
    check: &mut impl FnMut(DateOrigin, Result<Date, String>, &str) -> Option<FoundDate>,
) -> Vec<FoundDate> {
    found.and_then(|(date, text)| check(origin, Ok(date), text)).into_iter().collect()
}

/// The day that a field or a piece of metadata names: a date in any style, a labelled date or Unix time.
fn field(text: &str, context: &DateContext) -> Result<Date, String> {
    if text.len() > LONGEST_FIELD {
        return Err("is too long for a date".to_owned());
    }
    if let Some(date) = unix_time(text) {
        return Ok(date);
    }
    let strict = match whole::read(text) {
        Ok(days) if days.first == days.last => return Ok(days.first),
        Ok(_) => Err("names no day; write the whole date, such as 2024-05-13".to_owned()),
        Err(reason) => Err(reason),
    };
    let mentions = mentions(text);
    match &mentions[..] {
        [mention] => mention.written.resolve(context).map_err(whole::explain),
        _ => strict,
    }
}

/// Unix time in seconds, milliseconds, microseconds or nanoseconds, by the number of its digits; the day
/// is that of UTC. `/Date(1715594400000)/` is how .NET writes it in JSON.
fn unix_time(text: &str) -> Option<Date> {
    let text = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")).unwrap_or(text);
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if !digits.bytes().chain(rest.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let seconds = match digits.len() {
        9..=11 => number,
        12..=14 => number.div_euclid(1_000),
        15..=17 => number.div_euclid(1_000_000),
        18..=19 => number.div_euclid(1_000_000_000),
        _ => return None,
    };
    let timestamp = Timestamp::from_second(seconds).ok()?;
    Some(timestamp.to_zoned(TimeZone::UTC).date())
}
