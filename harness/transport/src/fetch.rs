//! Fetches a document, such as a contract: follows redirects, stops at a size and a deadline.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::http::install_tls;

/// Redirects that are followed.
const REDIRECTS_MAX: usize = 5;
/// What a contract may be written in.
const ACCEPTED: &str = "application/json, application/yaml, application/openapi+json, */*;q=0.5";

/// A document that could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Nobody answered, or not in time, or not in HTTP.
    #[error("{}", innermost(.0))]
    Failed(#[from] reqwest::Error),
    /// An answer other than 2xx.
    #[error("it answered {0}")]
    Status(u16),
    /// More octets than allowed.
    #[error("it is longer than {0} bytes")]
    TooLarge(usize),
    /// A header that cannot be sent.
    #[error("the header {0:?} cannot be sent")]
    Header(String),
}

impl FetchError {
    /// Whether no connection could be made.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Failed(error) if error.is_connect())
    }
}

fn innermost(error: &reqwest::Error) -> String {
    let chain = std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source());
    chain.last().map_or_else(String::new, ToString::to_string)
}

/// Fetches the octets at a URL. `headers` go along on every hop of the same origin; `insecure`
/// accepts any certificate.
///
/// # Errors
/// If there is no 2xx answer within `deadline` and `bytes_max`.
pub async fn fetch(
    url: &Url,
    headers: &[(String, String)],
    insecure: bool,
    deadline: Duration,
    bytes_max: usize,
) -> Result<Vec<u8>, FetchError> {
    install_tls();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::limited(REDIRECTS_MAX))
        .tls_danger_accept_invalid_certs(insecure)
        .timeout(deadline)
        .build()?;
    let mut fields = HeaderMap::new();
    fields.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
    for (name, value) in headers {
        let field = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_str(value);
        match (field, value) {
            (Ok(field), Ok(mut value)) => {
                value.set_sensitive(true);
                fields.insert(field, value);
            }
            _ => return Err(FetchError::Header(name.clone())),
        }
    }
    let mut response = client.get(url.clone()).headers(fields).send().await?;
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let mut octets = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if octets.len() + chunk.len() > bytes_max {
            return Err(FetchError::TooLarge(bytes_max));
        }
        octets.extend_from_slice(&chunk);
    }
    Ok(octets)
}
