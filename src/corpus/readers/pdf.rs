//! PDF (.pdf): the text layer of a document, page by page in reading order.
//!
//! pdfboss decodes the file and finds columns, paragraphs and tables; `pages` removes running headers and page
//! numbers and joins lines into paragraphs. A file without a text layer, or whose letters have no usable mapping to
//! Unicode, is an error that says so. The library is young, so its version is pinned and only this file knows it.

mod hyphens;
#[cfg(feature = "converters")]
mod isolated;
mod letters;
mod pages;

use pdfboss_core::Document as Pdf;
use pdfboss_output::{
    Block, Cell, FontCache, LayoutOptions, Line, PageLayout, ReadingOrder, Role, TextSpan,
    document_layout_opts, retain_rulings_on_page, retain_spans_on_page,
};
use pdfboss_text::ArtifactKind;
use serde::{Deserialize, Serialize};

use super::{
    Fault, Input, Output,
    document::{Document, Kind},
};
#[cfg(feature = "converters")]
pub use isolated::answer;
use letters::Letters;
use pages::{Page, PageLine};

/// The largest number of pages that are read.
const MOST_PAGES: usize = 10_000;

/// The reader of PDF.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let bytes = input.bytes()?.into_owned();
    #[cfg(feature = "converters")]
    if let Some(program) = &input.options.isolate {
        return isolated::extract(program, bytes, input)?.document().finish(&input.name, None, output);
    }
    extract(bytes, &|| input.check())?.document().finish(&input.name, None, output)
}

/// What is in a PDF, page by page.
#[derive(Debug, Serialize, Deserialize)]
struct Extracted {
    title: Option<String>,
    pages: Vec<Page>,
    notes: Vec<String>,
}

impl Extracted {
    /// The running text of the pages.
    fn document(self) -> Document {
        let mut document = Document::titled(self.title);
        document.notes = self.notes;
        for (kind, text) in pages::join(self.pages) {
            document.push(kind, &text);
        }
        document
    }
}

/// The lines of all pages in reading order. `check` fails when reading must stop.
fn extract(bytes: Vec<u8>, check: &dyn Fn() -> Result<(), Fault>) -> Result<Extracted, Fault> {
    let pdf = Pdf::load(bytes).map_err(|error| match error {
        pdfboss_core::Error::Encrypted => Fault::from("is encrypted; save it without a password"),
        error => format!("is not a readable PDF ({error}); save it again").into(),
    })?;
    if pdf.is_locked() {
        return Err("is encrypted; save it without a password".into());
    }
    let mut notes = Vec::new();
    let count = pdf.page_count();
    if count == 0 {
        return Err("has no pages: the file is cut off or damaged; copy it again".into());
    }
    if count > MOST_PAGES {
        notes.push(format!("only {MOST_PAGES} of {count} pages are read"));
    }
    let (fonts, options) = (FontCache::default(), LayoutOptions::default());
    let (mut spans, mut marks, mut lost) = (Vec::new(), Vec::new(), 0);
    for number in 0..count.min(MOST_PAGES) {
        check()?;
        let read = pdf.page(number).and_then(|page| {
            let order = ReadingOrder::Content;
            let extracted =
                pdfboss_text::extract_spans_and_rulings_reporting_cached(&pdf, &page, &fonts, order)?;
            let (mut spans, mut rulings, report) = extracted;
            retain_spans_on_page(&mut spans, &page);
            retain_rulings_on_page(&mut rulings, &page);
            spans.retain(|span| !is_running(span));
            spans.iter_mut().for_each(letters::show_hyphens);
            letters::keep_drawing_order(&mut spans);
            let marks = letters::drop_note_marks(&mut spans);
            Ok((spans, rulings, report, marks))
        });
        match read {
            Ok((page, rulings, report, noted)) => {
                lost += usize::from(!report.is_complete());
                spans.push((page, rulings, report.order));
                marks.push(noted);
            }
            Err(_) => lost += 1,
        }
    }
    if lost > 0 {
        notes.push(format!("{lost} of {count} pages have parts that cannot be read"));
    }
    let all = || spans.iter().flat_map(|(spans, ..)| spans);
    if !all().any(|span| span.text.contains(char::is_alphabetic)) {
        return Err(without_text(&pdf));
    }
    let judged = letters::judge(all().map(|span| span.text.as_str()));
    if judged == Letters::Meaningless {
        return Err(
            "has letters without a mapping to Unicode; run OCR on it or export it again from its source"
                .into(),
        );
    }
    if judged == Letters::Latin1 {
        notes.push("declares its Cyrillic letters as Latin-1; they are read as windows-1251".to_owned());
        spans
            .iter_mut()
            .flat_map(|(spans, ..)| spans)
            .for_each(|span| span.text = letters::cyrillic(&span.text));
    }
    check()?;
    let layouts = document_layout_opts(&spans, &options);
    let pages = layouts.into_iter().zip(&marks).map(|(layout, marks)| {
        let mut page = page(layout);
        page.drop_note_numbers(marks);
        page
    });
    let mut pages: Vec<Page> = pages.collect();
    if let Some(line) = pages::drop_single_header(&mut pages) {
        notes.push(format!("«{line}» above the headline is taken for a running header and left out"));
    }
    Ok(Extracted { title: pdf.metadata().title, pages, notes })
}

/// Whether the producer marked text as a running header, footer or page number.
fn is_running(span: &TextSpan) -> bool {
    span.artifact.as_ref().is_some_and(|artifact| artifact.kind == ArtifactKind::Pagination)
}

/// Why a document without letters has none.
fn without_text(pdf: &Pdf) -> Fault {
    let scanned = (0..pdf.page_count().min(3)).any(|number| {
        let page = pdf.page(number);
        page.is_ok_and(|page| pdfboss_text::placed_images(pdf, &page).is_ok_and(|images| !images.is_empty()))
    });
    if scanned {
        "has no text layer, only images; run OCR on it (see converters in docs/formats.md)".into()
    } else {
        "has no text in it; if a viewer displays text, save the file again".into()
    }
}

fn page(layout: PageLayout) -> Page {
    let mut page = Page::default();
    for block in layout.blocks {
        match block {
            Block::Heading { level, lines, .. } => {
                let kind = if level == 1 { Kind::Heading } else { Kind::Text };
                page.push(kind, false, lines.iter().map(line));
            }
            Block::Paragraph { lines, role, .. } => {
                let running = matches!(role, Role::PageHeader | Role::PageFooter);
                page.push(Kind::Text, running, lines.iter().map(line));
            }
            Block::List { items, .. } => {
                for item in items {
                    page.push(Kind::Text, false, item.lines.iter().map(line));
                }
            }
            Block::Table { rows, .. } => {
                for row in rows {
                    page.push(Kind::Row, false, row_line(&row).into_iter());
                }
            }
        }
    }
    page
}

fn line(line: &Line) -> PageLine {
    let text: String = line.inlines.iter().map(|inline| inline.text.as_str()).collect();
    // A broken file may place its text nowhere.
    let finite = |number: f32| if number.is_finite() { number } else { 0.0 };
    PageLine {
        text: letters::spelled_out(&text),
        y: finite(line.y),
        end: finite(line.end_x),
        size: finite(line.size),
    }
}

fn row_line(cells: &[Cell]) -> Option<PageLine> {
    let lines: Vec<PageLine> = cells.iter().filter_map(|cell| cell.line.as_ref()).map(line).collect();
    let texts: Vec<&str> = lines.iter().map(|line| line.text.trim()).collect();
    let PageLine { y, end, size, .. } = *lines.first()?;
    Some(PageLine { text: texts.join("\t"), y, end, size })
}
