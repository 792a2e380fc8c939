//! JSON that is none (RFC 8259), and JSON that is and that readers still trip over. Works on the octets
//! of content that is fine, so that only one thing is wrong.

use serde_json::Value;

use crate::Generator;
use crate::malformed::{Malformation, spread};

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "malformed_json",
    explain: "Sends JSON that is cut short, has a comma, a comment or a quotation mark too many, names \
              and numbers as scripts write them, octets that are no UTF-8, nothing at all, or another \
              format; and JSON that is well-formed and odd: names twice, numbers of 400 digits, other \
              encodings, 100,000 levels. A parser that throws, or falls down its own stack, is found.",
};

const LAYER: &str = "json";
/// Places at which content is cut.
const CUTS: usize = 6;
/// Levels of nesting, and how telling: a parser's limit, a stack of small frames, of large ones. The
/// last is not closed: it is refused, once it was read.
const DEPTHS: [(usize, &str, u8); 3] =
    [(100, "100 levels", 2), (1_000, "1,000 levels", 1), (10_000, "10,000 levels", 0)];
const DEPTH_LAST: usize = 100_000;
/// Digits of a number that no machine type holds.
const DIGITS: usize = 400;

/// What can be wrong with JSON content: its value, and its octets.
pub(crate) fn of(value: &Value, octets: &[u8]) -> Vec<Malformation> {
    let text = Text { value, octets, tokens: tokens(octets) };
    let mut found = text.ends();
    found.extend(text.punctuation());
    found.extend(text.numbers());
    found.extend(text.strings());
    found.extend(encodings(octets));
    found.extend(text.depths());
    found.extend(others());
    found
}

fn new(what: &str, octets: impl Into<Vec<u8>>) -> Malformation {
    Malformation::new(LAYER, what, octets)
}

/// What can be wrong with a sequence of lines.
pub(crate) fn of_lines(octets: &[u8]) -> Vec<Malformation> {
    let new = |what: &str, octets: Vec<u8>| Malformation::new("lines", what, octets);
    let followed = |more: &[u8]| [octets, more].concat();
    let line = octets.split(|octet| *octet == b'\n').next().unwrap_or_default();
    vec![
        new("a line cut in the middle", line[..line.len() / 2].to_vec()).rank(0),
        new("a good line, then one that is cut", followed(b"{\"a\":")).rank(0),
        new("two values on one line", [line, line].concat()).rank(0),
        new("a list instead of lines", [b"[", line, b"]"].concat()).lenient(),
        new("an empty line within", followed(b"\n{}\n")).lenient(),
        new("no line feed at the end", line.to_vec()).lenient(),
        new("carriage returns", [line, b"\r\n"].concat()).lenient(),
        new("no content", Vec::new()).lenient(),
        new("an octet that is no UTF-8", followed(b"\"\xff\"\n")).rank(0),
    ]
}

/// What a token of JSON is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Punctuation,
    Name,
    String,
    Number,
    Word,
}

/// Kind, beginning and end.
type Token = (Kind, usize, usize);

/// The tokens of well-formed JSON without white space.
fn tokens(octets: &[u8]) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(octet) = octets.get(at) {
        let begin = at;
        let kind = match octet {
            b'"' => {
                at += 1;
                while octets.get(at).is_some_and(|octet| *octet != b'"') {
                    at += if octets[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
                if octets.get(at) == Some(&b':') { Kind::Name } else { Kind::String }
            }
            b'-' | b'0'..=b'9' => {
                let is_of = |octet: &u8| octet.is_ascii_digit() || b"+-.eE".contains(octet);
                at += octets[at..].iter().take_while(|octet| is_of(octet)).count();
                Kind::Number
            }
            b'a'..=b'z' => {
                at += octets[at..].iter().take_while(|octet| octet.is_ascii_lowercase()).count();
                Kind::Word
            }
            _ => {
                at += 1;
                Kind::Punctuation
            }
        };
        found.push((kind, begin, at.min(octets.len())));
    }
    found
}

struct Text<'a> {
    value: &'a Value,
    octets: &'a [u8],
    tokens: Vec<Token>,
}

