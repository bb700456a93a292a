//! The visible text of a page as blocks: paragraphs, list items, table cells and lines, each with the elements
//! around it.
//!
//! Walks without recursion, so a deeply nested page costs time and not the stack.

use scraper::{ElementRef, Node};

use super::elements::{is_cell, is_control, is_invisible, is_line, is_paragraph};

/// A cell with more text than this stands as a paragraph: the table is there for the layout.
const LONGEST_CELL: usize = 200;

/// A longer inline element is no date, in bytes.
const LONGEST_DATE: usize = 48;

/// What separates two pieces of text, each more than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    None,
    Cell,
    Line,
    Paragraph,
}

/// A block-level element that has text in it.
pub(super) struct Container<'a> {
    pub element: ElementRef<'a>,
    /// The index of the nearest one around it; the outermost one has itself.
    pub parent: usize,
}

/// A piece of text without a line or paragraph boundary in it.
pub(super) struct Block {
    pub text: String,
    /// How many characters it has, and how many of them are in links.
    pub chars: usize,
    pub linked: usize,
    /// The index of its container.
    pub container: usize,
    /// What separates it from the block before.
    pub gap: Gap,
}

/// The blocks of an element and their containers, in the order of the page.
pub(super) struct Blocks<'a> {
    pub blocks: Vec<Block>,
    pub containers: Vec<Container<'a>>,
}

/// How text at some place in the page is read.
#[derive(Clone, Copy)]
struct State {
    container: usize,
    in_link: bool,
    preformatted: bool,
    /// In `sup` or `sub`.
    script: Option<Script>,
}

#[derive(Clone, Copy)]
enum Script {
    Super,
    Sub,
}

impl<'a> Blocks<'a> {
    /// The blocks of an element, without one element in it. With `everything`, hidden elements and controls too.
    pub fn of(root: ElementRef<'a>, without: Option<ElementRef<'a>>, everything: bool) -> Self {
        let mut walk = Walk {
            found: Self { blocks: Vec::new(), containers: vec![Container { element: root, parent: 0 }] },
            text: String::new(),
            linked: 0,
            space: false,
            gap: Gap::None,
        };
        let start = State { container: 0, in_link: false, preformatted: false, script: None };
        let mut states = vec![start];
        let mut node = *root;
        loop {
            let state = states.last().copied().unwrap_or(start);
            let element = ElementRef::wrap(node).filter(|element| *element != root);
            match element {
                Some(element) if Some(element) == without || is_left_out(element, everything) => {
                    walk.leave_out(element, state);
                }
                _ => {
                    if let Node::Text(text) = node.value() {
                        walk.words(text, state);
                    }
                    let inner = element.map_or(state, |element| walk.enter(element, state));
                    if let Some(child) = node.first_child() {
                        states.push(inner);
                        node = child;
                        continue;
                    }
                    walk.leave(element, inner);
                }
            }
            // To the next node that is not inside this one.
            while node != *root && node.next_sibling().is_none() {
                let Some(parent) = node.parent() else { break };
                node = parent;
                let inner = states.pop().unwrap_or(start);
                walk.leave(ElementRef::wrap(node), inner);
            }
            match node.next_sibling() {
                Some(next) if node != *root => node = next,
                _ => break,
            }
        }
        walk.flush(0);
        walk.found
    }

    /// The text of the blocks that are kept: paragraphs, lines and rows.
    pub fn text(&self, mut keep: impl FnMut(usize) -> bool) -> String {
        let mut text = String::new();
        let mut gap = Gap::None;
        // How long the block before was, in bytes.
        let mut before = 0;
        for (index, block) in self.blocks.iter().enumerate() {
            gap = gap.max(block.gap);
            if !keep(index) {
                continue;
            }
            if !text.is_empty() {
                let long = before.max(block.text.len()) > LONGEST_CELL;
                text.push_str(match gap {
                    Gap::Cell if long => "\n\n",
                    Gap::Cell => " | ",
                    Gap::Paragraph => "\n\n",
                    Gap::Line | Gap::None => "\n",
                });
            }
            text.push_str(&block.text);
            (gap, before) = (Gap::None, block.text.len());
        }
        text
    }
}

/// The text of an element, without one element in it.
pub(super) fn text(root: ElementRef<'_>, without: Option<ElementRef<'_>>) -> String {
    Blocks::of(root, without, false).text(|_| true)
}

fn is_left_out(element: ElementRef<'_>, everything: bool) -> bool {
    let name = element.value().name();
    if is_invisible(name) || name == "a" && is_note_mark(element) {
        return true;
    }
    let hidden = || {
        let style = element.attr("style").unwrap_or_default();
        let style: String =
            style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        element.attr("hidden").is_some()
            || style.contains("display:none")
            || style.contains("visibility:hidden")
    };
    !everything && (is_control(name) || hidden())
}

