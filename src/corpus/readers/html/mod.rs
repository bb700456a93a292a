//! A web page as a release: its headline, its article and what it says about itself.
//!
//! `page` parses within limits, `blocks` walks the visible text, `article` chooses the blocks of the article,
//! `headline`, `metadata` and `dates` find the rest. No markup leaves this module. `docs/formats.md` states how
//! well this works.

mod article;
mod blocks;
mod dates;
mod elements;
mod headline;
mod metadata;
mod names;
mod opening;
mod page;

use std::borrow::Cow;

use scraper::{ElementRef, Html};

use super::{
    Details, Fault, Input, Output,
    encoding::{self, Decoded},
    fields,
};
use crate::release::Release;
use article::Article;
use blocks::Blocks;
use metadata::Metadata;

/// How far into a page its charset may be declared, in bytes (HTML Standard, 4.2.5.4).
const CHARSET_WITHIN: usize = 1024;
/// An article with less text than this, in characters, is too short to be distinguished from the rest of the
/// page by its content, so the names of its elements decide.
const SHORTEST: usize = 60;
/// A body with less than this share of the page's text is reported.
const SMALL_SHARE: f32 = 0.2;
/// If the text in the structured data is this many times longer than the article found, it replaces the article.
const LARGER_TEXT: usize = 2;
/// Half the length of a text in the structured data that replaces an uncertain article, in bytes. Shorter ones are
/// teasers.
const TEASER: usize = 400;

/// The reader of web pages.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let charset = input.charset.take();
    let bytes = input.bytes()?;
    let (release, details) = decoded(bytes, charset.as_deref(), input)?;
    output.release(release, details)
}

/// The release in the bytes of a page, whose charset may be declared around it.
pub(super) fn decoded(
    bytes: Cow<'_, [u8]>,
    charset: Option<&str>,
    input: &Input<'_>,
) -> Result<(Release, Details), Fault> {
    let own = if charset.is_none() { declared_charset(&bytes) } else { None };
    let Decoded { text, encoding, mut notes } = encoding::decode(&bytes, charset.or(own.as_deref()))?;
    // A large page is in memory once at a time: as bytes, as text, as a tree, as a release.
    drop(bytes);
    let (text, cut) = page::limited(text);
    notes.extend(cut);
    let (page, cut) = page::parse(&text, &mut || input.check())?;
    drop(text);
    notes.extend(cut);
    let (release, more) = release_in(&page, &mut || input.check())?;
    notes.extend(more);
    Ok((release, Details { encoding: Some(encoding), notes, ..Details::default() }))
}

/// The release in a page, and what was cut. `check` is called while parsing and may fail.
pub(super) fn release(
    text: &str,
    check: &mut dyn FnMut() -> Result<(), Fault>,
) -> Result<(Release, Vec<String>), Fault> {
    let (page, mut notes) = page::parse(text, check)?;
    let (release, more) = release_in(&page, check)?;
    notes.extend(more);
    Ok((release, notes))
}

fn release_in(
    page: &Html,
    check: &mut dyn FnMut() -> Result<(), Fault>,
) -> Result<(Release, Vec<String>), Fault> {
    let mut notes = Vec::new();
    let root = page.root_element();
    let metadata = Metadata::of(root);
    check()?;
    let blocks = Blocks::of(root, None, false);
    let article = article::choose(&blocks);
    let (title, heading) = headline::find(root, &metadata, &blocks, &article.keep).unzip();
    let known: Vec<&str> = title.as_deref().into_iter().chain(metadata.names()).collect();
    let uncertain = article.uncertain;
    let (mut body, mut note) = body(&blocks, article, &known, heading.flatten());
    let shown = if uncertain { TEASER } else { body.as_ref().map_or(0, String::len) };
    if let Some(text) = metadata.text.as_deref().filter(|text| text.len() > LARGER_TEXT * shown) {
        body = Some(field(text).unwrap_or_else(|| text.to_owned()));
        note = Some(
            "the body is the text of the page's structured data, which is longer than the visible article"
                .into(),
        );
    }
    let body = body.unwrap_or_else(|| small(root, heading.flatten()));
    notes.extend(note);
    let (title, body) = if let Some(title) = title {
        (title, body)
    } else {
        // An article of one line would become the title and leave no body.
        let is_line = !body.trim().contains('\n');
        let body = if is_line { Blocks::of(root, None, true).text(|_| true) } else { body };
        fields::titled_noting(&body, &mut notes)
            .ok_or("has no words outside its markup; remove it or save the page again")?
    };
    drop(blocks);
    let mut release = Release { title, body: fields::body(&body), ..Release::default() };
    check()?;
    metadata.fill(&mut release, root);
    Ok((release, notes))
}

