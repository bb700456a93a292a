//! What a page says about itself: its title, date, publisher and address.
//!
//! Takes the first place that has an answer, in a fixed order of trust; never looks at the text.

use scraper::ElementRef;

use super::{named, plain::plain};
use crate::{corpus::readers::fields, release, release::Release};

/// Names of the `meta` elements that date a page.
const DATES: [&str; 6] =
    ["date", "dc.date", "dc.date.issued", "article:published_time", "datepublished", "pubdate"];
/// Names of the `meta` elements that name the publisher.
const SOURCES: [&str; 3] = ["og:site_name", "author", "publisher"];

/// The title that the page's head gives it.
pub(super) fn title(root: ElementRef<'_>) -> Option<String> {
    let in_head = |title: &ElementRef<'_>| {
        title.parent().and_then(ElementRef::wrap).is_some_and(|above| above.value().name() == "head")
    };
    let shared = meta(root, "og:title").find_map(fields::some_line);
    shared.or_else(|| {
        named(root, &["title"])
            .filter(in_head)
            .find_map(|title| fields::some_line(&plain(title, None, false)))
    })
}

/// Fills in the date, the publisher and the address.
pub(super) fn fill(release: &mut Release, root: ElementRef<'_>) {
    release.source = SOURCES.iter().flat_map(|name| meta(root, name)).find_map(fields::some_line);
    let canonical = named(root, &["link"])
        .filter(|link| link.attr("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")))
        .filter_map(|link| link.attr("href"));
    release.url = canonical.chain(meta(root, "og:url")).find_map(fields::some_line);
    let dates = dates(root);
    let readable = dates.iter().find(|written| release::day(written).is_ok());
    if let Some(written) = readable.or(dates.first()) {
        fields::date(release, written);
    }
}

/// The contents of the `meta` elements of this name, whichever attribute holds the name.
fn meta<'a>(root: ElementRef<'a>, name: &'a str) -> impl Iterator<Item = &'a str> {
    named(root, &["meta"]).filter_map(move |element| {
        let mut names = ["name", "property", "itemprop"].iter().filter_map(|kind| element.attr(kind));
        names.any(|found| found.trim().eq_ignore_ascii_case(name)).then(|| element.attr("content")).flatten()
    })
}

/// Every date that the page gives itself, the most trusted first.
fn dates(root: ElementRef<'_>) -> Vec<String> {
    let marked = root
        .descendent_elements()
        .filter(|element| {
            element.value().name() != "meta" && element.attr("itemprop") == Some("datePublished")
        })
        .map(|element| {
            let machine = element.attr("datetime").or_else(|| element.attr("content"));
            machine.map_or_else(|| plain(element, None, false), str::to_owned)
        });
    // Times outside of the main part belong to other releases or to the page's frame.
    let main = ["article", "main"].map(|name| named_one(root, name));
    let within = if main.iter().any(Option::is_some) { main } else { [Some(root), None] };
    let times = within.into_iter().flatten().flat_map(|part| named(part, &["time"]));
    let times = times.filter_map(|time| time.attr("datetime")).map(str::to_owned);
    let heads = DATES.iter().flat_map(|name| meta(root, name)).map(str::to_owned);
    heads.chain(marked).chain(times).filter(|written| !written.trim().is_empty()).collect()
}

fn named_one<'a>(root: ElementRef<'a>, name: &str) -> Option<ElementRef<'a>> {
    root.descendent_elements().find(|element| element.value().name() == name)
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
            ("<META NAME='DC.date' CONTENT='13.05.2024'>", "2024-05-13|||"),
            ("<meta property='article:published_time' content='2024-05-13T10:00:00+05:00'>", "2024-05-13|||"),
            ("<meta itemprop=datePublished content='2024-05-13'>", "2024-05-13|||"),
            ("<span itemprop=datePublished>13 мая 2024 г.</span>", "2024-05-13|||"),
            ("<time itemprop=datePublished datetime=2024-05-13>вчера</time>", "2024-05-13|||"),
            ("<time datetime=2024-05-13>вчера</time>", "2024-05-13|||"),
            (
                "<time datetime=2020-01-01></time><main><time datetime=2024-05-13></time></main>",
                "2024-05-13|||",
            ),
            ("<time datetime=2020-01-01></time><article>А</article>", "|||"),
            (
                "<time datetime=2020-01-01></time><meta name=date content=вчера><meta name=pubdate content=2024-05-13>",
                "2024-05-13|||",
            ),
            ("<meta name=date content=' '><time datetime=2024-05-13></time>", "2024-05-13|||"),
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
