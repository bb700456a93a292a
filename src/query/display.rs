//! Renders a query as text that parses to the same query.
//!
//! Brackets appear only where the grammar needs them. A word that would be read as something else, such as
//! «И», is put in quotes. The work is linear in the size of the query.

use std::fmt::{self, Formatter, Write};

use super::{
    Expr, Field, Form, Query,
    diagnostics::Diagnostics,
    lexer::Lexer,
    site_name,
    token::{Kind, Token},
    word,
};

/// How tightly the outermost operator of an expression binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    List,
    Or,
    And,
    Not,
    Boost,
    Field,
    Distance,
    Leaf,
}

impl Field {
    /// The name of the field in queries.
    fn name(self) -> &'static str {
        match self {
            Self::Title => "заголовок",
            Self::Body => "текст",
            Self::Source => "источник",
        }
    }
}

impl fmt::Display for Query {
    /// Renders the query. [`Query::parse`] reads the same query back.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        match &self.expr {
            Expr::Should(items) => {
                let Some((last, others)) = items.split_last() else { return Ok(()) };
                for item in others {
                    write(&mut text, item, Binding::Or)?;
                    text.push(' ');
                }
                write_last(&mut text, last, Binding::Or)?;
            }
            expr => write_last(&mut text, expr, Binding::List)?,
        }
        // Without brackets, the last alternative would be read as the name of a site behind a headline.
        if site_name::split(&text).is_some() { write!(f, "({text})") } else { f.write_str(&text) }
    }
}

/// A date at the end needs no quotes: no word follows that could be read as a part of it.
fn write_last(f: &mut dyn Write, expr: &Expr, place: Binding) -> fmt::Result {
    match expr {
        Expr::Date(span) => write!(f, "дата:{span}"),
        expr => write(f, expr, place),
    }
}

fn binding(expr: &Expr) -> Binding {
    match expr {
        Expr::Should(_) => Binding::List,
        Expr::Any(_) => Binding::Or,
        Expr::All(items) if is_chain(items) => Binding::Distance,
        Expr::All(_) => Binding::And,
        Expr::Not(_) => Binding::Not,
        Expr::Boost { .. } => Binding::Boost,
        Expr::InField { .. } | Expr::Date(_) => Binding::Field,
        Expr::Near { .. } => Binding::Distance,
        Expr::Word { .. } | Expr::Phrase { .. } | Expr::Prefix(_) | Expr::Pattern(_) => Binding::Leaf,
    }
}

/// Whether distances follow each other as in `а /3 б /2 в`.
fn is_chain(items: &[Expr]) -> bool {
    items.len() > 1
        && items.windows(2).all(|pair| match pair {
            [Expr::Near { right: end, .. }, Expr::Near { left: begin, .. }] => end == begin,
            _ => false,
        })
}

/// Writes an expression, in brackets if it binds less tightly than its place demands.
fn write(f: &mut dyn Write, expr: &Expr, place: Binding) -> fmt::Result {
    if binding(expr) < place {
        f.write_char('(')?;
        write_bare(f, expr)?;
        return f.write_char(')');
    }
    write_bare(f, expr)
}

fn write_bare(f: &mut dyn Write, expr: &Expr) -> fmt::Result {
    match expr {
        Expr::Should(items) => write_list(f, items, " ", Binding::Or),
        Expr::Any(items) => write_list(f, items, " | ", Binding::And),
        Expr::All(items) if is_chain(items) => write_chain(f, items),
        Expr::All(items) => write_list(f, items, " & ", Binding::Not),
        Expr::Not(inner) => {
            let mut negation = Negation { f, state: Sign::Due };
            write(&mut negation, inner, Binding::Boost)?;
            if negation.state == Sign::Bracket { f.write_char(')') } else { Ok(()) }
        }
        Expr::Word { text, form } if *form == Form::Any && reads_as_word(text) => f.write_str(text),
        Expr::Word { text, form } => write_quoted(f, text, *form),
        Expr::Phrase { text, form, slop } => {
            write_quoted(f, text, *form)?;
            slop.map_or(Ok(()), |slop| write!(f, "~{slop}"))
        }
        Expr::Near { left, right, within } => {
            write(f, left, Binding::Leaf)?;
            write!(f, " /{within} ")?;
            write(f, right, Binding::Leaf)
        }
        Expr::Prefix(text) => write!(f, "{text}*"),
        Expr::Pattern(text) => f.write_str(text),
        Expr::InField { field, expr } => {
            write!(f, "{}:", field.name())?;
            write(f, expr, Binding::Distance)
        }
        Expr::Date(span) => write!(f, "дата:\"{span}\""),
        Expr::Boost { factor, expr } => {
            write(f, expr, Binding::Field)?;
            write!(f, "^{factor}")
        }
    }
}

fn write_list(f: &mut dyn Write, items: &[Expr], between: &str, place: Binding) -> fmt::Result {
    for (count, item) in items.iter().enumerate() {
        if count > 0 {
            f.write_str(between)?;
        }
        write(f, item, place)?;
    }
    Ok(())
}

fn write_chain(f: &mut dyn Write, items: &[Expr]) -> fmt::Result {
    for (count, item) in items.iter().enumerate() {
        match item {
            Expr::Near { right, within, .. } if count > 0 => {
                write!(f, " /{within} ")?;
                write(f, right, Binding::Leaf)?;
            }
            item => write_bare(f, item)?,
        }
    }
    Ok(())
}

/// Writes a minus before the text, and a bracket if the text begins with a digit, before which the minus would be the
/// sign of a number.
struct Negation<'a> {
    f: &'a mut dyn Write,
    state: Sign,
}

/// What of a negation has been written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Due,
    Minus,
    Bracket,
}

impl Write for Negation<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.state == Sign::Due && !text.is_empty() {
            self.state = if text.starts_with(char::is_numeric) { Sign::Bracket } else { Sign::Minus };
            self.f.write_str(if self.state == Sign::Bracket { "-(" } else { "-" })?;
        }
        self.f.write_str(text)
    }
}

fn write_quoted(f: &mut dyn Write, text: &str, form: Form) -> fmt::Result {
    let sign = if form == Form::Exact { "!" } else { "" };
    let bare = form == Form::Exact && reads_as_word(text);
    let mark = if bare { "" } else { "\"" };
    write!(f, "{sign}{mark}{}{mark}", text.replace(word::is_quote, " "))
}

/// Whether the text, typed as it is, is this word and nothing else.
fn reads_as_word(text: &str) -> bool {
    let mut diagnostics = Diagnostics::default();
    let tokens = Lexer::new(text, None, &mut diagnostics).tokens();
    match &tokens[..] {
        [Token { kind: Kind::Leaf(Expr::Word { text: read, .. }), .. }] => {
            read == text && diagnostics.is_empty()
        }
        _ => false,
    }
}
