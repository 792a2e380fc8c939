//! Where does the message end? Faults of Content-Length, Transfer-Encoding and chunks.

use super::Bend::{Chunks, Pieces, Script as Scripted};
use super::Served::{Allowed, Right, Unwise, Wrong};
use super::{Served, WireFault, followed, whole};
use crate::raw::message::Message;
use crate::raw::script::Script;

/// A chunk extension longer than any reason.
const LONG_EXTENSION_BYTES: usize = 64 * 1024;
/// By how much a Content-Length promises too much.
const MISSING_BYTES: usize = 10;

pub(super) const FAULTS: &[WireFault] = &[
    WireFault::new(
        "transfer_encoding_over_content_length",
        Allowed,
        "RFC 9112, 6.1 and 6.3",
        "Transfer-Encoding: chunked and a Content-Length that covers only the first chunk's size line; \
         a whole request stands within the chunk. A service refuses it, or reads chunks and closes the \
         connection. A second answer shows that it went by Content-Length: a request was smuggled.",
        Pieces(|message| {
            let mut message = message.unframed();
            let hidden = hidden_request(&message);
            let length = format!("{:x}\r\n", hidden.len()).len();
            message.content = chunked(&hidden);
            message.with(format!("Content-Length: {length}")).with("Transfer-Encoding: chunked")
        }),
    ),
    WireFault::new(
        "content_length_over_transfer_encoding",
        Allowed,
        "RFC 9112, 6.1 and 6.3",
        "Transfer-Encoding: chunked and a Content-Length that covers the last chunk and a whole request \
         after it. A service refuses it, or reads chunks and closes the connection: a second answer shows \
         that it did not close, which is what lets requests be smuggled past a front that goes by \
         Content-Length.",
        Pieces(|message| {
            let mut message = message.unframed();
            message.content = [chunked(&message.content), hidden_request(&message)].concat();
            let length = format!("Content-Length: {}", message.content.len());
            message.with(length).with("Transfer-Encoding: chunked")
        }),
    )
    .answered(1, 2),
    WireFault::new(
        "content_length_too_small",
        Allowed,
        "RFC 9112, 6.3",
        "Content-Length one less than the content. The last octet belongs to the next message: a service \
         may serve the shortened content and then refuses the rest with 400, or closes.",
        Pieces(|message| lengthed(message, |length| (length - 1).to_string())),
    )
    .answered(1, 2)
    .ends_within(),
    WireFault::new(
        "content_length_too_large",
        Unwise,
        "RFC 9112, 8",
        "Content-Length ten more than the content, and nothing more comes. A service waits for a bounded \
         time, then answers 4xx (408) or closes; it must not act on content that is not complete.",
        Pieces(|message| lengthed(message, |length| (length + MISSING_BYTES).to_string())),
    )
    .in_content()
    .ends_within(),
    WireFault::new(
        "content_length_too_large_then_end",
        Unwise,
        "RFC 9112, 8",
        "Content-Length ten more than the content, then the sending side ends: the message can never be \
         complete. A service answers 400 or closes; it must not act on it.",
        Scripted(|message| {
            let more = |length: usize| (length + MISSING_BYTES).to_string();
            whole(&lengthed(message, more)).half_close()
        }),
    )
    .in_content()
    .ends_within(),
    WireFault::new(
        "content_length_negative",
        Wrong,
        "RFC 9112, 6.3",
        "Content-Length: -1. A service must answer 400 and close the connection; one that takes it for 0 \
         reads the content as the next request.",
        Pieces(|message| lengthed(message, |_| "-1".to_owned())),
    ),
    WireFault::new(
        "content_length_not_a_number",
        Wrong,
        "RFC 9112, 6.3",
        "Content-Length: ten. A service must answer 400 and close the connection.",
        Pieces(|message| lengthed(message, |_| "ten".to_owned())),
    ),
    WireFault::new(
        "content_length_empty",
        Wrong,
        "RFC 9112, 6.3",
        "Content-Length without a value. A service must answer 400 and close the connection.",
        Pieces(|message| lengthed(message, |_| String::new())),
    ),
    WireFault::new(
        "content_length_signed",
        Wrong,
        "RFC 9110, 8.6",
        "Content-Length with a plus sign: only digits are allowed. A service must answer 400; one that \
         uses a common number parser takes it.",
        Pieces(|message| lengthed(message, |length| format!("+{length}"))),
    ),
    WireFault::new(
        "content_length_hexadecimal",
        Wrong,
        "RFC 9110, 8.6",
        "Content-Length in hexadecimal, with 0x. A service must answer 400; one that stops at the x reads \
         the content as the next request.",
        Pieces(|message| lengthed(message, |length| format!("{length:#x}"))),
    ),
    WireFault::new(
        "content_length_beyond_64_bits",
        Wrong,
        "RFC 9110, 8.6",
        "Content-Length of 2^64 more than the content: a number that wraps round comes out right. A \
         service must anticipate large numbers and answers 400 or 413.",
        Pieces(|message| lengthed(message, |length| (u128::from(u64::MAX) + 1 + length as u128).to_string())),
    ),
    WireFault::new(
        "content_length_twice_different",
        Wrong,
        "RFC 9112, 6.3",
        "Two Content-Lengths, the first right, the second one more. A service must answer 400 and close: \
         two readers would find two ends.",
        Pieces(|message| {
            let message = message.filled();
            let more = format!("Content-Length: {}", message.content.len() + 1);
            message.with(more)
        }),
    ),
    WireFault::new(
        "content_length_twice_same",
        Allowed,
        "RFC 9110, 8.6",
        "Two equal Content-Length fields. A service either refuses them or takes them for one.",
        Pieces(|message| {
            let message = message.filled();
            let again = format!("Content-Length: {}", message.content.len());
            message.with(again)
        }),
    ),
    WireFault::new(
        "content_length_list",
        Allowed,
        "RFC 9110, 8.6",
        "One Content-Length field that lists the same number twice. A service either refuses it or takes \
         the number.",
        Pieces(|message| lengthed(message, |length| format!("{length}, {length}"))),
    ),
    WireFault::new(
        "content_without_framing",
        Allowed,
        "RFC 9112, 6.3",
        "Content with neither Content-Length nor Transfer-Encoding. The request has no content; what \
         follows is the next message, which a service refuses.",
        Pieces(Message::unframed),
    )
    .answered(1, 2)
    .ends_within(),
    WireFault::new(
        "transfer_encoding_unknown",
        Wrong,
        "RFC 9112, 6.1 and 6.3",
        "Transfer-Encoding: xchunked, and chunks. The length cannot be known: a service must answer 400 or \
         501 and close. One that looks for the letters only reads chunks.",
        Scripted(|message| encoded(message, "Transfer-Encoding: xchunked")),
    ),
    WireFault::new(
        "transfer_encoding_not_final",
        Wrong,
        "RFC 9112, 6.3",
        "Transfer-Encoding: chunked, identity. Chunked is not the last coding: a service must answer 400 \
         and close.",
        Scripted(|message| encoded(message, "Transfer-Encoding: chunked, identity")),
    ),
    WireFault::new(
        "transfer_encoding_space_before_colon",
        Wrong,
        "RFC 9112, 5.1",
        "A space between Transfer-Encoding and its colon. A service must answer 400: one that ignores the \
         field reads the chunks as the next request.",
        Scripted(|message| encoded(message, "Transfer-Encoding : chunked")),
    ),
    WireFault::new(
        "transfer_encoding_vertical_tab",
        Wrong,
        "RFC 9110, 5.5; RFC 9112, 6.3",
        "A vertical tab before chunked. It is no white space, so the coding is unknown: a service must \
         answer 400 or 501.",
        Scripted(|message| encoded(message, "Transfer-Encoding: \u{b}chunked")),
    ),
    WireFault::new(
        "transfer_encoding_quoted",
        Wrong,
        "RFC 9112, 6.3",
        "\"chunked\" in quotation marks: another coding. A service must answer 400 or 501.",
        Scripted(|message| encoded(message, "Transfer-Encoding: \"chunked\"")),
    ),
    WireFault::new(
        "transfer_encoding_folded",
        Allowed,
        "RFC 9112, 5.2",
        "chunked on a folded line. A service must either answer 400 or read the fold as spaces; one that \
         skips the line reads the chunks as the next request.",
        Scripted(|message| encoded(message, "Transfer-Encoding:\r\n chunked")),
    ),
    WireFault::new(
        "transfer_encoding_upper_case",
        Right,
        "RFC 9112, 7",
        "Transfer-Encoding: CHUNKED. Codings have no case: a service reads chunks.",
        Scripted(|message| encoded(message, "Transfer-Encoding: CHUNKED")),
    ),
    WireFault::new(
        "transfer_encoding_twice",
        Allowed,
        "RFC 9112, 6.1",
        "Two lines of Transfer-Encoding: chunked. Chunked must not be applied twice: a service refuses it, \
         or reads chunks once.",
        Scripted(|message| {
            let line = "Transfer-Encoding: chunked";
            let message = message.unframed().with(line).with(line);
            followed(&message, &chunked(&message.content))
        }),
    ),
    WireFault::new(
        "transfer_encoding_http_1_0",
        Allowed,
        "RFC 9112, 6.1",
        "Chunks in an HTTP/1.0 request. The framing counts as faulty: a service closes the connection \
         after the answer.",
        Scripted(|message| encoded(message.with_version(" HTTP/1.0"), "Transfer-Encoding: chunked")),
    ),
    chunk_fault(
        "chunk_size_not_hexadecimal",
        Unwise,
        "A chunk size of \"zz\". A service answers 400 and closes.",
        |content| odd("zz", content),
    ),
    chunk_fault(
        "chunk_size_negative",
        Unwise,
        "A chunk size of -1. A service answers 400 and closes; one with signed numbers may read before \
         its buffer.",
        |content| odd("-1", content),
    ),
    chunk_fault(
        "chunk_size_prefixed",
        Unwise,
        "A chunk size with 0x. A service answers 400; one that stops at the x sees the last chunk and \
         reads the content as the next request.",
        |content| odd(&format!("{:#x}", content.len()), content),
    ),
    chunk_fault(
        "chunk_size_beyond_64_bits",
        Wrong,
        "A chunk size of 2^64 more than the chunk: a number that wraps round comes out right. A service \
         must prevent that and answers 400 or 413.",
        |content| odd(&format!("1{:016x}", content.len()), content),
    ),
    chunk_fault(
        "chunk_size_missing",
        Unwise,
        "An empty line where a chunk size belongs. A service answers 400 and closes.",
        |content| odd("", content),
    ),
    chunk_fault(
        "chunk_size_with_zeros",
        Allowed,
        "A chunk size with thirty zeros before it: lawful, and beyond what a service needs to take.",
        |content| odd(&format!("{:031x}", content.len()), content),
    ),
    chunk_fault(
        "chunk_data_too_long",
        Unwise,
        "A chunk with one octet more than its size. A service answers 400 and closes.",
        |content| {
            let size = format!("{:x}\r\n", content.len());
            [size.as_bytes(), content, b"!\r\n0\r\n\r\n"].concat()
        },
    ),
    chunk_fault(
        "chunk_bare_line_feeds",
        Unwise,
        "Chunks whose lines end with LF alone. Only start lines and fields may be read like that: a \
         service answers 400. Two readers that differ here find two ends.",
        |content| {
            let size = format!("{:x}\n", content.len());
            [size.as_bytes(), content, b"\n0\n\n"].concat()
        },
    )
    .ends_within(),
    chunk_fault(
        "chunk_final_missing",
        Unwise,
        "Chunks without the last one, and nothing more comes. A service waits for a bounded time, then \
         answers 4xx or closes; it must not act on content that is not complete.",
        opened,
    )
    .ends_within(),
    WireFault::new(
        "chunk_final_missing_then_end",
        Unwise,
        "RFC 9112, 8",
        "Chunks without the last one, then the sending side ends: the message can never be complete. A \
         service answers 400 or closes; it must not act on it.",
        Scripted(|message| {
            let message = message.unframed().with("Transfer-Encoding: chunked");
            followed(&message, &opened(&message.content)).half_close()
        }),
    )
    .in_content()
    .ends_within(),
    chunk_fault(
        "chunk_extension",
        Right,
        "A chunk extension that nobody knows. A service must ignore it.",
        |content| extended(content, "harness=\"a b\""),
    ),
    chunk_fault(
        "chunk_extension_long",
        Allowed,
        "A chunk extension of 64 KiB. A service should bound extensions (4xx) or skips it; it must not \
         hang or gather them without end.",
        |content| extended(content, &"e".repeat(LONG_EXTENSION_BYTES)),
    ),
    chunk_fault(
        "chunk_extension_line_feed",
        Unwise,
        "A chunk extension with a lone LF. A service answers 400: a reader that takes it for the end of \
         the line sees other chunks than one that does not.",
        |content| extended(content, "a\nb"),
    )
    .ends_within(),
    chunk_fault(
        "chunk_trailers",
        Right,
        "Chunks with trailer fields. A service may drop or keep them, and serves the request.",
        |content| trailed(content, "Harness-Trailer: 1"),
    ),
    chunk_fault(
        "chunk_trailer_content_length",
        Allowed,
        "A Content-Length among the trailer fields. A service must not use it for framing: the next \
         request on the connection is still read.",
        |content| trailed(content, "Content-Length: 1000"),
    ),
];

