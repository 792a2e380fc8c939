//! Dictionaries of values that tend to break readers: how they are written. They stand in
//! `corpora/values` and are built in.

use serde_json::Value;

/// A value, what kind it is of, and what it tends to break.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) value: Value,
    pub(crate) mark: &'static str,
    /// For people; what reports say of a case.
    pub(crate) note: &'static str,
}

/// The entries of a dictionary, in its order: on each line a JSON value, a space, a mark, a space and
/// a note. Lines that begin with `#`, empty ones, and what is written otherwise are passed over.
pub(crate) fn read(text: &'static str) -> Vec<Entry> {
    let is_entry = |line: &&str| !line.is_empty() && !line.starts_with('#');
    text.lines().filter(is_entry).filter_map(entry).collect()
}

fn entry(line: &'static str) -> Option<Entry> {
    let mut values = serde_json::Deserializer::from_str(line).into_iter::<Value>();
    let value = values.next()?.ok()?;
    let (mark, note) = line.get(values.byte_offset()..)?.trim_start().split_once(' ')?;
    Some(Entry { value, mark, note })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use serde_json::json;

    use super::{Entry, read};

    #[test]
    fn a_line_is_a_value_a_mark_and_a_note() {
        let entries = read("# a comment\n\n\"a b\" odd two words\n-1 whole less than nothing\n");
        let entry = |value, mark, note| Entry { value, mark, note };
        let expected = [
            entry(json!("a b"), "odd", "two words"),
            entry(json!(-1), "whole", "less than nothing"),
        ];
        assert_eq!(entries, expected);
    }

    #[test]
    fn every_line_of_every_dictionary_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpora/values");
        let mut count = 0;
        for entry in fs::read_dir(folder).expect("dictionaries are part of the project") {
            let path = entry.expect("the folder can be read").path();
            if path.extension().is_none_or(|extension| extension != "txt") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("dictionaries are text");
            let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
            let lines: Vec<&str> = lines.collect();
            let entries = read(Box::leak(text.clone().into_boxed_str()));
            assert_eq!(entries.len(), lines.len(), "{}", path.display());
            for Entry { mark, note, value } in entries {
                let marks = ["legal", "odd", "anywhere", "content", "whole", "float"];
                assert!(marks.contains(&mark), "{}: {value} {mark}", path.display());
                assert!(!note.is_empty(), "{}: {value}", path.display());
            }
            count += lines.len();
        }
        assert!(count > 100, "{count} values");
    }
}
