//! The wire faults: requests that are no HTTP, or HTTP that is rarely seen, each with what the standard
//! says about it.
//!
//! A fault bends a valid request, so that what is wrong is the wire and nothing else. This file knows
//! what RFC 9110 and RFC 9112 demand; whether an answer is a finding is not decided here.

mod framing;
mod head;
mod line;
mod timing;

use harness_model::Request;
use url::Url;

use crate::raw::message::Message;
use crate::raw::origin::authority;
use crate::raw::script::Script;

/// What it would mean that a service serves the request: that it answers as it answers the valid one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Served {
    /// It has to: this is HTTP.
    Right,
    /// It may, and it may refuse.
    Allowed,
    /// It should not, by a SHOULD or by the grammar: the standard lets lenient readers be.
    Unwise,
    /// It must not, by a MUST.
    Wrong,
}

/// Whether all that a script sends ends where a message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Every reader that the standard allows stands between two messages afterwards, or has closed the
    /// connection: another request may follow.
    Between,
    /// Some lawful reader waits for more, or has begun another message: what would follow on the same
    /// connection means nothing, and silence is an answer.
    Within,
}

/// A way to misuse a connection.
#[derive(Clone, Copy, Debug)]
pub struct WireFault {
    /// Its name, in lower case with underscores.
    pub name: &'static str,
    /// What is sent, what a correct service does, and what goes wrong otherwise.
    pub explain: &'static str,
    /// Where the standard says so, e.g. `RFC 9112, 6.3`.
    pub rule: &'static str,
    /// What serving it means.
    pub served: Served,
    /// The fault lies in the content: a service that does not read it may answer before.
    pub is_in_content: bool,
    /// Final answers that a lawful service which keeps the connection gives at least.
    pub answers_min: usize,
    /// Final answers that a lawful service gives at most: one more, and octets of one message were taken
    /// for another.
    pub answers_max: usize,
    /// Where it ends.
    pub ends: Ends,
    /// What is sent, made of a valid request.
    bend: Bend,
}

/// How a valid request becomes what is sent.
#[derive(Clone, Copy, Debug)]
enum Bend {
    /// Some pieces are others; all goes out at once.
    Pieces(fn(Message) -> Message),
    /// The content goes out in chunks that are written like this, as if the coding were right.
    Chunks(fn(&[u8]) -> Vec<u8>),
    /// Anything else.
    Script(fn(Message) -> Script),
}

impl WireFault {
    /// One answer, ends between messages, not in the content: what holds for most.
    const fn new(
        name: &'static str,
        served: Served,
        rule: &'static str,
        explain: &'static str,
        bend: Bend,
    ) -> Self {
        Self {
            name,
            explain,
            rule,
            served,
            is_in_content: false,
            answers_min: 1,
            answers_max: 1,
            ends: Ends::Between,
            bend,
        }
    }

    const fn in_content(mut self) -> Self {
        self.is_in_content = true;
        self
    }

    const fn answered(mut self, answers_min: usize, answers_max: usize) -> Self {
        self.answers_min = answers_min;
        self.answers_max = answers_max;
        self
    }

    const fn ends_within(mut self) -> Self {
        self.ends = Ends::Within;
        self.answers_min = 0;
        self
    }

    /// What goes over the connection, made of a valid request to `base`: scheme and authority count.
    /// Within the bounds of scripts if the request is.
    pub fn script(&self, request: &Request, base: &Url) -> Script {
        let message =
            Message { scheme: base.scheme().to_owned(), ..Message::of(request, &authority(base)) };
        match self.bend {
            Bend::Pieces(bend) => whole(&bend(message)),
            Bend::Chunks(write) => {
                let message = message.unframed().with("Transfer-Encoding: chunked");
                followed(&message, &write(&message.content))
            }
            Bend::Script(bend) => bend(message),
        }
    }
}

/// Faults by family, in the order they are tried: what most often breaks comes first.
const FAMILIES: [&[WireFault]; 4] = [framing::FAULTS, head::FAULTS, line::FAULTS, timing::FAULTS];

/// All faults.
pub fn wire_faults() -> impl Iterator<Item = &'static WireFault> {
    FAMILIES.into_iter().flatten()
}

/// The fault of this name.
pub fn wire_fault(name: &str) -> Option<&'static WireFault> {
    wire_faults().find(|fault| fault.name == name)
}

/// A script for the answers to this message.
fn script(message: &Message) -> Script {
    Script::new(&String::from_utf8_lossy(&message.method))
}

/// The message, at once.
fn whole(message: &Message) -> Script {
    script(message).send(message.octets())
}

/// The message's head and then other content, at once.
fn followed(message: &Message, content: &[u8]) -> Script {
    script(message).send([&*message.head(), content].concat())
}

#[cfg(test)]
mod tests;
