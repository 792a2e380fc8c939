//! One connection while a script is played on it: writes what the script says and reads all the while,
//! because a service may answer before it was asked to the end.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use harness_model::{Outcome, Response, Stage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::timeout;

use super::Wait;
use super::origin::BoxStream;
use super::reader::{Answer, Asked, At, Bounds, Reader, Stop};
use super::script::{AWAIT_MAX, Action, Script};
use crate::Clock;

/// Octets that are read at once.
const READ_BYTES: usize = 16 * 1024;

/// How a connection ended, as far as it was watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It is still open.
    Open,
    /// The service closed it in order.
    Closed,
    /// The service broke it off.
    Broken {
        /// In the operating system's words.
        why: String,
    },
    /// We closed it, because the script says so.
    Ours,
    /// The deadline passed.
    Deadline,
}

/// A connection, its two directions apart.
pub(crate) struct Session<'a> {
    pub(crate) write: WriteHalf<BoxStream>,
    read: ReadHalf<BoxStream>,
    pub(crate) intake: Intake<'a>,
    /// Octets that the operating system took.
    pub(crate) n_sent: usize,
}

/// What has come in; outlives a deadline.
pub(crate) struct Intake<'a> {
    clock: &'a dyn Clock,
    buffer: Vec<u8>,
    pub(crate) reader: Reader,
    pub(crate) end: End,
    /// When each final head was complete, on the clock.
    pub(crate) heads_us: Vec<u64>,
}

impl Intake<'_> {
    /// Whether nothing more can come.
    fn is_over(&self) -> bool {
        self.end != End::Open
            || matches!(self.reader.stop(), Some(Stop::TooLarge | Stop::Enough | Stop::Switched))
    }

    async fn receive(&mut self, stream: &mut ReadHalf<BoxStream>) {
        match stream.read(&mut self.buffer).await {
            Ok(0) => {
                self.reader.close();
                self.end = End::Closed;
            }
            Ok(n_read) => self.reader.feed(&self.buffer[..n_read]),
            Err(error) => self.end = End::Broken { why: error.to_string() },
        }
        let now_us = self.clock.now_us();
        self.heads_us.resize(self.reader.n_final_heads(), now_us);
    }
}

