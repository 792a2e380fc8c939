//! Faults of field lines: what a head may not hold, or holds too much of.

use super::Bend::{Pieces, Script as Scripted};
use super::Served::{Allowed, Unwise, Wrong};
use super::WireFault;
use crate::raw::message::Message;

/// Many times what a browser sends, and the order of servers' limits (100 to 1,000).
const MANY_LINES: usize = 1_000;
/// Beyond the usual limits for one head, 8 to 64 KiB.
const LONG_VALUE_BYTES: usize = 64 * 1024;

pub(super) const FAULTS: &[WireFault] = &[
    WireFault::new(
        "host_missing",
        Wrong,
        "RFC 9112, 3.2",
        "HTTP/1.1 without Host. A service must answer 400.",
        Pieces(|message| message.without("host")),
    ),
    WireFault::new(
        "host_twice",
        Wrong,
        "RFC 9112, 3.2",
        "Two Host fields with different values. A service must answer 400: otherwise a front routes by one \
         and the service acts by the other.",
        Pieces(|message| message.with("Host: harness.invalid")),
    ),
    WireFault::new(
        "host_invalid",
        Wrong,
        "RFC 9112, 3.2",
        "A Host with a space and a slash in it. A service must answer 400.",
        Pieces(|message| message.without("host").with("Host: harness invalid/")),
    ),
    WireFault::new(
        "field_space_before_colon",
        Wrong,
        "RFC 9112, 5.1",
        "A space between a field's name and its colon. A service must answer 400.",
        Pieces(|message| message.with("Harness-Field : 1")),
    ),
    WireFault::new(
        "field_without_colon",
        Unwise,
        "RFC 9112, 2.2 and 5",
        "A field line without a colon. A service should answer 400.",
        Pieces(|message| message.with("Harness-Field")),
    ),
    WireFault::new(
        "field_name_empty",
        Unwise,
        "RFC 9110, 5.1",
        "A field line that begins with its colon. A service should answer 400.",
        Pieces(|message| message.with(": 1")),
    ),
    WireFault::new(
        "field_name_with_space",
        Unwise,
        "RFC 9110, 5.1",
        "A space within a field's name. A service should answer 400.",
        Pieces(|message| message.with("Harness Field: 1")),
    ),
    WireFault::new(
        "field_name_not_ascii",
        Unwise,
        "RFC 9110, 5.1",
        "A letter outside ASCII in a field's name. A service should answer 400.",
        Pieces(|message| message.with("H\u{e4}rness: 1")),
    ),
    WireFault::new(
        "field_folded",
        Allowed,
        "RFC 9112, 5.2",
        "A field that goes on on the next line. A service must either answer 400 or read the fold as \
         spaces.",
        Pieces(|message| message.with("Harness-Field: 1\r\n 2")),
    ),
    WireFault::new(
        "field_before_all_folded",
        Allowed,
        "RFC 9112, 2.2",
        "White space before the first field. A service must either answer 400 or skip the line.",
        Pieces(|mut message| {
            message.lines.insert(0, b" Harness-Field: 1".to_vec());
            message
        }),
    ),
    WireFault::new(
        "field_value_nul",
        Allowed,
        "RFC 9110, 5.5",
        "NUL in a field's value. A service must either answer 400 or read it as a space.",
        Pieces(|message| message.with("Harness-Field: a\0b")),
    ),
    WireFault::new(
        "field_value_carriage_return",
        Allowed,
        "RFC 9110, 5.5; RFC 9112, 2.2",
        "A lone CR in a field's value. A service must either answer 400 or read it as a space; one that \
         takes it for the end of a line lets fields be injected.",
        Pieces(|message| message.with("Harness-Field: a\rHarness-Injected: b")),
    ),
    WireFault::new(
        "field_value_line_feed",
        Allowed,
        "RFC 9112, 2.2",
        "A lone LF in a field's value. A service may take it for the end of the line, or answers 400.",
        Pieces(|message| message.with("Harness-Field: a\nHarness-Injected: b")),
    ),
    WireFault::new(
        "field_value_control",
        Allowed,
        "RFC 9110, 5.5",
        "Control characters in a field's value. A service may keep them or answers 400.",
        Pieces(|message| message.with(*b"Harness-Field: a\x01\x0b\x1b\x7fb")),
    ),
    WireFault::new(
        "field_value_not_ascii",
        Allowed,
        "RFC 9110, 5.5",
        "Octets in a field's value that are no UTF-8. A service treats them as opaque, or answers 400.",
        Pieces(|message| message.with(*b"Harness-Field: a\xff\xfe\xc3")),
    ),
    WireFault::new(
        "fields_many",
        Allowed,
        "RFC 6585, 5",
        "1,000 field lines more. A service serves them or answers 431.",
        Pieces(|mut message| {
            let lines = (0..MANY_LINES).map(|n| format!("Harness-{n}: {n}").into_bytes());
            message.lines.extend(lines);
            message
        }),
    ),
    WireFault::new(
        "field_value_long",
        Allowed,
        "RFC 6585, 5",
        "A field value of 64 KiB. A service serves it or answers 431.",
        Pieces(|message| {
            let line = format!("Harness-Field: {}", "a".repeat(LONG_VALUE_BYTES));
            message.with(line)
        }),
    ),
    WireFault::new(
        "field_name_long",
        Allowed,
        "RFC 6585, 5",
        "A field name of 64 KiB. A service serves it or answers 431.",
        Pieces(|message| {
            let line = format!("{}: 1", "a".repeat(LONG_VALUE_BYTES));
            message.with(line)
        }),
    ),
    WireFault::new(
        "field_named_for_next_hop",
        Allowed,
        "RFC 9110, 7.6.1",
        "Connection names Host and the framing fields. Those are for every recipient: a service serves the \
         request or answers 400, and must not forget where the message ends.",
        Pieces(|message| message.with("Connection: host, content-length, transfer-encoding")),
    ),
    WireFault::new(
        "head_bare_line_feeds",
        Allowed,
        "RFC 9112, 2.2",
        "A head whose lines end with LF alone. A service may take it, or answers 400.",
        Pieces(|message| Message { newline: b"\n", ..message }),
    ),
    WireFault::new(
        "head_bare_carriage_returns",
        Unwise,
        "RFC 9112, 2.2",
        "A head whose lines end with CR alone. CR ends no line: a service answers 400, or waits for the end \
         of the head for a bounded time.",
        Pieces(|message| Message { newline: b"\r", ..message }),
    )
    .ends_within(),
    WireFault::new(
        "head_without_end",
        Unwise,
        "RFC 9112, 2.1",
        "A head without its blank line, and the sending side ends. A service answers 400 or closes.",
        Scripted(|message| {
            let mut bare = message;
            bare.content.clear();
            let mut octets = bare.head();
            octets.truncate(octets.len() - bare.newline.len());
            super::script(&bare).send(octets).half_close()
        }),
    )
    .ends_within(),
    WireFault::new(
        "line_empty_before_request",
        Allowed,
        "RFC 9112, 2.2",
        "An empty line before the request line. A service should skip it.",
        Scripted(|message| {
            let octets = [b"\r\n", &*message.octets()].concat();
            super::script(&message).send(octets)
        }),
    ),
];
