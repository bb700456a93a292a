//! The tokenizer that tantivy calls: our tokens, one term after another, at shared positions.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::analysis::{Analyzer, Forms, TokenRef, Tokens};

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
            current: None,
            next_term: 0,
            token: Token::default(),
        }
    }
}

/// One text's terms.
pub(super) struct TermStream<'a> {
    forms: &'a mut Forms,
    tokens: Tokens<'a>,
    current: Option<TokenRef>,
    next_term: usize,
    token: Token,
}

impl TokenStream for TermStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            if let Some(current) = &self.current
                && let Some(term) = current.form.terms.get(self.next_term)
            {
                self.next_term += 1;
                self.token.text.clear();
                self.token.text.push_str(term.key());
                return true;
            }
            let Some(next) = self.tokens.next(self.forms) else { return false };
            self.token.position = next.position as usize;
            self.token.offset_from = next.span.start;
            self.token.offset_to = next.span.end;
            self.current = Some(next);
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
