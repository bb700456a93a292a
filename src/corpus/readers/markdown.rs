//! Markdown (.md) with front matter in YAML, TOML or JSON.
//!
//! The front matter gives the fields of the release, under the same names as in a JSON record; the text is the
//! Markdown without its marks (CommonMark with tables and footnotes, read by pulldown-cmark).

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::{Map, Value};

use super::{
    Details, Fault, Input, Output,
    document::{Document, Kind},
    encoding::Decoded,
    json, text,
};

/// The largest front matter that is read, in bytes.
const LARGEST_FRONT: usize = 256 << 10;

/// The reader of Markdown.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let Decoded { text: mut content, encoding, mut notes } = input.text()?;
    // The parser takes several times the size of the text.
    let most = usize::try_from(input.options.limits.text).unwrap_or(usize::MAX);
    if content.len() > most {
        content.truncate(content.floor_char_boundary(most));
        content.shrink_to_fit();
        notes.push(format!("has more than {} MB of text; what follows was left out", most >> 20));
    }
    let (front, body) = split(&content);
    let mut document = Document::default();
    paragraphs(body, &mut document);
    notes.append(&mut document.notes);
    let fields = front.map(Front::fields).transpose().unwrap_or_else(|reason| {
        notes.push(format!("the front matter cannot be read ({reason}); it is left out"));
        None
    });
    // A large text is in memory once less.
    drop(content);
    let release = match fields {
        Some(mut fields) if !fields.is_empty() => {
            let mapping = &input.options.fields;
            let titles = mapping.title.iter().filter_map(|name| fields.get(name)?.as_str()).map(str::trim);
            let title = titles.filter(|title| !title.is_empty()).map(str::to_owned).next();
            let written = document.plain();
            // A heading that repeats the title is not a part of the text.
            let text = match written.split_once('\n') {
                Some((first, rest)) if title.as_deref() == Some(first.trim()) => rest.to_owned(),
                _ => written,
            };
            let name = mapping.text.first().map_or("text", String::as_str);
            fields.insert(name.to_owned(), Value::String(text));
            json::record(fields, mapping)?
        }
        _ => text::release(&document.plain(), &input.name)?,
    };
    output.release(release, Details { encoding: Some(encoding), notes, ..Details::default() })
}

/// Fields in front of the text, in one of three notations.
#[derive(Debug, PartialEq)]
enum Front<'a> {
    Yaml(&'a str),
    Toml(&'a str),
    Json(&'a str),
}

impl Front<'_> {
    fn fields(self) -> Result<Map<String, Value>, String> {
        let value = match self {
            Self::Yaml(text) => yaml(text)?,
            Self::Toml(text) => {
                let table: toml::Table =
                    text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
                plain_toml(toml::Value::Table(table))
            }
            Self::Json(text) => serde_json::from_str(text).map_err(|error| error.to_string())?,
        };
        match value {
            Value::Object(fields) => Ok(fields),
            Value::Null => Ok(Map::new()),
            _ => Err("it holds no fields".to_owned()),
        }
    }
}

fn yaml(text: &str) -> Result<Value, String> {
    serde_saphyr::from_str(text)
        .map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())
}

/// TOML as JSON; dates become text.
fn plain_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(yes) => yes.into(),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(values) => values.into_iter().map(plain_toml).collect(),
        toml::Value::Table(table) => {
            table.into_iter().map(|(name, value)| (name, plain_toml(value))).collect::<Map<_, _>>().into()
        }
    }
}

/// The front matter and the text below it.
fn split(text: &str) -> (Option<Front<'_>>, &str) {
    let text = text.trim_start_matches('\u{FEFF}');
    let fence = text.lines().next().unwrap_or_default().trim_end();
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    let (front, body) = match fence {
        "---" | "+++" => {
            let mut at = 0;
            let end = rest.split_inclusive('\n').find_map(|line| {
                let start = at;
                at += line.len();
                let ends = line.trim_end() == fence || fence == "---" && line.trim_end() == "...";
                ends.then_some((start, at))
            });
            let Some((end, below)) = end else { return (None, text) };
            let front = &rest[..end];
            let front = if fence == "---" { Front::Yaml(front) } else { Front::Toml(front) };
            (front, &rest[below..])
        }
        _ if fence.starts_with('{') => {
            let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
            let Some(Ok(_)) = values.next() else { return (None, text) };
            let end = values.byte_offset();
            (Front::Json(&text[..end]), &text[end..])
        }
        _ => return (None, text),
    };
    if text.len() - body.len() > LARGEST_FRONT { (None, text) } else { (Some(front), body) }
}

