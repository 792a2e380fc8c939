//! Faults of the request line: version, target and method.

use super::Bend::{Pieces, Script as Scripted};
use super::Served::{Allowed, Right, Unwise};
use super::WireFault;
use crate::raw::message::Message;

/// Beyond what any service has to take (RFC 9112, 3, asks for 8,000 octets).
const LONG_BYTES: usize = 64 * 1024;

pub(super) const FAULTS: &[WireFault] = &[
    version_fault(
        "version_1_0",
        Right,
        "HTTP/1.0. A service answers and closes the connection, and must not send chunks.",
        |message| message.with_version(" HTTP/1.0"),
    ),
    version_fault(
        "version_1_0_without_host",
        Allowed,
        "HTTP/1.0 without Host, which that version does not ask for. A service answers, or 400 where it \
         has to know the host.",
        |message| message.with_version(" HTTP/1.0").without("host"),
    ),
    version_fault(
        "version_1_2",
        Allowed,
        "HTTP/1.2. A service treats it as the highest minor version it knows, or answers 505.",
        |message| message.with_version(" HTTP/1.2"),
    ),
    version_fault(
        "version_2_0",
        Unwise,
        "HTTP/2.0 in a request line, which HTTP/2 never writes like that. A service answers 505 or 400, or \
         closes.",
        |message| message.with_version(" HTTP/2.0"),
    ),
    version_fault(
        "version_lower_case",
        Unwise,
        "http/1.1. The name has case: a service should answer 400.",
        |message| message.with_version(" http/1.1"),
    ),
    version_fault(
        "version_without_minor",
        Unwise,
        "HTTP/1 without a minor version. A service should answer 400.",
        |message| message.with_version(" HTTP/1"),
    ),
    version_fault(
        "version_with_more_digits",
        Unwise,
        "HTTP/1.10. Versions have one digit each: a service should answer 400 or 505.",
        |message| message.with_version(" HTTP/1.10"),
    ),
    WireFault::new(
        "version_0_9",
        Unwise,
        "RFC 9112, 3",
        "A request line without a version and nothing after it: HTTP/0.9, which is long gone. A service \
         answers 400 or closes, or waits for a bounded time.",
        Scripted(|message| {
            let line = [&*message.method, b" ", &*message.target, b"\r\n"].concat();
            super::script(&message).send(line)
        }),
    )
    .ends_within(),
    WireFault::new(
        "target_absolute",
        Right,
        "RFC 9112, 3.2.2",
        "A target in absolute form, with the authority of Host. A service must accept it.",
        Pieces(|message| {
            let origin = format!("{}://{}", message.scheme, message.host);
            let target = [origin.as_bytes(), &message.target].concat();
            message.with_target(target)
        }),
    ),
    WireFault::new(
        "target_absolute_of_another_host",
        Allowed,
        "RFC 9112, 3.2.2; RFC 9110, 15.5.20",
        "A target in absolute form with another authority than Host. The target's counts: a service may \
         answer 421, or 400, or serve it; it must not fetch it.",
        Pieces(|message| {
            let origin = format!("{}://harness.invalid", message.scheme);
            let target = [origin.as_bytes(), &message.target].concat();
            message.with_target(target)
        }),
    ),
    target_fault(
        "target_authority",
        "host:port as the target, which is for CONNECT only. A service should answer 400.",
        |message| {
            let host = message.host.clone();
            message.with_target(host)
        },
    ),
    target_fault(
        "target_asterisk",
        "* as the target, which is for OPTIONS only. A service should answer 400.",
        |message| message.with_target("*"),
    ),
    target_fault(
        "target_without_slash",
        "A target without its leading slash. A service should answer 400.",
        |message| {
            let target = message.target.strip_prefix(b"/").unwrap_or_default().to_vec();
            let target = if target.is_empty() { b"harness".to_vec() } else { target };
            message.with_target(target)
        },
    ),
    target_fault(
        "target_empty",
        "No target between method and version. A service should answer 400.",
        |message| message.with_target(""),
    ),
    target_fault(
        "target_with_space",
        "A raw space in the target. A service should answer 400, or redirect to the target in its right \
         form.",
        |message| appended(message, b"a b"),
    ),
    target_fault(
        "target_with_control",
        "Control characters in the target. A service should answer 400.",
        |message| appended(message, b"a\x01\x1b\x7fb"),
    ),
    target_fault(
        "target_with_nul",
        "NUL in the target. A service should answer 400; one written in C may stop reading there.",
        |message| appended(message, b"a\0b"),
    ),
    target_fault(
        "target_with_tab",
        "A raw tab in the target. A service should answer 400.",
        |message| appended(message, b"a\tb"),
    ),
    target_fault(
        "target_not_ascii",
        "Octets in the target that are no UTF-8. A service should answer 400.",
        |message| appended(message, b"a\xff\xfe"),
    ),
    target_fault(
        "target_with_fragment",
        "A fragment in the target, which never leaves a client. A service should answer 400.",
        |message| appended(message, b"a#b"),
    ),
    WireFault::new(
        "target_long",
        Allowed,
        "RFC 9112, 3; RFC 9110, 15.5.15",
        "A target of 64 KiB. A service answers 414, or serves it; it must not cut it.",
        Pieces(|message| {
            let long = "a".repeat(LONG_BYTES);
            appended(message, long.as_bytes())
        }),
    ),
    WireFault::new(
        "line_two_spaces",
        Allowed,
        "RFC 9112, 3",
        "Two spaces before the target. A service may split the line at white space, or answers 400.",
        Pieces(|message| {
            let target = [b" ", &*message.target].concat();
            message.with_target(target)
        }),
    ),
    WireFault::new(
        "line_tab_before_version",
        Allowed,
        "RFC 9112, 3",
        "A tab before the version. A service may split the line at white space, or answers 400.",
        Pieces(|message| message.with_version("\tHTTP/1.1")),
    ),
    WireFault::new(
        "line_leading_space",
        Unwise,
        "RFC 9112, 3",
        "A space before the method. A service should answer 400.",
        Pieces(|message| prefixed(message, b" ")),
    ),
    WireFault::new(
        "line_more_words",
        Unwise,
        "RFC 9112, 3",
        "A fourth word after the version. A service should answer 400.",
        Pieces(|message| message.with_version(" HTTP/1.1 harness")),
    ),
    WireFault::new(
        "method_with_control",
        Unwise,
        "RFC 9110, 9.1",
        "NUL before the method's name. A service should answer 400.",
        Pieces(|message| prefixed(message, b"\0")),
    ),
    WireFault::new(
        "method_long",
        Unwise,
        "RFC 9112, 3; RFC 9110, 15.6.2",
        "A method of 64 KiB. A service answers 501 or 400, or 405.",
        Pieces(|message| Message { method: vec![b'A'; LONG_BYTES], ..message }),
    ),
    WireFault::new(
        "preface_http_2",
        Allowed,
        "RFC 9113, 3.4",
        "The first octets of an HTTP/2 connection, and no frame. A service that speaks HTTP/2 waits for \
         more or sends frames; another answers 400 or 505, or closes.",
        Scripted(|message| super::script(&message).send(*b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    )
    .answered(1, 2)
    .ends_within(),
    WireFault::new(
        "tls_in_the_clear",
        Unwise,
        "RFC 9112, 2.2",
        "The beginning of a TLS handshake where HTTP is spoken. A service answers 400 or closes, or waits \
         for a bounded time.",
        Scripted(|message| {
            super::script(&message).send(*b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03\r\n\r\n")
        }),
    )
    .ends_within(),
];

const fn version_fault(
    name: &'static str,
    served: super::Served,
    explain: &'static str,
    bend: fn(Message) -> Message,
) -> WireFault {
    WireFault::new(name, served, "RFC 9112, 2.3; RFC 9110, 2.5", explain, Pieces(bend))
}

const fn target_fault(
    name: &'static str,
    explain: &'static str,
    bend: fn(Message) -> Message,
) -> WireFault {
    WireFault::new(name, Unwise, "RFC 9112, 3.2", explain, Pieces(bend))
}

/// With one more query parameter, whose value holds these octets: the operation stays the same.
fn appended(message: Message, value: &[u8]) -> Message {
    let joint = if message.target.contains(&b'?') { "&" } else { "?" };
    let target = [&*message.target, joint.as_bytes(), b"harness=", value].concat();
    message.with_target(target)
}

fn prefixed(message: Message, octets: &[u8]) -> Message {
    let method = [octets, &*message.method].concat();
    Message { method, ..message }
}