/// Whether a link leads to a note or back from it, by the vocabularies of DPUB-ARIA and EPUB or the classes of
/// pandoc and kramdown. Its text is the number of the note or an arrow.
fn is_note_mark(link: ElementRef<'_>) -> bool {
    let is_any = |name: &str, values: &[&str]| {
        let words = link.attr(name).unwrap_or_default().split_ascii_whitespace();
        { words }.any(|word| values.contains(&word))
    };
    is_any("role", &["doc-noteref", "doc-backlink"])
        || is_any("epub:type", &["noteref", "backlink"])
        || is_any("class", &["footnote-ref", "footnote-back", "reversefootnote"])
}

fn gap_around(element: ElementRef<'_>) -> Gap {
    let name = element.value().name();
    let nested =
        || element.parent().and_then(ElementRef::wrap).is_some_and(|above| above.value().name() == "li");
    if is_line(name) || (matches!(name, "ol" | "ul") && nested()) {
        Gap::Line
    } else if is_paragraph(name) {
        Gap::Paragraph
    } else if is_cell(name) {
        Gap::Cell
    } else {
        Gap::None
    }
}

/// Collects blocks; a gap is noted only in the block behind it.
struct Walk<'a> {
    found: Blocks<'a>,
    text: String,
    linked: usize,
    /// Whether white space comes before the next character.
    space: bool,
    gap: Gap,
}

impl<'a> Walk<'a> {
    fn enter(&mut self, element: ElementRef<'a>, state: State) -> State {
        let name = element.value().name();
        let gap = gap_around(element);
        let mut inner = state;
        if gap > Gap::None {
            self.flush(state.container);
            self.gap = self.gap.max(gap);
            inner.container = self.found.containers.len();
            self.found.containers.push(Container { element, parent: state.container });
        }
        match name {
            "a" => inner.in_link = true,
            "pre" => inner.preformatted = true,
            "sup" => inner.script = Some(Script::Super),
            "sub" => inner.script = Some(Script::Sub),
            "br" => self.new_line(state.container),
            _ => {}
        }
        inner
    }

    fn leave(&mut self, element: Option<ElementRef<'a>>, inner: State) {
        let gap = element.map_or(Gap::None, gap_around);
        if gap > Gap::None {
            self.flush(inner.container);
            self.gap = self.gap.max(gap);
        } else if self.text.len() <= LONGEST_DATE && element.is_some_and(|element| self.is_date(element)) {
            self.new_line(inner.container);
        }
    }

    /// Whether the text so far is a date that the page sets apart by a class only.
    fn is_date(&self, element: ElementRef<'_>) -> bool {
        let class = || element.attr("class").unwrap_or_default().to_ascii_lowercase();
        let name = element.value().name();
        matches!(name, "span" | "time" | "b" | "i" | "small" | "font")
            && self.text.starts_with(|c: char| c.is_ascii_digit())
            && class().contains("date")
    }

    fn leave_out(&mut self, element: ElementRef<'a>, state: State) {
        let gap = gap_around(element);
        if gap > Gap::None {
            self.flush(state.container);
            self.gap = self.gap.max(gap);
        }
    }

    /// A second line end in a row ends the paragraph.
    fn new_line(&mut self, container: usize) {
        let nothing = self.text.is_empty();
        self.flush(container);
        self.gap = if nothing && self.gap >= Gap::Line { Gap::Paragraph } else { self.gap.max(Gap::Line) };
    }

    fn words(&mut self, words: &str, state: State) {
        if let Some(script) = state.script {
            return self.script(words, script, state);
        }
        for c in words.chars() {
            match c {
                '\n' if state.preformatted => self.new_line(state.container),
                // White space of markup only: a no-break space belongs to the text.
                ' ' | '\t' | '\n' | '\r' | '\u{C}' => self.space = true,
                // Soft hyphens are marks for the line breaks of a browser.
                '\u{FEFF}' | '\u{AD}' => {}
                c => self.letter(c, state.in_link),
            }
        }
    }

    /// A raised or lowered number becomes its Unicode characters, as in «м²»; behind a word it is a footnote,
    /// which stands apart.
    fn script(&mut self, words: &str, script: Script, state: State) {
        let words = words.trim();
        let raised = |c: char| {
            let at = "0123456789+-".find(c)?;
            match script {
                Script::Super => "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻".chars().nth(at),
                Script::Sub => "₀₁₂₃₄₅₆₇₈₉₊₋".chars().nth(at),
            }
        };
        let is_number = !words.is_empty() && words.len() <= 3 && words.chars().all(|c| raised(c).is_some());
        let word = self.text.chars().rev().take_while(|c| c.is_alphabetic()).count();
        let behind_word = self.space || word > 2 || self.text.ends_with(['.', ',', ';', '»', ')', '"']);
        if matches!(script, Script::Super) && behind_word && words.chars().all(|c| !c.is_alphabetic()) {
            self.space = true;
            words.chars().for_each(|c| self.letter(c, state.in_link));
            self.space = true;
        } else if is_number {
            words.chars().filter_map(raised).for_each(|c| self.letter(c, state.in_link));
        } else {
            words.chars().for_each(|c| {
                if c.is_whitespace() { self.space = true } else { self.letter(c, state.in_link) }
            });
        }
    }

