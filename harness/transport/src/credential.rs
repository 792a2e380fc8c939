//! Pieces of a request that prove who sends it, and how they are put on.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness_model::{HeaderField, Octets, Request};

/// A piece of a request that proves who sends it.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// A header field; it replaces those of its name.
    Header {
        /// Field name.
        name: String,
        /// Field value, a secret.
        value: String,
    },
    /// A parameter of the query, put behind those that are there.
    Query {
        /// Name, not yet encoded.
        name: String,
        /// Value, not yet encoded, a secret.
        value: String,
    },
    /// A cookie beside those that are there.
    Cookie {
        /// Name.
        name: String,
        /// Value, a secret.
        value: String,
    },
}

impl Credential {
    /// User and password (RFC 7617).
    pub fn basic(user: &str, password: &str) -> Self {
        let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        Self::Header { name: "Authorization".to_owned(), value }
    }

    /// A bearer token (RFC 6750).
    pub fn bearer(token: &str) -> Self {
        Self::Header { name: "Authorization".to_owned(), value: format!("Bearer {token}") }
    }

    /// What must not be seen.
    pub(crate) fn secret(&self) -> &str {
        match self {
            Self::Header { value, .. } | Self::Query { value, .. } | Self::Cookie { value, .. } => {
                value
            }
        }
    }
}

/// The request with these credentials on it.
pub(crate) fn dressed(request: &Request, credentials: &[Credential]) -> Request {
    let mut request = request.clone();
    for credential in credentials {
        if let Credential::Header { name, .. } = credential {
            request.headers.retain(|field| !field.name.eq_ignore_ascii_case(name));
        }
    }
    for credential in credentials {
        match credential {
            Credential::Header { name, value } => {
                request.headers.push(HeaderField::new(name, value.as_bytes().to_vec()));
            }
            Credential::Query { name, value } => {
                let target = &mut request.target.0;
                target.push(if target.contains(&b'?') { b'&' } else { b'?' });
                let mut pair = url::form_urlencoded::Serializer::new(String::new());
                target.extend_from_slice(pair.append_pair(name, value).finish().as_bytes());
            }
            Credential::Cookie { name, value } => {
                let pair = format!("{name}={value}");
                let there =
                    request.headers.iter_mut().find(|f| f.name.eq_ignore_ascii_case("cookie"));
                match there {
                    Some(field) if !field.value.is_empty() => {
                        field.value.0.extend_from_slice(format!("; {pair}").as_bytes());
                    }
                    Some(field) => field.value = Octets(pair.into_bytes()),
                    None => request.headers.push(HeaderField::new("Cookie", pair.into_bytes())),
                }
            }
        }
    }
    request
}

/// Every secret that was used so far. Clones share it; it only grows.
#[derive(Clone, Default)]
pub struct Secrets(Arc<Mutex<Vec<String>>>);

impl Secrets {
    /// All of them, in the order of their first use.
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many there are: a reader that knows as many knows all.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Remembers one.
    pub fn add(&self, secret: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.iter().any(|other| other == secret) {
            known.push(secret.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use harness_model::{Framing, HeaderField, Octets, Request};

    use super::{Credential, dressed};

    fn check(target: &str, headers: &[(&str, &str)], credential: Credential, expected: &str) {
        let request = Request {
            method: "GET".to_owned(),
            target: Octets::from(target),
            headers: headers
                .iter()
                .map(|(n, v)| HeaderField::new(*n, v.as_bytes().to_vec()))
                .collect(),
            content: Octets::default(),
            framing: Framing::None,
        };
        let sent = dressed(&request, &[credential]);
        let fields: Vec<String> =
            sent.headers.iter().map(|f| format!("{}: {}", f.name, f.value.lossy())).collect();
        assert_eq!(format!("{} {}", sent.target.lossy(), fields.join(" | ")), expected);
    }

    #[test]
    fn credentials_are_put_where_they_belong() {
        let query = || Credential::Query { name: "api key".into(), value: "a&b".into() };
        check("/x", &[], query(), "/x?api+key=a%26b ");
        check("/x?y=1", &[], query(), "/x?y=1&api+key=a%26b ");
        let cookie = || Credential::Cookie { name: "sid".into(), value: "7".into() };
        check("/x", &[], cookie(), "/x Cookie: sid=7");
        check("/x", &[("cookie", "a=b")], cookie(), "/x cookie: a=b; sid=7");
        let basic = Credential::basic("u", "p");
        check("/x", &[("authorization", "none")], basic, "/x Authorization: Basic dTpw");
    }
}
