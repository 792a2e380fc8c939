//! How the values of arguments are written: each parser takes a text and says what is wrong with it.

use std::time::Duration;

use harness_campaign::{Filter, Shard};
use harness_config::{ApiKey, ApiKeyPlace, Basic};
use harness_model::Severity;
use url::Url;

/// Severities, least first.
const SEVERITIES: [Severity; 5] =
    [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

/// Most requests in flight at once: beyond it a single machine measures itself.
const WORKERS_MAX: usize = 256;

pub(crate) fn target(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| {
        let hint = if text.contains("://") {
            String::new()
        } else {
            format!("; did you mean http://{text}?")
        };
        format!("{error}{hint}")
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        let hint = if text.contains("://") {
            String::new()
        } else {
            format!("; did you mean http://{text}?")
        };
        return Err(format!("the scheme must be http or https{hint}"));
    }
    if url.host_str().is_none() {
        return Err("the URL names no host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("credentials do not belong in the URL, which reports show; pass --basic \
                    USER:PASSWORD"
            .to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a base URL has no query and no fragment".to_owned());
    }
    Ok(url)
}

pub(crate) fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write it as 'Name: value'")?;
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(is_token) {
        return Err(format!("{name:?} is not a field name (RFC 9110, 5.1)"));
    }
    let value = value.trim_matches([' ', '\t']);
    if value.chars().any(|c| c.is_ascii_control() && c != '\t') {
        return Err(format!("the value of {name} holds a control character"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

pub(crate) fn filter(text: &str) -> Result<Filter, String> {
    Filter::parse(text).map_err(|error| error.to_string())
}

pub(crate) fn workers(text: &str) -> Result<usize, String> {
    let workers: usize = text.parse().map_err(|_| "must be a whole number".to_owned())?;
    if (1..=WORKERS_MAX).contains(&workers) {
        Ok(workers)
    } else {
        Err(format!("must be 1 to {WORKERS_MAX}"))
    }
}

/// `2/8`, or with the number that the engine of the job gave this machine: Kubernetes counts an Indexed
/// Job's completions from 0 (`JOB_COMPLETION_INDEX`), GitLab a parallel job's nodes from 1
/// (`CI_NODE_INDEX` of `CI_NODE_TOTAL`).
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    shard_from(text, &|name| std::env::var(name).ok())
}

fn shard_from(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let Some(rest) = text.strip_prefix("auto") else { return text.parse() };
    let number = |name: &str| -> Result<Option<u32>, String> {
        let parse =
            |value: String| value.parse().map_err(|_| format!("{name} is no number: {value:?}"));
        variable(name).map(parse).transpose()
    };
    let from_zero = number("JOB_COMPLETION_INDEX")?.map(|index| index.saturating_add(1));
    let own = from_zero.or(number("CI_NODE_INDEX")?);
    let own = own.ok_or("auto needs JOB_COMPLETION_INDEX or CI_NODE_INDEX; write K/N")?;
    let of = match rest.strip_prefix('/') {
        Some(of) => of.parse().map_err(|_| format!("write auto/N, not {text:?}"))?,
        None if rest.is_empty() => {
            number("CI_NODE_TOTAL")?.ok_or("auto needs CI_NODE_TOTAL; write auto/N")?
        }
        None => return Err(format!("write K/N or auto/N, not {text:?}")),
    };
    Shard::new(own, of)
}

pub(crate) fn rate(text: &str) -> Result<f64, String> {
    let (number, seconds) = match text.split_once('/') {
        None | Some((_, "s")) => (text.trim_end_matches("/s"), 1.0),
        Some((number, "m")) => (number, 60.0),
        Some((number, "h")) => (number, 3600.0),
        Some((_, unit)) => return Err(format!("the unit {unit:?} is not s, m or h")),
    };
    let number: f64 = number.parse().map_err(|_| "write e.g. 50, 50/s or 600/m".to_owned())?;
    let per_second = number / seconds;
    if per_second.is_finite() && per_second > 0.0 {
        Ok(per_second)
    } else {
        Err("must be greater than 0".to_owned())
    }
}

/// `90s`, `2m`, `1h30m`, or seconds as a bare number.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write e.g. 90s, 2m or 1h30m".to_owned();
    let duration = if let Ok(seconds) = text.parse::<f64>() {
        Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?
    } else {
        let signed: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
        Duration::try_from(signed).map_err(|_| wrong())?
    };
    if duration.is_zero() { Err("must be longer than 0".to_owned()) } else { Ok(duration) }
}

pub(crate) fn folder_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.is_empty() || text.starts_with('.') || !text.chars().all(is_plain) {
        return Err("may hold letters, digits, '-', '_' and '.', and not begin with '.'".to_owned());
    }
    Ok(text.to_owned())
}

/// A severity by its name.
pub(crate) fn severity(text: &str) -> Result<Severity, String> {
    let known = SEVERITIES.into_iter().find(|severity| severity.as_str() == text);
    known.ok_or_else(|| "must be info, low, medium, high or critical".to_owned())
}

/// A day as `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Result<String, String> {
    let day: jiff::civil::Date = text.parse().map_err(|_| "write it as YYYY-MM-DD".to_owned())?;
    Ok(day.to_string())
}

/// `USER:PASSWORD`; a password may hold colons.
pub(crate) fn basic(text: &str) -> Result<Basic, String> {
    let (user, password) = text.split_once(':').ok_or("write it as USER:PASSWORD")?;
    Ok(Basic { user: user.to_owned(), password: password.to_owned() })
}

/// `header:X-Api-Key=…`, `query:key=…` or `cookie:key=…`.
pub(crate) fn api_key(text: &str) -> Result<ApiKey, String> {
    let wrong =
        || "write it as header:NAME=VALUE, query:NAME=VALUE or cookie:NAME=VALUE".to_owned();
    let (place, rest) = text.split_once(':').ok_or_else(wrong)?;
    let (name, value) = rest.split_once('=').ok_or_else(wrong)?;
    let place = match place {
        "header" => ApiKeyPlace::Header,
        "query" => ApiKeyPlace::Query,
        "cookie" => ApiKeyPlace::Cookie,
        _ => return Err(wrong()),
    };
    Ok(ApiKey { place, name: name.to_owned(), value: value.to_owned() })
}

/// URL of a proxy.
pub(crate) fn proxy(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
    is_http.then_some(url).ok_or_else(|| "must be an http or https URL".to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{duration, header, rate, shard_from, target};

    #[test]
    fn a_shard_may_come_from_the_engine_of_the_job() {
        let with = |variables: &'static [(&str, &str)], text: &str| {
            let find = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            shard_from(text, &find).map(|shard| shard.to_string())
        };
        assert_eq!(with(&[], "2/3"), Ok("2/3".into()));
        assert_eq!(with(&[("JOB_COMPLETION_INDEX", "0")], "auto/3"), Ok("1/3".into()));
        assert_eq!(
            with(&[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "4")], "auto"),
            Ok("2/4".into())
        );
        assert!(with(&[], "auto/3").is_err());
        assert!(with(&[("JOB_COMPLETION_INDEX", "3")], "auto/3").is_err());
        assert!(with(&[("JOB_COMPLETION_INDEX", "x")], "auto/3").is_err());
    }

    #[test]
    fn durations_have_units_or_are_seconds() {
        for (text, expected) in [
            ("90s", Some(Duration::from_secs(90))),
            ("2m", Some(Duration::from_mins(2))),
            ("1h30m", Some(Duration::from_mins(90))),
            ("1.5", Some(Duration::from_millis(1500))),
            ("250ms", Some(Duration::from_millis(250))),
            ("0", None),
            ("-1s", None),
            ("soon", None),
        ] {
            assert_eq!(duration(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn rates_are_per_second_unless_said_otherwise() {
        for (text, expected) in [
            ("50", Some(50.0)),
            ("50/s", Some(50.0)),
            ("600/m", Some(10.0)),
            ("0", None),
            ("-1", None),
            ("10/d", None),
            ("fast", None),
        ] {
            assert_eq!(rate(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn headers_are_a_token_and_a_value() {
        assert_eq!(header("X-Key: a: b").ok(), Some(("X-Key".into(), "a: b".into())));
        assert!(header("no colon").is_err());
        assert!(header("bad name: x").is_err());
        assert!(header("X: a\nb").is_err());
    }

    #[test]
    fn a_target_without_scheme_is_refused_with_a_hint() {
        for text in ["localhost:8080", "127.0.0.1:8080", "example"] {
            let message = target(text).expect_err(text);
            assert!(message.contains(&format!("did you mean http://{text}?")), "{message}");
        }
        assert!(target("http://user:pw@localhost/").is_err());
        assert!(target("ftp://localhost/").is_err());
        assert!(target("http://localhost:8080/api").is_ok());
    }
}
