//! News feeds and sitemaps (.rss, .atom, .xml): RSS 0.9 to 2.0, RDF, Atom, and sitemaps with news extensions.
//!
//! Every item becomes a release. Publishers put the full text under many names (`content:encoded`,
//! `yandex:full-text`, `turbo:content`, own tags), so the longest text in an item is its text. Broken markup costs
//! the piece that it stands in.

use std::collections::HashSet;

use super::{
    Details, Fault, Input, Output, fields, html,
    xml::{Piece, Tag, Xml, declared},
};
use crate::release::Release;

/// The reader of feeds.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    if input.charset.is_none() {
        input.charset = declared(input.head()?);
    }
    let decoded = input.text()?;
    let mut feed = Feed::default();
    let mut xml = Xml::new(&decoded.text);
    let mut taken = HashSet::new();
    let mut count = 0_u64;
    while let Some(item) = feed.next(&mut xml) {
        input.check()?;
        count += 1;
        let source = feed.title.clone();
        let mut part =
            item.id.clone().or_else(|| item.link.clone()).unwrap_or_else(|| format!("item {count}"));
        // Some publishers give every item the address of the site.
        if !taken.insert(part.clone()) {
            part = format!("{part} {count}");
            taken.insert(part.clone());
        }
        let details = Details {
            part: Some(part),
            encoding: Some(decoded.encoding),
            notes: item_notes(&item),
            ..Details::default()
        };
        match item.release(source.as_deref()) {
            Some(release) => output.release(release, details)?,
            None => output.failure(None, format!("item {count} has neither a title nor a text").into())?,
        }
    }
    if xml.broken() > 0 {
        tracing::info!(name = input.name, errors = xml.broken(), "the feed is not well-formed XML");
    }
    match (count, feed.known) {
        (0, false) => Err("is XML, but no feed or news sitemap".into()),
        (0, true) if feed.addresses > 0 => {
            Err("is a sitemap of addresses without titles; save the pages".into())
        }
        _ => Ok(()),
    }
}

fn item_notes(item: &Item) -> Vec<String> {
    let cut = item.text.is_none() && item.title.is_some();
    if cut { vec!["the feed gives the title alone".to_owned()] } else { Vec::new() }
}

/// What is known of a feed so far.
#[derive(Debug, Default)]
struct Feed {
    /// A root element of a feed was seen.
    known: bool,
    title: Option<String>,
    /// Addresses of a sitemap that have no news.
    addresses: u64,
    depth: usize,
}

/// An item as it is read.
#[derive(Debug, Default)]
struct Item {
    id: Option<String>,
    link: Option<String>,
    title: Option<String>,
    date: Option<String>,
    author: Option<String>,
    publisher: Option<String>,
    text: Option<String>,
}

impl Feed {
    /// The next item, or nothing at the end.
    fn next(&mut self, xml: &mut Xml<'_>) -> Option<Item> {
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Start(tag) => {
                    self.depth += 1;
                    match tag.local() {
                        "rss" | "RDF" | "feed" | "channel" | "urlset" => self.known = true,
                        "item" | "entry" => {
                            self.known = true;
                            let end = tag.local().to_owned();
                            self.depth -= 1;
                            return Some(Item::read(xml, &end));
                        }
                        "url" if self.known => {
                            self.depth -= 1;
                            let item = Item::read(xml, "url");
                            if item.title.is_some() || item.text.is_some() {
                                return Some(item);
                            }
                            self.addresses += 1;
                        }
                        // The title of the channel, not that of its image.
                        "title" if self.title.is_none() && self.depth <= 3 => {
                            self.title = fields::some_line(&value(xml, &tag).0);
                            self.depth -= 1;
                        }
                        _ => {}
                    }
                }
                Piece::End(_) => self.depth = self.depth.saturating_sub(1),
                Piece::Text(_) => {}
            }
        }
        None
    }
}

