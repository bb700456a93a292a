//! Properties that hold for any text: no panic, correct offsets, linear time.

use std::cell::Cell;

use proptest::{prelude::*, sample::select};

use super::{Analyzer, CheckpointWriter, Checkpoints, Role, Term, Token, TokenStream, normalize};

thread_local! {
    /// The number of bytes that tokenizing has examined on this thread.
    static STEPS: Cell<usize> = const { Cell::new(0) };
    static ANALYZER: Analyzer = Analyzer::new().unwrap();
}

/// Called by the tokenizer for the bytes it examines.
pub(super) fn count_steps(bytes: usize) {
    STEPS.set(STEPS.get() + bytes);
}

/// Pieces of Russian texts, and characters that break simple tokenizers.
const SCRAPS: &[&str] = &[
    "а",
    "В",
    "Ё",
    "й",
    "и\u{306}",
    "\u{301}",
    "\u{308}",
    "\u{AD}",
    "\u{200B}",
    "\u{FEFF}",
    "\u{202E}",
    "\u{A0}",
    "\u{202F}",
    "\0",
    "\n",
    "\t",
    " ",
    " ",
    "-",
    "‑",
    "–",
    "—",
    ".",
    ",",
    ":",
    "://",
    "/",
    "@",
    "#",
    "_",
    "№",
    "%",
    "'",
    "’",
    "«",
    "»",
    "(",
    "0",
    "5",
    "000",
    "13.05.2024",
    "1 000,5",
    "т.г.",
    "В.Воронков",
    "Дж.",
    "ООН",
    "МИДа",
    "ЦИК-а",
    "УзА",
    "Камилов",
    "ПАРЛАМЕНТ",
    "нормативно-правовой",
    "COVID-19",
    "Утратилo",
    "рф",
    "мвд.рф",
    "https://a.b/c",
    "x",
    "Z",
    "é",
    "ß",
    "İ",
    "ﬁ",
    "😀",
    "👨\u{200D}👩",
    "שלום",
    "عربي",
    "漢字",
    "ўзбек",
    "Ғ",
    "қ",
    "ʻ",
    "′",
    "²",
    "½",
    "Ⅻ",
    "Ａ",
    "á",
    "-\n",
    "\u{AD}\r\n ",
    "МиГ29",
    "2024г",
    "150 200",
    "+998 71 239-19-19",
    "1/2",
    "I",
    "<sup>2</sup>",
    "<sub>",
];

pub(super) fn text() -> impl Strategy<Value = String> {
    let scraps = prop::collection::vec(select(SCRAPS), 0..60).prop_map(|scraps| scraps.concat());
    let huge = (select(SCRAPS), 1..3_000_usize).prop_map(|(scrap, times)| scrap.repeat(times));
    prop_oneof![6 => scraps, 1 => huge, 2 => any::<String>()]
}

fn steps(text: &str) -> usize {
    STEPS.set(0);
    let mut tokens = TokenStream::new(text);
    while tokens.step().is_some() {}
    STEPS.get()
}

fn tokens(text: &str) -> Vec<Token> {
    ANALYZER.with(|analyzer| analyzer.analyze(text))
}

/// Resumes at every checkpoint, with a new stream and with one that jumps from each to the next.
fn check_checkpoints(text: &str) {
    let all = tokens(text);
    let (writer, _) = CheckpointWriter::of(text);
    ANALYZER.with(|analyzer| {
        let (mut forms, mut jumping) = (analyzer.term_cache(), TokenStream::new(text));
        for at in Checkpoints::new(writer.written()) {
            let first = all.iter().position(|token| token.position == at.position).unwrap();
            let mut fresh = TokenStream::new(text);
            jumping.resume(at);
            fresh.resume(at);
            for expected in all.iter().skip(first).take(6) {
                for walk in [&mut jumping, &mut fresh] {
                    let token = walk.next(&mut forms).unwrap().to_token(text);
                    assert!(is_same(&token, expected), "{token:?} from {at:?}, not {expected:?}");
                }
            }
        }
    });
}

