//! Reads HTTP/1.x answers out of octets as they arrive (RFC 9112).
//!
//! Knows how a message is delimited (6.3) and nothing of sockets or time: octets go in by any portions,
//! and the portions make no difference. After something that is not HTTP nothing is guessed: what is
//! left stays as it came, because an answer that nobody asked for is evidence.

mod chunks;

use std::fmt;

use harness_model::{HeaderField, Octets, Response};

use self::chunks::Chunks;
use crate::http::RESPONSE_FIELDS_MAX;

/// Longest head that is taken in: what hyper takes, so that both transports call the same answer too
/// long.
pub const HEAD_BYTES_MAX: usize = 400 * 1024;
/// Interim answers (1xx) before one final answer: one or two are real, a service without end is not.
pub const INTERIM_MAX: usize = 16;
/// What is kept of octets that belong to no answer.
pub const LEFTOVER_BYTES_MAX: usize = 64 * 1024;
/// Octets of a head that are parsed again with each portion, to see early that this is no HTTP. Beyond
/// them a head is parsed once, when it is whole: parsing each portion of a long head again would cost
/// its length squared.
const EARLY_BYTES: usize = 1024;

/// How much a reader takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Longest head, its blank line included.
    pub head_bytes_max: usize,
    /// Longest content of one answer, after transfer coding.
    pub content_bytes_max: usize,
    /// Final answers; the reader stops after the last of them.
    pub answers_max: usize,
}

/// A complete final answer and what came before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Head and content, without trailer fields.
    pub response: Response,
    /// The minor version: 0 or 1.
    pub minor_version: u8,
    /// Status codes of the interim answers before it (RFC 9110, 15.2), in order.
    pub interim: Vec<u16>,
    /// Trailer fields of a chunked answer (RFC 9112, 7.1.2), in order.
    pub trailers: Vec<HeaderField>,
    /// Whether the service says that it will close the connection (RFC 9112, 9.6), or has to because
    /// only that ends the content.
    pub closes: bool,
}

/// Why nothing more is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// What comes is not HTTP/1.x.
    NotHttp {
        /// What is wrong with it.
        why: String,
    },
    /// The content grew beyond the bound.
    TooLarge,
    /// As many answers as were asked for.
    Enough,
    /// After 101 or an accepted CONNECT the connection speaks another protocol.
    Switched,
}

/// Where between two octets the reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Between two answers.
    Between,
    /// In a head, interim answers before it included.
    Head,
    /// In the content of an answer.
    Content,
}

/// Takes octets, gives answers.
#[derive(Debug)]
pub struct Reader {
    bounds: Bounds,
    /// Whether the answers from here on are to HEAD or CONNECT.
    asked: Asked,
    head: Head,
    state: State,
    /// The answer that is begun: its head is complete.
    open: Option<Answer>,
    interim: Vec<u16>,
    answers: Vec<Answer>,
    heads: usize,
    leftover: Vec<u8>,
}

/// What an answer's framing depends on besides itself (RFC 9112, 6.3, rules 1 and 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// HEAD: the answer has no content, whatever it promises.
    Head,
    /// CONNECT: after a 2xx the connection is a tunnel.
    Connect,
    /// Any other method.
    Other,
}

