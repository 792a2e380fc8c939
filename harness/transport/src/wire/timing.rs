//! Faults of order and time: what comes too early, too slowly, or not at all. Every pause and every
//! number of pieces is bounded.

use std::time::Duration;

use super::Bend::Script as Scripted;
use super::Served::{Allowed, Right, Unwise};
use super::{WireFault, script, whole};
use crate::raw::script::Script;

/// Between two octets of a slow client.
const SLOW: Duration = Duration::from_secs(1);
/// Octets that come slowly; the rest comes at once.
const SLOW_OCTETS: usize = 8;
/// How long a client stalls before it goes.
const STALL: Duration = Duration::from_secs(5);
/// Portions that a message comes in, without pauses: well below the bound of actions.
const PORTIONS: usize = 512;
/// Requests that are sent without waiting for an answer.
const PIPELINED: usize = 3;

pub(super) const FAULTS: &[WireFault] = &[
    WireFault::new(
        "pipelined",
        Right,
        "RFC 9112, 9.3.2",
        "The request three times at once. A service answers each, in order, or closes the connection after \
         one.",
        Scripted(|message| script(&message).send(message.octets().repeat(PIPELINED))),
    )
    .answered(PIPELINED, PIPELINED),
    WireFault::new(
        "expect_continue_awaited",
        Right,
        "RFC 9110, 10.1.1",
        "Expect: 100-continue; the content follows once an answer came, or after a while. A service sends \
         100, or a final answer without waiting for the content.",
        Scripted(|message| {
            let message = message.filled().with("Expect: 100-continue");
            script(&message).send(message.head()).await_response().send(message.content)
        }),
    ),
    WireFault::new(
        "expect_continue_not_awaited",
        Right,
        "RFC 9110, 10.1.1",
        "Expect: 100-continue, and the content at once. A service may leave 100 out, and reads the content \
         once.",
        Scripted(|message| whole(&message.filled().with("Expect: 100-continue"))),
    ),
    WireFault::new(
        "expect_unknown",
        Allowed,
        "RFC 9110, 10.1.1",
        "An expectation that nobody knows. A service answers 417, or ignores it.",
        Scripted(|message| whole(&message.with("Expect: harness"))),
    ),
    WireFault::new(
        "close_before_anything",
        Allowed,
        "RFC 9112, 9.5",
        "A connection that is made and dropped. A service forgets it.",
        Scripted(|message| script(&message).close()),
    )
    .ends_within(),
    WireFault::new(
        "close_in_head",
        Allowed,
        "RFC 9112, 8",
        "Half a head, then the connection is dropped. A service forgets the request.",
        Scripted(|message| {
            let head = message.head();
            script(&message).send(&head[..head.len() / 2]).close()
        }),
    )
    .ends_within(),
    WireFault::new(
        "close_after_head",
        Allowed,
        "RFC 9112, 8",
        "A head that announces content, then the connection is dropped. A service forgets the request; it \
         must not act on it.",
        Scripted(|message| {
            let message = message.filled();
            script(&message).send(message.head()).close()
        }),
    )
    .in_content()
    .ends_within(),
    WireFault::new(
        "close_in_content",
        Allowed,
        "RFC 9112, 8",
        "Half the content, then the connection is dropped. A service forgets the request; it must not act \
         on it.",
        Scripted(|message| {
            let message = message.filled();
            let half = &message.content[..message.content.len() / 2];
            script(&message).send([&*message.head(), half].concat()).close()
        }),
    )
    .in_content()
    .ends_within(),
    WireFault::new(
        "close_before_answer",
        Allowed,
        "RFC 9112, 9.5",
        "A whole request, then the connection is dropped before the answer. A service may have acted on it; \
         it goes on serving others.",
        Scripted(|message| whole(&message).close()),
    )
    .ends_within(),
    WireFault::new(
        "half_close_after_request",
        Allowed,
        "RFC 9112, 9.6",
        "A whole request, then the sending side ends. A service should still answer; many take it for a \
         client that went away.",
        Scripted(|message| whole(&message).half_close()),
    )
    .ends_within(),
    WireFault::new(
        "half_close_in_content",
        Unwise,
        "RFC 9112, 8",
        "Half the content, then the sending side ends: the message can never be complete. A service answers \
         400 or closes; it must not act on it.",
        Scripted(|message| {
            let message = message.filled();
            let half = &message.content[..message.content.len() / 2];
            script(&message).send([&*message.head(), half].concat()).half_close()
        }),
    )
    .in_content()
    .ends_within(),
    WireFault::new(
        "head_in_portions",
        Right,
        "RFC 9112, 2.2",
        "The request in small portions without pauses: TCP knows no messages. A service serves it.",
        Scripted(|message| portions(script(&message), &message.octets())),
    ),
    WireFault::new(
        "head_slow",
        Allowed,
        "RFC 9110, 15.5.9",
        "The first octets one per second, the rest at once. A service serves it or answers 408, and serves \
         others meanwhile.",
        Scripted(|message| slow(script(&message), &[], &message.octets())),
    ),
    WireFault::new(
        "content_slow",
        Allowed,
        "RFC 9110, 15.5.9",
        "The first octets of the content one per second, the rest at once. A service serves it or answers \
         408, and serves others meanwhile.",
        Scripted(|message| {
            let message = message.filled();
            slow(script(&message), &message.head(), &message.content)
        }),
    ),
    WireFault::new(
        "head_stalled",
        Allowed,
        "RFC 9112, 9.5; RFC 9110, 15.5.9",
        "Half a head, nothing for five seconds, then the connection is dropped. A service may answer 408 or \
         close before, and forgets the request.",
        Scripted(|message| {
            let head = message.head();
            script(&message).send(&head[..head.len() / 2]).pause(STALL).close()
        }),
    )
    .ends_within(),
    WireFault::new(
        "content_stalled",
        Unwise,
        "RFC 9112, 9.5; RFC 9110, 15.5.9",
        "Half the content, nothing for five seconds, then the connection is dropped. A service may answer \
         408 or close before; it must not act on the request.",
        Scripted(|message| {
            let message = message.filled();
            let half = &message.content[..message.content.len() / 2];
            script(&message).send([&*message.head(), half].concat()).pause(STALL).close()
        }),
    )
    .in_content()
    .ends_within(),
];

/// Octets in at most [`PORTIONS`] writes.
fn portions(script: Script, octets: &[u8]) -> Script {
    let length = octets.len().div_ceil(PORTIONS).max(1);
    octets.chunks(length).fold(script, Script::send)
}

/// Some octets at once, then a few slowly, then the rest.
fn slow(script: Script, at_once: &[u8], octets: &[u8]) -> Script {
    let (slow, rest) = octets.split_at(octets.len().min(SLOW_OCTETS));
    let script =
        slow.chunks(1).fold(script.send(at_once), |script, octet| script.pause(SLOW).send(octet));
    script.send(rest)
}
