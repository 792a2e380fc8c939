//! Is the service up?

use axum::response::Response;
use serde_json::json;

use crate::answer::ok;
use crate::call::Call;

pub(super) async fn read(_: Call) -> Response {
    ok(&json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}
