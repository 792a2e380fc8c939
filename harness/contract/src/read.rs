//! The door: octets in, [`Contract`] out. Knows which formats exist and how to tell them apart; what
//! is inside a format is that format's file.

use serde_json::Value;

use crate::bundle::{Bundle, Other, bundle};
use crate::contract::OtherDocument;
use crate::error::ReadError;
use crate::fetch::Fetch;
use crate::foreign::Foreign;
use crate::lift::{Dialect, lift};
use crate::links::LinkIndex;
use crate::node::{Node, Resolver};
use crate::overlay::Overlay;
use crate::paths::{Site, Sites, review_ids, review_templates, sites};
use crate::reading::{Reading, Unreadable};
use crate::recognise::{Version, decode, not_text, version};
use crate::references::References;
use crate::report::{Report, Text};
use crate::syntax::{Parsed, Syntax, SyntaxError};
use crate::{
    Contract, Operation, Parameter, RequestBody, ResponseSpec, SecurityScheme, Server,
    SkippedOperation, foreign, openapi20, openapi30, openapi31, security, syntax, unfired,
};

/// Every format that can be read. To add one: a file, and a line here.
pub(crate) const FORMATS: &[Format] = &[openapi20::FORMAT, openapi30::FORMAT, openapi31::FORMAT];

/// A contract format: how to recognise it, and how to read what is its own.
pub(crate) struct Format {
    /// As people name it, e.g. `OpenAPI 3.1`.
    pub(crate) name: &'static str,
    /// Whether a document that declares this version is of this format.
    pub(crate) detect: fn(&Version) -> bool,
    /// What its schemas mean.
    pub(crate) dialect: Dialect,
    /// Lower-case names of the fields of a path item that hold an operation.
    pub(crate) methods: &'static [&'static str],
    /// JSON pointer of the map of security schemes.
    pub(crate) security_schemes: &'static str,
    /// Base URLs in document order.
    pub(crate) servers: fn(&mut Reading<'_>) -> Vec<Server>,
    /// What an operation takes and answers.
    pub(crate) parts:
        for<'d> fn(&mut Reading<'d>, &Site<'d>, &LinkIndex) -> Result<Parts, Unreadable>,
    /// Reports what is wrong by the letter of the format, though it can be read.
    pub(crate) review: fn(&mut Reading<'_>, &[Site<'_>]),
}

/// What an operation takes and answers.
pub(crate) struct Parts {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) request_body: Option<RequestBody>,
    pub(crate) responses: Vec<ResponseSpec>,
}

/// Longest document that is read, in octets: ten times the largest real one.
pub const DOCUMENT_OCTETS_MAX: usize = 128 * 1024 * 1024;

/// What a contract is read with besides its own octets.
pub struct ReadOptions<'a> {
    /// Brings the documents that it refers to. `None`: what needs one is skipped, with a diagnostic.
    pub fetch: Option<&'a mut dyn Fetch>,
    /// Applied one after the other before anything else is read.
    pub overlays: &'a [Overlay],
}

/// Reads a contract that stands in one document, as [`read_with`] does with neither a [`Fetch`] nor
/// overlays.
///
/// # Errors
/// As [`read_with`].
pub fn read(bytes: &[u8], source: &str) -> Result<Contract, ReadError> {
    read_with(bytes, source, ReadOptions { fetch: None, overlays: &[] })
}

