//! Text from outside, made safe and short for a terminal.

/// Escapes what would move a terminal's cursor or colours: control characters and the marks that
/// change the direction of text.
pub(crate) fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => safe.push(' '),
            c if c.is_control() || is_invisible(c) => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// At most `max` characters, the last an ellipsis if something was cut.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Microseconds for people: `850 µs`, `12 ms`, `3.4 s`, `2 min 05 s`.
pub(crate) fn duration(us: u64) -> String {
    let seconds = std::time::Duration::from_micros(us).as_secs_f64();
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{} ms", us / 1_000),
        1_000_000..60_000_000 => format!("{seconds:.1} s"),
        _ => format!("{} min {:02} s", us / 60_000_000, us / 1_000_000 % 60),
    }
}

/// `1 case`, `2 cases`.
pub(crate) fn count(n: u64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::{count, cut, duration, printable};

    #[test]
    fn control_characters_cannot_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\nc\u{202e}d"), "a\\u{1b}[31mb\\u{a}c\\u{202e}d");
        assert_eq!(printable("Grüße 😀"), "Grüße 😀");
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
    }

    #[test]
    fn durations_have_units() {
        for (us, expected) in
            [(850, "850 µs"), (12_300, "12 ms"), (3_400_000, "3.4 s"), (125_000_000, "2 min 05 s")]
        {
            assert_eq!(duration(us), expected);
        }
    }

    #[test]
    fn counts_have_plurals() {
        assert_eq!((count(1, "case"), count(0, "case")), ("1 case".into(), "0 cases".into()));
    }
}
