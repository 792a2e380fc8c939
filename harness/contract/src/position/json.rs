//! A scanner over JSON text that is known to be well-formed. Where it is not, it stops.

use super::Wanted;
use crate::Position;

/// Deepest nesting that is scanned; the parser refused anything deeper.
const DEPTH_MAX: usize = 256;

/// Fills in the places of what is wanted.
pub(super) fn locate(text: &str, wanted: &mut Wanted) {
    let mut scanner = Scanner { text, offset: 0, counted: 0, line: 1, column: 1 };
    scanner.skip_space();
    wanted.position = Some(scanner.position());
    // `None` means that the text is not what the parser read: what was found until then stands.
    let _: Option<()> = scanner.value(Some(wanted), 0);
}

struct Scanner<'t> {
    text: &'t str,
    /// In octets.
    offset: usize,
    /// Up to which octet `line` and `column` have been counted.
    counted: usize,
    line: usize,
    column: usize,
}

impl<'t> Scanner<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.offset += 1;
        }
    }

    /// The place of the current octet. Counts on from the last place asked for.
    fn position(&mut self) -> Position {
        for character in self.text[self.counted..self.offset].chars() {
            if character == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.counted = self.offset;
        Position { line: self.line, column: self.column }
    }

    fn value(&mut self, wanted: Option<&mut Wanted>, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        self.skip_space();
        match self.peek()? {
            b'{' => self.object(wanted, depth),
            b'[' => self.array(wanted, depth),
            b'"' => self.string().map(|_| ()),
            _ => {
                while !matches!(
                    self.peek(),
                    None | Some(b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r')
                ) {
                    self.offset += 1;
                }
                Some(())
            }
        }
    }

    fn object(&mut self, mut wanted: Option<&mut Wanted>, depth: usize) -> Option<()> {
        self.offset += 1;
        loop {
            self.skip_space();
            match self.peek()? {
                b'}' => {
                    self.offset += 1;
                    return Some(());
                }
                b',' => self.offset += 1,
                b'"' => {
                    let start = self.offset;
                    let quoted = self.string()?;
                    let mut member = wanted.as_deref_mut().and_then(|wanted| {
                        if wanted.members.is_empty() {
                            return None;
                        }
                        let name: String = serde_json::from_str(quoted).ok()?;
                        wanted.members.get_mut(&name)
                    });
                    if member.is_some() {
                        let after = std::mem::replace(&mut self.offset, start);
                        let here = self.position();
                        self.offset = after;
                        member = member.map(|member| member.found_at(here));
                    }
                    self.skip_space();
                    if self.peek()? != b':' {
                        return None;
                    }
                    self.offset += 1;
                    self.value(member, depth + 1)?;
                }
                _ => return None,
            }
        }
    }

    fn array(&mut self, mut wanted: Option<&mut Wanted>, depth: usize) -> Option<()> {
        self.offset += 1;
        let mut index = 0_usize;
        loop {
            self.skip_space();
            match self.peek()? {
                b']' => {
                    self.offset += 1;
                    return Some(());
                }
                b',' => self.offset += 1,
                _ => {
                    let item = wanted.as_deref_mut().and_then(|wanted| {
                        if wanted.members.is_empty() {
                            return None;
                        }
                        wanted.members.get_mut(&index.to_string())
                    });
                    let item = item.map(|item| item.found_at(self.position()));
                    let before = self.offset;
                    self.value(item, depth + 1)?;
                    if self.offset == before {
                        return None;
                    }
                    index += 1;
                }
            }
        }
    }

    /// Skips a string and returns it with its quotes.
    fn string(&mut self) -> Option<&'t str> {
        let start = self.offset;
        self.offset += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.offset += 1;
                    return self.text.get(start..self.offset);
                }
                b'\\' => self.offset += 2,
                _ => self.offset += 1,
            }
        }
    }
}
