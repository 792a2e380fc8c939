//! A preview is cut in the middle of a character.

use super::Fault;
use crate::answer::{Refusal, internal_error};

pub(crate) const FAULT: Fault = Fault {
    name: "note_cut_mid_character",
    explain: "The preview of a note is its first 25 bytes, whether or not a character ends there.\n\n\
        Works for every note in English. The correct twin cuts between characters. Trigger: \
        a longer note of characters that take two octets or more in UTF-8.\n\n\
        Example: POST /orders {…, \"note\": \"😀😀😀😀😀😀😀\"} → 500",
    caught_by: "server_error",
    operation: "POST /orders",
    bend: None,
};

/// Octets that the preview takes.
const PREVIEW_BYTES: usize = 25;

/// The first octets of a note; an internal error where they are no text.
pub(crate) fn preview(note: &str) -> Result<String, Refusal> {
    if note.len() <= PREVIEW_BYTES {
        return Ok(note.to_owned());
    }
    let cut = note.get(..PREVIEW_BYTES).map(str::to_owned);
    cut.ok_or_else(|| internal_error("byte index 25 is not a char boundary"))
}