/// Reads a contract. `source` is the file name or URL as the user would recognise it: it stands in
/// every diagnostic and error, and is what references to other documents are relative to.
///
/// # Errors
/// Only if nothing can be recognised: no text, neither JSON nor YAML, not an API document, one of an
/// unknown version, or one of more than [`DOCUMENT_OCTETS_MAX`]. Whatever else is wrong with the
/// document is a diagnostic of the contract.
pub fn read_with(
    bytes: &[u8],
    source: &str,
    options: ReadOptions<'_>,
) -> Result<Contract, ReadError> {
    let document = source.to_owned();
    if bytes.len() > DOCUMENT_OCTETS_MAX {
        let (octets, limit) = (bytes.len(), DOCUMENT_OCTETS_MAX);
        return Err(ReadError::TooLarge { document, octets, limit });
    }
    let decoded = decode(bytes, source)?;
    let mut parsed = match (syntax::parse(&decoded.text), decoded.first_wrong_octet) {
        (Ok(parsed), _) => parsed,
        (Err(_), Some(offset)) => return Err(not_text(bytes, source, offset)),
        (Err(error), None) => return Err(unreadable(&decoded.text, error, document)),
    };
    let Some(version) = version(&parsed.value) else {
        let foreign = foreign::by_text(&decoded.text);
        let Foreign { found, way_out } =
            foreign.unwrap_or_else(|| foreign::by_value(&parsed.value));
        return Err(ReadError::NotAnApiDocument { document, found, way_out });
    };
    let Some(format) = FORMATS.iter().find(|format| (format.detect)(&version)) else {
        let Version { field, text, .. } = version;
        return Err(ReadError::UnsupportedVersion { document, field, version: text });
    };
    let mut report = Report::default();
    if let Some(offset) = decoded.first_wrong_octet {
        let what = format!("octet {offset} is not UTF-8; what is wrong is read as U+FFFD");
        report.warn("not-utf-8", "", what);
    }
    review_syntax(&parsed, &version, &mut report);
    let digest = blake3::hash(bytes);
    let mut remarks = Vec::new();
    for overlay in options.overlays {
        remarks.extend(overlay.apply_noting(&mut parsed.value, &mut report.shortened));
    }
    let root = std::mem::take(&mut parsed.value);
    let bundle = bundle(root, source, &format.dialect, options.fetch);
    let source = Source { name: source, text: &decoded.text, syntax: parsed.syntax };
    let digest = whole_digest(digest, &bundle, options.overlays);
    let mut contract = source.read(bundle, &version, format, report);
    contract.digest = digest;
    contract.diagnostics.extend(remarks);
    Ok(contract)
}

