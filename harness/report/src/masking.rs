//! Secrets are masked once, here, before any report sees them.
//!
//! What `--header` gives never enters a request of ours; it can only come back in an answer (an echo
//! service, an error page). Masked are the known values wherever they stand, in the spellings in which
//! they travel, and the values of header fields that carry credentials by their name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness_model::{Event, Exchange, Fact, HeaderField, Octets};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Stands in place of a secret.
const MASK: &str = "[masked]";
/// Shorter texts are no secrets, and masking them would blot out the report.
const SECRET_CHARS_MIN: usize = 4;

/// Fields whose values are credentials, in lower case.
const SECRET_FIELDS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "api-key",
    "apikey",
    "x-auth-token",
    "x-access-token",
    "x-csrf-token",
    "x-xsrf-token",
];

/// Knows the secrets of a run.
#[derive(Clone)]
pub struct Masker {
    /// Longest first, so that a secret within a secret does not leave the rest.
    spellings: Vec<String>,
}

impl Masker {
    /// Masks these values: whole header values, of which the part behind an authentication scheme
    /// (`Bearer …`) is a secret of its own.
    pub fn new(secrets: &[String]) -> Self {
        let mut spellings = Vec::new();
        for secret in secrets {
            let words = secret.split_whitespace().filter(|word| !is_scheme(word));
            for part in std::iter::once(secret.trim()).chain(words) {
                if part.chars().count() < SECRET_CHARS_MIN {
                    continue;
                }
                spellings.push(part.to_owned());
                spellings.push(utf8_percent_encode(part, NON_ALPHANUMERIC).to_string());
                spellings.push(STANDARD.encode(part));
                let quoted = serde_json::to_string(part).expect("a string is JSON");
                spellings.push(quoted.trim_matches('"').to_owned());
            }
        }
        spellings.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        spellings.dedup();
        Self { spellings }
    }

    /// The event without secrets.
    #[must_use]
    pub fn masked(&self, mut event: Event) -> Event {
        if let Fact::Found { counterexample } = &mut event.fact {
            for exchange in &mut counterexample.exchanges {
                mask_exchange(exchange);
            }
        }
        if self.spellings.is_empty() {
            return event;
        }
        // Texts stand in many places of an event; its JSON form has them all in one.
        let text = serde_json::to_string(&event.fact).expect("facts are plain data");
        let mut masked = text.clone();
        for spelling in &self.spellings {
            if masked.contains(spelling.as_str()) {
                masked = masked.replace(spelling.as_str(), MASK);
            }
        }
        if masked != text
            && let Ok(fact) = serde_json::from_str(&masked)
        {
            event.fact = fact;
        }
        event
    }
}

fn is_scheme(word: &str) -> bool {
    ["basic", "bearer", "digest", "token", "apikey"].contains(&word.to_ascii_lowercase().as_str())
}

fn mask_exchange(exchange: &mut Exchange) {
    use harness_model::Outcome;
    let response = match &mut exchange.outcome {
        Outcome::Response(response) | Outcome::TooLarge { response, .. } => Some(response),
        Outcome::TimedOut { partial, .. } | Outcome::ClosedEarly { partial, .. } => {
            partial.as_deref_mut()
        }
        Outcome::ConnectFailed { .. }
        | Outcome::TlsFailed { .. }
        | Outcome::Unparsable { .. }
        | Outcome::Unsendable { .. } => None,
    };
    if let Some(response) = response {
        mask_fields(&mut response.headers);
    }
}

fn mask_fields(fields: &mut [HeaderField]) {
    for field in fields {
        if SECRET_FIELDS.contains(&field.name.to_ascii_lowercase().as_str()) {
            field.value = Octets::from(MASK);
        }
    }
}

#[cfg(test)]
mod tests {
    use harness_model::{Event, Fact};

    use super::Masker;

    fn check(secret: &str, text: &str, expected: &str) {
        let masker = Masker::new(&[secret.to_owned()]);
        let event = Event { sequence: 0, at_us: 0, fact: Fact::Note { text: text.to_owned() } };
        let Fact::Note { text } = masker.masked(event).fact else { panic!("it was a note") };
        assert_eq!(text, expected);
    }

    #[test]
    fn known_values_are_masked_in_every_spelling() {
        check("s3cret!/x", "got s3cret!/x", "got [masked]");
        check("s3cret!/x", "/a?t=s3cret%21%2Fx", "/a?t=[masked]");
        check("s3cret!/x", "czNjcmV0IS94", "[masked]");
        check("say \"it\" now", "he did say \"it\" now", "he did [masked]");
    }

    #[test]
    fn what_stands_behind_a_scheme_is_a_secret_of_its_own() {
        check("Bearer abc.def", "token abc.def", "token [masked]");
        check("Bearer abc.def", "Bearer of news", "Bearer of news");
    }

    #[test]
    fn short_values_are_left_alone() {
        check("abc", "abc is no secret", "abc is no secret");
    }
}
