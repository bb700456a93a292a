//! E-books (.epub): EPUB 2 and 3.
//!
//! Reads the chapters in the order of the spine, without the table of contents; title, author and date come from
//! the package document.

use std::collections::HashSet;

use super::{
    Details, Fault, Input, Output,
    document::{Document, Kind},
    fields, html,
    package::Package,
    text,
    xml::{Piece, Xml, element_text, xml_text},
};

/// The reader of e-books.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let bytes = input.bytes()?;
    let (document, about) = document(&bytes, input.options.limits.bytes, &|| input.check())?;
    let mut release =
        text::release(&document.plain(), &input.name).map_err(|_| "has no text in it; remove it")?;
    release.source = release.source.or(about.publisher);
    if release.date.is_none()
        && let Some(date) = about.date
    {
        fields::date(&mut release, &date);
    }
    output.release(release, Details { notes: document.notes, ..Details::default() })
}

/// What the package document says besides the title.
#[derive(Debug, Default)]
pub(super) struct About {
    date: Option<String>,
    publisher: Option<String>,
}

/// The text of an e-book.
pub(super) fn document(
    bytes: &[u8],
    limit: u64,
    check: &dyn Fn() -> Result<(), Fault>,
) -> Result<(Document, About), Fault> {
    let mut package = Package::open(bytes, limit)?;
    if package.part("META-INF/encryption.xml")?.is_some_and(|part| {
        // Fonts may be obfuscated in a book that is readable otherwise.
        let text = String::from_utf8_lossy(&part).into_owned();
        text.contains("EncryptedData") && !text.contains("obfuscation") && !text.contains("/font/embedding")
    }) {
        return Err("is protected (DRM), so that its text cannot be read".into());
    }
    let container = package.xml("META-INF/container.xml")?.unwrap_or_default();
    let main = root_file(&container).ok_or("has no package document; save it again as .epub")?;
    let book = package.xml(&main)?.ok_or("lacks its package document; save it again as .epub")?;
    let title = element_text(&book, "title");
    let about = About { date: element_text(&book, "date"), publisher: element_text(&book, "publisher") };
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut document = Document::default();
    if let Some(title) = &title {
        document.push(Kind::Heading, title);
    }
    let mut missing = 0;
    let mut first = true;
    let mut read = HashSet::new();
    for chapter in chapters(&book) {
        check()?;
        // Each may occur once (EPUB 3.3, 5.7.2); a small book of a chapter 50,000 times took 900 MB.
        if !read.insert(chapter.clone()) {
            continue;
        }
        let Some(part) = package.part(&resolved(folder, &chapter))? else {
            missing += 1;
            continue;
        };
        for paragraph in html::fragment(&body(&xml_text(&part)?)).split("\n\n") {
            let line = fields::one_line(paragraph);
            let repeated = first && title.as_deref().is_some_and(|title| fields::one_line(title) == line);
            if !repeated {
                document.push(Kind::Text, paragraph);
            }
            first &= repeated || line.is_empty();
        }
    }
    if missing > 0 {
        document.note(format!("{missing} chapters are missing from the file"));
    }
    Ok((document, about))
}

/// The package document that the container names.
fn root_file(container: &str) -> Option<String> {
    let mut xml = Xml::new(container);
    while let Some(piece) = xml.next() {
        if let Piece::Start(tag) = piece
            && tag.local() == "rootfile"
        {
            return tag.attribute("full-path");
        }
    }
    None
}

/// The files of the chapters in reading order.
fn chapters(book: &str) -> Vec<String> {
    let (mut files, mut spine) = (std::collections::HashMap::new(), Vec::new());
    let mut xml = Xml::new(book);
    while let Some(piece) = xml.next() {
        let Piece::Start(tag) = piece else { continue };
        match tag.local() {
            "item" => {
                let navigation = tag.attribute("properties").is_some_and(|properties| {
                    properties.split_whitespace().any(|property| property == "nav")
                });
                if let (Some(id), Some(href), false) =
                    (tag.attribute("id"), tag.attribute("href"), navigation)
                {
                    files.insert(id, href);
                }
            }
            "itemref" => spine.extend(tag.attribute("idref")),
            _ => {}
        }
    }
    spine.iter().filter_map(|id| files.get(id).cloned()).collect()
}

/// A link relative to a folder of the package, as the name of a part.
fn resolved(folder: &str, href: &str) -> String {
    let href = href.split('#').next().unwrap_or(href);
    let decoded = percent_decoded(href);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in decoded.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|_| byte == b'%');
        let coded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(coded.unwrap_or(byte));
        at += if coded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The body of a page, without its head.
fn body(page: &str) -> String {
    let start = page.find("<body").and_then(|at| page[at..].find('>').map(|end| at + end + 1)).unwrap_or(0);
    let end = page.rfind("</body").filter(|end| *end >= start).unwrap_or(page.len());
    page[start..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_parts() {
        let table = [
            ("OEBPS", "text/ch1.xhtml", "OEBPS/text/ch1.xhtml"),
            ("", "ch1.xhtml#p", "ch1.xhtml"),
            ("a/b", "../c.xhtml", "a/c.xhtml"),
            ("a", "../../../c%20d.xhtml", "c d.xhtml"),
            ("a", "%D0%BC.xhtml", "a/м.xhtml"),
            ("a", "100%", "a/100%"),
        ];
        for (folder, href, expected) in table {
            assert_eq!(resolved(folder, href), expected, "{folder} {href}");
        }
    }
}