/// Puts the blocks of the text into a document, notes last.
fn paragraphs(markdown: &str, document: &mut Document) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let mut block = String::new();
    let mut notes = Vec::new();
    let (mut in_note, mut cells, mut kind) = (false, 0, Kind::Text);
    let mut end = |block: &mut String, kind: Kind, in_note: bool, document: &mut Document| {
        let text = std::mem::take(block);
        if in_note {
            notes.push(text);
        } else {
            document.push(kind, &text);
        }
    };
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::FootnoteDefinition(_)) => in_note = true,
            Event::End(TagEnd::FootnoteDefinition) => {
                end(&mut block, Kind::Text, in_note, document);
                in_note = false;
            }
            Event::Start(Tag::Heading { level: pulldown_cmark::HeadingLevel::H1, .. }) => {
                kind = Kind::Heading;
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => cells = 0,
            Event::Start(Tag::TableCell) => {
                if cells > 0 {
                    block.push('\t');
                }
                cells += 1;
            }
            Event::Start(Tag::Item | Tag::BlockQuote(_) | Tag::List(_)) => {
                end(&mut block, kind, in_note, document);
            }
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => end(&mut block, Kind::Row, in_note, document),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::CodeBlock) => {
                end(&mut block, kind, in_note, document);
                kind = Kind::Text;
            }
            Event::Text(text) | Event::Code(text) => block += &text,
            Event::SoftBreak => block.push(' '),
            Event::HardBreak => block.push('\n'),
            Event::Html(markup) | Event::InlineHtml(markup) => block += &of_html(&markup),
            _ => {}
        }
    }
    end(&mut block, kind, in_note, document);
    for note in notes {
        document.push(Kind::Text, &note);
    }
}

/// The text between the tags of a piece of HTML.
fn of_html(markup: &str) -> String {
    let mut text = String::new();
    let mut rest = markup;
    while let Some((before, tag)) = rest.split_once('<') {
        text += before;
        rest = if tag.starts_with("!--") {
            tag.split_once("-->").map_or("", |(_, rest)| rest)
        } else {
            tag.split_once('>').map_or("", |(_, rest)| rest)
        };
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn front_matter_is_split_from_the_text() {
        let table = [
            ("---\ntitle: Мир\n---\nДа", Some(Front::Yaml("title: Мир\n")), "Да"),
            ("---\r\ntitle: Мир\r\n...\r\nДа", Some(Front::Yaml("title: Мир\r\n")), "Да"),
            ("+++\ntitle = 'Мир'\n+++\nДа", Some(Front::Toml("title = 'Мир'\n")), "Да"),
            ("{\"title\": \"Мир\"}\nДа", Some(Front::Json("{\"title\": \"Мир\"}")), "\nДа"),
            ("---\nне конец", None, "---\nне конец"),
            ("{скобки} в тексте", None, "{скобки} в тексте"),
            ("Мир\n---\nДа", None, "Мир\n---\nДа"),
        ];
        for (text, front, body) in table {
            assert_eq!(split(text), (front, body), "{text:?}");
        }
    }

    #[test]
    fn marks_are_no_text() {
        let table = [
            ("# Мир\n\nДа *и* **нет**, [ссылка](http://a.b) `код`", "Мир\n\nДа и нет, ссылка код"),
            ("Мир\n===\n- раз\n- два\n\n> цитата", "Мир\n\nраз\n\nдва\n\nцитата"),
            ("Мир\n\n|а|б|\n|-|-|\n|1|2|", "Мир\n\nа\tб\n1\t2"),
            ("Мир[^1] да\n\n[^1]: Сноска.\n\nКонец", "Мир да\n\nКонец\n\nСноска."),
            ("Мир <b>да</b> <!-- нет -->\nстрока", "Мир да  строка"),
        ];
        for (markdown, expected) in table {
            let mut document = Document::default();
            paragraphs(markdown, &mut document);
            assert_eq!(document.plain(), expected, "{markdown}");
        }
    }

    #[test]
    fn an_alias_bomb_is_an_error() {
        let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for (name, last) in "bcdefghij".chars().zip("abcdefghi".chars()) {
            let aliases = vec![format!("*{last}"); 9].join(",");
            bomb.extend([name.to_string().as_str(), ": &", name.to_string().as_str(), " [", &aliases, "]\n"]);
        }
        assert!(Front::Yaml(&bomb).fields().is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[-+{}\\[\\]:&*a<>!|#`\\n ]{0,80}") {
            let (front, body) = split(&text);
            let _ = front.map(Front::fields);
            paragraphs(body, &mut Document::default());
        }
    }
}
