//! Calendar days as releases and queries write them, and the day on which a release was published.
//!
//! [`DateSpan`] and [`day`] read a value that is a date and nothing else. [`find_date`] chooses among the
//! places where a release may be dated: fields, metadata, addresses, file names and visible text. It takes
//! dates from there and never makes up a missing part: a date without a year counts only where the year
//! is known from another place.

mod address;
mod grammar;
mod labels;
mod months;
mod origin;
mod span;
mod text;
mod tokens;
mod whole;
mod word_set;

pub use jiff::civil::Date;

pub use origin::{DateContext as Context, DateOrigin, Dating, DayOrder, FoundDate, RefusedDate, find_date};
pub use span::DateSpan;

use crate::error::{Error, Result};

/// Reads the day on which one release was published.
///
/// # Errors
///
/// [`Error::Value`] where the text is no date, names a day that does not exist, or names only a
/// month or a year.
pub fn day(text: &str) -> Result<Date> {
    let days = whole::read(text).map_err(|reason| not_a_date(text, reason))?;
    if days.first != days.last {
        return Err(not_a_date(text, "names no day; write the whole date, such as 2024-05-13".to_owned()));
    }
    Ok(days.first)
}

fn not_a_date(text: &str, reason: String) -> Error {
    Error::Value { what: "date", value: text.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_needs_a_whole_day() {
        assert_eq!(day("13 мая 2024 года").unwrap(), Date::constant(2024, 5, 13));
        for (text, reason) in [("май 2024", "no day"), ("2024", "no day"), ("..", "2024-05-13")] {
            let message = day(text).unwrap_err().to_string();
            assert!(message.contains(reason), "{text}: {message}");
        }
    }
}
