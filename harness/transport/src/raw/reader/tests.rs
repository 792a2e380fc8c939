//! Answers from octets, in any portions.

use proptest::prelude::*;

use super::{Answer, Asked, At, Bounds, Reader, Stop};

const BOUNDS: Bounds = Bounds { head_bytes_max: 4_096, content_bytes_max: 64, answers_max: 8 };

/// Everything that can be seen of a reader once the octets are over.
#[derive(Debug, PartialEq)]
struct Seen {
    answers: Vec<Answer>,
    partial: Option<Answer>,
    leftover: Vec<u8>,
    stop: Option<Stop>,
    at: At,
    n_heads: usize,
}

fn read<'a>(
    portions: impl IntoIterator<Item = &'a [u8]>,
    bounds: Bounds,
    asked: Asked,
    is_closed: bool,
) -> Seen {
    let mut reader = Reader::new(bounds, asked);
    for portion in portions {
        reader.feed(portion);
    }
    if is_closed {
        reader.close();
    } else {
        reader.look();
    }
    Seen {
        answers: reader.answers().to_vec(),
        partial: reader.partial().cloned(),
        leftover: reader.leftover().0,
        stop: reader.stop().cloned(),
        at: reader.at(),
        n_heads: reader.n_heads(),
    }
}

fn whole(octets: &[u8]) -> Seen {
    read([octets], BOUNDS, Asked::Other, false)
}

/// The contents of the answers in these octets, and what is left.
#[track_caller]
fn check(octets: &[u8], contents: &[&str], leftover: &str) {
    let seen = whole(octets);
    let found: Vec<_> = seen.answers.iter().map(|a| a.response.content.lossy()).collect();
    assert_eq!(found, contents, "{seen:?}");
    assert_eq!(String::from_utf8_lossy(&seen.leftover), leftover, "{seen:?}");
}