    fn letter(&mut self, letter: char, in_link: bool) {
        if self.space && !self.text.is_empty() {
            self.text.push(' ');
            self.linked += usize::from(in_link);
        }
        self.space = false;
        self.text.push(letter);
        self.linked += usize::from(in_link);
    }

    fn flush(&mut self, container: usize) {
        self.space = false;
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let (chars, linked) = (text.chars().count(), std::mem::take(&mut self.linked));
        let gap = std::mem::replace(&mut self.gap, Gap::None);
        self.found.blocks.push(Block { text, chars, linked, container, gap });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::Html;

    use super::*;

    fn text_of(markup: &str) -> String {
        text(Html::parse_document(markup).root_element(), None)
    }

    #[test]
    fn markup_becomes_paragraphs_lines_and_words() {
        let table = [
            ("<p>Один <em>раз</em>,\n  два</p><p>три", "Один раз, два\n\nтри"),
            ("<P>Один\n<P>Два<BR>три<br><br>четыре", "Один\n\nДва\nтри\n\nчетыре"),
            ("слово<b>форма</b>, 5 м<sup>2</sup>, CO<sub>2</sub>", "словоформа, 5 м², CO₂"),
            ("По данным<sup>1</sup> банка<sup>[2]</sup>, H<sup>+</sup>", "По данным 1 банка [2] , H⁺"),
            ("1<sup>й</sup> этап, x<sub>max</sub>", "1й этап, xmax"),
            ("<b>Один </b> <i> два</i>", "Один два"),
            ("<span class=news-date-time>13.05.2024 10:00</span>Один", "13.05.2024 10:00\nОдин"),
            ("До <time class=date>13 мая</time> один, <span class=x>14</span> два", "До 13 мая один, 14 два"),
            ("<div><div>Один</div></div>два<hr>три", "Один\n\nдва\n\nтри"),
            ("Были:<UL>\n<LI>Ян\n<LI>Дэйл <b>Шитц</b>\n</UL>Всё", "Были:\n\nЯн\nДэйл Шитц\n\nВсё"),
            ("<ol><li>А<ul><li>Б<li>В</ul><li>Г</ol>", "А\nБ\nВ\nГ"),
            ("<dl><dt>А<dd>Б<dt>В<dd>Г</dl>", "А\nБ\nВ\nГ"),
            ("<table><caption>Т<tr><th>А<th>Б<tr><td>1<td>2</table>", "Т\n\nА | Б\n1 | 2"),
            ("<pre>А  Б\nВ\n\nГ</pre>\nД", "А Б\nВ\n\nГ\n\nД"),
            (
                "&laquo;А&raquo;&nbsp;&mdash; Б &lt;a@b.example&gt; &amp;amp;",
                "«А»\u{a0}— Б <a@b.example> &amp;",
            ),
            ("А<script>var a = '<p>';</script>Б<style>p{}</style>В<!-- Г -->", "АБВ"),
            ("<nav>Меню</nav><p>А<footer>В", "А"),
            ("<form>А<button>Б</button></form><noscript>В</noscript><svg><title>Г</title></svg>", "А\n\nВ"),
            ("<template><p>А</template><iframe src=a>Б</iframe><select><option>В</select>Г", "Г"),
            ("<img alt='А' title='Б'><p hidden>В</p><p style='Display : none'>Г</p>Д", "Д"),
            (
                "А<a role=doc-noteref href='#1'>1</a>. <a epub:type='noteref x'>2</a>Б<a class=footnote-back>↩︎</a>",
                "А. Б",
            ),
            ("<newsurl http://a.example>А</newsurl>", "А"),
            ("пере\u{ad}говоры\u{feff} за&shy;мок", "переговоры замок"),
            ("<p> </p>\n<div></div>", ""),
        ];
        for (markup, expected) in table {
            assert_eq!(text_of(markup), expected, "{markup}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let markup = format!("{}А{}", "<span>".repeat(50_000), "</span>".repeat(50_000));
        assert_eq!(text_of(&markup), "А");
    }

    proptest! {
        #[test]
        fn any_page_is_read(markup in "([а-яa-z <>/&;\n]|<p>|<li>|</?pre>|<br>|</?div>|<td>|<table>|<sup>){0,40}") {
            let text = text_of(&markup);
            prop_assert!(!text.contains("\n\n\n") && !text.contains("  "), "{text:?}");
        }
    }
}
