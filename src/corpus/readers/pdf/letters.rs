//! The letters of a PDF: whether they mean anything, and what producers do to them.
//!
//! A PDF may map its glyphs to wrong letters or to none. Text of that kind must not reach the index, so this decides
//! by the shape of the words, which holds for every language.

use encoding_rs::{WINDOWS_1251, WINDOWS_1252};
use pdfboss_output::TextSpan;

/// A document in which a smaller share of the longer words is plausible has no usable letters, in per cent.
const LEAST_PLAUSIBLE: usize = 50;
/// Fewer words than these prove nothing.
const LEAST_WORDS: usize = 20;

/// The least width of a hyphen, in sizes of the font.
const LEAST_HYPHEN: f32 = 0.1;

/// Baselines of one line are nearer to each other than this, in sizes of the font.
const SAME_LINE: f32 = 0.01;
/// The most by which a letter is moved towards the one before it, in sizes of the font.
const KERNING: f32 = 0.2;

/// What the letters of a document are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    Text,
    /// Letters of windows-1251 that the document declares as Latin-1: «Ìèð».
    Latin1,
    Meaningless,
}

/// Judges the letters of a document by its pieces of text.
pub(super) fn judge<'a>(pieces: impl Iterator<Item = &'a str> + Clone) -> Letters {
    let text: String = pieces.flat_map(|piece| [piece, " "]).collect();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let accented = text.chars().filter(|c| ('\u{C0}'..='\u{FF}').contains(c)).count();
    if letters > LEAST_WORDS && accented * 5 > letters * 3 {
        return Letters::Latin1;
    }
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.chars().count() > 2).collect();
    let plausible = words.iter().filter(|word| is_plausible(word)).count();
    let unmapped = text.chars().filter(|c| is_unmapped(*c)).count();
    if unmapped * 3 > letters || words.len() >= LEAST_WORDS && plausible * 100 < LEAST_PLAUSIBLE * words.len()
    {
        return Letters::Meaningless;
    }
    Letters::Text
}

/// Makes hyphens of soft hyphens that have a width within a line: Ghostscript maps every hyphen to one. At the end of
/// a line either kind may be meant, and a soft hyphen without a width is invisible.
pub(super) fn show_hyphens(span: &mut TextSpan) {
    if span.rotate != 0 || !span.text.contains('\u{AD}') {
        return;
    }
    let (starts, least) = (std::mem::take(&mut span.glyph_x), LEAST_HYPHEN * span.size);
    let is_wide = |at: usize| starts.get(at..at + 2).is_some_and(|pair| pair[1] - pair[0] > least);
    let letters = span.text.chars().enumerate();
    span.text = letters.map(|(at, c)| if c == '\u{AD}' && is_wide(at) { '-' } else { c }).collect();
    span.glyph_x = starts;
}

/// Keeps letters that are kerned in the order in which they are drawn. pdfboss ignores the matrix of Type 3 fonts, so
/// that a letter is hardly wider than the kerning behind it, and the next one would stand before it.
pub(super) fn keep_drawing_order(spans: &mut [TextSpan]) {
    for at in 1..spans.len() {
        let [before, span] = &mut spans[at - 1..=at] else { return };
        let behind = before.x - span.x;
        let is_kerned = behind > 0.0 && behind < KERNING * span.size;
        if is_kerned
            && (before.y - span.y).abs() < SAME_LINE * span.size
            && (before.rotate, span.rotate) == (0, 0)
            && before.text != span.text
        {
            let shift = before.end_x - span.x;
            let places = [&mut span.x, &mut span.end_x, &mut span.bbox.x0, &mut span.bbox.x1];
            places.into_iter().chain(&mut span.glyph_x).for_each(|x| *x += shift);
        }
    }
}

fn is_unmapped(c: char) -> bool {
    c == char::REPLACEMENT_CHARACTER
        || ('\u{E000}'..='\u{F8FF}').contains(&c)
        || c.is_control() && !c.is_whitespace()
}

