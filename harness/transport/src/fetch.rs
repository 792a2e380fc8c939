//! Fetches a document, such as a contract: follows redirects, stops at a size and a deadline.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Response};
use url::Url;

use crate::outcome::explained;
use crate::tls::install_tls;
use crate::{HttpConfigError, Route};

/// Redirects that are followed: real chains have one or two, a loop has no end.
const REDIRECTS_MAX: usize = 5;
/// What a contract may be written in.
const ACCEPTED: &str = "application/json, application/yaml, application/openapi+json, */*;q=0.5";

/// A document that could not be fetched. The texts complete "cannot fetch URL: …".
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Nobody answered, or not in HTTP.
    #[error("{}", explained(.0))]
    Failed(#[from] reqwest::Error),
    /// The answer was not complete in time.
    #[error("it did not answer completely within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// An answer other than 2xx.
    #[error("it answered {0}")]
    Status(u16),
    /// More octets than allowed.
    #[error("it is longer than {0} bytes")]
    TooLarge(usize),
    /// A redirect that leads nowhere.
    #[error("it redirects to {0:?}, which is not an http or https URL")]
    Redirect(String),
    /// Redirects without end.
    #[error("it redirects more than {0} times")]
    TooManyRedirects(usize),
    /// There is no such way.
    #[error(transparent)]
    Route(HttpConfigError),
    /// A header that cannot be sent; the value may be a secret.
    #[error("the header {0:?} cannot be sent")]
    Header(String),
}

impl FetchError {
    /// Whether no connection could be made.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Failed(error) if error.is_connect())
    }
}

/// Fetches the octets at a URL. `headers` are sent to its origin (scheme, host, port) only, wherever
/// redirects lead; `insecure` accepts any certificate; `route` says whom
/// else to trust and what to go through; `deadline` is total, redirects included.
///
/// # Errors
/// If there is no 2xx answer within `deadline` and `bytes_max`.
pub async fn fetch(
    url: &Url,
    headers: &[(String, String)],
    insecure: bool,
    route: &Route,
    deadline: Duration,
    bytes_max: usize,
) -> Result<Vec<u8>, FetchError> {
    let fields = fields(headers)?;
    install_tls();
    let builder = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .tls_danger_accept_invalid_certs(insecure)
        .tls_danger_accept_invalid_hostnames(insecure);
    let client = route.applied(builder).map_err(FetchError::Route)?.build()?;
    let fetched = async {
        let response = follow(&client, url, fields).await?;
        read(response, bytes_max).await
    };
    tokio::time::timeout(deadline, fetched).await.unwrap_or(Err(FetchError::TimedOut(deadline)))
}

fn fields(headers: &[(String, String)]) -> Result<HeaderMap, FetchError> {
    let mut fields = HeaderMap::new();
    for (name, value) in headers {
        let field = HeaderName::from_bytes(name.as_bytes());
        let (Ok(field), Ok(mut value)) = (field, HeaderValue::from_str(value)) else {
            return Err(FetchError::Header(name.clone()));
        };
        value.set_sensitive(true);
        fields.append(field, value);
    }
    Ok(fields)
}

/// The first answer that is no redirect.
async fn follow(client: &Client, url: &Url, fields: HeaderMap) -> Result<Response, FetchError> {
    let mut at = url.clone();
    for _ in 0..=REDIRECTS_MAX {
        // reqwest would hand all but a few well-known fields on to a stranger: an X-Api-Key, say.
        let is_home = at.origin() == url.origin();
        let mut fields = if is_home { fields.clone() } else { HeaderMap::new() };
        fields.entry(ACCEPT).or_insert(HeaderValue::from_static(ACCEPTED));
        let response = client.get(at.clone()).headers(fields).send().await?;
        let location = response.headers().get(LOCATION).filter(|_| {
            // 304 and 300 have no one place to go to (RFC 9110, 15.4).
            matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
        });
        let Some(location) = location else { return Ok(response) };
        let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
        match at.join(&location) {
            Ok(next) if matches!(next.scheme(), "http" | "https") => at = next,
            Ok(_) | Err(_) => return Err(FetchError::Redirect(location)),
        }
    }
    Err(FetchError::TooManyRedirects(REDIRECTS_MAX))
}

async fn read(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, FetchError> {
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

#[cfg(test)]
mod tests;
