//! What the index holds of a text: `terms.txt`, in the notation explained at its top.

use vestnik::{
    Analyzer,
    analysis::{Channel, Role, Token},
};

use crate::table::{cases, check};

#[test]
fn texts_give_their_terms() {
    let analyzer = Analyzer::new().unwrap();
    let cases = cases(include_str!("terms.txt"));
    let mut complaints = Vec::new();
    for (line, [text, expected]) in &cases {
        let terms = written(&analyzer.analyze(text));
        if terms != *expected {
            complaints.push(format!("{line}: {text} | {terms}"));
        }
    }
    check(cases.len(), 150, &complaints);
}

/// Tokens in the table's notation.
fn written(tokens: &[Token]) -> String {
    let words: Vec<String> = tokens.iter().map(word).collect();
    words.join(" ")
}

fn word(token: &Token) -> String {
    let of = |channel: Channel, sign: &str| -> Vec<String> {
        let terms = token.terms.iter().filter(|term| term.channel() == channel);
        terms.map(|term| format!("{sign}{}", term.text())).collect()
    };
    let forms = of(Channel::Exact, "").join("=");
    let others = [of(Channel::Lemma, ""), of(Channel::Stem, "~")].concat().join(",");
    let word = if others.is_empty() { forms } else { format!("{forms}:{others}") };
    match token.role {
        Role::Whole(_) => format!("{{{word}}}"),
        _ if token.function => format!("({word})"),
        _ => word,
    }
}
