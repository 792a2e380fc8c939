//! Texts that no contract names and many readers trip over. Knows nothing of where a text stands but
//! which characters can travel there.

use std::sync::OnceLock;

use crate::Generator;
use crate::dictionary::{self, Entry};
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

/// The texts, the most telling first; `anywhere` are those that travel in a path, a field or a cookie.
const TEXTS: &str = include_str!("../../../corpora/values/text.txt");
/// Read when they are first asked for.
static READ: OnceLock<Vec<Entry>> = OnceLock::new();

/// Odd texts of at least and at most these lengths in code points, each with its name.
pub(crate) fn undeclared(
    least: usize,
    most: Option<usize>,
    alphabet: Alphabet,
) -> Vec<(String, String)> {
    let is_any = alphabet == Alphabet::Any;
    let entries = READ.get_or_init(|| dictionary::read(TEXTS)).iter();
    let listed = entries
        .filter(|entry| is_any || entry.mark == "anywhere")
        .filter_map(|entry| entry.value.as_str().map(|text| (text, entry.note)));
    let fits = |text: &str| {
        let length = text.chars().count();
        length >= least && most.is_none_or(|most| length <= most)
    };
    let mut found: Vec<(String, String)> = listed
        .filter(|(text, _)| fits(text))
        .map(|(text, name)| (text.to_owned(), name.to_owned()))
        .collect();
    let long = if is_any { LONG } else { LONG_IN_HEAD };
    if most.is_none() && least <= long {
        found.push(("a".repeat(long), format!("{long} characters")));
    }
    found
}
