//! The form of this target's inputs: four octets that choose, then a response as HTTP/1.1 writes it.
//! Read as leniently as can be, since the checks must stand whatever a transport lets through. Knows no
//! check.

use harness_model::{HeaderField, Octets, Outcome, Response, Stage};

/// Header fields of one response.
const HEADERS_MAX: usize = 64;
/// A usual time, and one beyond all deadlines, in microseconds.
const TOTALS_US: [u64; 2] = [2_000, 600_000_000];

/// What an input says.
pub(super) struct Input {
    /// Which operation was asked, to be taken modulo their number.
    pub(super) operation: usize,
    /// Which of its requests, to be taken modulo their number.
    pub(super) request: usize,
    /// What came of it.
    pub(super) outcome: Outcome,
    /// What came of the control request, if one was sent.
    pub(super) control: Option<Outcome>,
    /// Whether a 2xx was seen before.
    pub(super) is_accepted: bool,
    /// Whether other requests were in flight.
    pub(super) is_under_load: bool,
    /// From the start to the end, in microseconds.
    pub(super) total_us: u64,
}

impl Input {
    /// Reads an input: operation, request, outcome and circumstances, an octet each, `0` being the
    /// first, then the response. `None` if there are fewer than four.
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        let [operation, request, kind, flags, response @ ..] = octets else { return None };
        let index = |octet: u8| usize::from(octet.wrapping_sub(b'0'));
        let flags = flags.wrapping_sub(b'0');
        let has = |bit: u8| flags & bit != 0;
        let control = match (has(4), has(8)) {
            (false, false) => None,
            (true, false) => Some(Outcome::Response(bare(200))),
            (false, true) => Some(Outcome::ConnectFailed { why: "connection refused".to_owned() }),
            (true, true) => Some(Outcome::Response(bare(503))),
        };
        Some(Self {
            operation: index(*operation),
            request: index(*request),
            outcome: outcome(index(*kind), response),
            control,
            is_accepted: has(1),
            is_under_load: has(2),
            total_us: TOTALS_US[usize::from(has(16))],
        })
    }
}

/// A response without fields or content.
fn bare(status: u16) -> Response {
    Response { status, headers: Vec::new(), content: Octets::default() }
}

fn outcome(kind: usize, octets: &[u8]) -> Outcome {
    let partial = || Some(Box::new(response(octets)));
    let why = String::from_utf8_lossy(octets).into_owned();
    match kind % 10 {
        0 => Outcome::Response(response(octets)),
        1 => {
            let response = response(octets);
            let response_bytes_max = response.content.len();
            Outcome::TooLarge { response, response_bytes_max }
        }
        2 => Outcome::TimedOut { stage: Stage::Head, partial: None },
        3 => Outcome::TimedOut { stage: Stage::Body, partial: partial() },
        4 => Outcome::ClosedEarly { stage: Stage::Head, partial: None, why },
        5 => Outcome::ClosedEarly {
            stage: Stage::Body,
            partial: partial(),
            why: "connection reset".to_owned(),
        },
        6 => Outcome::ConnectFailed { why },
        7 => Outcome::TlsFailed { why },
        8 => Outcome::Unparsable { why },
        _ => Outcome::Unsendable { why },
    }
}

/// A status line, fields up to an empty line, content. A status that is no number is 200.
fn response(octets: &[u8]) -> Response {
    let (line, mut rest) = line(octets);
    let status = line.split(|octet| *octet == b' ').nth(1);
    let status = status.and_then(|status| std::str::from_utf8(status).ok()?.parse().ok());
    let mut headers = Vec::new();
    while !rest.is_empty() && headers.len() < HEADERS_MAX {
        let (field, after) = self::line(rest);
        rest = after;
        if field.is_empty() {
            break;
        }
        let colon = field.iter().position(|octet| *octet == b':').unwrap_or(field.len());
        let name = String::from_utf8_lossy(&field[..colon]).into_owned();
        let value = field.get(colon + 1..).unwrap_or_default().trim_ascii().to_vec();
        headers.push(HeaderField::new(name, value));
    }
    Response { status: status.unwrap_or(200), headers, content: Octets(rest.to_vec()) }
}

/// The octets before the next line feed, without a carriage return, and those after it.
fn line(octets: &[u8]) -> (&[u8], &[u8]) {
    let end = octets.iter().position(|octet| *octet == b'\n');
    let (line, rest) = match end {
        Some(end) => (&octets[..end], &octets[end + 1..]),
        None => (octets, &[][..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

#[cfg(test)]
mod tests {
    use harness_model::Outcome;

    use super::Input;

    fn check(octets: &[u8], status: u16, headers: &[(&str, &str)], content: &[u8]) {
        let input = Input::read(octets).expect("it has four octets");
        let Outcome::Response(response) = input.outcome else { panic!("{:?}", input.outcome) };
        let found: Vec<_> = response
            .headers
            .iter()
            .map(|f| (f.name.clone(), f.value.lossy().into_owned()))
            .collect();
        let expected: Vec<_> =
            headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        assert_eq!((response.status, found, &*response.content.0), (status, expected, content));
    }

    #[test]
    fn a_response_is_read_as_it_is_written() {
        check(
            b"0000HTTP/1.1 404 No\r\nA: b\r\nC:d\r\n\r\nx\r\n\r\ny",
            404,
            &[("A", "b"), ("C", "d")],
            b"x\r\n\r\ny",
        );
        check(b"0000HTTP/1.1 500\n\nx", 500, &[], b"x");
    }

    #[test]
    fn what_is_missing_is_made_up() {
        check(b"0000", 200, &[], b"");
        check(b"0000x\nno colon\n", 200, &[("no colon", "")], b"");
        check(b"0000HTTP/1.1 99999 x", 200, &[], b"");
    }
}