#[test]
fn content_ends_where_the_head_says() {
    check(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", &["ok"], "");
    check(b"HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\nok", &["ok"], "");
    check(b"HTTP/1.1 200 OK\ncontent-length: 2\n\nok", &["ok"], "");
    check(b"HTTP/1.1 204 No\r\ncontent-length: 2\r\n\r\nok", &[""], "ok");
    check(b"HTTP/1.1 304 No\r\ncontent-length: 2\r\n\r\n", &[""], "");
    let both = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: gzip, chunked\r\n\r\n\
        2;x=y\r\nab\r\n0001 \r\nc\r\n0\r\n\r\n";
    check(both, &["abc"], "");
}

#[test]
fn answers_on_one_connection_are_told_apart() {
    let two = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na\r\n\
        HTTP/1.1 404 No\r\ncontent-length: 1\r\n\r\nbHTTP/1.1 5";
    check(two, &["a", "b"], "HTTP/1.1 5");
    assert_eq!(whole(two).at, At::Head);
    check(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nabcd", &["a"], "bcd");
}

#[test]
fn interim_answers_and_trailers_belong_to_the_final_one() {
    let octets = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n\
        HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n";
    let seen = whole(octets);
    assert_eq!(seen.n_heads, 3);
    let [answer] = &seen.answers[..] else { panic!("{seen:?}") };
    assert_eq!((answer.response.status, &answer.interim[..]), (200, &[100, 103][..]));
    assert_eq!(answer.trailers.len(), 1);
    assert_eq!((&*answer.trailers[0].name, &*answer.trailers[0].value.0), ("X-Sum", &b"1"[..]));
}

#[test]
fn content_without_another_end_ends_with_the_connection_in_order() {
    let octets = b"HTTP/1.0 200 OK\r\n\r\nto the end";
    let open = whole(octets);
    assert!(open.answers.is_empty() && open.partial.is_some(), "{open:?}");
    let closed = read([&octets[..]], BOUNDS, Asked::Other, true);
    assert_eq!(closed.answers[0].response.content.0, b"to the end");
    assert!(closed.answers[0].closes);
}

#[test]
fn a_connection_that_will_close_says_so() {
    for (octets, closes) in [
        (&b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"[..], false),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: x, Close\r\n\r\n", true),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", true),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n", false),
    ] {
        assert_eq!(whole(octets).answers[0].closes, closes, "{}", octets.escape_ascii());
    }
}

#[test]
fn the_method_decides_too() {
    let octets = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
    assert_eq!(read([&octets[..]], BOUNDS, Asked::Head, false).answers.len(), 2);
    let tunnel = read([&octets[..]], BOUNDS, Asked::Connect, false);
    assert_eq!((tunnel.answers.len(), tunnel.stop), (1, Some(Stop::Switched)));
    let switched = whole(b"HTTP/1.1 101 Switch\r\nupgrade: x\r\n\r\nwhatever");
    assert_eq!(switched.stop, Some(Stop::Switched));
    assert_eq!(switched.leftover, b"whatever");
}

#[test]
fn what_is_no_http_stops_the_reading() {
    for octets in [
        &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"<html>",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 099 Low\r\n\r\n",
        b"HTTP/1.1 20 Short\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551616\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10000000000000000\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\nx\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n",
    ] {
        let seen = whole(octets);
        let is_known = matches!(&seen.stop, Some(Stop::NotHttp { why }) if !why.is_empty());
        assert!(is_known, "{}: {seen:?}", octets.escape_ascii());
    }
}

#[test]
fn every_bound_holds() {
    let long = [b"HTTP/1.1 200 OK\r\nx: ", &*vec![b'a'; 5_000], b"\r\n\r\n"].concat();
    let seen = whole(&long);
    assert!(matches!(seen.stop, Some(Stop::NotHttp { why }) if why.contains("4096")));
    let endless = b"HTTP/1.1 200 OK\r\n\r\n".iter().chain(&[b'a'; 100]).copied();
    let seen = whole(&endless.collect::<Vec<_>>());
    assert_eq!(seen.stop, Some(Stop::TooLarge));
    assert_eq!(seen.partial.map(|answer| answer.response.content.len()), Some(64));
    let many = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".repeat(20);
    let seen = whole(&many);
    assert_eq!((seen.answers.len(), seen.stop), (8, Some(Stop::Enough)));
    let patient = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(super::INTERIM_MAX + 1);
    assert!(matches!(whole(&patient).stop, Some(Stop::NotHttp { .. })));
    let junk = [b"no http".to_vec(), vec![0; 2 * super::LEFTOVER_BYTES_MAX]].concat();
    assert_eq!(whole(&junk).leftover.len(), super::LEFTOVER_BYTES_MAX);
    let wide = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;".to_vec();
    let wide = [wide, vec![b'e'; 20_000]].concat();
    assert!(matches!(whole(&wide).stop, Some(Stop::NotHttp { why }) if why.contains("extension")));
}

/// What answers are made of, and what they stumble over.
const PIECES: [&[u8]; 36] = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 200 OK\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 204 \r\n",
    b"HTTP/1.1 ",
    b"HTTP",
    b"099",
    b"101",
    b"200",
    b"Content-Length: 3\r\n",
    b"Content-Length: 0\r\n\r\n",
    b"content-length: 99\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n",
    b"Connection: close\r\n",
    b"X: y",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b" ",
    b"\t folded\r\n",
    b": ",
    b"abc",
    b"3\r\nabc\r\n",
    b"3;x=\"y\"\r\n",
    b"0\r\n\r\n",
    b"0\r\nTrailer: 1\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"FFFFFFFFFFFFFFFFF",
    b"\x00",
    b"\xff",
    b"\x7f",
    b",",
    b"100",
    b"\r\n\n",
];

fn answers() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        12 => prop::sample::select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..6),
        1 => (any::<u8>(), 0_usize..1_500).prop_map(|(octet, times)| vec![octet; times]),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![4 => Just(Asked::Other), 1 => Just(Asked::Head), 1 => Just(Asked::Connect)]
}

fn check_portions(
    octets: &[u8],
    mut cuts: Vec<prop::sample::Index>,
    head_bytes_max: usize,
    asked: Asked,
    is_closed: bool,
) -> Result<(), TestCaseError> {
    let bounds = Bounds { head_bytes_max, ..BOUNDS };
    let mut places: Vec<usize> = cuts.drain(..).map(|cut| cut.index(octets.len() + 1)).collect();
    places.extend([0, octets.len()]);
    places.sort_unstable();
    let portions = places.windows(2).map(|pair| &octets[pair[0]..pair[1]]);
    let in_portions = read(portions, bounds, asked, is_closed);
    let at_once = read([octets], bounds, asked, is_closed);
    prop_assert_eq!(&in_portions, &at_once);
    let one_by_one = read(octets.chunks(1), bounds, asked, is_closed);
    prop_assert_eq!(&one_by_one, &at_once);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn portions_make_no_difference(
        octets in answers(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        head_bytes_max in prop_oneof![Just(64_usize), Just(2_000)],
        asked in asked(),
        is_closed in any::<bool>(),
    ) {
        check_portions(&octets, cuts, head_bytes_max, asked, is_closed)?;
    }

    #[test]
    fn nor_with_arbitrary_octets(
        octets in prop::collection::vec(any::<u8>(), 0..200),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        is_closed in any::<bool>(),
    ) {
        check_portions(&octets, cuts, 100, Asked::Other, is_closed)?;
    }
}
