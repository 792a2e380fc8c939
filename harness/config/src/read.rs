//! Reading: TOML to data, with places and near misses for what is wrong.

use serde::de::DeserializeOwned;
use toml::Value;

use crate::near_miss::nearest;
use crate::variables::expand;
use crate::{Baseline, ConfigError, Settings};

/// Reads settings. `file` is only for messages; `variable` looks into the environment.
///
/// # Errors
/// If the text is no TOML, has unknown or ill-typed fields, or names a variable that is not there.
pub fn read_settings(
    text: &str,
    file: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Settings, ConfigError> {
    // First as it stands: only then are places known.
    typed::<Settings>(text, file)?;
    let mut value = typed::<Value>(text, file)?;
    expand(&mut value, variable).map_err(|unknown| {
        let at = text.find(&unknown.needle());
        ConfigError {
            file: file.to_owned(),
            line: at.map(|at| line_of(text, at)),
            why: unknown.why(),
        }
    })?;
    let settings: Settings = value.try_into().map_err(|error| told(&error, text, file))?;
    consistent(&settings).map_err(|why| ConfigError { file: file.to_owned(), line: None, why })?;
    Ok(settings)
}

/// Reads a baseline.
///
/// # Errors
/// If the text is no TOML or has unknown or ill-typed fields.
pub fn read_baseline(text: &str, file: &str) -> Result<Baseline, ConfigError> {
    typed(text, file)
}

fn typed<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| told(&error, text, file))
}

fn told(error: &toml::de::Error, text: &str, file: &str) -> ConfigError {
    let line = error.span().map(|span| line_of(text, span.start));
    let mut why = error.message().trim().replace('\n', ": ");
    if let Some((unknown, known)) = unknown_field(&why) {
        why = match nearest(&unknown, known.iter().map(String::as_str)) {
            Some(meant) => format!("there is no setting {unknown}; did you mean {meant}?"),
            None => format!("there is no setting {unknown}; here may stand {}", known.join(", ")),
        };
    }
    ConfigError { file: file.to_owned(), line, why }
}

/// The unknown name and the known ones, from serde's words for it.
fn unknown_field(message: &str) -> Option<(String, Vec<String>)> {
    let rest = message.strip_prefix("unknown field ").or_else(|| {
        let rest = message.strip_prefix("unknown variant ")?;
        Some(rest)
    })?;
    let mut quoted = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    let unknown = quoted.next()?;
    Some((unknown, quoted.collect()))
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
}

/// What types cannot say.
fn consistent(settings: &Settings) -> Result<(), String> {
    let mut names = Vec::new();
    for identity in &settings.identities {
        let name = &identity.name;
        if names.contains(&name) {
            return Err(format!("two identities are called {name:?}"));
        }
        names.push(name);
        if identity.oauth2.is_some() && identity.login.is_some() {
            return Err(format!("the identity {name:?} has both oauth2 and login; choose one"));
        }
        if let Some(login) = &identity.login {
            let contents = [login.json.is_some(), login.form.is_some(), login.body.is_some()];
            if contents.iter().filter(|given| **given).count() > 1 {
                return Err(format!(
                    "the login of {name:?} has more than one of json, form and body; choose one"
                ));
            }
        }
        if identity.is_empty() {
            return Err(format!(
                "the identity {name:?} has no credentials; give it basic, bearer, api_key, headers, \
                 oauth2 or login"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read_settings;

    fn check(text: &str, expected: &str) {
        let message = match read_settings(text, "harness.toml", &|_| None) {
            Ok(settings) => panic!("{text} is read as {settings:?}"),
            Err(error) => error.to_string(),
        };
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_a_way_out() {
        check("\ntagret = 'x'", "harness.toml:2: there is no setting tagret; did you mean target?");
        check("[budget]\nmaxtime = '1s'", "harness.toml:2: there is no setting maxtime; did you");
        check("[budget]\ncolour = 1", "here may stand max_time, cases");
        check("[budget]\ncases = 'many'", "harness.toml:2: invalid type");
        check("fail_on = 'hihg'", "did you mean high?");
        check("target = 'a'\ncontract = '${NOWHERE}'", "harness.toml:2: the environment has no");
        check("[[identities]]\nname = 'a'", "has no credentials");
        check("target = ", "harness.toml:1: ");
        check("[[identities]]\nname='a'\nbarer='x'", "barer");
    }

    #[test]
    fn every_field_is_read_with_variables() {
        let text = r#"
            target = "http://${HOST}:1"
            fail_on = "high"
            disabled_checks = ["hang"]
            [headers]
            X-Tenant = "a"
            [budget]
            max_time = "2m"
            workers = 3
            [connection]
            ca_file = "ca.pem"
            [fixed.parameters]
            tenant = 7
            [operations."POST /orders"]
            expected_statuses = [418]
            [[identities]]
            name = "alice"
            basic = { user = "alice", password = "${HOST}" }
            [[identities]]
            name = "bob"
            [identities.login]
            url = "/login"
            json = { user = "bob" }
            token = { pointer = "/token" }
        "#;
        let variable = |name: &str| (name == "HOST").then(|| "there".to_owned());
        let settings = read_settings(text, "harness.toml", &variable).expect("it is right");
        assert_eq!(settings.target.as_deref(), Some("http://there:1"));
        assert_eq!(settings.budget.workers, Some(3));
        assert_eq!(settings.operations["POST /orders"].expected_statuses, [418]);
        let [alice, bob] = settings.identities.as_slice() else { panic!("two identities") };
        assert_eq!(alice.basic.as_ref().map(|b| b.password.as_str()), Some("there"));
        let login = bob.login.as_ref().expect("bob logs in");
        let token = login.token.as_ref().expect("a token is taken");
        assert_eq!((token.header.as_str(), token.prefix.as_str()), ("Authorization", "Bearer "));
    }
}
