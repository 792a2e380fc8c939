//! What goes over one connection, and when: a list of actions within bounds.

use std::time::Duration;

use harness_model::{Octets, Request};

use super::message::Message;
use super::reader::Asked;

/// Octets that one script sends: three times a request of several megabytes, and a fault's own.
pub const SCRIPT_OCTETS_MAX: usize = 32 * 1024 * 1024;
/// Actions of one script: an octet each of a short head, with pauses between.
pub const SCRIPT_ACTIONS_MAX: usize = 1_024;
/// All pauses of one script together: long enough to hold a connection open past a service's patience
/// of a few seconds, short enough to be tried on each operation.
pub const PAUSES_MAX: Duration = Duration::from_secs(10);
/// Longest wait for an answer within a script. Servers that want an expectation met answer at once; a
/// client that gets no answer sends the content all the same (RFC 9110, 10.1.1).
pub const AWAIT_MAX: Duration = Duration::from_secs(2);

/// One thing that is done to a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Writes these octets, at once where the network allows.
    Send(Octets),
    /// Lets time pass; answers are read meanwhile.
    Pause(Duration),
    /// Ends the sending side in order; answers are still read.
    HalfClose,
    /// Drops the connection without a word.
    Close,
    /// Waits for one more answer, an interim one included, for [`AWAIT_MAX`] at most.
    AwaitResponse,
}

/// What goes over one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    actions: Vec<Action>,
    asked: Asked,
    /// What may still be paused.
    patience: Duration,
}

/// A script that is not played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// Too much to send.
    #[error("{0} bytes would be sent; at most {SCRIPT_OCTETS_MAX} are")]
    Octets(usize),
    /// Too many steps.
    #[error("{0} actions would be done; at most {SCRIPT_ACTIONS_MAX} are")]
    Actions(usize),
}

impl Script {
    /// Nothing yet. `method` is that of the requests in it: an answer to HEAD has no content.
    pub fn new(method: &str) -> Self {
        Self { actions: Vec::new(), asked: Asked::by(method), patience: PAUSES_MAX }
    }

    /// A request as it is, sent at once. `host` is the authority of the target, for the `Host` field
    /// where the request brings none.
    pub fn of(request: &Request, host: &str) -> Self {
        Self::new(&request.method).send(Message::of(request, host).octets())
    }

    /// Then sends octets.
    #[must_use]
    pub fn send(mut self, octets: impl Into<Vec<u8>>) -> Self {
        self.actions.push(Action::Send(Octets(octets.into())));
        self
    }

    /// Then lets time pass, as far as [`PAUSES_MAX`] allows.
    #[must_use]
    pub fn pause(mut self, pause: Duration) -> Self {
        let pause = pause.min(self.patience);
        self.patience -= pause;
        self.actions.push(Action::Pause(pause));
        self
    }

    /// Then ends the sending side.
    #[must_use]
    pub fn half_close(mut self) -> Self {
        self.actions.push(Action::HalfClose);
        self
    }

    /// Then drops the connection.
    #[must_use]
    pub fn close(mut self) -> Self {
        self.actions.push(Action::Close);
        self
    }

    /// Then waits for one more answer.
    #[must_use]
    pub fn await_response(mut self) -> Self {
        self.actions.push(Action::AwaitResponse);
        self
    }

    /// The actions, in order.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// What its answers are answers to.
    pub fn asked(&self) -> Asked {
        self.asked
    }

    /// All octets that it sends, one after the other.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let sent = self.actions.iter().map(|action| match action {
            Action::Send(octets) => octets.0.as_slice(),
            Action::Pause(_) | Action::HalfClose | Action::Close | Action::AwaitResponse => &[],
        });
        sent.collect::<Vec<_>>().concat()
    }

    /// How many octets it sends.
    pub fn n_octets(&self) -> usize {
        let sent = |action: &Action| match action {
            Action::Send(octets) => octets.len(),
            Action::Pause(_) | Action::HalfClose | Action::Close | Action::AwaitResponse => 0,
        };
        self.actions.iter().map(sent).sum()
    }

    /// How long it takes at most, apart from writing: pauses and waits for answers.
    pub fn lasts_max(&self) -> Duration {
        let lasts = |action: &Action| match action {
            Action::Pause(pause) => *pause,
            Action::AwaitResponse => AWAIT_MAX,
            Action::Send(_) | Action::HalfClose | Action::Close => Duration::ZERO,
        };
        self.actions.iter().map(lasts).sum()
    }

    /// Whether it may be played.
    ///
    /// # Errors
    /// If it is beyond [`SCRIPT_OCTETS_MAX`] or [`SCRIPT_ACTIONS_MAX`].
    pub fn check(&self) -> Result<(), ScriptError> {
        let n_octets = self.n_octets();
        if n_octets > SCRIPT_OCTETS_MAX {
            return Err(ScriptError::Octets(n_octets));
        }
        if self.actions.len() > SCRIPT_ACTIONS_MAX {
            return Err(ScriptError::Actions(self.actions.len()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Action, PAUSES_MAX, SCRIPT_ACTIONS_MAX, SCRIPT_OCTETS_MAX, Script, ScriptError};

    #[test]
    fn pauses_never_add_up_beyond_the_bound() {
        let long = Duration::from_secs(9);
        assert_eq!(PAUSES_MAX, Duration::from_secs(10));
        let script = Script::new("GET").pause(long).pause(long).pause(long);
        let pauses = [long, Duration::from_secs(1), Duration::ZERO].map(Action::Pause);
        assert_eq!(script.actions(), pauses);
        assert_eq!(script.lasts_max(), PAUSES_MAX);
    }

    #[test]
    fn a_script_beyond_its_bounds_is_refused() {
        let full = Script::new("GET").send(vec![0; SCRIPT_OCTETS_MAX]);
        assert_eq!(full.check(), Ok(()));
        let over = full.send([0]);
        assert_eq!(over.check(), Err(ScriptError::Octets(SCRIPT_OCTETS_MAX + 1)));
        let mut script = Script::new("GET");
        for _ in 0..=SCRIPT_ACTIONS_MAX {
            script = script.await_response();
        }
        assert_eq!(script.check(), Err(ScriptError::Actions(SCRIPT_ACTIONS_MAX + 1)));
    }
}
