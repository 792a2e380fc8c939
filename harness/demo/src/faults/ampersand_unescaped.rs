//! A name is put into XML as it is.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "ampersand_unescaped",
    explain: "The document is put together from pieces of text, and a name holds an ampersand.\n\n\
        It worked for years, until somebody renamed a category. The correct twin escapes names. \
        Trigger: any request.\n\n\
        Example: GET /categories → 200 <category name=\"home\">Home & living</category>",
    caught_by: "unparsable_body",
    operation: "GET /categories",
    bend: None,
};

/// The text as it is.
pub(crate) fn escaped(text: &str) -> String {
    text.to_owned()
}
