//! Texts that no contract names and many readers trip over. Knows nothing of where a text stands but
//! which characters can travel there.

use crate::Generator;
use crate::draw::Alphabet;

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "odd_texts",
    explain: "Sends texts that break what reads, stores, sorts or shows them, where neither pattern nor \
              format says what a text is: NUL and other controls, characters that turn, join or hide, \
              case that changes length, look-alikes, words that other languages take for values, and \
              very long ones. To refuse one is no finding; to crash on it is.",
};

/// Length of a long text in content, in characters: what a 16-bit length cannot say.
const LONG: usize = 65_536;
/// Length of a long text in a target or a field: servers limit both, most to 8 KiB.
const LONG_IN_HEAD: usize = 2_000;

/// Texts that travel anywhere but in a path, a field or a cookie; the most telling first.
const ANY: &[(&str, &str)] = &[
    ("a\0b", "a NUL within"),
    ("\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}", "one emoji of five code points"),
    ("a\u{1}\u{1b}\u{7f}b", "control characters within"),
    ("a'b\"c\\d`e", "every kind of quotation mark"),
    ("<b>&amp;</b>", "markup"),
    (" \t\r\n ", "white space only"),
    ("\u{202e}abc", "a mark that turns the direction of writing"),
    ("\u{130}\u{131}\u{df}", "letters whose case changes their length"),
    ("\u{feff}a\u{200b}b", "a byte order mark and a space without width"),
    ("e\u{301}\u{301}\u{301}", "one letter with three marks on it"),
    ("p\u{430}ypal", "a Cyrillic letter that looks Latin"),
    ("\u{ff11}\u{ff12}\u{ff13}", "digits of full width"),
    (" a ", "a space before and behind"),
    ("\u{fffd}\u{ffff}\u{10ffff}", "the last code points there are"),
];

/// Texts that travel everywhere.
const VISIBLE: &[(&str, &str)] = &[
    ("null", "the word null"),
    ("..", "the parent of a path"),
    ("%00%2e%2e", "text that looks percent-encoded"),
    ("-1", "a negative number"),
    ("NaN", "the word NaN"),
];

/// Odd texts of at least and at most these lengths in code points, each with its name.
pub(crate) fn undeclared(
    least: usize,
    most: Option<usize>,
    alphabet: Alphabet,
) -> Vec<(String, String)> {
    let is_any = alphabet == Alphabet::Any;
    let listed = ANY.iter().filter(|_| is_any).chain(VISIBLE);
    let fits = |text: &str| {
        let length = text.chars().count();
        length >= least && most.is_none_or(|most| length <= most)
    };
    let mut found: Vec<(String, String)> = listed
        .filter(|(text, _)| fits(text))
        .map(|(text, name)| ((*text).to_owned(), (*name).to_owned()))
        .collect();
    let long = if is_any { LONG } else { LONG_IN_HEAD };
    if most.is_none() && least <= long {
        found.push(("a".repeat(long), format!("{long} characters")));
    }
    found
}