fn is_same(one: &Token, other: &Token) -> bool {
    let of = |token: &Token| (token.position, token.start, token.end, token.role, token.function);
    of(one) == of(other) && one.terms == other.terms
}

fn is_among(token: &Token, all: &[Token]) -> bool {
    let from = all.partition_point(|other| other.position < token.position);
    all[from..].iter().take(2).any(|other| is_same(token, other))
}

/// How many positions a token takes.
fn parts(role: Role) -> u32 {
    if let Role::Whole(parts) = role { parts } else { 1 }
}

proptest! {
    #[test]
    fn offsets_map_back_to_the_text(text in text()) {
        let mut before = (0, 0, false);
        for token in tokens(&text) {
            prop_assert!(token.start < token.end, "{token:?}");
            prop_assert_eq!(text.get(token.start..token.end), Some(token.surface.as_str()));
            let (position, start, in_whole) = before;
            prop_assert!(token.position >= position && token.start >= start, "{token:?} after {before:?}");
            prop_assert!(token.position > position || in_whole || position == 0, "{token:?} after {before:?}");
            prop_assert!(!token.terms.is_empty(), "{token:?}");
            before = (token.position, token.start, matches!(token.role, Role::Whole(_)));
        }
    }

    #[test]
    fn positions_leave_nothing_out(text in text()) {
        let mut next = 0;
        for token in tokens(&text) {
            prop_assert!(token.position == next || token.position + 1 == next, "{token:?} where {next} comes");
            next = token.position + 1;
        }
    }

    #[test]
    fn normalization_is_idempotent(text in text()) {
        for token in tokens(&text) {
            let clean = normalize::clean(&token.surface).into_owned();
            prop_assert_eq!(normalize::clean(&clean), clean.as_str());
        }
    }

    #[test]
    fn invisible_characters_change_no_term(
        words in prop::collection::vec(select(WORDS), 1..6), invisible in select(INVISIBLE), at in 0_usize..40,
    ) {
        let text = words.join(" ");
        let at = text.floor_char_boundary(at.min(text.len()));
        let pasted = format!("{}{invisible}{}", &text[..at], &text[at..]);
        let terms = |text: &str| -> Vec<Vec<Term>> { tokens(text).into_iter().map(|token| token.terms).collect() };
        prop_assert_eq!(terms(&pasted), terms(&text), "{:?}", pasted);
    }

    #[test]
    fn signs_of_one_kind_give_the_same_terms(word in select(JOINED), apostrophe in select(APOSTROPHES), hyphen in select(HYPHENS)) {
        let other = word.replace('\'', apostrophe).replace('-', hyphen);
        let terms = |text: &str| -> Vec<Vec<Term>> { tokens(text).into_iter().map(|token| token.terms).collect() };
        prop_assert_eq!(terms(word), terms(&other), "{}", other);
    }

    #[test]
    fn words_are_counted_as_they_are_numbered(text in text()) {
        let numbered = tokens(&text).last().map_or(0, |token| u64::from(token.position) + 1);
        prop_assert_eq!(u64::from(CheckpointWriter::of(&text).1), numbered);
    }

    #[test]
    fn a_stream_resumed_at_a_checkpoint_gives_the_same_tokens(text in text()) {
        for whole in [&text, &text.repeat(9)] {
            check_checkpoints(whole);
        }
    }

    #[test]
    fn what_is_passed_over_changes_nothing(text in text(), steps in prop::collection::vec(0_u32..40, 0..20)) {
        let all = tokens(&text);
        ANALYZER.with(|analyzer| {
            let (mut forms, mut walk) = (analyzer.term_cache(), TokenStream::new(&text));
            let mut wanted = 0;
            for step in steps {
                wanted += step;
                walk.pass_to(wanted);
                while walk.position() <= wanted {
                    let Some(token) = walk.next(&mut forms) else { break };
                    let token = token.to_token(&text);
                    let needed = token.role == Role::Part || token.position + parts(token.role) > wanted;
                    assert!(needed, "{token:?} before {wanted}");
                    assert!(is_among(&token, &all), "{token:?}");
                }
            }
        });
    }

    #[test]
    fn a_word_taken_is_the_token_there(text in text(), steps in prop::collection::vec(0_u32..40, 0..20)) {
        let all = tokens(&text);
        let mut walk = TokenStream::new(&text);
        let mut wanted = 0;
        for step in steps {
            wanted += step;
            let here: Vec<&Token> = all.iter().filter(|token| token.position == wanted).collect();
            let is_ahead = walk.position() <= wanted;
            match walk.take_word(wanted).filter(|_| is_ahead) {
                Some(span) => {
                    prop_assert_eq!(here.len(), 1);
                    prop_assert_eq!((here[0].start, here[0].end), (span.start, span.end));
                    prop_assert_eq!(walk.position(), wanted + 1);
                }
                None => prop_assert!(!is_ahead || here.len() != 1 || here[0].role == Role::Part),
            }
        }
    }

    #[test]
    fn a_text_twice_as_long_takes_twice_the_steps(text in text()) {
        // DisplayEdits between the copies may join or part tokens; a constant covers them.
        let once = steps(&text);
        prop_assert!(once <= MOST_LOOKS * text.len() + 64, "{once} steps for {} bytes", text.len());
        let copies = format!("{text}{text}{text}{text}");
        prop_assert!(steps(&copies) <= MOST_LOOKS * copies.len() + 64);
    }
}

