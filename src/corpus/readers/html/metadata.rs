//! What a page says about itself: its titles, publisher, address and language.
//!
//! Takes the first place that has an answer, in a fixed order of trust: JSON-LD, Open Graph and `meta`, links,
//! microdata. The date is chosen in `dates`.

use scraper::ElementRef;
use serde_json::Value;

use super::{blocks, dates, named};
use crate::{
    corpus::readers::fields,
    release::{DateContext, Release},
};

/// Names of the `meta` elements that name the publisher.
const SITES: [&str; 4] = ["og:site_name", "application-name", "publisher", "dc.publisher"];
const AUTHORS: [&str; 3] = ["author", "dc.creator", "article:author"];
/// How deep JSON-LD may be nested.
const LD_DEPTH: usize = 16;

/// What the head of a page and its structured data say.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    /// The title for sharing, and the title of the window.
    pub shared_title: Option<String>,
    pub head_title: Option<String>,
    /// The name of the site.
    pub site: Option<String>,
    publisher: Option<String>,
    author: Option<String>,
    url: Option<String>,
    language: Option<String>,
    /// The text of the article (`articleBody` of JSON-LD), which may have markup.
    pub text: Option<String>,
}

impl Metadata {
    pub fn of(root: ElementRef<'_>) -> Self {
        let linked = Linked::of(root);
        let first =
            |names: &[&str]| names.iter().flat_map(|name| meta(root, name)).find_map(fields::some_line);
        let link = named(root, &["link"])
            .filter(|link| link.attr("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")))
            .filter_map(|link| link.attr("href"))
            .find_map(fields::some_line);
        let published_by = named(root, &["span", "div", "p", "a"])
            .filter(|element| element.attr("itemprop") == Some("publisher"))
            .find_map(|element| fields::some_line(&blocks::text(element, None)))
            .filter(|name| name.chars().count() < 80);
        let is_address = |url: &String| url.contains("://");
        let language = root.attr("lang").or_else(|| root.attr("xml:lang")).map(str::to_owned);
        let shared = first(&["og:title"]).or_else(|| first(&["twitter:title"]));
        Self {
            shared_title: shared.or(linked.title),
            head_title: head_title(root),
            site: first(&SITES),
            publisher: linked.publisher.or(published_by),
            author: first(&AUTHORS),
            text: linked.text,
            url: link.into_iter().chain(first(&["og:url"])).chain(linked.url).find(is_address),
            language: language.or(linked.language).or_else(|| first(&["og:locale", "content-language"])),
        }
    }

    /// The titles of the head, the most trusted first.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        self.shared_title.iter().chain(&self.head_title).map(String::as_str)
    }

    /// The names of the site and its publisher.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.site, &self.publisher, &self.author].into_iter().flatten().map(String::as_str)
    }

    /// Fills in the publisher, the address, the language and the date.
    pub fn fill(self, release: &mut Release, root: ElementRef<'_>) {
        let titles: Vec<String> = self.titles().map(str::to_owned).collect();
        let dating = dates::of_page(root, self.url.as_deref(), &titles, &DateContext::now());
        release.source = self.site.or(self.publisher).or(self.author);
        release.url = self.url;
        let language = self.language.as_deref().map(|code| code.trim().replace('_', "-"));
        let is_code = |code: &String| {
            code.len() <= 35
                && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !code.is_empty()
        };
        if let Some(code) = language.filter(is_code) {
            release.extra.insert("language".to_owned(), code.into());
        }
        fields::dated(release, dating);
    }
}

/// The contents of the `meta` elements of this name, whichever attribute holds the name.
fn meta<'a>(root: ElementRef<'a>, name: &'a str) -> impl Iterator<Item = &'a str> {
    named(root, &["meta"]).filter_map(move |element| {
        let kinds = ["name", "property", "itemprop", "http-equiv"];
        let mut names = kinds.iter().filter_map(|kind| element.attr(kind));
        names.any(|found| found.trim().eq_ignore_ascii_case(name)).then(|| element.attr("content")).flatten()
    })
}

/// The text of the page's `title` element, which broken pages have in their body.
fn head_title(root: ElementRef<'_>) -> Option<String> {
    let in_picture = |title: &ElementRef<'_>| {
        title.ancestors().filter_map(ElementRef::wrap).any(|above| above.value().name() == "svg")
    };
    let text = |title: ElementRef<'_>| fields::some_line(&title.text().collect::<String>());
    named(root, &["title"]).filter(|title| !in_picture(title)).find_map(text)
}

