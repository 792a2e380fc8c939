//! Diagnostics as people read them in a terminal: the line of the document with the spot marked.
//! Makes text; printing it is another room's work.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::Severity;
use crate::recognise::decode;
use crate::{Diagnostic, Position};

/// Diagnostics drawn: a screen or two. The rest is counted.
const DRAWN_MAX: usize = 20;

/// Characters of a line shown on either side of the spot: documents on a single line exist.
const WINDOW: usize = 80;

/// Draws diagnostics over the lines of the document they are about, most severe first, and counts
/// what does not fit. `bytes`: the document as it was given to [`crate::read`]. Each block ends with
/// a line break; empty if there are no diagnostics.
pub fn render_diagnostics(bytes: &[u8], diagnostics: &[Diagnostic], color: bool) -> String {
    let decoded = decode(bytes, "").ok();
    let text = decoded.as_ref().map_or("", |decoded| decoded.text.as_ref());
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut ordered: Vec<&Diagnostic> = diagnostics.iter().collect();
    // Stable: within a severity the document's order stays.
    ordered.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
    let mut drawn = String::new();
    for diagnostic in ordered.iter().take(DRAWN_MAX) {
        drawn.push_str(&renderer.render(&[block(text, diagnostic)]));
        drawn.push_str("\n\n");
    }
    if let Some(more @ 1..) = ordered.len().checked_sub(DRAWN_MAX) {
        drawn.push_str(&format_more(more));
    }
    drawn
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
    let place = format!("at #{}", diagnostic.pointer);
    let line = diagnostic.position.and_then(|position| {
        let line = text.lines().nth(position.line.checked_sub(1)?)?;
        Some((position, Spot::find(line, position.column)?))
    });
    let Some((Position { line, column }, spot)) = line else {
        let origin = Origin::path(&*diagnostic.source);
        return title.element(origin).element(Level::NOTE.message(place));
    };
    let annotation = AnnotationKind::Primary.span(spot.marked);
    let snippet = Snippet::source(spot.shown).line_start(line).annotation(annotation);
    if spot.is_cut {
        // The snippet's own columns would be those of the window.
        let origin = Origin::path(&*diagnostic.source).line(line).char_column(column);
        return title.element(origin).element(snippet).element(Level::NOTE.message(place));
    }
    title.element(snippet.path(&*diagnostic.source)).element(Level::NOTE.message(place))
}

/// What is shown of a line, and which octets of that are marked.
struct Spot<'a> {
    shown: Cow<'a, str>,
    marked: Range<usize>,
    is_cut: bool,
}

impl<'a> Spot<'a> {
    fn find(line: &'a str, column: usize) -> Option<Self> {
        let offset = |n_characters: usize| {
            line.char_indices().nth(n_characters).map_or(line.len(), |(offset, _)| offset)
        };
        let from = column.checked_sub(1)?;
        let start = offset(from);
        let end = start + token_length(line.get(start..)?);
        let window = offset(from.saturating_sub(WINDOW))..offset(from.saturating_add(WINDOW));
        if window.start == 0 && window.end == line.len() {
            return Some(Self { shown: Cow::Borrowed(line), marked: start..end, is_cut: false });
        }
        let end = end.min(window.end);
        let shown = line.get(window.clone())?;
        let marked = start - window.start..end - window.start;
        Some(Self { shown: Cow::Borrowed(shown), marked, is_cut: true })
    }
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
