//! A line of output with styles. Text is made safe as it is added, so only our own styles reach the terminal.

use std::{
    fmt::{Display, Write},
    ops::Range,
};

use anstyle::{AnsiColor, Style};

use super::escape;

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const MATCH: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

/// One line to be printed.
#[derive(Default)]
pub struct Line {
    rendered: String,
}

impl Line {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn plain(self, text: impl Display) -> Self {
        self.styled(PLAIN, text)
    }

    pub fn bold(self, text: impl Display) -> Self {
        self.styled(BOLD, text)
    }

    pub fn faint(self, text: impl Display) -> Self {
        self.styled(FAINT, text)
    }

    /// Text with matches in it, given as ranges of bytes in ascending order.
    pub fn highlighted(self, text: &str, matches: impl IntoIterator<Item = Range<usize>>) -> Self {
        self.highlight(text, matches, PLAIN)
    }

    /// The same in bold between the matches.
    pub fn bold_highlighted(self, text: &str, matches: impl IntoIterator<Item = Range<usize>>) -> Self {
        self.highlight(text, matches, BOLD)
    }

    fn highlight(
        mut self,
        text: &str,
        matches: impl IntoIterator<Item = Range<usize>>,
        between: Style,
    ) -> Self {
        let mut at = 0;
        for range in matches {
            if let (Some(before), Some(inside)) = (text.get(at..range.start), text.get(range.clone())) {
                self = self.styled(between, before).styled(MATCH, inside);
                at = range.end;
            }
        }
        self.styled(between, text.get(at..).unwrap_or_default())
    }

    /// Appends a text with a style, unless it is empty. A line can have megabytes: it is copied once.
    fn styled(mut self, style: Style, text: impl Display) -> Self {
        let start = self.rendered.len();
        // Writing to a string fails only where the text does not format.
        _ = write!(self.rendered, "{}", style.render());
        let styled = self.rendered.len();
        _ = write!(escape::EscapedLine(&mut self.rendered), "{text}");
        if self.rendered.len() == styled {
            self.rendered.truncate(start);
        } else {
            _ = write!(self.rendered, "{}", style.render_reset());
        }
        self
    }

    pub(super) fn rendered(&self) -> &str {
        &self.rendered
    }
}

impl<T: Display> From<T> for Line {
    fn from(text: T) -> Self {
        Self::new().plain(text)
    }
}