/// What the JSON-LD of a page says about its article.
#[derive(Default)]
struct Linked {
    title: Option<String>,
    publisher: Option<String>,
    url: Option<String>,
    language: Option<String>,
    text: Option<String>,
}

impl Linked {
    fn of(root: ElementRef<'_>) -> Self {
        let mut linked = Self::default();
        let is_json = |kind: &str| kind.trim().eq_ignore_ascii_case("application/ld+json");
        for script in named(root, &["script"]).filter(|script| script.attr("type").is_some_and(is_json)) {
            let text: String = script.text().collect();
            // A broken block costs only itself: the page has other places.
            if let Ok(value) = serde_json::from_str::<Value>(text.trim()) {
                linked.read(&value, LD_DEPTH);
            }
        }
        linked
    }

    fn read(&mut self, value: &Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.read(item, depth)),
            Value::Object(object) => {
                let kind = object.get("@type").map(Value::to_string).unwrap_or_default();
                if ["Article", "BlogPosting", "Report"].iter().any(|own| kind.contains(own)) {
                    let text = |name: &str| object.get(name).and_then(named_value);
                    self.title = self.title.take().or_else(|| text("headline"));
                    self.publisher = self.publisher.take().or_else(|| text("publisher"));
                    self.url = self.url.take().or_else(|| text("url"));
                    let body = object.get("articleBody").and_then(Value::as_str).map(str::to_owned);
                    self.text = self.text.take().or(body);
                    self.language = self.language.take().or_else(|| text("inLanguage"));
                } else if let Some(graph) = object.get("@graph") {
                    self.read(graph, depth);
                }
            }
            _ => {}
        }
    }
}

/// A value that is text, or an object or list that names itself.
fn named_value(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => fields::some_line(text),
        Value::Object(object) => object.get("name").and_then(Value::as_str).and_then(fields::some_line),
        Value::Array(items) => items.first().and_then(Value::as_str).and_then(fields::some_line),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    #[test]
    fn facts_come_from_the_most_trusted_place() {
        // The page; its date, source, URL, language and the date as written.
        let table = [
            ("<meta name=date content=2024-05-13>", "2024-05-13||||"),
            ("<meta name=date content=вчера>", "||||вчера"),
            (
                "<meta name=author content='Пресс-служба'><meta property=og:site_name content='МЧС  России'>",
                "|МЧС России|||",
            ),
            ("<meta name=publisher content='ООН'><meta name=author content=''>", "|ООН|||"),
            ("<meta name=author content='Пресс-служба'>", "|Пресс-служба|||"),
            (
                "<link rel=canonical href=https://a.example/1><meta property=og:url content=https://b.example>",
                "||https://a.example/1||",
            ),
            (
                "<link rel=canonical href=/1><meta property=og:url content=https://b.example>",
                "||https://b.example||",
            ),
            (
                r#"<html lang=ru_RU><script type="application/ld+json">{"@type":"NewsArticle","publisher":{"name":"УзА"},
                   "url":"https://c.example/1","datePublished":"2024-05-13"}</script>"#,
                "2024-05-13|УзА|https://c.example/1|ru-RU|",
            ),
            ("<span itemprop=publisher>МИД</span>", "|МИД|||"),
        ];
        for (page, expected) in table {
            let mut release = Release::default();
            let page_ = Html::parse_document(page);
            Metadata::of(page_.root_element()).fill(&mut release, page_.root_element());
            let date = release.date.map(|date| date.to_string()).unwrap_or_default();
            let extra = |name: &str| {
                release.extra.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
            };
            let (source, url) =
                (release.source.clone().unwrap_or_default(), release.url.clone().unwrap_or_default());
            assert_eq!([date, source, url, extra("language"), extra("date")].join("|"), expected, "{page}");
        }
    }

    #[test]
    fn titles_are_of_the_head() {
        let table = [
            ("<title>Мир &amp;\n дом</title>", Some("Мир & дом")),
            ("<meta property=og:title content=Мир><title>Дом</title>", Some("Мир")),
            ("<p><svg><title>Мир</title></svg>", None),
            ("<title></title>", None),
        ];
        for (page, expected) in table {
            let page = Html::parse_document(page);
            let metadata = Metadata::of(page.root_element());
            assert_eq!(metadata.titles().next(), expected);
        }
    }
}