/// Whether a word is letters of one script in a usual case, or a number, within punctuation.
fn is_plausible(word: &str) -> bool {
    word.split(['-', '\u{2010}', '\u{2011}', '/', '@', '.', '_', '\u{2013}', '\u{2014}']).all(|part| {
        let part = part.trim_matches(|c: char| !c.is_alphanumeric());
        if part.chars().all(|c| c.is_numeric() || ",:%".contains(c)) {
            return true;
        }
        let letters = || part.chars().filter(|c| c.is_alphabetic());
        let cyrillic = letters().filter(|c| ('\u{400}'..='\u{52F}').contains(c)).count();
        let one_script = cyrillic == 0 || cyrillic == letters().count();
        let uniform = letters().all(char::is_uppercase) || letters().skip(1).all(|c| !c.is_uppercase());
        one_script
            && uniform
            && letters().count() == part.chars().filter(|c| !"'’\u{301}\u{AD}".contains(*c)).count()
    })
}

/// Latin-1 letters as the Cyrillic ones at their places in windows-1251.
pub(super) fn cyrillic(text: &str) -> String {
    let mut read = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        let letter = c.to_string();
        let (byte, _, failed) = WINDOWS_1252.encode(&letter);
        // What is not a letter of Latin-1 is no part of the mistake: quotes and dashes are mapped rightly.
        let mistaken = !failed && (c >= '\u{C0}' || c == '\u{A8}' || c == '\u{B8}');
        match byte.first() {
            Some(byte) if mistaken => read += &WINDOWS_1251.decode_without_bom_handling(&[*byte]).0,
            _ => read.push(c),
        }
    }
    read
}

/// Removes the raised numbers that refer to notes: small digits behind a word or a punctuation mark. Returns them.
///
/// A unit such as «м» keeps its exponent.
pub(super) fn drop_note_marks(spans: &mut Vec<TextSpan>) -> Vec<String> {
    let mut marks = Vec::new();
    let mut before: Option<(f32, f32, bool)> = None;
    spans.retain(|span| {
        let text = span.text.trim();
        let mark = !text.is_empty() && text.chars().count() <= 3 && text.chars().all(|c| c.is_ascii_digit());
        let raised = before.is_some_and(|(y, size, word)| {
            let lift = span.y + span.rise.min(0.0) - y;
            word && span.size < 0.8 * size && lift > 0.1 * size && lift < size
        });
        if mark && raised {
            marks.push(text.to_owned());
            return false;
        }
        if !text.is_empty() {
            let tail: Vec<char> = text.chars().rev().take(3).collect();
            let word = tail.len() == 3 && tail.iter().all(|c| c.is_alphabetic())
                || tail.first().is_some_and(|c| ".,;:!?»\u{201D})".contains(*c));
            before = Some((span.y, span.size, word));
        }
        true
    });
    marks
}

/// Ligatures as letters.
pub(super) fn spelled_out(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'ﬀ' => plain += "ff",
            'ﬁ' => plain += "fi",
            'ﬂ' => plain += "fl",
            'ﬃ' => plain += "ffi",
            'ﬄ' => plain += "ffl",
            'ﬅ' | 'ﬆ' => plain += "st",
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meaningless_letters_are_found() {
        let mangled = "М<EE<S М9:8GA4DB8AB7B 64?RFAB7B HBA-84 ;469DH<?4 >BAEG?PF4F<< 6 <H>9>9 Д6GIA989?PAO9 ";
        let table = [
            (mangled.repeat(4), Letters::Meaningless),
            (
                "Миссия Международного валютного фонда (МВФ) — на 14,8 % больше, «сказал» А. Б. Иванов "
                    .repeat(4),
                Letters::Text,
            ),
            (
                "The mission of the International Monetary Fund isn't over: e-mail info@imf.org, IPv6 "
                    .repeat(4),
                Letters::Text,
            ),
            ("Ìèññèÿ Ìåæäóíàðîäíîãî âàëþòíîãî ôîíäà ".repeat(4), Letters::Latin1),
            ("\u{FFFD}\u{FFFD}\u{FFFD} a ".repeat(30), Letters::Meaningless),
            ("Çàêîí".to_owned(), Letters::Text),
        ];
        for (text, expected) in table {
            assert_eq!(judge(std::iter::once(text.as_str())), expected, "{text}");
        }
        assert_eq!(cyrillic("Ìèð ¸ — 1"), "Мир ё — 1");
    }
}
