//! Parses any page in linear time.
//!
//! html5ever follows the HTML Standard, which takes quadratic time on deep nesting, on tags with very many
//! attributes and on formatting elements that are never closed. So scripts, styles, comments and overlong tags
//! are removed before parsing, start tags below [`DEEPEST`] levels are ignored, and so are all tags after
//! [`MOST_ELEMENTS`] elements: the text in them stays. Cancellation is checked between chunks.

mod scan;

use std::{
    borrow::Cow,
    cell::{Cell, Ref},
};

use html5ever::{
    Attribute, QualName,
    interface::TokenizerResult,
    tendril::StrTendril,
    tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
    tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeBuilder, TreeBuilderOpts, TreeSink},
};
use scraper::{Html, HtmlTreeSink};

use crate::corpus::readers::Fault;

/// Start tags deeper than this are ignored; browsers stop at 512.
const DEEPEST: usize = 400;
/// Tags behind this many elements are ignored. Each takes some 450 bytes of memory.
const MOST_ELEMENTS: usize = 300_000;
/// Markup behind this many bytes is not parsed: the tree of a page takes five times its size.
const LONGEST: usize = 32 << 20;
/// How many bytes are parsed between two checks for cancellation, about.
const CHUNK: usize = 64 << 10;
/// Elements whose content is no markup: their start tags switch the tokenizer and cannot be ignored.
const RAW: [&str; 9] =
    ["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext"];
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

/// Cuts markup to the length that is parsed; returns it, and a note about what was cut.
pub(super) fn limited(mut markup: String) -> (String, Option<String>) {
    let length = markup.len();
    markup.truncate(markup.floor_char_boundary(LONGEST));
    markup.shrink_to_fit();
    let (limit, cut) = (LONGEST >> 20, (length - markup.len()).div_ceil(1 << 20));
    let note = (cut > 0)
        .then(|| format!("has more than {limit} MB of markup; the {cut} MB behind them were left out"));
    (markup, note)
}