impl Asked {
    /// By the method token, which is case-sensitive (RFC 9110, 9.1).
    pub fn by(method: &str) -> Self {
        match method {
            "HEAD" => Self::Head,
            "CONNECT" => Self::Connect,
            _ => Self::Other,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Head,
    Length(u64),
    Chunked(Box<Chunks>),
    UntilClose,
    Stopped(Stop),
}

impl Reader {
    /// A reader at the beginning of a connection.
    pub fn new(bounds: Bounds, asked: Asked) -> Self {
        Self {
            bounds,
            asked,
            head: Head::default(),
            state: State::Head,
            open: None,
            interim: Vec::new(),
            answers: Vec::new(),
            heads: 0,
            leftover: Vec::new(),
        }
    }

    /// Heads that are complete from here on answer such a request.
    pub fn expect(&mut self, asked: Asked) {
        self.asked = asked;
    }

    /// The complete final answers so far, in order.
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// Heads so far, those of interim answers included.
    pub fn n_heads(&self) -> usize {
        self.heads
    }

    /// Heads of final answers so far.
    pub fn n_final_heads(&self) -> usize {
        self.answers.len() + usize::from(self.open.is_some())
    }

    /// The answer whose head is complete and whose content is not.
    pub fn partial(&self) -> Option<&Answer> {
        self.open.as_ref()
    }

    /// Octets that belong to no answer: the head that is begun, or what came after the reader stopped;
    /// at most [`LEFTOVER_BYTES_MAX`].
    pub fn leftover(&self) -> Octets {
        match &self.state {
            State::Stopped(_) => Octets(self.leftover.clone()),
            State::Head => {
                let begun = &self.head.octets;
                Octets(begun[..begun.len().min(LEFTOVER_BYTES_MAX)].to_vec())
            }
            State::Length(_) | State::Chunked(_) | State::UntilClose => Octets::default(),
        }
    }

    /// Why nothing more is read, if so.
    pub fn stop(&self) -> Option<&Stop> {
        match &self.state {
            State::Stopped(stop) => Some(stop),
            State::Head | State::Length(_) | State::Chunked(_) | State::UntilClose => None,
        }
    }

    /// Where the reader stands.
    pub fn at(&self) -> At {
        if self.open.is_some() {
            return At::Content;
        }
        let is_begun = !self.head.octets.is_empty() || !self.interim.is_empty();
        if is_begun { At::Head } else { At::Between }
    }

    /// Takes octets in. Never panics, whatever they are.
    pub fn feed(&mut self, octets: &[u8]) {
        let mut rest = octets;
        while !rest.is_empty() {
            // Each turn consumes an octet at least, except the one that stops the reader.
            rest = match &self.state {
                State::Head => self.feed_head(rest),
                State::Length(_) => self.feed_length(rest),
                State::Chunked(_) => self.feed_chunks(rest),
                State::UntilClose => {
                    self.keep(rest);
                    &[]
                }
                State::Stopped(stop) => {
                    if *stop != Stop::TooLarge {
                        self.leave(rest);
                    }
                    &[]
                }
            };
        }
    }

    /// The service has ended its side in order: that completes content without any other end.
    pub fn close(&mut self) {
        if self.state == State::UntilClose {
            self.complete();
        }
        self.look();
    }

    /// Nothing more will come for now: is a head that is begun HTTP so far?
    pub fn look(&mut self) {
        if self.state == State::Head
            && let Err(why) = self.head.parse()
        {
            self.stop_at_head(why);
        }
    }

    fn feed_head<'a>(&mut self, octets: &'a [u8]) -> &'a [u8] {
        let (taken, is_whole) = self.head.take(octets);
        let rest = &octets[taken..];
        let is_too_long = self.head.octets.len() > self.bounds.head_bytes_max;
        let looks = is_whole || is_too_long || self.head.is_young(taken);
        if !looks {
            return rest;
        }
        if is_too_long {
            let beyond = self.head.octets.split_off(self.bounds.head_bytes_max);
            let why = match self.head.parse() {
                Err(why) => why,
                Ok(_) => format!("a head is longer than {} bytes", self.bounds.head_bytes_max),
            };
            self.head.octets.extend(beyond);
            self.stop_at_head(why);
            return rest;
        }
        match self.head.parse() {
            Err(why) => self.stop_at_head(why),
            Ok(Some(parsed)) if is_whole => {
                self.head = Head::default();
                self.begin(parsed);
            }
            // A blank line ends every head, so this head has none.
            Ok(None) if !is_whole => {}
            Ok(_) => self.stop_at_head("a head does not end with its blank line".to_owned()),
        }
        rest
    }

    fn stop_at_head(&mut self, why: String) {
        let begun = std::mem::take(&mut self.head).octets;
        self.state = State::Stopped(Stop::NotHttp { why });
        self.leave(&begun);
    }

