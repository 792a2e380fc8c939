//! The service as a whole: state, rules and switches behind one router.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, StatusCode, Uri, Version, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::serve::ListenerExt as _;
use axum::{Router, routing};

use crate::answer::{bad_request, ok, problem, typed};
use crate::contract::{self, CONTRACT};
use crate::faults::{Fault, hosts_unchecked};
use crate::gate::Gate;
use crate::operations;
use crate::shop::Shop;
use crate::switches::Faults;

/// What every operation shares.
pub(crate) struct Service {
    pub(crate) gate: Arc<Gate>,
    shop: Mutex<Shop>,
    faults: Faults,
}

impl Service {
    pub(crate) fn new(faults: Faults) -> Self {
        Self::behind(Arc::new(Gate::new(&faults)), faults)
    }

    fn behind(gate: Arc<Gate>, faults: Faults) -> Self {
        Self { gate, shop: Mutex::new(Shop::seeded()), faults }
    }

    /// Whether this fault is switched on.
    pub(crate) fn has(&self, fault: &Fault) -> bool {
        self.faults.has(fault.name)
    }

    /// The state, for as long as the guard lives; never held across an `await`.
    pub(crate) fn shop(&self) -> MutexGuard<'_, Shop> {
        // Nothing panics while it holds the lock, and if it did, the data would still be whole:
        // every operation checks first and writes last.
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The shop, freshly stocked, with these faults switched on.
pub fn app(faults: Faults) -> Router {
    router(Service::new(faults))
}

/// Makes shops as [`app`] does, one after another: what does not change is read once, so that a shop for
/// every test costs next to nothing.
pub fn apps(faults: &Faults) -> impl Fn() -> Router + Clone + Send + Sync + use<> {
    let (gate, faults) = (Arc::new(Gate::new(faults)), faults.clone());
    move || router(Service::behind(Arc::clone(&gate), faults.clone()))
}

fn router(service: Service) -> Router {
    let service = Arc::new(service);
    operations::router()
        .route("/openapi.json", routing::get(async || ok(contract::document())))
        .route("/openapi.yaml", routing::get(async || yaml()))
        .fallback(async |uri: Uri| {
            problem(StatusCode::NOT_FOUND, &format!("there is nothing at {}", uri.path()))
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&service), addressed))
        .method_not_allowed_fallback(async |method: Method| {
            problem(StatusCode::METHOD_NOT_ALLOWED, &format!("{method} is not for this path"))
        })
        .with_state(service)
}

/// Refuses what names no host, or several, or one that is none (RFC 9112, 3.2).
async fn addressed(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let is_one = |host: &HeaderValue| {
        let host = host.to_str().unwrap_or("/");
        host.is_empty() || host.parse::<Authority>().is_ok_and(|host| !host.as_str().contains('@'))
    };
    let is_fine = match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_one(host),
        (None, _) => request.version() != Version::HTTP_11,
        (Some(_), Some(_)) => false,
    };
    if is_fine || service.has(&hosts_unchecked::FAULT) {
        return next.run(request).await;
    }
    bad_request("the request must name one host").into_response()
}

fn yaml() -> Response {
    typed(StatusCode::OK, "application/yaml", CONTRACT)
}

/// Serves the shop on a listener until the future is dropped.
///
/// # Errors
/// Never in practice: errors of single connections end those connections only.
pub async fn serve(listener: tokio::net::TcpListener, faults: Faults) -> std::io::Result<()> {
    // Answers are small: waiting for more to send with them (RFC 896) only costs time.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, app(faults)).await
}