/// Parses a page; `check` is called every now and then and may fail. Returns what was cut as notes.
pub(super) fn parse(
    text: &str,
    check: &mut dyn FnMut() -> Result<(), Fault>,
) -> Result<(Html, Vec<String>), Fault> {
    let (text, mut notes) = scan::strip(text);
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let sink = Sink {
        page: HtmlTreeSink::new(Html::new_document()),
        current: Cell::new(None),
        elements: Cell::new(0),
    };
    let filter = Filter {
        builder: TreeBuilder::new(sink, options),
        ignored: Cell::new(0),
        too_deep: Cell::new(0),
        too_many: Cell::new(0),
    };
    let tokenizer = Tokenizer::new(filter, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut rest: &str = &text;
    while !rest.is_empty() {
        check()?;
        let end = rest.ceil_char_boundary(CHUNK);
        let (chunk, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rest = behind;
        queue.push_back(StrTendril::from_slice(chunk));
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    }
    tokenizer.end();
    let Filter { builder, too_deep, too_many, .. } = tokenizer.sink;
    if too_deep.get() > 0 {
        notes.push(format!("{} tags nested more than {DEEPEST} deep were ignored", too_deep.get()));
    }
    if too_many.get() > 0 {
        notes.push(format!("{} tags behind {MOST_ELEMENTS} elements were ignored", too_many.get()));
    }
    Ok((builder.sink.page.finish(), notes))
}

/// Passes tokens on to the tree builder, except for tags beyond the limits.
struct Filter {
    builder: TreeBuilder<<HtmlTreeSink as TreeSink>::Handle, Sink>,
    /// How many ignored start tags are still open.
    ignored: Cell<usize>,
    too_deep: Cell<usize>,
    too_many: Cell<usize>,
}

impl Filter {
    fn ignores(&self, tag: &Tag) -> bool {
        let name: &str = &tag.name;
        if RAW.contains(&name) {
            return false;
        }
        if tag.kind == TagKind::EndTag {
            let open = self.ignored.get();
            self.ignored.set(open.saturating_sub(1));
            return open > 0;
        }
        let sink = &self.builder.sink;
        let counter = if sink.elements.get() > MOST_ELEMENTS {
            &self.too_many
        } else if self.ignored.get() > 0 || sink.depth() >= DEEPEST {
            &self.too_deep
        } else {
            return false;
        };
        counter.set(counter.get() + 1);
        if !VOID.contains(&name) {
            self.ignored.set(self.ignored.get() + 1);
        }
        true
    }
}

impl TokenSink for Filter {
    type Handle = <HtmlTreeSink as TreeSink>::Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Self::Handle> {
        match &token {
            Token::TagToken(tag) if self.ignores(tag) => TokenSinkResult::Continue,
            _ => self.builder.process_token(token, line),
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Builds the tree of `scraper` and knows how deep it is at the place where it grows.
struct Sink {
    page: HtmlTreeSink,
    /// The innermost open element.
    current: Cell<Option<<HtmlTreeSink as TreeSink>::Handle>>,
    elements: Cell<usize>,
}

impl Sink {
    fn depth(&self) -> usize {
        let page = self.page.0.borrow();
        let node = self.current.get().and_then(|id| page.tree.get(id));
        node.map_or(0, |node| node.ancestors().take(DEEPEST).count())
    }

    fn moved(&self, to: <HtmlTreeSink as TreeSink>::Handle) {
        self.current.set(Some(to));
    }
}

impl TreeSink for Sink {
    type Handle = <HtmlTreeSink as TreeSink>::Handle;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.page.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Self::Handle {
        self.page.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Self::Handle) -> Self::ElemName<'a> {
        self.page.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Self::Handle {
        self.elements.set(self.elements.get() + 1);
        self.page.create_element(name, attrs, flags)
    }

    fn create_comment(&self, _: StrTendril) -> Self::Handle {
        self.page.create_comment(StrTendril::new())
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Self::Handle {
        self.page.create_comment(StrTendril::new())
    }

    fn append(&self, parent: &Self::Handle, child: NodeOrText<Self::Handle>) {
        self.moved(match &child {
            NodeOrText::AppendNode(node) => *node,
            NodeOrText::AppendText(_) => *parent,
        });
        self.page.append(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Self::Handle,
        previous: &Self::Handle,
        child: NodeOrText<Self::Handle>,
    ) {
        if let NodeOrText::AppendNode(node) = &child {
            self.moved(*node);
        }
        self.page.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn pop(&self, node: &Self::Handle) {
        let page = self.page.0.borrow();
        let above = page.tree.get(*node).and_then(|node| node.parent()).map(|parent| parent.id());
        if above.is_some() {
            self.current.set(above);
        }
    }

    fn get_template_contents(&self, target: &Self::Handle) -> Self::Handle {
        self.page.get_template_contents(target)
    }

    fn same_node(&self, x: &Self::Handle, y: &Self::Handle) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.page.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Self::Handle, new_node: NodeOrText<Self::Handle>) {
        if let NodeOrText::AppendNode(node) = &new_node {
            self.moved(*node);
        }
        self.page.append_before_sibling(sibling, new_node);
    }

    fn add_attrs_if_missing(&self, target: &Self::Handle, attrs: Vec<Attribute>) {
        self.page.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &Self::Handle) {
        self.page.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Self::Handle, new_parent: &Self::Handle) {
        self.page.reparent_children(node, new_parent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(markup: &str) -> (String, Vec<String>) {
        let (page, notes) = parse(markup, &mut || Ok(())).unwrap();
        (page.root_element().text().collect(), notes)
    }

    #[test]
    fn hostile_pages_stay_within_limits_and_keep_their_text() {
        let attributes: String = (0..200_000).map(|n| format!(" a{n}=1")).collect();
        let fonts: String = (0..50_000).map(|n| format!("<p><font size={n}>а")).collect();
        // What the page is, the page, and what is reported.
        let table = [
            ("nested", format!("{}конец", "<div>".repeat(838_000)), "nested more than 400"),
            (
                "nested and closed",
                format!("{}{}конец", "<b>".repeat(80_000), "</b>".repeat(80_000)),
                "nested",
            ),
            ("attributes", format!("<p{attributes}>конец"), "attributes"),
            ("end tags", format!("{}конец", "</div></b></p>".repeat(100_000)), ""),
            ("formatting", format!("{fonts}конец"), ""),
            ("tables", format!("{}конец", "<table><tr><td>".repeat(50_000)), "nested"),
            ("open tag", format!("конец<a {}", "\"".repeat(1_000_000)), ""),
            ("comments", format!("{}конец", "<!-- ".repeat(200_000)), ""),
        ];
        for (name, page, note) in table {
            let (text, notes) = text_of(&page);
            assert!(text.contains("конец") || name == "comments", "{name}");
            assert!(notes.iter().any(|found| found.contains(note)) || note.is_empty(), "{name}: {notes:?}");
        }
    }

    #[test]
    fn parsing_stops_when_asked() {
        let mut calls = 0;
        let stopped = parse(&"<p>а".repeat(100_000), &mut || {
            calls += 1;
            if calls > 2 { Err(Fault::Cancelled) } else { Ok(()) }
        });
        assert!(matches!(stopped, Err(Fault::Cancelled)));
    }

    #[test]
    fn noscript_is_read_as_markup() {
        assert_eq!(text_of("<body><noscript><p>Да</p></noscript>").0, "Да");
    }
}