    /// A head is complete: how is its content delimited? (RFC 9112, 6.3)
    fn begin(&mut self, parsed: Parsed) {
        self.heads += 1;
        let Parsed { response, minor_version } = parsed;
        let status = response.status;
        if (100..200).contains(&status) && status != 101 {
            self.interim.push(status);
            if self.interim.len() > INTERIM_MAX {
                let why = format!("more than {INTERIM_MAX} interim answers before a final one");
                self.state = State::Stopped(Stop::NotHttp { why });
            }
            return;
        }
        let delimited = Delimited::of(&response, minor_version, self.asked);
        let is_until_close = matches!(delimited, Ok(Delimited::UntilClose));
        self.open = Some(Answer {
            closes: is_until_close || says_close(&response, minor_version),
            response,
            minor_version,
            interim: std::mem::take(&mut self.interim),
            trailers: Vec::new(),
        });
        match delimited {
            Ok(Delimited::Length(0)) => self.complete(),
            Ok(Delimited::Length(length)) => self.state = State::Length(length),
            Ok(Delimited::Chunked) => self.state = State::Chunked(Box::default()),
            Ok(Delimited::UntilClose) => self.state = State::UntilClose,
            Ok(Delimited::Switched) => {
                self.complete();
                self.state = State::Stopped(Stop::Switched);
            }
            Err(why) => self.state = State::Stopped(Stop::NotHttp { why }),
        }
    }

    fn complete(&mut self) {
        self.answers.extend(self.open.take());
        let is_enough = self.answers.len() >= self.bounds.answers_max;
        self.state = if is_enough { State::Stopped(Stop::Enough) } else { State::Head };
    }

    fn feed_length<'a>(&mut self, octets: &'a [u8]) -> &'a [u8] {
        let State::Length(left) = &mut self.state else { return octets };
        let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(octets.len());
        *left -= taken as u64;
        let is_done = *left == 0;
        if self.keep(&octets[..taken]) && is_done {
            self.complete();
        }
        &octets[taken..]
    }

    fn feed_chunks<'a>(&mut self, octets: &'a [u8]) -> &'a [u8] {
        let State::Chunked(chunks) = &mut self.state else { return octets };
        match chunks.feed(octets) {
            Err(why) => {
                self.state = State::Stopped(Stop::NotHttp { why });
                octets
            }
            Ok(chunks::Fed { taken, content }) => {
                let is_whole = chunks.is_whole();
                let trailers = if is_whole { chunks.take_trailers() } else { Vec::new() };
                if self.keep(&octets[content]) && is_whole {
                    if let Some(open) = &mut self.open {
                        open.trailers = trailers;
                    }
                    self.complete();
                }
                &octets[taken..]
            }
        }
    }

    /// Keeps content, up to the bound; false if it grew beyond.
    fn keep(&mut self, octets: &[u8]) -> bool {
        let Some(open) = &mut self.open else { return true };
        let content = &mut open.response.content.0;
        let room = self.bounds.content_bytes_max - content.len();
        content.extend_from_slice(&octets[..octets.len().min(room)]);
        let fits = octets.len() <= room;
        if !fits {
            self.state = State::Stopped(Stop::TooLarge);
        }
        fits
    }

    fn leave(&mut self, octets: &[u8]) {
        let room = LEFTOVER_BYTES_MAX - self.leftover.len();
        self.leftover.extend_from_slice(&octets[..octets.len().min(room)]);
    }
}

/// A head that is being gathered.
#[derive(Debug, Default)]
struct Head {
    octets: Vec<u8>,
    line: Line,
}

/// What the line that is being read holds so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Line {
    /// Nothing.
    #[default]
    Empty,
    /// A CR alone.
    Cr,
    /// Something.
    Content,
}

/// A head, understood.
struct Parsed {
    response: Response,
    minor_version: u8,
}

impl Head {
    /// Takes octets up to the end of the head: how many were taken, and whether it is whole now. Empty
    /// lines before the status line are skipped, as hyper does.
    fn take(&mut self, octets: &[u8]) -> (usize, bool) {
        for (index, octet) in octets.iter().enumerate() {
            let is_blank = self.line != Line::Content;
            match octet {
                b'\n' if is_blank && self.octets.len() <= 1 => {
                    self.octets.clear();
                    self.line = Line::Empty;
                    continue;
                }
                b'\n' if is_blank => {
                    self.octets.push(b'\n');
                    return (index + 1, true);
                }
                b'\n' => self.line = Line::Empty,
                b'\r' if self.line == Line::Empty => self.line = Line::Cr,
                _ => self.line = Line::Content,
            }
            self.octets.push(*octet);
        }
        (octets.len(), false)
    }