impl Text<'_> {
    /// The content with one place replaced.
    fn spliced(&self, begin: usize, end: usize, by: &[u8]) -> Vec<u8> {
        [&self.octets[..begin], by, &self.octets[end..]].concat()
    }

    /// The content with this in place of a value of this kind, or as a further member or item, or as
    /// the whole.
    fn with(&self, kind: Kind, literal: &[u8]) -> Vec<u8> {
        if let Some((_, begin, end)) = self.tokens.iter().find(|(other, _, _)| *other == kind) {
            return self.spliced(*begin, *end, literal);
        }
        let comma: &[u8] = if self.octets.len() > 2 { b"," } else { b"" };
        match self.value {
            Value::Object(_) => self.spliced(1, 1, &[b"\"a\":", literal, comma].concat()),
            Value::Array(_) => self.spliced(1, 1, &[literal, comma].concat()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => literal.to_vec(),
        }
    }

    /// Where content ends, and what follows.
    fn ends(&self) -> Vec<Malformation> {
        let boundaries: Vec<usize> =
            self.tokens.iter().map(|(_, begin, _)| *begin).filter(|at| *at > 0).collect();
        let cut = |at: usize| {
            new(&format!("cut at octet {at}, between tokens"), &self.octets[..at]).rank(0)
        };
        let mut found: Vec<Malformation> = spread(&boundaries, CUTS).into_iter().map(cut).collect();
        let is_long = |token: &&Token| token.0 != Kind::Number && token.2 - token.1 > 2;
        if let Some((_, begin, _)) = self.tokens.iter().find(is_long) {
            found.push(new("cut within a token", &self.octets[..begin + 2]));
        }
        let followed = |more: &[u8]| [self.octets, more].concat();
        found.extend([
            new("no content", Vec::new()).rank(0),
            new("white space only", " \r\n"),
            new("the same document twice", followed(&[b"\n", self.octets].concat())).rank(0),
            new("a word behind the document", followed(b" x")).rank(0),
            new("a bracket behind the document", followed(b"]")),
            new("a NUL behind the document", followed(b"\0")),
        ]);
        found
    }

    /// Commas, quotation marks, comments, names.
    fn punctuation(&self) -> Vec<Malformation> {
        let mut found = Vec::new();
        let last = self.octets.len().saturating_sub(1);
        if matches!(self.octets.last(), Some(b'}' | b']')) {
            found.push(new("a comma before the end", self.spliced(last, last, b",")).rank(0));
            found.push(new("a comment", self.spliced(1, 1, b"/*a*/")).rank(1));
            found.push(new("a comment to the end of the line", self.spliced(1, 1, b"//a\n")));
            found.push(new("a comma at the beginning", self.spliced(1, 1, b",")));
        }
        if let Some((_, begin, end)) = self.tokens.iter().find(|(kind, _, _)| *kind == Kind::Name) {
            let name = &self.octets[begin + 1..end - 1];
            let quoted = [b"'", name, b"'"].concat();
            found.push(new("a name in single quotes", self.spliced(*begin, *end, &quoted)).rank(0));
            let bare: &[u8] = if name.is_empty() { b"a" } else { name };
            found.push(new("a name without quotes", self.spliced(*begin, *end, bare)).rank(0));
            found.push(new("a name without a colon", self.spliced(*end, end + 1, b" ")));
        }
        if let Value::Object(members) = self.value
            && let Some((name, member)) = members.iter().next()
        {
            let again = format!("{}:{member},", Value::from(name.as_str()));
            found.push(new("a name twice", self.spliced(1, 1, again.as_bytes())).lenient().rank(0));
        }
        found
    }

    fn numbers(&self) -> Vec<Malformation> {
        let wrong = [
            ("NaN", "NaN", 0),
            ("Infinity", "Infinity", 0),
            ("-Infinity", "-Infinity", 2),
            ("007", "leading zeros", 1),
            ("+1", "a plus sign", 1),
            ("1.", "a point without digits", 2),
            (".5", "a point at the beginning", 2),
            ("0x10", "a hexadecimal number", 2),
            ("1_000", "an underscore in a number", 2),
            ("True", "a word of another language", 1),
            ("undefined", "the word undefined", 1),
        ];
        let number = |literal: &str| self.with(Kind::Number, literal.as_bytes());
        let mut found: Vec<Malformation> = wrong
            .iter()
            .map(|(literal, what, rank)| new(what, number(literal)).rank(*rank))
            .collect();
        let digits = "9".repeat(DIGITS);
        // Numbers have no limits in the grammar (RFC 8259, 6).
        found.extend([
            new("a number of 400 digits", number(&digits)).lenient().rank(0),
            new("an exponent beyond floats", number("1e400")).lenient().rank(0),
            new("an exponent of nine digits", number("1e999999999")).lenient(),
            new("a number of 400 decimals", number(&format!("0.{digits}"))).lenient().rank(2),
        ]);
        found
    }

    fn strings(&self) -> Vec<Malformation> {
        let with = |inner: &[u8]| self.with(Kind::String, &[b"\"", inner, b"\""].concat());
        vec![
            new("a NUL in a string", with(b"a\0b")).rank(0),
            new("a line feed in a string", with(b"a\nb")).rank(1),
            new("an octet that is no UTF-8", with(b"a\xffb")).rank(0),
            new("UTF-8 cut within a character", with(b"a\xe2\x82")),
            new("an overlong slash", with(b"\xc0\xaf")),
            new("a surrogate in UTF-8", with(b"\xed\xa0\x80")),
            new("an escape that is none", with(b"\\x41")),
            new("an escape cut short", with(b"\\u12")),
            // The grammar allows it (RFC 8259, 8.2), and hardly any string type does.
            new("a lone surrogate, escaped", with(b"\\ud800")).lenient().rank(0),
            new("surrogates in the wrong order", with(b"\\udc00\\ud800")).lenient(),
        ]
    }

    /// The content with very deep lists in it.
    fn depths(&self) -> Vec<Malformation> {
        let comma: &[u8] = if self.octets.len() > 2 { b"," } else { b"" };
        let nested = |nest: &[u8]| match self.value {
            Value::Object(_) => self.spliced(1, 1, &[b"\"nested\":", nest, comma].concat()),
            Value::Array(_) => self.spliced(1, 1, &[nest, comma].concat()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => nest.to_vec(),
        };
        let mut found = Vec::new();
        for (depth, what, rank) in DEPTHS {
            // Implementations may limit depth (RFC 8259, 9).
            let nest = [vec![b'['; depth], vec![b']'; depth]].concat();
            found.push(new(what, nested(&nest)).lenient().rank(rank));
        }
        let objects = b"{\"a\":".repeat(DEPTHS[1].0);
        found.push(new("1,000 objects that do not end", objects));
        found.push(new("100,000 lists that do not end", vec![b'['; DEPTH_LAST]).rank(3));
        found
    }
}

/// The content in other encodings than UTF-8. RFC 8259, 8.1 wants UTF-8 between systems, and lets a
/// reader ignore a byte order mark; readers of RFC 4627 know the others by their zeros.
fn encodings(octets: &[u8]) -> Vec<Malformation> {
    let text = String::from_utf8_lossy(octets);
    let utf16 = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let utf32 = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<u8>>();
    let marked = |mark: &[u8], octets: &[u8]| [mark, octets].concat();
    let odd = |what: &str, octets: Vec<u8>| new(what, octets).lenient();
    vec![
        odd("a byte order mark", marked(b"\xef\xbb\xbf", octets)).rank(0),
        odd("UTF-16 with a byte order mark", marked(b"\xff\xfe", &utf16(u16::to_le_bytes))),
        odd("UTF-16 without one", utf16(u16::to_be_bytes)),
        odd("UTF-32 with one", marked(b"\xff\xfe\x00\x00", &utf32)).rank(2),
        odd("UTF-32 without one", utf32).rank(2),
    ]
}

/// Other formats under the name of JSON.
fn others() -> Vec<Malformation> {
    vec![
        new("a form that is called JSON", b"a=1&b=2".as_slice()).rank(0),
        new("XML that is called JSON", b"<?xml version=\"1.0\"?><a>1</a>".as_slice()).rank(1),
        new("octets that are called JSON", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR".as_slice())
            .rank(1),
        new("YAML that is called JSON", b"a: 1\nb:\n  - 2\n".as_slice()).rank(2),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_slice, json};

    use super::of;

    fn check(value: &Value) {
        let octets = value.to_string().into_bytes();
        for malformation in of(value, &octets) {
            let parsed = from_slice::<Value>(&malformation.octets);
            // Numbers beyond floats, lone surrogates and depth are limits of this reader.
            assert!(parsed.is_err() || malformation.is_lenient, "{}", malformation.what);
        }
    }

    #[test]
    fn what_is_not_lenient_is_refused_by_a_strict_reader() {
        check(&json!({"a": 1, "b": "x\\\"y", "c": [true, null], "d": {"e": -1.5}}));
        check(&json!({}));
        check(&json!([]));
        check(&json!([{"a": "b"}]));
        check(&json!("text"));
        check(&json!(12));
    }

    #[test]
    fn what_is_lenient_keeps_the_rest() {
        let value = json!({"a": 1, "b": "x"});
        let octets = value.to_string().into_bytes();
        let twice = of(&value, &octets).into_iter().find(|m| m.what == "a name twice").unwrap();
        assert_eq!(from_slice::<Value>(&twice.octets).unwrap(), value);
    }
}
