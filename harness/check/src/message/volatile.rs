//! What looks like data of the service in a message: numbers, ids, dates, paths, quoted text.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// From this length on, a run of letters, digits, `-` and `_` with a digit in it is an id of some kind.
const ID_CHARS_MIN: usize = 16;
/// A run that changes this often between letters and digits is an id, however short: `4f5a9b`.
const ID_CHANGES_MIN: usize = 3;

static VOLATILE: LazyLock<Regex> = LazyLock::new(|| {
    let parts = [
        // uuid
        r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
        // Quoted text; an apostrophe within a word does not begin or end any.
        r#""(?:[^"\\]|\\.)*"|\B'(?:[^'\\]|\\.)*'\B|`[^`]*`|“[^”]*”|«[^»]*»"#,
        // date-time and date (RFC 3339), date of HTTP (RFC 9110, 5.6.7)
        r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?(?:[Zz]|[-+]\d\d:?\d\d))?)?",
        r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? \d\d?[ -][A-Z][a-z]{2}[ -]\d{2,4} [\d:]+(?: GMT)?",
        // e-mail
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
        // URLs and paths
        r"\b[a-z][a-z0-9+.-]*://\S+|(?:/[\w.%~@:+-]+){2,}/?|\b[A-Za-z]:\\\S+",
        // hexadecimal of some length, with a digit in it; identity of a Java object
        r"\b0x[0-9a-fA-F]+\b|\b[0-9a-f]*[0-9][0-9a-f]{7,}\b|@[0-9a-f]{5,}\b",
    ];
    Regex::new(&parts.join("|")).expect("the pattern is constant")
});
static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9_-]+").expect("the pattern is constant"));
// A number, with units glued on or not.
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[-+]?\d(?:[\d.,:eE+-]*\d)?").expect("the pattern is constant"));
// Runs of masks say no more than one: how many there were is data too.
static MASKS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\*(?:[\s,;|]*\*)+").expect("the pattern is constant"));

/// A word or two characters at the very end, after a colon: a value that is too short to be known by
/// its looks.
static TAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r":\s+\S{1,2}$").expect("the pattern is constant"));

/// Replaces by `*` what looks like data, collapses white space and drops control characters.
pub(super) fn mask(text: &str) -> String {
    let text = without_values(text);
    let text = VOLATILE.replace_all(&text, "*");
    let text = WORD.replace_all(&text, |captures: &regex::Captures<'_>| {
        let word = &captures[0];
        if is_id(word) { "*".to_owned() } else { word.to_owned() }
    });
    let text = NUMBER.replace_all(&text, "*");
    let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = printable.split_whitespace().collect::<Vec<_>>().join(" ");
    let masked = MASKS.replace_all(&words, "*");
    TAIL.replace(&masked, ": *").into_owned()
}

/// Objects and lists written out in a sentence become one mask, also one that was cut short. What is
/// an object or list as a whole stays, since its shape is all there is.
fn without_values(text: &str) -> String {
    if text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<Value>(text).is_ok() {
        return text.to_owned();
    }
    let mut masked = String::with_capacity(text.len());
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '{' | '[' => {
                if depth == 0 {
                    masked.push('*');
                }
                depth += 1;
            }
            '}' | ']' if depth > 0 => depth -= 1,
            c if depth == 0 => masked.push(c),
            _ => {}
        }
    }
    masked
}

fn is_id(word: &str) -> bool {
    if !word.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let kinds: Vec<bool> =
        word.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.is_ascii_digit()).collect();
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    word.len() >= ID_CHARS_MIN || changes >= ID_CHANGES_MIN
}
