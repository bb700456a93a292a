//! RTF as tokens: groups, control words, symbols and bytes.

pub(super) enum Token<'a> {
    Open,
    Close,
    Word(&'a str, Option<i32>),
    Symbol(u8),
    Byte(u8),
}

pub(super) struct Lexer<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'{' => return Some(Token::Open),
                b'}' => return Some(Token::Close),
                b'\\' => return self.control(),
                b'\r' | b'\n' | 0 => {}
                byte => return Some(Token::Byte(byte)),
            }
        }
    }

    fn control(&mut self) -> Option<Token<'a>> {
        let rest = self.bytes.get(self.at..)?;
        let first = *rest.first()?;
        if first == b'\'' {
            let digits = rest.get(1..3).and_then(|digits| std::str::from_utf8(digits).ok());
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            self.at += if byte.is_some() { 3 } else { 1 };
            return Some(byte.map_or(Token::Symbol(b'\''), Token::Byte));
        }
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if letters == 0 {
            self.at += 1;
            return Some(Token::Symbol(first));
        }
        let word = std::str::from_utf8(rest.get(..letters)?).ok()?;
        let mut end = letters + usize::from(rest.get(letters) == Some(&b'-'));
        end += rest.get(end..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(rest.get(letters..end)?).ok()?.parse().ok();
        if number.is_none() {
            end = letters;
        }
        self.at += end + usize::from(rest.get(end) == Some(&b' '));
        Some(Token::Word(word, number))
    }
}
