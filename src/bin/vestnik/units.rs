//! Sizes and times on the command line: a number with a unit.

use std::time::Duration;

/// Bytes from `200M`, `1.5G`, `20000000`; a K is 1024.
pub fn bytes(text: &str) -> Result<usize, String> {
    let units = [("K", 10), ("M", 20), ("G", 30), ("", 0)];
    let upper = text.trim().to_uppercase();
    let number = upper.trim_end_matches('B').trim_end_matches('I');
    let wrong = || format!("{text:?} is not a size; write a number with K, M or G, for example 200M");
    let (digits, power) = units
        .iter()
        .find_map(|(unit, power)| Some((number.strip_suffix(unit)?, *power)))
        .ok_or_else(wrong)?;
    let number: f64 = digits.trim().parse().map_err(|_| wrong())?;
    let bytes = number * f64::from(1_u32 << power);
    // The upper bound also rejects infinity, the comparison NaN.
    if !(1.0..1e15).contains(&bytes) {
        return Err(wrong());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within range")]
    Ok(bytes as usize)
}

/// A time from `90s`, `30m`, `26h`, `2d`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a time; write a number with s, m, h or d, for example 26h");
    let units = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
    let text = text.trim();
    let (digits, seconds) = units
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(*unit)?, *seconds)))
        .ok_or_else(wrong)?;
    let number: u32 = digits.trim().parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(u64::from(number) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let table = [
            ("200M", Some(200 << 20)),
            ("1.5G", Some(3 << 29)),
            ("64 KiB", Some(64 << 10)),
            ("15000000", Some(15_000_000)),
            ("0", None),
            ("-1M", None),
            ("M", None),
            ("inf", None),
            ("12X", None),
        ];
        for (text, expected) in table {
            assert_eq!(bytes(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn times() {
        let table =
            [("26h", Some(93_600)), ("2d", Some(172_800)), ("90s", Some(90)), ("5", None), ("h", None)];
        for (text, expected) in table {
            assert_eq!(duration(text).ok().map(|time| time.as_secs()), expected, "{text}");
        }
    }
}