const WORDS: &[&str] = &["Ташкент", "МиГ-29", "реабилитации", "О'Нил", "CO2", "24-й", "ООН", "В."];
const INVISIBLE: &[&str] = &[
    "\u{AD}", "\u{200B}", "\u{2060}", "\u{FEFF}", "\u{202A}", "\u{202E}", "\u{2066}", "\u{2069}", "\u{200E}",
];
const JOINED: &[&str] =
    &["О'Нил", "Мар'яна", "O'zbekiston", "Ту-154", "24-й", "44-ФЗ", "2024-2025", "COVID-19"];
const APOSTROPHES: &[&str] = &["'", "’", "‘", "`", "´", "ʼ", "ʻ", "ʹ", "ˈ", "′"];
const HYPHENS: &[&str] = &["-", "\u{2010}", "\u{2011}", "\u{2012}", "–", "—", "−"];

/// How often the scanner may look at one byte.
const MOST_LOOKS: usize = 24;

#[test]
fn no_trap_makes_time_grow_faster_than_the_text() {
    let traps = [
        "а.",
        "а.б",
        "1 000 ",
        "1,2",
        "1,",
        "1.",
        "1.2а",
        "a://",
        "a://(",
        "://",
        "а-",
        "а-1",
        "@а_",
        "#а",
        "_а_",
        "А\n",
        "АА\n",
        "ААААААА ",
        "а\u{301}",
        "а\u{200B}",
        "\u{200B}",
        "и\u{306}'",
        "1 0000",
        "В.",
        "Дж.",
        "т.рф",
        "x.рф",
        "a&",
        "a.b",
        "1:2",
        "1-",
        "1 (",
        "+1 ",
        "150 200 ",
        "150\u{A0}200-",
        "12-34 ",
        "1/2",
        "1/",
        "1½",
        "a1",
        "м²",
        "а-\n",
        "а\u{AD}\r\n  ",
        "реаби-\n",
        "А 1 ",
        "ʻа",
    ];
    for trap in traps {
        let text = trap.repeat(20_000);
        let steps = steps(&text);
        assert!(steps <= MOST_LOOKS * text.len(), "{trap:?}: {steps} steps for {} bytes", text.len());
    }
}

#[test]
fn a_line_in_capitals_is_read_once() {
    // One line of capitals without end and many short ones: either would take minutes if each word
    // looked at its whole line, or at all lines before it.
    for text in ["ООН МИД ".repeat(200_000), "ООН\n".repeat(200_000)] {
        assert!(tokens(&text).len() >= 200_000);
    }
}
