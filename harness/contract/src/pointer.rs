//! JSON pointers (RFC 6901) and the URI fragments that carry them (RFC 6901, 6; RFC 3986, 3.5).
//! Knows text only, no documents.

use std::borrow::Cow;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What a URI fragment cannot hold as it is: everything but `pchar`, `/` and `?` (RFC 3986, 3.5).
const NOT_IN_FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A member name or index as a reference token: `~` and `/` escaped (RFC 6901, 3).
pub(crate) fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The member name that a reference token stands for (RFC 6901, 4).
pub(crate) fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The pointer of a member of what stands at `pointer`.
pub(crate) fn member(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", escape(name))
}

/// The pointer of an item of the array that stands at `pointer`.
pub(crate) fn item(pointer: &str, index: usize) -> String {
    let mut joined = pointer.to_owned();
    write!(joined, "/{index}").expect("writing to a String cannot fail");
    joined
}

/// Whether a pointer leads to what stands at `above` or to something in it.
pub(crate) fn is_at_or_below(pointer: &str, above: &str) -> bool {
    pointer.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A pointer as a URI fragment, without `#`.
pub(crate) fn to_fragment(pointer: &str) -> Cow<'_, str> {
    utf8_percent_encode(pointer, NOT_IN_FRAGMENT).into()
}

/// The pointer that a URI fragment (without `#`) stands for; octets that are not UTF-8 after
/// decoding are replaced.
pub(crate) fn from_fragment(fragment: &str) -> Cow<'_, str> {
    percent_decode_str(fragment).decode_utf8_lossy()
}

/// Where a walk through a value tree stands: a list from the inside out that lives on the stack, so
/// that nothing is allocated until a pointer is really needed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trail<'a> {
    /// The whole document.
    Root,
    /// Below an element whose pointer is known.
    At(&'a str),
    /// A member of an object.
    Member(&'a Trail<'a>, &'a str),
    /// An item of an array.
    Item(&'a Trail<'a>, usize),
}

impl Trail<'_> {
    /// The JSON pointer of this place.
    pub(crate) fn pointer(&self) -> String {
        match self {
            Trail::Root => String::new(),
            Trail::At(pointer) => (*pointer).to_owned(),
            Trail::Member(above, name) => member(&above.pointer(), name),
            Trail::Item(above, index) => item(&above.pointer(), *index),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn slash_and_tilde_are_escaped_in_one_token() {
        assert_eq!(member("/paths", "/a~b/{id}"), "/paths/~1a~0b~1{id}");
        assert_eq!(item("/tags", 12), "/tags/12");
    }

    #[test]
    fn braces_and_guillemets_are_encoded_in_a_fragment() {
        assert_eq!(to_fragment("/paths/~1{id}/«x»"), "/paths/~1%7Bid%7D/%C2%ABx%C2%BB");
    }

    proptest! {
        #[test]
        fn unescape_undoes_escape(token in ".*") {
            let escaped = escape(&token);
            prop_assert_eq!(unescape(&escaped), token.as_str());
        }

        #[test]
        fn from_fragment_undoes_to_fragment(pointer in ".*") {
            let fragment = to_fragment(&pointer);
            prop_assert_eq!(from_fragment(&fragment), pointer.as_str());
        }
    }
}
