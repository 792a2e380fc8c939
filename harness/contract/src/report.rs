//! Collects what is odd while a document is read. Knows pointers; lines and columns come last, and
//! only for what is kept.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::position;
use crate::syntax::Syntax;
use crate::{Diagnostic, Position};

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

    /// The diagnostics in document order, with their places in `text`.
    pub(crate) fn finish(mut self, source: &str, text: &str, syntax: Syntax) -> Vec<Diagnostic> {
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
        let pointers: Vec<&str> = self.remarks.iter().map(|r| r.pointer.as_str()).collect();
        let positions = position::find(text, syntax, &pointers);
        let mut diagnostics: Vec<Diagnostic> = (self.remarks.into_iter().zip(positions))
            .map(|(remark, position)| Diagnostic {
                severity: remark.severity,
                code: remark.code.to_owned(),
                message: remark.message,
                source: source.to_owned(),
                pointer: remark.pointer,
                position,
            })
            .collect();
        diagnostics.sort_by_key(|diagnostic| {
            diagnostic.position.map(|Position { line, column }| (line, column))
        });
        diagnostics
    }
}
