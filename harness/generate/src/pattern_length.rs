//! Strings of an exact length that match a pattern. Which lengths each part of the pattern can have is
//! worked out from below, then a string is put together from above.

use regex_syntax::hir::{Hir, HirKind};

use crate::Source;
use crate::pattern::member;

/// Longest string that is looked for: work grows with its square.
const LENGTH_MAX: usize = 512;
/// Nesting of a pattern that is followed.
const DEPTH_MAX: usize = 24;

/// A string of exactly this many characters that a pattern matches, in its simplest letters; `None` if
/// there is none, or it is too long to look for.
pub(crate) fn of_length(tree: &Hir, length: usize) -> Option<String> {
    if length > LENGTH_MAX {
        return None;
    }
    let mut text = String::with_capacity(length);
    build(tree, length, 0, &mut text)?;
    Some(text)
}

/// Whether each length up to `most` can be had.
fn lengths(tree: &Hir, most: usize, depth: usize) -> Vec<bool> {
    let mut found = vec![false; most + 1];
    if depth > DEPTH_MAX {
        return found;
    }
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => found[0] = true,
        HirKind::Literal(literal) => {
            let length = String::from_utf8_lossy(&literal.0).chars().count();
            if let Some(place) = found.get_mut(length) {
                *place = true;
            }
        }
        HirKind::Class(_) => {
            if let Some(place) = found.get_mut(1) {
                *place = true;
            }
        }
        HirKind::Capture(capture) => found = lengths(&capture.sub, most, depth + 1),
        HirKind::Concat(parts) => {
            if let Some(first) = suffixes(parts, most, depth).into_iter().next() {
                found = first;
            }
        }
        HirKind::Alternation(branches) => {
            for branch in branches {
                for (place, can) in found.iter_mut().zip(lengths(branch, most, depth + 1)) {
                    *place |= can;
                }
            }
        }
        HirKind::Repetition(repetition) => {
            let least = usize::try_from(repetition.min).unwrap_or(usize::MAX);
            for reached in repeated(&repetition.sub, repetition.max, most, depth).iter().skip(least)
            {
                for (place, can) in found.iter_mut().zip(reached) {
                    *place |= can;
                }
            }
        }
    }
    found
}

/// Lengths of all parts from each one on; one more than there are parts.
fn suffixes(parts: &[Hir], most: usize, depth: usize) -> Vec<Vec<bool>> {
    let mut rest = vec![false; most + 1];
    rest[0] = true;
    let mut found = vec![rest];
    for part in parts.iter().rev() {
        let rest = found.last().expect("there is the end");
        found.push(sums(&lengths(part, most, depth + 1), rest));
    }
    found.reverse();
    found
}

/// Lengths of none, one, two, … repetitions, as far as there is room.
fn repeated(sub: &Hir, times: Option<u32>, most: usize, depth: usize) -> Vec<Vec<bool>> {
    let one = lengths(sub, most, depth + 1);
    let mut none = vec![false; most + 1];
    none[0] = true;
    let mut found = vec![none];
    let times = times.map_or(most, |times| usize::try_from(times).unwrap_or(most)).min(most);
    while found.len() <= times {
        let next = sums(&one, found.last().expect("there is none"));
        if !next.contains(&true) {
            break;
        }
        found.push(next);
    }
    found
}

fn sums(one: &[bool], two: &[bool]) -> Vec<bool> {
    let mut found = vec![false; one.len()];
    for (first, _) in one.iter().enumerate().filter(|(_, can)| **can) {
        for (second, _) in two.iter().enumerate().filter(|(_, can)| **can) {
            if let Some(place) = found.get_mut(first + second) {
                *place = true;
            }
        }
    }
    found
}

/// Writes a string of this length; `None` if the part has none.
fn build(tree: &Hir, length: usize, depth: usize, text: &mut String) -> Option<()> {
    let can = lengths(tree, length, depth);
    if !can[length] {
        return None;
    }
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.push(member(class, &mut Source::replay(Vec::new()))?),
        HirKind::Capture(capture) => build(&capture.sub, length, depth + 1, text)?,
        HirKind::Concat(parts) => {
            let rests = suffixes(parts, length, depth);
            let mut room = length;
            for (part, rest) in parts.iter().zip(&rests[1..]) {
                let own = lengths(part, room, depth + 1);
                let own =
                    (0..=room).find(|own_length| own[*own_length] && rest[room - own_length])?;
                build(part, own, depth + 1, text)?;
                room -= own;
            }
        }
        HirKind::Alternation(branches) => {
            let fits = |branch: &&Hir| lengths(branch, length, depth + 1)[length];
            build(branches.iter().find(fits)?, length, depth + 1, text)?;
        }
        HirKind::Repetition(repetition) => {
            let least = usize::try_from(repetition.min).ok()?;
            let reached = repeated(&repetition.sub, repetition.max, length, depth);
            let times = (least..reached.len()).find(|times| reached[*times][length])?;
            let one = lengths(&repetition.sub, length, depth + 1);
            let mut room = length;
            for left in (0..times).rev() {
                let own = (0..=room).find(|own| one[*own] && reached[left][room - own])?;
                build(&repetition.sub, own, depth + 1, text)?;
                room -= own;
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use crate::pattern::Pattern;

    fn check(pattern: &str, length: usize, expected: Option<&str>) {
        let found = Pattern::parse(pattern).of_length(length);
        assert_eq!(found.as_deref(), expected, "{pattern} of {length}");
    }

    #[test]
    fn strings_have_the_length_that_is_asked_for() {
        check("^[A-Za-z0-9_-]+$", 8, Some("aaaaaaaa"));
        check("^[a-z]+(-[a-z]+)*@[a-z]+\\.[a-z]{2,4}$", 9, Some("a@aa.aaaa"));
        check("^(ab|abc){2}$", 5, Some("ababc"));
        check("^(ab|abc){2}$", 7, None);
        check("^x{3}$", 4, None);
        check("^$", 0, Some(""));
        let long = "a".repeat(400);
        check("^\\w{1,500}$", 400, Some(long.as_str()));
        check("^\\w+$", 100_000, None);
    }
}