/// Does something while answers are read; `None` if the connection is over first.
async fn meanwhile<T>(
    work: impl Future<Output = T>,
    intake: &mut Intake<'_>,
    read: &mut ReadHalf<BoxStream>,
) -> Option<T> {
    let mut work = pin!(work);
    while !intake.is_over() {
        tokio::select! {
            done = &mut work => return Some(done),
            () = intake.receive(read) => {}
        }
    }
    None
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        stream: BoxStream,
        clock: &'a dyn Clock,
        bounds: Bounds,
        asked: Asked,
    ) -> Self {
        let (read, write) = tokio::io::split(stream);
        let intake = Intake {
            clock,
            buffer: vec![0; READ_BYTES],
            reader: Reader::new(bounds, asked),
            end: End::Open,
            heads_us: Vec::new(),
        };
        Self { write, read, intake, n_sent: 0 }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.intake.is_over()
    }

    /// Plays a script to its end, or to the connection's.
    pub(crate) async fn play(&mut self, script: &Script) {
        self.intake.reader.expect(script.asked());
        for action in script.actions() {
            if self.is_over() {
                return;
            }
            let done = match action {
                Action::Send(octets) => self.send(&octets.0).await,
                Action::Pause(pause) => self.pause(*pause).await,
                Action::HalfClose => {
                    let end = self.write.shutdown();
                    meanwhile(end, &mut self.intake, &mut self.read).await
                }
                Action::AwaitResponse => {
                    let n_heads = self.intake.reader.n_heads();
                    let one = self.receive_until(|reader| reader.n_heads() > n_heads);
                    // A wait that is over is no trouble: the script goes on.
                    Some(timeout(AWAIT_MAX, one).await.map_or(Ok(()), Ok))
                }
                Action::Close => {
                    self.intake.end = End::Ours;
                    None
                }
            };
            if !matches!(done, Some(Ok(()))) {
                // The other side takes no more, or all is over. Why, the reading side will tell.
                return;
            }
        }
    }

    pub(crate) async fn send(&mut self, octets: &[u8]) -> Option<io::Result<()>> {
        let Self { write, read, intake, n_sent } = self;
        let all = async {
            let mut rest = octets;
            while !rest.is_empty() {
                let n_written = write.write(rest).await?;
                if n_written == 0 {
                    return Err(io::ErrorKind::WriteZero.into());
                }
                *n_sent += n_written;
                rest = &rest[n_written..];
            }
            write.flush().await
        };
        meanwhile(all, intake, read).await
    }

    async fn pause(&mut self, pause: Duration) -> Option<io::Result<()>> {
        let clock = self.intake.clock;
        let pause_us = u64::try_from(pause.as_micros()).unwrap_or(u64::MAX);
        let until_us = clock.now_us().saturating_add(pause_us);
        meanwhile(clock.sleep_until(until_us), &mut self.intake, &mut self.read).await.map(Ok)
    }

    /// Reads as long as `wait` says, or to the end.
    pub(crate) async fn wait(&mut self, wait: Wait) {
        match wait {
            Wait::Answers(n_answers) => self.await_answers(n_answers).await,
            Wait::AnswersAndQuiet(n_answers, quiet) => {
                self.await_answers(n_answers).await;
                self.settle(quiet).await;
            }
        }
    }

    /// The watch is over: what has come is looked at as a whole, and an open connection is said to have
    /// ended like this.
    pub(crate) fn look_at(&mut self, end: End) {
        self.intake.reader.look();
        if self.intake.end == End::Open {
            self.intake.end = end;
        }
    }

    /// Reads until that many final answers are complete, the connection is over, or what comes is no
    /// HTTP.
    pub(crate) async fn await_answers(&mut self, n_answers: usize) {
        self.receive_until(|reader| reader.answers().len() >= n_answers).await;
    }

    /// Reads until nothing has come for so long.
    pub(crate) async fn settle(&mut self, quiet: Duration) {
        while !self.is_over() {
            if timeout(quiet, self.intake.receive(&mut self.read)).await.is_err() {
                return;
            }
        }
    }

    async fn receive_until(&mut self, is_enough: impl Fn(&Reader) -> bool) {
        while !self.is_over()
            && self.intake.reader.stop().is_none()
            && !is_enough(&self.intake.reader)
        {
            self.intake.receive(&mut self.read).await;
        }
    }

    /// What came of the request whose answer is number `index` on this connection, from 0.
    pub(crate) fn outcome(&self, index: usize, response_bytes_max: usize) -> Outcome {
        let Intake { reader, end, .. } = &self.intake;
        if let Some(answer) = reader.answers().get(index) {
            return Outcome::Response(answer.response.clone());
        }
        let partial = reader.partial().map(|Answer { response, .. }| response.clone());
        match (reader.stop(), partial) {
            (Some(Stop::TooLarge), Some(response)) => {
                Outcome::TooLarge { response, response_bytes_max }
            }
            (Some(stop), _) => Outcome::Unparsable { why: stop.to_string() },
            (None, partial) => incomplete(end, reader.at(), partial.map(Box::new)),
        }
    }
}

fn incomplete(end: &End, at: At, partial: Option<Box<Response>>) -> Outcome {
    let stage = match at {
        At::Between | At::Head => Stage::Head,
        At::Content => Stage::Body,
    };
    let why = match end {
        End::Open | End::Deadline => return Outcome::TimedOut { stage, partial },
        End::Closed => "the connection was closed before the answer was complete".to_owned(),
        End::Ours => "we closed the connection, as the script says".to_owned(),
        End::Broken { why } => why.clone(),
    };
    Outcome::ClosedEarly { stage, partial, why }
}