/// The digest of a document, or of its digest and those of everything else that was read.
fn whole_digest(root: blake3::Hash, bundle: &Bundle, overlays: &[Overlay]) -> String {
    if bundle.others.is_empty() && overlays.is_empty() {
        return root.to_hex().to_string();
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(root.as_bytes());
    for overlay in overlays {
        hasher.update(overlay.digest.as_bytes());
    }
    for other in &bundle.others {
        hasher.update(other.location.as_bytes()).update(other.digest.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// A text that neither parser reads: something known, or wrong syntax.
fn unreadable(text: &str, error: SyntaxError, document: String) -> ReadError {
    if let Some(Foreign { found, way_out }) = foreign::by_text(text) {
        return ReadError::NotAnApiDocument { document, found, way_out };
    }
    let SyntaxError { syntax, position, why } = error;
    let syntax = match syntax {
        Syntax::Json => "JSON",
        Syntax::Yaml => "YAML",
    };
    ReadError::Syntax { document, syntax, position, why }
}

/// The names of all formats, for error messages.
pub(crate) fn supported_versions() -> String {
    FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ")
}

/// Reports what is wrong with a document as a text and at its top.
fn review_syntax(parsed: &Parsed, version: &Version, report: &mut Report) {
    if let Some(error) = &parsed.not_json {
        let place = error.position.map_or_else(String::new, |position| {
            format!(" at line {}, column {}", position.line, position.column)
        });
        let what = format!("not valid JSON{place} ({}); read as YAML", error.why);
        report.warn("not-json", "", what);
    }
    if let Some(position) = parsed.second_document {
        let what = format!("a second document begins at line {}; it is ignored", position.line);
        report.warn("second-document", "", what);
    }
    for pointer in &parsed.duplicates {
        report.warn("duplicate-key", pointer, DUPLICATE_KEY);
    }
    if let Some(what) = version.oddity() {
        report.warn("odd-version", &format!("/{}", version.field), what);
    }
    if !version.is_text {
        let what = format!("{} must be a string; read as {:?}", version.field, version.text);
        report.warn("version-not-text", &format!("/{}", version.field), what);
    }
}

const DUPLICATE_KEY: &str = "this name stands in the same object before; the last one counts";

/// A recognised document's outside.
struct Source<'s> {
    name: &'s str,
    text: &'s str,
    syntax: Syntax,
}

impl Source<'_> {
    fn read(
        self,
        bundle: Bundle,
        version: &Version,
        format: &Format,
        mut report: Report,
    ) -> Contract {
        let Bundle { value, others, written } = bundle;
        for other in &others {
            for pointer in &other.duplicates {
                let whole = format!("{}{pointer}", other.pointer);
                report.warn("duplicate-key", &whole, DUPLICATE_KEY);
            }
        }
        let resolver = Resolver::new(&value, self.name, &written);
        let mut reading = Reading::new(resolver, format.dialect.document, report);
        let schemes = Node::at(&value, format.security_schemes.to_owned());
        let security_schemes = security::schemes(&mut reading, schemes.as_ref());
        let Sites { sites, mut skipped } = sites(&mut reading, format.methods);
        let links = LinkIndex::new(&sites);
        let mut operations = Vec::with_capacity(sites.len());
        for site in &sites {
            match (format.parts)(&mut reading, site, &links) {
                Ok(parts) => {
                    operations.push(operation(&mut reading, site, parts, &security_schemes));
                }
                Err(Unreadable { why }) => skipped.push(SkippedOperation {
                    key: site.key.clone(),
                    reason: why,
                    pointer: site.operation.pointer.clone(),
                }),
            }
        }
        review_ids(&mut reading, &sites);
        review_templates(&mut reading, &sites);
        (format.review)(&mut reading, &sites);
        let servers = (format.servers)(&mut reading);
        let unfired = unfired::unfired(&mut reading, &sites, format.methods);
        let synthetic = reading.take_synthetic();
        let Reading { mut report, resolver, strays, .. } = reading;
        let references = References::collect(&resolver, format.dialect.document, strays);
        let schemas = lift(&value, &format.dialect, &references, synthetic, &mut report);
        let family = format.name.split(' ').next().unwrap_or(format.name);
        Contract {
            title: info(&value, "title"),
            version: info(&value, "version"),
            format: format!("{family} {}", version.text),
            source: self.name.to_owned(),
            digest: String::new(),
            servers,
            operations,
            skipped,
            unfired,
            schemas,
            security_schemes,
            diagnostics: report.finish(&self.texts(&others)),
            others: others.into_iter().map(OtherDocument::from).collect(),
        }
    }

    /// The texts of the document and of those that it refers to.
    fn texts<'t>(&'t self, others: &'t [Other]) -> Vec<Text<'t>> {
        let root = Text { pointer: "", source: self.name, content: self.text, syntax: self.syntax };
        let others = others.iter().map(|other| Text {
            pointer: &other.pointer,
            source: &other.location,
            content: &other.text,
            syntax: other.syntax,
        });
        std::iter::once(root).chain(others).collect()
    }
}

fn operation<'d>(
    reading: &mut Reading<'d>,
    site: &Site<'d>,
    parts: Parts,
    security_schemes: &indexmap::IndexMap<String, SecurityScheme>,
) -> Operation {
    let node = &site.operation;
    let tags = node.get("tags");
    let tags = tags.iter().flat_map(Node::items).filter_map(|tag| tag.value.as_str());
    Operation {
        key: site.key.clone(),
        id: node.str("operationId").map(str::to_owned),
        summary: node.str("summary").or(node.str("description")).map_or_else(String::new, short),
        method: site.method.clone(),
        path: site.path.clone(),
        tags: tags.map(str::to_owned).collect(),
        deprecated: node.bool("deprecated").unwrap_or(false),
        parameters: parts.parameters,
        request_body: parts.request_body,
        responses: parts.responses,
        servers: site.servers.clone(),
        security: security::requirements(reading, node, security_schemes),
        pointer: node.pointer.clone(),
    }
}

/// Longest summary that is kept, in characters.
const SUMMARY_LENGTH_MAX: usize = 120;

/// The first line of a text, shortened.
fn short(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or("");
    line.chars().take(SUMMARY_LENGTH_MAX).collect()
}

/// A text of `info`; YAML makes numbers of unquoted versions.
fn info(document: &Value, name: &str) -> String {
    match document.get("info").and_then(|info| info.get(name)) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
