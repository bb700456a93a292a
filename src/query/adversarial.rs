//! Tests of long and hostile queries: the work is linear in their length, and no depth overflows the stack.

use super::{Expr, Field, Query, lexer::Lexer};

/// Pieces that make a lexer look far ahead.
const NASTY: [&str; 33] = [
    "(",
    ")",
    "((а",
    "(а)",
    "\"",
    "«",
    "«а",
    "«а «б» ",
    "«»",
    "«а «б «в» ",
    "„",
    "“а ",
    "«а» „",
    "НЕ ",
    "-",
    "- ",
    "И ",
    "а | ",
    "!",
    "!=",
    "^1",
    "а^",
    "^1,",
    "дата:",
    "дата: \"",
    "дата:(а ",
    "заголовок:",
    "дата: 1 2 3 4 ",
    "дата:1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1 ",
    "*а",
    "-*а* ",
    "а/",
    "\u{200B}а ",
];

/// How often the lexer reads a character of the query.
fn reads(text: &str) -> usize {
    let (tokens, reads) = Lexer::with_reads(text);
    assert!(tokens.len() <= text.chars().count(), "more tokens than characters");
    assert!(tokens.windows(2).all(|pair| pair[0].at < pair[1].at), "went back");
    reads
}

#[test]
fn the_work_grows_no_faster_than_the_query() {
    for piece in NASTY {
        let text = piece.repeat(10_000 / piece.chars().count());
        let length = text.chars().count();
        let (whole, half) = (reads(&text), reads(&text.chars().take(length / 2).collect::<String>()));
        assert!(whole <= 200 * length, "{piece}: {whole} reads of {length} characters");
        assert!(whole <= half * 9 / 4 + 2000, "{piece}: {half} reads, then {whole} for twice the length");
    }
}

#[test]
fn long_noise_reads_back() {
    for piece in NASTY {
        let query = Query::parse(&piece.repeat(10_000 / piece.chars().count()));
        assert_eq!(Query::parse(&query.to_string()), query, "{piece}");
    }
}

#[test]
fn brackets_deeper_than_64_group_nothing_and_lose_nothing() {
    let nested = |depth: usize| format!("{}а{}", "(б | -(в ".repeat(depth / 2), "))".repeat(depth / 2));
    let at_limit = Query::parse(&nested(64));
    assert_eq!(Query::parse(&at_limit.to_string()), at_limit);
    assert!(Query::parse_strict(&nested(64)).is_err(), "an exclusion in a choice is doubtful");

    let group = |depth: usize| format!("{}а б{}^2", "(".repeat(depth), ")".repeat(depth));
    assert!(Query::parse_strict(&group(64)).is_ok());
    assert!(Query::parse_strict(&group(65)).is_err());
    assert_eq!(Query::parse(&group(65)), Query::parse("(а б)^2"));

    let weighted = format!("{}(а б)^2{}", "(".repeat(64), ")".repeat(64));
    assert_eq!(Query::parse(&weighted), Query::parse("а б"), "a weight goes with its bracket");

    let deep = Query::parse(&nested(4_000));
    assert_eq!(deep.to_string().matches('а').count(), 1);
    assert_eq!(deep.to_string().matches('в').count(), 2_000);
}

#[test]
fn the_deepest_query_fits_a_small_stack() {
    let levels = "заголовок:(а И б | в -".repeat(100_000) + "г" + &")^2".repeat(100_000);
    let work = move || {
        let query = Query::parse(&levels);
        let explained = query.explain();
        assert_eq!(Query::parse(&query.to_string()), query);
        drop(query);
        explained.len()
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap();
    assert!(thread.join().unwrap() > 0);
}

/// Wraps an expression in another.
type Wrapper = fn(Expr) -> Expr;

/// Every kind of expression that contains others.
const WRAPPERS: [Wrapper; 8] = [
    |expr| Expr::Should(vec![expr]),
    |expr| Expr::Should(vec![expr, Expr::word("а")]),
    |expr| Expr::All(vec![Expr::word("б"), expr]),
    |expr| Expr::Any(vec![expr, Expr::word("в")]),
    |expr| Expr::Not(Box::new(expr)),
    |expr| Expr::Near { left: Box::new(expr), right: Box::new(Expr::word("г")), within: 3 },
    |expr| Expr::InField { field: Field::Title, expr: Box::new(expr) },
    |expr| Expr::Boost { factor: 2.0, expr: Box::new(expr) },
];

#[test]
fn built_queries_of_any_depth_fit_a_small_stack() {
    let work = || {
        let nested = |wrappers: &[Wrapper]| {
            wrappers.iter().cycle().take(200_000).fold(Expr::word("вода"), |expr, wrap| wrap(expr))
        };
        for wrappers in WRAPPERS.iter().map(std::slice::from_ref).chain([&WRAPPERS[..]]) {
            drop(nested(wrappers));
            let query = Query::from(nested(wrappers));
            assert!(query.to_string().contains("вода"));
            assert!(query.explain().contains("вода"));
            assert_eq!(Query::from(query.expr.clone()), query);
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
}