    /// Whether the octets before the last `taken` ones were few: it is worth another look.
    fn is_young(&self, taken: usize) -> bool {
        self.octets.len().saturating_sub(taken) < EARLY_BYTES
    }

    /// `None` if there is no error in what there is and it does not end.
    fn parse(&self) -> Result<Option<Parsed>, String> {
        let mut fields = [httparse::EMPTY_HEADER; RESPONSE_FIELDS_MAX];
        let mut parsed = httparse::Response::new(&mut fields);
        let mut config = httparse::ParserConfig::default();
        // A client has to accept folded lines (RFC 9112, 5.2).
        config.allow_obsolete_multiline_headers_in_responses(true);
        let status = config
            .parse_response(&mut parsed, &self.octets)
            .map_err(|error| format!("the head of an answer: {error}"))?;
        if !matches!(status, httparse::Status::Complete(end) if end == self.octets.len()) {
            return Ok(None);
        }
        let (Some(status), Some(minor_version)) = (parsed.code, parsed.version) else {
            return Ok(None);
        };
        if status < 100 {
            return Err(format!("the status {status:03} is below 100"));
        }
        let headers = fields_of(parsed.headers);
        let response = Response { status, headers, content: Octets::default() };
        Ok(Some(Parsed { response, minor_version }))
    }
}

fn fields_of(fields: &[httparse::Header<'_>]) -> Vec<HeaderField> {
    fields.iter().map(|field| HeaderField::new(field.name, field.value.to_vec())).collect()
}

/// How the content of an answer is delimited.
enum Delimited {
    Length(u64),
    Chunked,
    UntilClose,
    Switched,
}

impl Delimited {
    /// RFC 9112, 6.3, in its order.
    fn of(response: &Response, minor_version: u8, asked: Asked) -> Result<Self, String> {
        let status = response.status;
        if status == 101 || (asked == Asked::Connect && (200..300).contains(&status)) {
            return Ok(Self::Switched);
        }
        if asked == Asked::Head || matches!(status, 204 | 304) {
            return Ok(Self::Length(0));
        }
        let codings = tokens(response, "transfer-encoding");
        if let Some(last) = codings.last() {
            if minor_version == 0 {
                return Err("Transfer-Encoding in an HTTP/1.0 answer (RFC 9112, 6.1)".to_owned());
            }
            return Ok(if last == "chunked" { Self::Chunked } else { Self::UntilClose });
        }
        let lengths = tokens(response, "content-length");
        let Some(first) = lengths.first() else { return Ok(Self::UntilClose) };
        if lengths.iter().any(|length| length != first) {
            return Err("two Content-Lengths that differ (RFC 9112, 6.3)".to_owned());
        }
        let is_number = !first.is_empty() && first.bytes().all(|octet| octet.is_ascii_digit());
        let length = if is_number { first.parse().ok() } else { None };
        length.map(Self::Length).ok_or_else(|| format!("Content-Length is {first:?}, no number"))
    }
}

/// The members of a comma-separated field over all its lines, lower-cased and trimmed.
fn tokens(response: &Response, name: &str) -> Vec<String> {
    let lines = response.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
    let members = lines.flat_map(|field| {
        let text = field.value.lossy().to_ascii_lowercase();
        text.split(',').map(|member| member.trim().to_owned()).collect::<Vec<_>>()
    });
    members.collect()
}

/// RFC 9112, 9.3.
fn says_close(response: &Response, minor_version: u8) -> bool {
    let options = tokens(response, "connection");
    let says = |option: &str| options.iter().any(|found| found == option);
    says("close") || (minor_version == 0 && !says("keep-alive"))
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHttp { why } => f.write_str(why),
            Self::TooLarge => f.write_str("the content is too long"),
            Self::Enough => f.write_str("all answers have come"),
            Self::Switched => f.write_str("the connection speaks another protocol"),
        }
    }
}

#[cfg(test)]
mod tests;
