//! Variables of the environment in values: `${NAME}`; `$${` stands for a plain `${`.

use toml::Value;

/// Variables in one value: more than that is a mistake.
const VARIABLES_MAX: usize = 1_000;

/// Puts the variables into every text of a value, names of keys excepted.
///
/// # Errors
/// The name of a variable that the environment does not have, or the text whose `${` does not end.
pub(crate) fn expand(
    value: &mut Value,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(), Unknown> {
    match value {
        Value::String(text) => *text = expanded(text, variable)?,
        Value::Array(items) => items.iter_mut().try_for_each(|item| expand(item, variable))?,
        Value::Table(members) => {
            members.iter_mut().try_for_each(|(_, value)| expand(value, variable))?;
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {}
    }
    Ok(())
}

/// Text with its variables.
pub(crate) fn expanded(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<String, Unknown> {
    let mut out = String::new();
    let mut rest = text;
    for _ in 0..VARIABLES_MAX {
        let Some(at) = rest.find("${") else { break };
        if rest[..at].ends_with('$') {
            out.push_str(&rest[..at]);
            out.push('{');
            rest = &rest[at + 2..];
            continue;
        }
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('}') else {
            return Err(Unknown::Unclosed(rest[at..].to_owned()));
        };
        let name = &rest[at + 2..at + end];
        out.push_str(&variable(name).ok_or_else(|| Unknown::Variable(name.to_owned()))?);
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// The environment has no such variable.
    Variable(String),
    /// The text from the `${` that nothing closes.
    Unclosed(String),
}

impl Unknown {
    /// Where it stands in the file, as text to look for.
    pub(crate) fn needle(&self) -> String {
        match self {
            Self::Variable(name) => format!("${{{name}}}"),
            Self::Unclosed(text) => text.clone(),
        }
    }

    /// In a sentence fragment.
    pub(crate) fn why(&self) -> String {
        match self {
            Self::Variable(name) => format!(
                "the environment has no variable {name}; set it, or write $${{ for a plain ${{"
            ),
            Self::Unclosed(text) => format!("nothing closes {text:?}; write ${{NAME}}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Unknown, expanded};

    #[test]
    fn variables_are_replaced_once_and_the_escape_is_kept() {
        let variable = |name: &str| match name {
            "A" => Some("x".to_owned()),
            "B" => Some("${A}".to_owned()),
            _ => None,
        };
        for (text, expected) in [
            ("plain", Ok("plain")),
            ("a ${A} b ${A}", Ok("a x b x")),
            ("${B}", Ok("${A}")),
            ("$${A}", Ok("${A}")),
            ("$A", Ok("$A")),
            ("${C}", Err(Unknown::Variable("C".to_owned()))),
            ("${A", Err(Unknown::Unclosed("${A".to_owned()))),
        ] {
            assert_eq!(expanded(text, &variable), expected.map(str::to_owned), "{text}");
        }
    }
}
