//! A request that logs in, and what is taken from its answer.

use harness_model::{Exchange, Request, Response};
use serde_json::Value;
use url::Url;

use crate::credential::Credential;

/// How an identity logs in.
#[derive(Clone)]
pub struct Login {
    /// Scheme and authority that the request is sent to.
    pub origin: Url,
    /// The request.
    pub request: Request,
    /// A token in the answer's content.
    pub token: Option<TokenFrom>,
    /// Whether the cookies that the answer sets are sent from then on.
    pub cookies: bool,
}

/// Where a token stands in the answer to a login, and how it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFrom {
    /// JSON pointer (RFC 6901) into the content.
    pub pointer: String,
    /// Header field.
    pub header: String,
    /// Put before the token.
    pub prefix: String,
}

/// A login that gave no credentials, in a sentence fragment without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{identity} cannot log in: {why}")]
pub struct LoginError {
    /// Name of the identity.
    pub identity: String,
    /// Why.
    pub why: String,
}

/// What the answer to a login gives, and the secrets within.
pub(crate) fn taken(login: &Login, exchange: &Exchange) -> Result<Vec<Credential>, String> {
    let Some(response) = exchange.response() else {
        return Err("there was no answer".to_owned());
    };
    if response.status >= 400 {
        return Err(format!("it was answered {}", response.status));
    }
    let mut credentials = Vec::new();
    if let Some(token) = &login.token {
        credentials.push(token_of(token, response)?);
    }
    if login.cookies {
        credentials.extend(cookies(response));
    }
    if credentials.is_empty() {
        return Err(format!("the answer {} sets no cookie", response.status));
    }
    Ok(credentials)
}

fn token_of(from: &TokenFrom, response: &Response) -> Result<Credential, String> {
    let content: Value = serde_json::from_slice(&response.content.0)
        .map_err(|_| format!("the answer {} is not JSON", response.status))?;
    let text = match content.pointer(&from.pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => return Err(format!("{} in the answer is no text", from.pointer)),
        None => return Err(format!("the answer has nothing at {}", from.pointer)),
    };
    if text.chars().any(char::is_control) {
        return Err("the token holds control characters".to_owned());
    }
    let value = format!("{}{text}", from.prefix);
    Ok(Credential::Header { name: from.header.clone(), value })
}

/// Names and values of the cookies that are set (RFC 6265, 5.2), without those that are deleted.
fn cookies(response: &Response) -> Vec<Credential> {
    let lines = response.headers.iter().filter(|f| f.name.eq_ignore_ascii_case("set-cookie"));
    let cookie = |field: &harness_model::HeaderField| {
        let line = field.value.lossy().into_owned();
        let (name, value) = line.split(';').next()?.split_once('=')?;
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        let keeps = !name.is_empty() && !value.is_empty();
        keeps.then_some(Credential::Cookie { name, value })
    };
    lines.filter_map(cookie).collect()
}
