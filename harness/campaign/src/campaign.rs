//! What a run is made of, how it is asked to stop, and why it may not begin.

use std::sync::Arc;

use harness_contract::{Contract, OperationKey};
use harness_model::Counterexample;
use harness_transport::{Clock, Raw, Transport};
use tokio::sync::watch;

use crate::CampaignConfig;

/// Everything that a run is made of.
pub struct Campaign {
    /// What the service promises.
    pub contract: Arc<Contract>,
    /// The operations to test; see [`crate::Selection::apply`].
    pub selected: Vec<OperationKey>,
    /// Settings.
    pub config: CampaignConfig,
    /// The way to the target.
    pub transport: Arc<dyn Transport>,
    /// The way to the target by own octets, for wire faults; `None`: none are sent.
    pub raw: Option<Arc<Raw>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Counterexamples of earlier runs, sent before anything else.
    pub regressions: Vec<Counterexample>,
}

/// A run that could not begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CampaignError {
    /// Nothing answered.
    #[error("no answer from {target}: {why} ({tries} tries); is the service running there?")]
    TargetUnreachable {
        /// Base URL.
        target: String,
        /// What happened.
        why: String,
        /// How often it was tried.
        tries: u64,
    },
    /// The TLS session could not be made.
    #[error("no TLS session with {target}: {why}; pass --insecure to accept any certificate")]
    Tls {
        /// Base URL.
        target: String,
        /// What happened.
        why: String,
    },
    /// Something answered that is not HTTP.
    #[error("{target} answers, but not in HTTP: {why}; is it the right port and scheme?")]
    NotHttp {
        /// Base URL.
        target: String,
        /// What is wrong with the answer.
        why: String,
    },
}

/// A request to finish early. Clones share it.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Nobody has asked yet.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Asks for an early and orderly end.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    pub(crate) fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    pub(crate) async fn asked(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = receiver.wait_for(|asked| *asked).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}