/// Cuts markup to the length that is parsed; returns it, and a note about what was cut.
#[cfg_attr(not(feature = "json"), allow(dead_code))]
pub(super) fn limited(markup: String) -> (String, Option<String>) {
    page::limited(markup)
}

/// The text of a piece of markup.
pub(super) fn fragment(text: &str) -> String {
    let parsed = page::parse(text, &mut || Ok(()));
    parsed.map(|(page, _)| blocks::text(page.root_element(), None)).unwrap_or_default()
}

/// Elements that show that a text is markup.
const TAGS: [&str; 32] = [
    "a",
    "article",
    "b",
    "blockquote",
    "body",
    "br",
    "div",
    "em",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "html",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "section",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "td",
    "tr",
    "u",
    "ul",
    "!doctype",
];

/// The text of a field of a record without its markup; none where it has no markup.
#[cfg_attr(not(feature = "json"), allow(dead_code))]
pub(super) fn field(text: &str) -> Option<String> {
    let tags = || {
        text.match_indices('<').filter_map(|(at, _)| text.get(at + 1..)).map(|rest| {
            let name = rest.trim_start_matches('/');
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '!').unwrap_or(name.len());
            name.get(..end).unwrap_or_default().to_ascii_lowercase()
        })
    };
    let has_tags = tags().any(|name| TAGS.contains(&name.as_str()));
    let has_entities = || {
        text.split('&').skip(1).filter_map(|rest| rest.split_once(';')).any(|(name, _)| {
            name.len() < 12 && name.len() > 1 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
        })
    };
    if !has_tags && !has_entities() {
        return None;
    }
    if tags().any(|name| matches!(name.as_str(), "html" | "body" | "!doctype"))
        && let Ok((release, _)) = release(text, &mut || Ok(()))
    {
        return Some(format!("{}\n\n{}", release.title, release.body));
    }
    let is_block = |name: String| {
        !matches!(
            name.as_str(),
            "a" | "b" | "em" | "font" | "i" | "img" | "span" | "strong" | "sub" | "sup" | "u"
        )
    };
    if tags().any(|name| TAGS.contains(&name.as_str()) && is_block(name)) {
        return Some(fragment(text));
    }
    // Without block elements the line ends are those of the text.
    Some(fragment(&text.replace("\r\n", "\n").replace('\n', "<br>")))
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

/// The text of the article without its headline, and a note if that is little of the page. No text if the article is
/// too short.
fn body(
    page: &Blocks<'_>,
    mut article: Article,
    known: &[&str],
    heading: Option<ElementRef<'_>>,
) -> (Option<String>, Option<String>) {
    opening::trim(page, &mut article.keep, known, heading);
    let kept = |index: usize| article.keep.get(index).is_some_and(|keep| *keep);
    let chars = |index: usize| page.blocks.get(index).map_or(0, |block| block.chars);
    if (0..page.blocks.len()).filter(|index| kept(*index)).map(chars).sum::<usize>() < SHORTEST {
        return (None, None);
    }
    let note = if article.uncertain {
        Some(
            "the article could not be distinguished from the rest of the page, so all text but links is kept"
                .into(),
        )
    } else {
        (article.share < SMALL_SHARE).then(|| {
            let share = article.share * 100.0;
            format!("the body is only {share:.0} % of the page's text; the rest seems to be other texts")
        })
    };
    (Some(page.text(kept)), note)
}

/// The text of the page's only article, or else of its main part, or else of all of it.
fn small(root: ElementRef<'_>, heading: Option<ElementRef<'_>>) -> String {
    let only = |name: &'static str| {
        let mut found = root
            .descendent_elements()
            .filter(|element| element.value().name() == name && !blocks::text(*element, heading).is_empty());
        found.next().filter(|_| found.next().is_none())
    };
    let parts = ["article", "main", "body"].map(only).into_iter().flatten().chain([root]);
    let mut texts = parts.map(|part| blocks::text(part, heading));
    // Controls and hidden parts are read where nothing else is there.
    let everything = || Blocks::of(root, heading, true).text(|_| true);
    texts.find(|text| !text.is_empty()).unwrap_or_else(everything)
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
            // A form may wrap the text.
            ("<title>Т</title><form>Раз</form><p>Два", "Т", "Раз\n\nДва"),
        ];
        for (page, title, body) in table {
            let (release, _) = release(page, &mut || Ok(())).unwrap();
            assert_eq!((release.title.as_str(), release.body.as_str()), (title, body), "{page}");
        }
        for page in ["", "<html><body><img alt='Мир'><script>var a</script>", "<!-- Мир -->"] {
            assert!(
                matches!(release(page, &mut || Ok(())), Err(Fault::Malformed { reason, .. }) if reason.starts_with("has no words")),
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
