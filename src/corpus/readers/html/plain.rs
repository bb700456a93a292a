//! Markup to plain text: paragraphs, lines and words, and nothing else.
//!
//! Walks without recursion, so a page nested without end costs time and not the stack.

use scraper::{ElementRef, Node};

/// Parts of a page that are no part of its text.
const LEFT_OUT: &str = "aside audio button canvas footer head header iframe math nav noembed noframes noscript \
    object script select style svg template textarea video";
/// Elements that stand as paragraphs of their own.
const PARAGRAPHS: &str = "address article aside blockquote body caption center details dialog dir div dl fieldset \
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend main menu nav ol p pre search section \
    summary table ul";
/// Elements that stand on lines of their own.
const LINES: &str = "dd dt li tr";
/// Elements that stand beside one another.
const CELLS: &str = "td th";

/// What parts two pieces of text, each more than the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Paragraph,
}

/// The text of an element, without one heading in it; forms only where they are wanted.
pub(super) fn plain(root: ElementRef<'_>, without: Option<ElementRef<'_>>, forms: bool) -> String {
    let mut text = Text { out: String::new(), gap: Gap::None, preformatted: 0 };
    let mut node = *root;
    loop {
        let element = ElementRef::wrap(node).filter(|element| *element != root);
        match element {
            Some(element) if Some(element) == without || is_left_out(element, forms) => {
                text.part(gap_around(element));
            }
            _ => {
                text.enter(node.value(), element);
                if let Some(child) = node.first_child() {
                    node = child;
                    continue;
                }
                text.leave(element);
            }
        }
        // To the next node that is not inside this one.
        while node != *root && node.next_sibling().is_none() {
            let Some(parent) = node.parent() else { break };
            node = parent;
            text.leave(ElementRef::wrap(node));
        }
        match node.next_sibling() {
            Some(next) if node != *root => node = next,
            _ => return text.out,
        }
    }
}

fn is_one_of(names: &str, name: &str) -> bool {
    names.split(' ').any(|one| one == name)
}

fn is_left_out(element: ElementRef<'_>, forms: bool) -> bool {
    let name = element.value().name();
    is_one_of(LEFT_OUT, name) || (name == "form" && !forms) || element.attr("hidden").is_some()
}

fn gap_around(element: ElementRef<'_>) -> Gap {
    let name = element.value().name();
    let nested =
        || element.parent().and_then(ElementRef::wrap).is_some_and(|above| above.value().name() == "li");
    if is_one_of(LINES, name) || (is_one_of("ol ul", name) && nested()) {
        Gap::Line
    } else if is_one_of(PARAGRAPHS, name) {
        Gap::Paragraph
    } else if is_one_of(CELLS, name) {
        Gap::Space
    } else {
        Gap::None
    }
}

/// Text as it grows; gaps are written only before the text behind them.
struct Text {
    out: String,
    gap: Gap,
    /// How many preformatted elements stand around.
    preformatted: usize,
}

impl Text {
    fn enter(&mut self, node: &Node, element: Option<ElementRef<'_>>) {
        if let Some(words) = node.as_text() {
            self.words(words);
        }
        let Some(element) = element else { return };
        self.part(gap_around(element));
        match element.value().name() {
            "br" => self.new_line(),
            "pre" => self.preformatted += 1,
            _ => {}
        }
    }

    fn leave(&mut self, element: Option<ElementRef<'_>>) {
        let Some(element) = element else { return };
        self.part(gap_around(element));
        if element.value().name() == "pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
    }

    fn part(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// A second line end in a row ends the paragraph.
    fn new_line(&mut self) {
        self.gap = if self.gap < Gap::Line { Gap::Line } else { Gap::Paragraph };
    }

    fn words(&mut self, words: &str) {
        for c in words.chars() {
            match c {
                '\n' if self.preformatted > 0 => self.new_line(),
                // White space of markup only: a no-break space belongs to the text.
                ' ' | '\t' | '\n' | '\r' | '\u{C}' => self.part(Gap::Space),
                '\u{FEFF}' => {}
                c => self.letter(c),
            }
        }
    }

    fn letter(&mut self, letter: char) {
        if !self.out.is_empty() {
            self.out.push_str(match self.gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
        self.gap = Gap::None;
        self.out.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::Html;

    use super::*;

    fn text_of(markup: &str) -> String {
        plain(Html::parse_document(markup).root_element(), None, false)
    }

    #[test]
    fn markup_becomes_paragraphs_lines_and_words() {
        let table = [
            ("<p>Один <em>раз</em>,\n  два</p><p>три", "Один раз, два\n\nтри"),
            ("<P>Один\n<P>Два<BR>три<br><br>четыре", "Один\n\nДва\nтри\n\nчетыре"),
            ("слово<b>форма</b>, м<sup>2</sup>", "словоформа, м2"),
            ("<b>Один </b> <i> два</i>", "Один два"),
            ("<div><div>Один</div></div>два<hr>три", "Один\n\nдва\n\nтри"),
            ("Были:<UL>\n<LI>Ян\n<LI>Дэйл <b>Шитц</b>\n</UL>Всё", "Были:\n\nЯн\nДэйл Шитц\n\nВсё"),
            ("<ol><li>А<ul><li>Б<li>В</ul><li>Г</ol>", "А\nБ\nВ\nГ"),
            ("<dl><dt>А<dd>Б<dt>В<dd>Г</dl>", "А\nБ\nВ\nГ"),
            ("<table><caption>Т<tr><th>А<th>Б<tr><td>1<td>2</table>", "Т\n\nА Б\n1 2"),
            ("<pre>А  Б\nВ\n\nГ</pre>\nД", "А Б\nВ\n\nГ\n\nД"),
            (
                "&laquo;А&raquo;&nbsp;&mdash; Б &lt;a@b.example&gt; &amp;amp;",
                "«А»\u{a0}— Б <a@b.example> &amp;",
            ),
            ("А<script>var a = '<p>';</script>Б<style>p{}</style>В<!-- Г -->", "АБВ"),
            ("<nav>Меню</nav><header>Шапка</header><p>А<aside>Б</aside><footer>В", "А"),
            ("А<form>Б<button>В</button></form><noscript>Г</noscript><svg><title>Д</title></svg>", "А"),
            ("<template><p>А</template><iframe src=a>Б</iframe><select><option>В</select>Г", "Г"),
            ("<img alt='А' title='Б'><p hidden>В</p>Г", "Г"),
            ("<newsurl http://a.example>А</newsurl>", "А"),
            ("пере\u{ad}говоры\u{feff} за\u{301}мок", "пере\u{ad}говоры за\u{301}мок"),
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
        fn any_page_is_read(markup in "([а-яa-z <>/&;\n]|<p>|<li>|</?pre>|<br>|</?div>|<td>|<table>){0,40}") {
            let text = text_of(&markup);
            prop_assert!(!text.contains("\n\n\n") && !text.contains("  "), "{text:?}");
        }
    }
}
