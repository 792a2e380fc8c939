//! Whether a request went over a connection of its own or over one that had served before.
//!
//! reqwest does not tell, yet it decides two questions: which stage a deadline passed in, and whether
//! a connection that closed without an answer may be the idle race of RFC 9112, 9.3.1. The pool polls a
//! connect inside the request that asked for it, and in a task of its own once that request was given
//! another connection; so a note that belongs to the request tells the two apart. This file knows
//! neither requests nor answers.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use crate::BoxFuture;

const BEGUN: u8 = 0;
const MADE: u8 = 1;
const GIVEN_AWAY: u8 = 2;

tokio::task_local! {
    /// The latest connect that the request being polled has begun.
    static NOTE: RefCell<Option<Arc<AtomicU8>>>;
}

/// What became of the connection that a request needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// It had served before, or was made on behalf of another request.
    Reused,
    /// One of its own was begun and is not ready, or failed.
    Unmade,
    /// One of its own, never used before.
    Own,
}

/// Runs an exchange and answers, beside its result, what connection it went over.
pub(crate) async fn watched<T>(exchange: impl Future<Output = T>) -> (T, Connection) {
    let noted = async {
        let result = exchange.await;
        let note = NOTE.with(|note| note.borrow().as_ref().map(|n| n.load(Ordering::Relaxed)));
        let connection = match note {
            Some(BEGUN) => Connection::Unmade,
            Some(MADE) => Connection::Own,
            Some(_) | None => Connection::Reused,
        };
        (result, connection)
    };
    NOTE.scope(RefCell::new(None), noted).await
}

/// Wraps a connector so that every connect leaves its note.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch;

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched { inner }
    }
}

/// A connector under watch.
#[derive(Clone, Debug)]
pub(crate) struct Watched<S> {
    inner: S,
}

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, place: R) -> Self::Future {
        let note = Arc::new(AtomicU8::new(BEGUN));
        // Outside `watched` (there is no such caller) nobody would read it.
        let _ = NOTE.try_with(|latest| latest.replace(Some(Arc::clone(&note))));
        let connect = self.inner.call(place);
        Box::pin(async move {
            let mut connect = pin!(connect);
            poll_fn(|context| {
                let polled = connect.as_mut().poll(context);
                if !is_latest(&note) {
                    note.store(GIVEN_AWAY, Ordering::Relaxed);
                } else if matches!(polled, Poll::Ready(Ok(_))) {
                    note.store(MADE, Ordering::Relaxed);
                }
                polled
            })
            .await
        })
    }
}

/// Whether this connect is polled by the request that began it.
fn is_latest(note: &Arc<AtomicU8>) -> bool {
    let is_same = |latest: &RefCell<Option<Arc<AtomicU8>>>| {
        latest.borrow().as_ref().is_some_and(|latest| Arc::ptr_eq(latest, note))
    };
    NOTE.try_with(is_same).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::task::{Context, Poll};

    use futures_util::poll;
    use tower_layer::Layer as _;
    use tower_service::Service;

    use super::{Connection, Watch, watched};
    use crate::BoxFuture;

    /// A connector whose connects answer the second time they are polled.
    #[derive(Clone)]
    struct Slow(Result<(), ()>);

    impl Service<()> for Slow {
        type Response = ();
        type Error = ();
        type Future = BoxFuture<'static, Result<(), ()>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, (): ()) -> Self::Future {
            let result = self.0;
            Box::pin(async move {
                tokio::task::yield_now().await;
                result
            })
        }
    }

    fn connect(result: Result<(), ()>) -> BoxFuture<'static, Result<(), ()>> {
        Watch.layer(Slow(result)).call(())
    }

    async fn check(exchange: impl Future<Output = ()>, expected: Connection) {
        assert_eq!(watched(exchange).await.1, expected);
    }

    #[tokio::test]
    async fn a_request_that_connects_to_nothing_went_over_a_used_connection() {
        check(async {}, Connection::Reused).await;
    }

    #[tokio::test]
    async fn a_connect_that_succeeds_is_the_request_s_own() {
        check(async { connect(Ok(())).await.expect("made") }, Connection::Own).await;
    }

    #[tokio::test]
    async fn a_connect_that_fails_or_is_not_over_is_unmade() {
        check(async { connect(Err(())).await.expect_err("refused") }, Connection::Unmade).await;
        check(async { assert!(poll!(connect(Ok(()))).is_pending()) }, Connection::Unmade).await;
    }

    #[tokio::test]
    async fn a_connect_that_goes_on_without_the_request_is_another_s() {
        let exchange = async {
            let mut begun = connect(Ok(()));
            assert!(poll!(&mut begun).is_pending());
            tokio::spawn(begun).await.expect("no panic").expect("made");
        };
        check(exchange, Connection::Reused).await;
    }

    #[tokio::test]
    async fn only_the_latest_connect_counts() {
        let exchange = async {
            connect(Ok(())).await.expect("made");
            assert!(poll!(connect(Ok(()))).is_pending());
        };
        check(exchange, Connection::Unmade).await;
    }
}
