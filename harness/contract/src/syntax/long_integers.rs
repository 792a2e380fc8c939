//! Integers of a YAML text that 64 bits may not hold. The reader of YAML hands them over as floats, so each
//! is marked before it is read: with the mark it is a text, which is told from others by the mark.

/// Digits from which on an integer may be beyond 64 bits: 2^63 has nineteen.
const DIGITS_MIN: usize = 19;
/// Characters that are tried as mark: private use, of which a document has few or none.
const MARKS: std::ops::Range<u32> = 0xE000..0xE100;

/// The text with a mark before each such integer, and the mark; `None` if it has none, or every mark.
pub(super) fn marked(text: &str) -> Option<(String, char)> {
    let octets = text.as_bytes();
    let mut places = Vec::new();
    let mut position = 0;
    while position < octets.len() {
        if !octets[position].is_ascii_digit() {
            position += 1;
            continue;
        }
        let length = octets[position..].iter().take_while(|octet| octet.is_ascii_digit()).count();
        let has_sign = position > 0 && octets[position - 1] == b'-';
        let begin = position - usize::from(has_sign);
        let before = begin.checked_sub(1).map(|idx| octets[idx]);
        let after = octets.get(position + length);
        // A plain scalar stands between white space and the signs of flow collections.
        let is_scalar = before
            .is_none_or(|octet| matches!(octet, b' ' | b'\t' | b'\n' | b'[' | b','))
            && after.is_none_or(|octet| {
                matches!(octet, b' ' | b'\t' | b'\n' | b'\r' | b']' | b'}' | b',')
            });
        if length >= DIGITS_MIN && is_scalar {
            places.push(begin);
        }
        position += length;
    }
    if places.is_empty() {
        return None;
    }
    let mark = MARKS.filter_map(char::from_u32).find(|mark| !text.contains(*mark))?;
    let mut marked = String::with_capacity(text.len() + places.len() * mark.len_utf8());
    let mut from = 0;
    for place in places {
        marked.push_str(&text[from..place]);
        marked.push(mark);
        from = place;
    }
    marked.push_str(&text[from..]);
    Some((marked, mark))
}

/// Whether a text is an integer and nothing else, as YAML's core schema writes it.
pub(super) fn is_one(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit())
}
