//! Collects what is odd while a document is read. Knows pointers; lines and columns come last, and
//! only for what is kept.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::syntax::Syntax;
use crate::{Diagnostic, Position};
use crate::{pointer, position};

/// Diagnostics kept of one code: generated documents repeat one mistake a thousand times.
const SAME_CODE_MAX: usize = 100;

/// A diagnostic without its place in the text.
#[derive(Debug)]
struct Remark {
    severity: Severity,
    code: &'static str,
    message: String,
    pointer: String,
}

/// Every diagnostic so far; the same code at the same pointer is kept once.
#[derive(Debug, Default)]
pub(crate) struct Report {
    remarks: Vec<Remark>,
    seen: BTreeSet<(&'static str, String)>,
    counts: BTreeMap<&'static str, usize>,
    /// Pointers of lists of the first text whose items stand at other indices there.
    pub(crate) shortened: BTreeSet<String>,
}

impl Report {
    /// Worth knowing; nothing is lost.
    pub(crate) fn note(&mut self, code: &'static str, pointer: &str, message: impl Into<String>) {
        self.push(Severity::Note, code, pointer, message.into());
    }

    /// Wrong, but clear enough.
    pub(crate) fn warn(&mut self, code: &'static str, pointer: &str, message: impl Into<String>) {
        self.push(Severity::Warning, code, pointer, message.into());
    }

    /// Something cannot be tested because of it.
    pub(crate) fn error(&mut self, code: &'static str, pointer: &str, message: impl Into<String>) {
        self.push(Severity::Error, code, pointer, message.into());
    }

    fn push(&mut self, severity: Severity, code: &'static str, pointer: &str, message: String) {
        if !self.seen.insert((code, pointer.to_owned())) {
            return;
        }
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count <= SAME_CODE_MAX {
            self.remarks.push(Remark { severity, code, message, pointer: pointer.to_owned() });
        }
    }

    /// The diagnostics in document order, with their places: those of the first text, which is the
    /// whole but for what the others are, then those of the others.
    pub(crate) fn finish(mut self, texts: &[Text<'_>]) -> Vec<Diagnostic> {
        for (code, count) in &self.counts {
            if let Some(unlisted @ 1..) = count.checked_sub(SAME_CODE_MAX) {
                self.remarks.push(Remark {
                    severity: Severity::Note,
                    code,
                    message: format!("{unlisted} more places with {code} are not listed"),
                    pointer: String::new(),
                });
            }
        }
        let mut diagnostics = Vec::with_capacity(self.remarks.len());
        let mut by_text: BTreeMap<usize, Vec<Remark>> = BTreeMap::new();
        for mut remark in self.remarks {
            let (index, length) = text_of(texts, &remark.pointer);
            remark.pointer.drain(..length);
            by_text.entry(index).or_default().push(remark);
        }
        for (index, remarks) in by_text {
            let Some(text) = texts.get(index) else { continue };
            let shortened = if index == 0 { &self.shortened } else { &BTreeSet::new() };
            diagnostics.extend(placed(remarks, text, shortened));
        }
        diagnostics
    }
}

/// A text that pointers lead into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'t> {
    /// JSON pointer of its value in the whole; empty for the first.
    pub(crate) pointer: &'t str,
    /// File name or URL.
    pub(crate) source: &'t str,
    pub(crate) content: &'t str,
    pub(crate) syntax: Syntax,
}

/// Which text a pointer leads into, and how many octets of the pointer say so.
fn text_of(texts: &[Text<'_>], pointer: &str) -> (usize, usize) {
    let others = texts.iter().enumerate().skip(1);
    let found = others
        .filter(|(_, text)| pointer::is_at_or_below(pointer, text.pointer))
        .map(|(index, text)| (index, text.pointer.len()));
    found.max_by_key(|(_, length)| *length).unwrap_or((0, 0))
}

/// The diagnostics of one text in its order.
fn placed(remarks: Vec<Remark>, text: &Text<'_>, shortened: &BTreeSet<String>) -> Vec<Diagnostic> {
    let place_of = |pointer: &'_ str| {
        let list = shortened.iter().find(|list| pointer::is_at_or_below(pointer, list));
        list.map_or(pointer.len(), String::len)
    };
    let pointers: Vec<&str> = remarks.iter().map(|r| &r.pointer[..place_of(&r.pointer)]).collect();
    let positions = position::find(text.content, text.syntax, &pointers);
    let mut diagnostics: Vec<Diagnostic> = (remarks.into_iter().zip(positions))
        .map(|(remark, position)| Diagnostic {
            severity: remark.severity,
            code: remark.code.to_owned(),
            message: remark.message,
            source: text.source.to_owned(),
            pointer: remark.pointer,
            position,
        })
        .collect();
    diagnostics.sort_by_key(|diagnostic| {
        diagnostic.position.map(|Position { line, column }| (line, column))
    });
    diagnostics
}