/// A fault of the chunked coding.
const fn chunk_fault(
    name: &'static str,
    served: Served,
    explain: &'static str,
    write: fn(&[u8]) -> Vec<u8>,
) -> WireFault {
    WireFault::new(name, served, "RFC 9112, 7.1", explain, Chunks(write)).in_content()
}

/// With a Content-Length that is made of the right one.
fn lengthed(message: Message, write: fn(usize) -> String) -> Message {
    let message = message.unframed();
    let line = format!("Content-Length: {}", write(message.content.len()));
    message.with(line)
}

/// In chunks, announced by this line.
fn encoded(message: Message, line: &str) -> Script {
    let message = message.unframed().with(line);
    followed(&message, &chunked(&message.content))
}

/// Content in one chunk (RFC 9112, 7.1).
fn chunked(content: &[u8]) -> Vec<u8> {
    [&*opened(content), b"0\r\n\r\n"].concat()
}

/// One chunk, without the last one.
fn opened(content: &[u8]) -> Vec<u8> {
    sized(&format!("{:x}", content.len()), content)
}

/// A chunk whose size is written like this.
fn sized(size: &str, content: &[u8]) -> Vec<u8> {
    [size.as_bytes(), b"\r\n", content, b"\r\n"].concat()
}

/// One chunk whose size is written like this, and the last one.
fn odd(size: &str, content: &[u8]) -> Vec<u8> {
    [&*sized(size, content), b"0\r\n\r\n"].concat()
}

fn extended(content: &[u8], extension: &str) -> Vec<u8> {
    odd(&format!("{:x};{extension}", content.len()), content)
}

fn trailed(content: &[u8], line: &str) -> Vec<u8> {
    [&*opened(content), b"0\r\n", line.as_bytes(), b"\r\n\r\n"].concat()
}

/// A request that changes nothing and that nobody should see, to be hidden in another's content.
fn hidden_request(message: &Message) -> Vec<u8> {
    // The answers of one script are all read alike.
    let method = if message.method == b"HEAD" { "HEAD" } else { "GET" };
    format!("{method} /harness-hidden HTTP/1.1\r\nHost: {}\r\n\r\n", message.host).into_bytes()
}
