//! Which faults are switched on.

use std::collections::BTreeSet;

use crate::faults::{FAULTS, Fault};

/// Edits within which a name is offered as what was meant: a third of a typical name would be
/// another name.
const NEAR_EDITS_MAX: usize = 6;
/// Names offered.
const NEAR_NAMES_MAX: usize = 3;

/// A set of faults that are switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    names: BTreeSet<&'static str>,
}

/// A name that no fault has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault {name:?}{}; say \"all\", \"none\", or names of the catalogue separated by commas", offered(.near))]
pub struct UnknownFault {
    /// The name as it was given.
    pub name: String,
    /// Names that look like it, nearest first; at most three, may be empty.
    pub near: Vec<&'static str>,
}

fn offered(near: &[&str]) -> String {
    if near.is_empty() { String::new() } else { format!(" (did you mean {}?)", near.join(" or ")) }
}

impl Faults {
    /// Every fault.
    pub fn all() -> Self {
        Self { names: FAULTS.iter().map(|fault| fault.name).collect() }
    }

    /// The correct service.
    pub fn none() -> Self {
        Self { names: BTreeSet::new() }
    }

    /// The faults with these names.
    ///
    /// # Errors
    /// If a name is no fault's.
    pub fn only(names: &[&str]) -> Result<Self, UnknownFault> {
        let names = names.iter().map(|name| known(name)).collect::<Result<_, _>>()?;
        Ok(Self { names })
    }

    /// `all`, `none`, or names separated by commas; blanks around names are ignored.
    ///
    /// # Errors
    /// If a name is no fault's; an empty text names none.
    pub fn parse(text: &str) -> Result<Self, UnknownFault> {
        match text.trim() {
            "all" => Ok(Self::all()),
            "none" => Ok(Self::none()),
            names => Self::only(&names.split(',').map(str::trim).collect::<Vec<_>>()),
        }
    }

    /// Whether the fault with this name is on.
    pub fn has(&self, name: &'static str) -> bool {
        self.names.contains(name)
    }

    /// The faults that are on, in the order of [`FAULTS`].
    pub fn iter(&self) -> impl Iterator<Item = &'static Fault> {
        FAULTS.iter().filter(|fault| self.names.contains(fault.name))
    }
}

fn known(name: &str) -> Result<&'static str, UnknownFault> {
    if let Some(fault) = FAULTS.iter().find(|fault| fault.name == name) {
        return Ok(fault.name);
    }
    let mut near: Vec<(usize, &'static str)> = FAULTS
        .iter()
        .map(|fault| (edits(name, fault.name), fault.name))
        .filter(|(edits, _)| *edits <= NEAR_EDITS_MAX)
        .collect();
    near.sort_unstable();
    let near = near.into_iter().take(NEAR_NAMES_MAX).map(|(_, name)| name).collect();
    Err(UnknownFault { name: name.to_owned(), near })
}

/// Insertions, deletions and replacements that turn one text into the other (Levenshtein 1966).
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (idx, c) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = idx + 1;
        for (at, d) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(c != *d);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::{Faults, edits};
    use crate::FAULTS;

    #[test]
    fn all_and_none_are_what_they_say() {
        assert_eq!(Faults::parse("all").unwrap().iter().count(), FAULTS.len());
        assert_eq!(Faults::parse(" none ").unwrap(), Faults::none());
    }

    #[test]
    fn names_are_separated_by_commas() {
        let (one, two) = (FAULTS[0].name, FAULTS[1].name);
        let faults = Faults::parse(&format!("{one}, {two}")).unwrap();
        assert!(faults.has(one) && faults.has(two));
        assert_eq!(faults.iter().count(), 2);
    }

    #[test]
    fn a_near_miss_is_answered_with_what_was_meant() {
        let error = Faults::parse("limit_of_by_one").unwrap_err();
        assert_eq!(error.near.first(), Some(&"limit_off_by_one"));
        let text = error.to_string();
        assert!(text.contains("\"limit_of_by_one\" (did you mean limit_off_by_one"), "{text}");
        assert!(Faults::parse("").unwrap_err().to_string().contains("\"all\""));
    }

    #[test]
    fn edits_are_counted() {
        for (one, other, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("a", "a", 0)] {
            assert_eq!(edits(one, other), expected, "{one} {other}");
        }
    }
}
