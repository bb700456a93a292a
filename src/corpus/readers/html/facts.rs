//! What a page says about itself: its title, date, publisher and address.
//!
//! Takes the first place that has an answer, in a fixed order of trust. The date is chosen in `dates`.

use scraper::ElementRef;

use super::{dates, named, plain::plain};
use crate::{
    corpus::readers::fields,
    release::{DateContext, Release},
};

/// Names of the `meta` elements that name the publisher.
const SOURCES: [&str; 3] = ["og:site_name", "author", "publisher"];

/// The title that the page's head gives it.
pub(super) fn title(root: ElementRef<'_>) -> Option<String> {
    meta(root, "og:title").find_map(fields::some_line).or_else(|| head_title(root))
}

/// The text of the head's `title` element.
fn head_title(root: ElementRef<'_>) -> Option<String> {
    let in_head = |title: &ElementRef<'_>| {
        title.parent().and_then(ElementRef::wrap).is_some_and(|above| above.value().name() == "head")
    };
    named(root, &["title"]).filter(in_head).find_map(|title| fields::some_line(&plain(title, None, false)))
}

/// Fills in the date, the publisher and the address.
pub(super) fn fill(release: &mut Release, root: ElementRef<'_>) {
    release.source = SOURCES.iter().flat_map(|name| meta(root, name)).find_map(fields::some_line);
    let canonical = named(root, &["link"])
        .filter(|link| link.attr("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")))
        .filter_map(|link| link.attr("href"));
    release.url = canonical.chain(meta(root, "og:url")).find_map(fields::some_line);
    let titles: Vec<String> = title(root).into_iter().chain(head_title(root)).collect();
    let dating = dates::of_page(root, release.url.as_deref(), &titles, &DateContext::now());
    fields::dated(release, dating);
}

/// The contents of the `meta` elements of this name, whichever attribute holds the name.
fn meta<'a>(root: ElementRef<'a>, name: &'a str) -> impl Iterator<Item = &'a str> {
    named(root, &["meta"]).filter_map(move |element| {
        let mut names = ["name", "property", "itemprop"].iter().filter_map(|kind| element.attr(kind));
        names.any(|found| found.trim().eq_ignore_ascii_case(name)).then(|| element.attr("content")).flatten()
    })
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    #[test]
    fn facts_come_from_the_most_trusted_place() {
        // The page; its date, source, URL and the date as written.
        let table = [
            ("<meta name=date content=2024-05-13>", "2024-05-13|||"),
            ("<meta name=date content=вчера>", "|||вчера"),
            (
                "<meta name=author content='Пресс-служба'><meta property=og:site_name content='МЧС  России'>",
                "|МЧС России||",
            ),
            ("<meta name=publisher content='ООН'><meta name=author content=''>", "|ООН||"),
            (
                "<link rel=canonical href=https://a.example/1><meta property=og:url content=https://b.example>",
                "||https://a.example/1|",
            ),
            (
                "<link rel=icon href=a.png><meta property=og:url content=https://b.example>",
                "||https://b.example|",
            ),
        ];
        for (page, expected) in table {
            let mut release = Release::default();
            fill(&mut release, Html::parse_document(page).root_element());
            let date = release.date.map(|date| date.to_string()).unwrap_or_default();
            let written = release.extra.get("date").and_then(|date| date.as_str()).unwrap_or_default();
            let (source, url) = (release.source.unwrap_or_default(), release.url.unwrap_or_default());
            assert_eq!([&date, &source, &url, written].join("|"), expected, "{page}");
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
            assert_eq!(title(Html::parse_document(page).root_element()).as_deref(), expected, "{page}");
        }
    }
}
