//! `vestnik analyze`: prints the tokens and terms of a text.

use anyhow::Result;
use serde_json::json;
use vestnik::{
    Analyzer,
    analysis::{Role, Token},
};

use crate::{
    arguments,
    exit::Exit,
    options::{Format, JSON_VERSION},
    terminal::{Line, Terminal},
};

/// Print the terms that a text is indexed by: position, word, and each term with its rule
///
/// A term is printed as channel:text. The channels are e (the form as written), l (the lemma; in capitals an
/// abbreviation, with + the place name of an adjective or the initial of a given name, with ? a lemma that is
/// unlikely) and s (the stem). A ~ marks the Russian spelling of a word with other letters.
#[derive(clap::Args)]
pub struct Args {
    /// The text; several words form one text
    #[arg(required = true, value_parser = arguments::text)]
    text: Vec<String>,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let tokens = Analyzer::new()?.analyze(&args.text.join(" "));
    for token in &tokens {
        match args.format {
            Format::Text => terminal.line(line(token))?,
            Format::Json => terminal.json(&object(token))?,
        }
    }
    Ok(if tokens.is_empty() { Exit::Nothing } else { Exit::Done })
}

fn line(token: &Token) -> Line {
    let role = match token.role {
        Role::Single if token.function => " function word",
        Role::Single => "",
        Role::Whole(_) => " whole",
        Role::Part => " part",
        Role::Initial => " initial",
    };
    let token_and_role =
        Line::new().plain(format_args!("{:>4}  {}", token.position, token.surface)).faint(role);
    token.terms.iter().fold(token_and_role, |line, term| {
        line.plain(format_args!("  {}:{} ", term.channel().letter(), term.text()))
            .faint(format_args!("({})", term.rule().name()))
    })
}

fn object(token: &Token) -> serde_json::Value {
    let terms: Vec<_> = token
        .terms
        .iter()
        .map(|term| json!({ "channel": term.channel(), "text": term.text(), "rule": term.rule() }))
        .collect();
    json!({
        "v": JSON_VERSION,
        "type": "token",
        "position": token.position,
        "start": token.start,
        "end": token.end,
        "surface": token.surface,
        "role": token.role,
        "function": token.function,
        "terms": terms,
    })
}
