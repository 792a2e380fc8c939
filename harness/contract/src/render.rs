//! Diagnostics as people read them in a terminal: the line of the document with the spot marked.
//! Makes text; printing it is another room's work.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::Severity;
use crate::recognise::decode;
use crate::{Contract, Diagnostic, Position};

/// Diagnostics drawn: a screen or two. The rest is counted.
const DRAWN_MAX: usize = 20;

/// Longest line that is drawn, in octets: documents on a single line of 13 MB exist.
const LINE_LENGTH_MAX: usize = 1000;

/// How much of a longer line is quoted, in characters.
const NEAR_LENGTH: usize = 60;

/// Draws diagnostics over the lines of the one document they are all about, most severe first, and
/// counts what does not fit. `bytes`: the document as it was given to [`crate::read()`]. Each block ends with
/// a line break; empty if there are no diagnostics.
pub fn render_diagnostics(bytes: &[u8], diagnostics: &[Diagnostic], color: bool) -> String {
    let decoded = decode(bytes, "").ok();
    let text = decoded.as_ref().map_or("", |decoded| decoded.text.as_ref());
    draw(&|_| text, diagnostics, color)
}

/// `text_of`: the text of a source; empty if it is not known.
fn draw<'t>(text_of: &dyn Fn(&str) -> &'t str, diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut ordered: Vec<&Diagnostic> = diagnostics.iter().collect();
    // Stable: within a severity the document's order stays.
    ordered.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
    let mut drawn = String::new();
    for diagnostic in ordered.iter().take(DRAWN_MAX) {
        drawn.push_str(&renderer.render(&[block(text_of(&diagnostic.source), diagnostic)]));
        drawn.push_str("\n\n");
    }
    if let Some(more @ 1..) = ordered.len().checked_sub(DRAWN_MAX) {
        drawn.push_str(&format_more(more));
    }
    drawn
}

/// Draws diagnostics as [`render_diagnostics`] does, each over the document that it is about: the
/// contract's own, given as `bytes`, or one that it refers to. Those about anything else, e.g. an
/// overlay, are told without their line.
pub fn render_contract_diagnostics(
    contract: &Contract,
    bytes: &[u8],
    diagnostics: &[Diagnostic],
    color: bool,
) -> String {
    let decoded = decode(bytes, "").ok();
    let root = decoded.as_ref().map_or("", |decoded| decoded.text.as_ref());
    let text_of = |source: &str| {
        let others = contract.others.iter().find(|other| other.source == source);
        let own = if source == contract.source { root } else { "" };
        others.map_or(own, |other| other.text.as_str())
    };
    draw(&text_of, diagnostics, color)
}

fn format_more(more: usize) -> String {
    let plural = if more == 1 { "" } else { "s" };
    format!("and {more} more diagnostic{plural}\n")
}

fn block<'a>(text: &'a str, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(&*diagnostic.message).id(&*diagnostic.code);
    let place = Level::NOTE.message(format!("at #{}", diagnostic.pointer));
    let origin = Origin::path(&*diagnostic.source);
    let Some(Position { line, column }) = diagnostic.position else {
        return title.element(origin).element(place);
    };
    let Some((shown, marked)) = spot(text, line, column) else {
        return title.element(origin.line(line).char_column(column)).element(place);
    };
    if shown.len() > LINE_LENGTH_MAX {
        let near: String = shown[marked.start..].chars().take(NEAR_LENGTH).collect();
        let near = Level::NOTE.message(format!("near {near}"));
        return title.element(origin.line(line).char_column(column)).element(near).element(place);
    }
    let annotation = AnnotationKind::Primary.span(marked);
    let snippet = Snippet::source(shown).line_start(line).path(&*diagnostic.source);
    title.element(snippet.annotation(annotation)).element(place)
}

/// The line of a position, and which of its octets to mark.
fn spot(text: &str, line: usize, column: usize) -> Option<(&str, Range<usize>)> {
    let line = text.lines().nth(line.checked_sub(1)?)?;
    let n_before = column.checked_sub(1)?;
    let start = line.char_indices().nth(n_before).map_or(line.len(), |(offset, _)| offset);
    let end = start + token_length(line.get(start..)?);
    Some((line, start..end))
}

/// Length in octets of the name or value that the text begins with.
fn token_length(text: &str) -> usize {
    let quoted = text.strip_prefix('"').and_then(|rest| rest.find('"')).map(|end| end + 2);
    let plain = text.find(": ").or_else(|| text.find([',', '}', ']'])).unwrap_or(text.len());
    let plain = text.get(..plain).map_or(0, |plain| plain.trim_end().trim_end_matches(':').len());
    quoted.unwrap_or(plain).max(usize::from(!text.is_empty()))
}

#[cfg(test)]
mod tests;
