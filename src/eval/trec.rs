//! Writes rankings as TREC run lines, for `trec_eval` and similar programs.
//!
//! Only writes text. Does not rank and does not read runs.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{self, Write},
};

/// The lowest score that is written unchanged; millions of numbers are left below it.
const FLOOR: f32 = -1e30;

/// Writes one query's ranking, best release first, as lines `query Q0 id rank score tag`, ranks from 1.
///
/// `trec_eval` ignores the rank, orders by score (which it keeps as an `f32`) and breaks ties by id, from
/// the last to the first. Here the given order is the ranking: a release that
/// matches only in part is below one that matches in full, even with a higher score. So a score that
/// does not fall below its predecessor's is lowered to the next smaller `f32`; all others are written
/// as they are, with all their digits. Infinite scores become finite, and one that is not a number is
/// put below its predecessor.
///
/// White space and control characters in `query`, `tag` and ids, which would break the columns, are
/// percent-encoded (a space becomes `%20`). All else stays, `%` too, so that an id without white space
/// still equals that in the judgments; ids `a b` and `a%20b` therefore must not stand in one run.
///
/// # Errors
///
/// What `out` says when it cannot be written to; [`io::ErrorKind::InvalidInput`] where `query`, `tag` or an
/// id is empty, for an empty column cannot be seen.
pub fn write_run<'a>(
    out: &mut impl Write,
    query: &str,
    tag: &str,
    ranked: impl IntoIterator<Item = (&'a str, f32)>,
) -> io::Result<()> {
    let (query, tag) = (column(query, "query id")?, column(tag, "run tag")?);
    let mut above = f32::INFINITY;
    for (rank, (id, score)) in (1_u64..).zip(ranked) {
        above = below(above, score);
        let id = column(id, "release id")?;
        // Every `f32` is an `f64`, and that is what readers parse first: no digit is rounded on the way.
        writeln!(out, "{query} Q0 {id} {rank} {} {tag}", f64::from(above))?;
    }
    Ok(())
}

/// `score`, or the next number below `above` where `score` is not below it.
fn below(above: f32, score: f32) -> f32 {
    // The order matters: `clamp` keeps what is not a number, `min` then prefers the other.
    score.clamp(FLOOR, f32::MAX).min(above.next_down())
}

fn column<'a>(text: &'a str, what: &str) -> io::Result<Cow<'a, str>> {
    if text.is_empty() {
        let reason = format!("a TREC run cannot hold an empty {what}; give it a name");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    if !text.contains(breaks_columns) {
        return Ok(Cow::Borrowed(text));
    }
    let mut encoded = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if !breaks_columns(character) {
            encoded.push(character);
            continue;
        }
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            write!(encoded, "%{byte:02X}").map_err(io::Error::other)?;
        }
    }
    Ok(Cow::Owned(encoded))
}

/// Control characters too: some readers split at U+001C to U+001F, and NUL ends a string in C.
fn breaks_columns(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(query: &str, tag: &str, ranked: &[(&str, f32)]) -> io::Result<String> {
        let mut out = Vec::new();
        write_run(&mut out, query, tag, ranked.iter().copied())?;
        String::from_utf8(out).map_err(io::Error::other)
    }

    #[test]
    fn lines() {
        let text = run("q1", "vestnik", &[("первый", 2.5), ("two words", 3.5), ("50%", 0.25)]).unwrap();
        let expected = "q1 Q0 первый 1 2.5 vestnik\n\
                        q1 Q0 two%20words 2 2.499999761581421 vestnik\n\
                        q1 Q0 50% 3 0.25 vestnik\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn columns() {
        let cases = [
            ("a b", "a%20b"),
            ("a\tb\n", "a%09b%0A"),
            ("a\u{a0}b", "a%C2%A0b"),
            ("a\u{1f}b\0", "a%1Fb%00"),
            ("ж\u{2028}", "ж%E2%80%A8"),
            ("dir/a%20b.txt", "dir/a%20b.txt"),
        ];
        for (text, expected) in cases {
            assert_eq!(column(text, "release id").unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn empty_columns_are_refused() {
        for (query, tag, id) in [("", "t", "a"), ("q", "", "a"), ("q", "t", "")] {
            let error = run(query, tag, &[(id, 1.0)]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn scores_are_lowered_only_where_they_do_not_fall() {
        let cases: [(&[f32], &[f32]); 5] = [
            (&[3.0, 2.0, 1.0], &[3.0, 2.0, 1.0]),
            (&[2.0, 2.0, 1.0], &[2.0, 2.0_f32.next_down(), 1.0]),
            (&[1.0, 9.0, 8.0, 0.5], &[1.0, 1.0_f32.next_down(), 1.0_f32.next_down().next_down(), 0.5]),
            (&[0.0, 0.0], &[0.0, -f32::from_bits(1)]),
            (&[1.0, f32::NAN, f32::NEG_INFINITY], &[1.0, 1.0_f32.next_down(), FLOOR]),
        ];
        for (scores, expected) in cases {
            let mut above = f32::INFINITY;
            let got: Vec<f32> = scores.iter().map(|score| (above = below(above, *score), above).1).collect();
            assert_eq!(got, expected, "{scores:?}");
        }
    }

    proptest! {
        #[test]
        fn written_scores_fall(
            scores in prop::collection::vec(
                prop_oneof![
                    any::<f32>(),
                    prop::num::f32::ANY,
                    Just(0.0),
                    Just(f32::MAX),
                    Just(f32::NEG_INFINITY)
                ],
                0..60,
            ),
            id in "\\PC|[\\s\\x00-\\x7f]{1,6}",
        ) {
            let ranked: Vec<_> = scores.iter().map(|score| (id.as_str(), *score)).collect();
            let text = run("q", "t", &ranked).unwrap();
            prop_assert_eq!(text.lines().count(), scores.len());
            let mut above = f32::INFINITY;
            for (line, rank) in text.lines().zip(1..) {
                let columns: Vec<&str> = line.split_whitespace().collect();
                prop_assert_eq!(columns.len(), 6, "{}", line);
                prop_assert_eq!(columns[3], rank.to_string());
                // As in C: parsed as a double, kept as a float.
                #[allow(clippy::cast_possible_truncation)]
                let score = columns[4].parse::<f64>().unwrap() as f32;
                prop_assert!(score < above && score.is_finite(), "{} then {}", above, score);
                above = score;
            }
        }
    }
}
