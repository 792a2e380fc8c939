//! Places in YAML text, from the same event parser that the reader stands on.

use serde_saphyr::granit_parser::{Event, Options, Parser, Span};

use super::Wanted;
use crate::Position;

/// Deepest nesting that is followed; the parser refused anything deeper.
const DEPTH_MAX: usize = 256;

/// Fills in the places of what is wanted. Stops at the first error or at the end of the first
/// document: what was found until then stands.
pub(super) fn locate(text: &str, wanted: &mut Wanted) {
    let options: Options = serde_saphyr::granit_parser::options! { emit_comments: false, flow_nesting_limit: DEPTH_MAX };
    let mut events = Parser::new_from_str_with_options(text, options).map_while(Result::ok);
    let is_start = |(event, _): &(Event<'_>, Span)| matches!(event, Event::DocumentStart(..));
    if events.any(|event| is_start(&event))
        && let Some((event, span)) = next_node(&mut events)
    {
        wanted.position = Some(position(&span));
        // `None` means that the text is not what the parser read: what was found stands.
        let _: Option<()> = node(&event, &mut events, Some(wanted), 0);
    }
}

fn position(span: &Span) -> Position {
    Position { line: span.start.line(), column: span.start.col() + 1 }
}

/// The next event that is a node or the end of a collection.
fn next_node<'t>(
    events: &mut impl Iterator<Item = (Event<'t>, Span)>,
) -> Option<(Event<'t>, Span)> {
    events.find(|(event, _)| {
        matches!(
            event,
            Event::Scalar(..)
                | Event::Alias(..)
                | Event::SequenceStart(..)
                | Event::MappingStart(..)
                | Event::SequenceEnd
                | Event::MappingEnd
        )
    })
}

/// Walks the node that begins with `event`; `None` if the events end too early.
fn node<'t>(
    event: &Event<'t>,
    events: &mut impl Iterator<Item = (Event<'t>, Span)>,
    wanted: Option<&mut Wanted>,
    depth: usize,
) -> Option<()> {
    if depth > DEPTH_MAX {
        return None;
    }
    match event {
        Event::MappingStart(..) => mapping(events, wanted, depth),
        Event::SequenceStart(..) => sequence(events, wanted, depth),
        _ => Some(()),
    }
}

fn mapping<'t>(
    events: &mut impl Iterator<Item = (Event<'t>, Span)>,
    mut wanted: Option<&mut Wanted>,
    depth: usize,
) -> Option<()> {
    loop {
        let (key, span) = next_node(events)?;
        if key == Event::MappingEnd {
            return Some(());
        }
        let member = if let Some((name, _)) = key.scalar() {
            wanted.as_deref_mut().and_then(|wanted| wanted.members.get_mut(name))
        } else {
            node(&key, events, None, depth + 1)?;
            None
        };
        let member = member.map(|member| member.found_at(position(&span)));
        let (value, _) = next_node(events)?;
        node(&value, events, member, depth + 1)?;
    }
}

fn sequence<'t>(
    events: &mut impl Iterator<Item = (Event<'t>, Span)>,
    mut wanted: Option<&mut Wanted>,
    depth: usize,
) -> Option<()> {
    let mut index = 0_usize;
    loop {
        let (value, span) = next_node(events)?;
        if value == Event::SequenceEnd {
            return Some(());
        }
        let item = wanted.as_deref_mut().and_then(|wanted| {
            if wanted.members.is_empty() {
                None
            } else {
                wanted.members.get_mut(&index.to_string())
            }
        });
        let item = item.map(|item| item.found_at(position(&span)));
        node(&value, events, item, depth + 1)?;
        index += 1;
    }
}
