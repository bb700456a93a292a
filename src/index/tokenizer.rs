//! The tokenizer that tantivy calls: our tokens, one term after another, at shared positions.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::analysis::{Analyzer, Forms, Tokens};

/// Hands our analysis to tantivy; each indexing thread has its own clone.
#[derive(Clone)]
pub(super) struct TermTokenizer {
    forms: Forms,
}

impl TermTokenizer {
    pub fn new(analyzer: &Analyzer) -> Self {
        Self { forms: analyzer.forms() }
    }
}

impl Tokenizer for TermTokenizer {
    type TokenStream<'a> = TermStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TermStream<'a> {
        TermStream {
            forms: &mut self.forms,
            tokens: Tokens::new(text),
            next_term: usize::MAX,
            token: Token::default(),
        }
    }
}

/// One text's terms.
pub(super) struct TermStream<'a> {
    forms: &'a mut Forms,
    tokens: Tokens<'a>,
    /// The next one of the word read last; past all of them before the first word.
    next_term: usize,
    token: Token,
}

impl TokenStream for TermStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            if let Some(term) = self.forms.last().terms.get(self.next_term) {
                self.next_term += 1;
                self.token.text.clear();
                self.token.text.push_str(term.key());
                return true;
            }
            let Some(next) = self.tokens.next(self.forms) else { return false };
            self.token.position = next.position as usize;
            self.token.offset_from = next.span.start;
            self.token.offset_to = next.span.end;
            self.next_term = 0;
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
