//! Strings that match a `pattern` (ECMA-262), by a walk over its syntax tree.
//!
//! A pattern is searched for, not matched as a whole (JSON Schema 2020-12, 6.3.3), so what stands
//! around an unanchored one is free; drawing exactly a match is the simplest. What the walk cannot
//! see (look-around) is left to the validator.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::{Source, pattern_length};

/// Repetitions beyond the least that are drawn: `.*` need not be long.
const EXTRA_REPEATS_MAX: u32 = 4;
/// Characters of one drawn string: `{0,262144}` exists.
const CHARS_MAX: usize = 4_096;

/// A pattern that strings can be drawn from, or not.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    tree: Option<Hir>,
    is_exact: bool,
}

impl Pattern {
    /// Reads a pattern; one that cannot be walked leaves strings to chance and to the validator.
    pub(crate) fn parse(pattern: &str) -> Self {
        let translated = jsonschema_regex::to_rust_regex(pattern).ok();
        let tree = translated
            .and_then(|pattern| regex_syntax::ParserBuilder::new().build().parse(&pattern).ok());
        let is_exact = tree.as_ref().is_some_and(is_exact);
        Self { tree, is_exact }
    }

    /// Whether every string that is drawn matches: nothing in the pattern looks around.
    pub(crate) fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// Whether strings can be drawn.
    pub(crate) fn is_walkable(&self) -> bool {
        self.tree.is_some()
    }

    /// A string that matches, `stretch` repetitions longer than it need be where it can; `None` if the
    /// pattern cannot be walked.
    pub(crate) fn draw(&self, source: &mut Source, stretch: u32) -> Option<String> {
        let mut text = String::new();
        walk(self.tree.as_ref()?, source, stretch, &mut text);
        Some(text)
    }

    /// A string that matches and has exactly this many characters, if there is one that is not long.
    pub(crate) fn of_length(&self, length: usize) -> Option<String> {
        pattern_length::of_length(self.tree.as_ref()?, length)
    }
}

/// Whether the walk makes nothing but matches: anchors stand at the ends only, and no repetition is
/// so long that the walk cuts it short.
fn is_exact(tree: &Hir) -> bool {
    let inner: &[Hir] = match tree.kind() {
        HirKind::Concat(parts) => parts,
        _ => std::slice::from_ref(tree),
    };
    let is_anchor = |part: &Hir| matches!(part.kind(), HirKind::Look(Look::Start | Look::End));
    let begin = inner.iter().take_while(|part| is_anchor(part)).count();
    let end = inner.iter().rev().take_while(|part| is_anchor(part)).count();
    let middle = inner.get(begin..inner.len().saturating_sub(end)).unwrap_or_default();
    let leads = |parts: &[Hir], look: Look| {
        parts.iter().all(|part| matches!(part.kind(), HirKind::Look(found) if *found == look))
    };
    leads(&inner[..begin], Look::Start)
        && leads(&inner[inner.len() - end.min(inner.len() - begin)..], Look::End)
        && middle.iter().all(|part| part.properties().look_set().is_empty())
        && tree.properties().minimum_len().is_some_and(|least| least <= CHARS_MAX)
}

fn walk(tree: &Hir, source: &mut Source, stretch: u32, text: &mut String) {
    if text.len() > CHARS_MAX {
        return;
    }
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(member(class, source)),
        HirKind::Capture(capture) => walk(&capture.sub, source, stretch, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| walk(part, source, stretch, text)),
        HirKind::Alternation(branches) => {
            let branch = &branches[source.index(branches.len())];
            walk(branch, source, stretch, text);
        }
        HirKind::Repetition(repetition) => {
            let least = repetition.min;
            let room = repetition.max.map_or(u32::MAX, |most| most.saturating_sub(least));
            let stretched = room.min(stretch);
            let extra = room.saturating_sub(stretched).min(EXTRA_REPEATS_MAX);
            let more = u32::try_from(source.draw(u64::from(extra))).expect("it is small");
            for _ in 0..least.saturating_add(stretched + more) {
                let before = text.len();
                walk(&repetition.sub, source, stretch, text);
                if text.len() > CHARS_MAX || (text.len() == before && least == 0) {
                    return;
                }
            }
        }
    }
}

/// A member of a class; letters and digits before anything else.
pub(crate) fn member(class: &Class, source: &mut Source) -> Option<char> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => {
            class.ranges().iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect()
        }
        Class::Bytes(class) => {
            class.ranges().iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect()
        }
    };
    let plain: Vec<(u32, u32)> = [('a', 'z'), ('0', '9'), ('A', 'Z'), ('!', '~'), (' ', ' ')]
        .iter()
        .flat_map(|(low, high)| {
            let (low, high) = (u32::from(*low), u32::from(*high));
            ranges.iter().map(move |(start, end)| (low.max(*start), high.min(*end)))
        })
        .filter(|(start, end)| start <= end)
        .collect();
    // Beyond ASCII once in a while, where the class allows it.
    let use_all = plain.is_empty() || (ranges.len() > 1 && source.one_in(12));
    let from = if use_all { &ranges } else { &plain };
    let total: u64 = from.iter().map(|(start, end)| u64::from(end - start) + 1).sum();
    let mut at = source.draw(total.checked_sub(1)?);
    for (start, end) in from {
        let length = u64::from(end - start) + 1;
        if at < length {
            let code = start + u32::try_from(at).expect("it is within a range of code points");
            return Some(char::from_u32(code).unwrap_or('a'));
        }
        at -= length;
    }
    None
}
