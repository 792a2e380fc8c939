//! Places for diagnostics that were made from a contract, which keeps pointers and no text.

use crate::recognise::decode;
use crate::syntax::Syntax;
use crate::{Contract, Diagnostic, position};

/// Fills in where the elements of diagnostics stand. `bytes`: the document as it was given to
/// [`crate::read()`]; the documents that it refers to are known to the contract. A diagnostic of
/// another source, e.g. an overlay, is left as it is.
pub fn locate(contract: &Contract, bytes: &[u8], diagnostics: &mut [Diagnostic]) {
    let Ok(root) = decode(bytes, &contract.source) else { return };
    let is_json = !contract.diagnostics.iter().any(|diagnostic| diagnostic.code == "not-json");
    place_in(&contract.source, &root.text, is_json, diagnostics);
    for other in &contract.others {
        place_in(&other.source, &other.text, true, diagnostics);
    }
}

/// `is_json`: whether a text that begins like JSON is JSON.
fn place_in(source: &str, text: &str, is_json: bool, diagnostics: &mut [Diagnostic]) {
    let is_wanted = |d: &&mut Diagnostic| d.source == source && d.position.is_none();
    let mut wanted: Vec<&mut Diagnostic> = diagnostics.iter_mut().filter(is_wanted).collect();
    let is_json = is_json && text.trim_start().starts_with(['{', '[']);
    let syntax = if is_json { Syntax::Json } else { Syntax::Yaml };
    let pointers: Vec<String> = wanted.iter().map(|d| d.pointer.clone()).collect();
    let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
    for (diagnostic, position) in wanted.iter_mut().zip(position::find(text, syntax, &pointers)) {
        diagnostic.position = position;
    }
}