impl Item {
    /// Reads the elements of an item up to its end.
    fn read(xml: &mut Xml<'_>, end: &str) -> Self {
        let mut item = Self::default();
        let mut texts: Vec<String> = Vec::new();
        while let Some(piece) = xml.next() {
            let tag = match piece {
                Piece::Start(tag) => tag,
                Piece::End(name) if name == end => break,
                _ => continue,
            };
            // These only group other elements.
            if ["news", "publication", "author", "group", "source"].contains(&tag.local()) && !is_leaf(&tag) {
                if tag.local() == "source" {
                    skip(xml, &tag);
                }
                continue;
            }
            let local = tag.local().to_owned();
            let prefixed = tag.name().to_owned();
            let kind = tag.attribute("type").unwrap_or_default();
            let (href, relation) = (tag.attribute("href"), tag.attribute("rel"));
            let (value, markup) = value(xml, &tag);
            let line = || fields::some_line(&value);
            match local.as_str() {
                "title" if prefixed.starts_with("media:") => {}
                "title" => item.title = item.title.or(headline(&value)),
                "guid" | "id" => item.id = item.id.or_else(line),
                "link" => {
                    let this = relation.is_none_or(|relation| relation == "alternate");
                    item.link = item.link.or(href.or_else(line).filter(|_| this));
                }
                "loc" => item.link = item.link.or_else(line),
                "pubDate" | "published" | "publication_date" | "date" | "issued" => {
                    item.date = line().or(item.date);
                }
                "updated" | "modified" => item.date = item.date.or_else(line),
                "name" | "creator" => item.author = item.author.or_else(line),
                "category" | "comments" | "enclosure" | "thumbnail" | "keywords" | "tags" | "language"
                | "email" | "uri" | "rights" | "genre" | "lastmod" | "changefreq" | "priority"
                | "pdalink" | "author" => {}
                _ => texts.push(if kind == "text" && !markup { value } else { plain(&value) }),
            }
        }
        let worded = texts.into_iter().filter(|text| text.chars().any(char::is_alphabetic));
        item.text = worded.max_by_key(String::len);
        item
    }

    fn release(self, source: Option<&str>) -> Option<Release> {
        let body = self.text.map(|text| fields::body(&text)).unwrap_or_default();
        let (title, body) = match self.title {
            Some(title) => (title, body),
            None => fields::titled(&body).map(|(title, rest)| (title, fields::body(&rest)))?,
        };
        let source = self.publisher.as_deref().or(source).or(self.author.as_deref());
        let mut release = Release { title, body, ..Release::default() };
        release.source = source.and_then(fields::some_line);
        release.url = self.link.or(self.id.clone().filter(|id| id.starts_with("http")));
        release.record = self.id;
        if let Some(date) = self.date {
            fields::date(&mut release, &date);
        }
        Some(release)
    }
}

/// Whether the element holds text: that of Atom's author and of a sitemap's news hold elements.
fn is_leaf(tag: &Tag<'_>) -> bool {
    tag.name() == "author" && tag.attribute("type").is_some()
}

/// The title as text; many feeds escape it twice.
fn headline(value: &str) -> Option<String> {
    let text = if value.contains(['<', '&']) { html::fragment(value) } else { value.to_owned() };
    fields::some_line(&text)
}

/// A value that may be HTML.
fn plain(value: &str) -> String {
    if value.contains(['<', '&']) { html::fragment(value) } else { value.to_owned() }
}

fn skip(xml: &mut Xml<'_>, tag: &Tag<'_>) {
    value(xml, tag);
}

/// The content of an element up to its end, with the markup in it, and whether there was any.
fn value(xml: &mut Xml<'_>, tag: &Tag<'_>) -> (String, bool) {
    let end = tag.local().to_owned();
    let (mut value, mut open, mut markup) = (String::new(), 0_usize, false);
    while let Some(piece) = xml.next() {
        match piece {
            Piece::Text(text) => value += &text,
            Piece::Start(tag) => {
                markup = true;
                open += usize::from(tag.local() == end);
                value.extend(["<", tag.local(), ">"]);
            }
            Piece::End(name) if name == end && open == 0 => break,
            // An element that was never closed ends with its item.
            Piece::End(name)
                if ["item", "entry", "channel"].contains(&name.as_str())
                    && !["item", "entry"].contains(&end.as_str()) =>
            {
                break;
            }
            Piece::End(name) => {
                open -= usize::from(name == end);
                value.extend(["</", name.as_str(), ">"]);
            }
        }
    }
    (value, markup)
}
