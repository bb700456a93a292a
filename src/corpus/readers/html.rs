//! A web page as a release: its headline, its text and what it says about itself.
//!
//! Chooses the part of the page that is the release; `plain` turns it into text, `facts` reads
//! what stands in the page's head, and `dates` chooses its date. No markup ever leaves this place.

mod dates;
mod facts;
mod plain;

use scraper::{ElementRef, Html};

use super::{Details, Fault, Input, Output, encoding, fields};
use crate::release::Release;
use plain::plain;

/// How far into a page its charset may be declared, in bytes (HTML Standard, 4.2.5.4).
const CHARSET_WITHIN: usize = 1024;

/// The reader of web pages.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let charset = input.charset.take();
    let bytes = input.bytes()?;
    let decoded = encoding::decode(&bytes, charset.or_else(|| declared_charset(&bytes)).as_deref())?;
    let release = release(&decoded.text)?;
    let details = Details { encoding: Some(decoded.encoding), notes: decoded.notes, ..Details::default() };
    output.release(release, details)
}

/// Reads the release in a page.
pub(super) fn release(text: &str) -> Result<Release, Fault> {
    let page = Html::parse_document(text);
    let root = page.root_element();
    let (title, heading) = headline(root).unzip();
    let body = content(root, heading.flatten());
    let (title, body) = match title {
        Some(title) => (title, body),
        None => fields::titled(&body)
            .ok_or("has no words outside its markup; remove it or save the page again")?,
    };
    let mut release = Release { title, body: fields::body(&body), ..Release::default() };
    facts::fill(&mut release, root);
    Ok(release)
}

/// The text of a piece of markup.
pub(super) fn fragment(text: &str) -> String {
    content(Html::parse_fragment(text).root_element(), None)
}

/// The charset that a page declares in its `meta` elements.
fn declared_charset(page: &[u8]) -> Option<String> {
    let start = page.get(..CHARSET_WITHIN).unwrap_or(page);
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    start.split("<meta").skip(1).find_map(|meta| {
        let (meta, _) = meta.split_once('>')?;
        let (_, value) = meta.split_once("charset")?;
        let value = value.trim_start().strip_prefix('=')?.trim_start_matches([' ', '"', '\'']);
        let end = value.find([' ', '"', '\'', ';', '/']).unwrap_or(value.len());
        value.get(..end).filter(|label| !label.is_empty()).map(str::to_owned)
    })
}

/// The elements of these names, in the order of the page.
fn named<'a>(within: ElementRef<'a>, names: &'a [&str]) -> impl Iterator<Item = ElementRef<'a>> {
    within.descendent_elements().filter(move |element| names.contains(&element.value().name()))
}

/// The headline, and the heading that it was taken from.
fn headline(root: ElementRef<'_>) -> Option<(String, Option<ElementRef<'_>>)> {
    let headings = |names| {
        let worded = |heading| fields::some_line(&plain(heading, None, true)).map(|text| (text, heading));
        named(root, names).filter_map(worded)
    };
    let of_content = |heading: &ElementRef<'_>| {
        let mut above = heading.ancestors().filter_map(ElementRef::wrap);
        above.any(|element| ["article", "main"].contains(&element.value().name()))
    };
    if let Some((text, heading)) = headings(&["h1"]).find(|(_, heading)| of_content(heading)) {
        return Some((text, Some(heading)));
    }
    match (facts::title(root), headings(&["h1"]).next()) {
        // What the page's title has beyond the heading is the name of the site.
        (Some(title), Some((text, heading))) if title.starts_with(&text) => Some((text, Some(heading))),
        (Some(title), _) => Some((title, None)),
        (None, _) => headings(&["h1", "h2"]).next().map(|(text, heading)| (text, Some(heading))),
    }
}

/// The text of the page's first article, or else of its main part, or else of all of it.
fn content(root: ElementRef<'_>, heading: Option<ElementRef<'_>>) -> String {
    let first = |name| root.descendent_elements().find(|element| element.value().name() == name);
    let parts = ["article", "main", "body"].map(first).into_iter().flatten().chain([root]);
    // Some sites wrap whole pages in a form, so forms are read where nothing else is there.
    let mut texts = parts.map(|part| plain(part, heading, false)).chain([plain(root, heading, true)]);
    texts.find(|text| !text.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_come_from_the_best_place() {
        // The page; its title and its body.
        let table = [
            (
                "<title>Сайт</title><h1>Шапка</h1><article><h1>Мир&nbsp;<b>дома</b></h1><p>Да",
                "Мир дома",
                "Да",
            ),
            ("<title>Сайт</title><main><header><h1>Мир</h1></header>Да</main>Нет", "Мир", "Да"),
            (
                "<meta property='og:title' content='Мир &laquo;нам&raquo;'><title>Сайт</title>Да",
                "Мир «нам»",
                "Да",
            ),
            ("<title>Мир | МЧС</title><h1>Мир</h1><p>Да", "Мир", "Да"),
            ("<title>Мир</title><h1>Мир</h1><p>Да<h2>Мир</h2>", "Мир", "Да\n\nМир"),
            ("<title>Мир</title><h1>Шапка</h1><p>Да", "Мир", "Шапка\n\nДа"),
            ("<title> </title><h1></h1><h2>Мир<br>дома</h2><p>Да", "Мир дома", "Да"),
            ("<p>Мир<p>Да<p>Нет", "Мир", "Да\n\nНет"),
            ("<article><h1><img alt='Мир'></h1></article><title>Дом</title>", "Дом", ""),
            ("<title>Т</title><article> </article><main>Да</main>Нет", "Т", "Да"),
            ("<title>Т</title><body><form><p>Да</form>", "Т", "Да"),
            ("<title>Т</title><form>Нет</form><p>Да", "Т", "Да"),
        ];
        for (page, title, body) in table {
            let release = release(page).unwrap();
            assert_eq!((release.title.as_str(), release.body.as_str()), (title, body), "{page}");
        }
        for page in ["", "<html><body><img alt='Мир'><script>var a</script>", "<!-- Мир -->"] {
            assert!(
                matches!(release(page), Err(Fault::Malformed { reason, .. }) if reason.starts_with("has no words")),
                "{page}"
            );
        }
    }

    #[test]
    fn charsets_are_declared_near_the_top() {
        let far = format!("{}<meta charset=koi8-r>", " ".repeat(CHARSET_WITHIN));
        let table = [
            ("<meta charset=\"UTF-8\">", Some("utf-8")),
            ("<html><META CHARSET = 'windows-1251' />", Some("windows-1251")),
            ("<meta name=a><meta charset=koi8-r/>", Some("koi8-r")),
            (
                "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=windows-1251\">",
                Some("windows-1251"),
            ),
            ("<meta charset=\"\">", None),
            ("<p>charset=koi8-r</p>", None),
            ("<meta charset", None),
            (&far, None),
        ];
        for (page, expected) in table {
            assert_eq!(declared_charset(page.as_bytes()).as_deref(), expected, "{page}");
        }
    }
}
