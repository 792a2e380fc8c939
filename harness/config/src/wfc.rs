//! Identities in the form of Web Fuzzing Commons (`auth.yaml`): YAML or JSON → [`Identity`].
//!
//! Source: the project's published JSON Schema of authentication documents. What only white-box tools
//! can do (`requireMockHandling`) and settings of other tools (`configs`) are left aside.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::variables::expanded;
use crate::{ConfigError, Identity, Login, Token};

#[derive(Debug, Deserialize)]
struct Document {
    auth: Vec<Entry>,
    #[serde(default, rename = "authTemplate")]
    template: Option<Entry>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    name: Option<String>,
    fixed_headers: Option<Vec<Header>>,
    login_endpoint_auth: Option<LoginEndpoint>,
}

#[derive(Clone, Debug, Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct LoginEndpoint {
    endpoint: Option<String>,
    #[serde(rename = "externalEndpointURL")]
    external_endpoint_url: Option<String>,
    payload_raw: Option<String>,
    payload_user_pwd: Option<UserPassword>,
    headers: Option<Vec<Header>>,
    verb: Option<String>,
    content_type: Option<String>,
    token: Option<TokenHandling>,
    expect_cookies: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct UserPassword {
    username: Option<String>,
    password: Option<String>,
    username_field: Option<String>,
    password_field: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TokenHandling {
    extract_from_field: Option<String>,
    http_header_name: Option<String>,
    header_prefix: Option<String>,
}

/// Reads a document. `file` is only for messages; `variable` looks into the environment.
///
/// # Errors
/// If it is not of this form, an entry lacks what it needs, or a variable is not there.
pub fn read_wfc(
    text: &str,
    file: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Identity>, ConfigError> {
    let wrong = |why: String| ConfigError { file: file.to_owned(), line: None, why };
    let text = expanded(text, variable).map_err(|unknown| wrong(unknown.why()))?;
    let document: Document = serde_saphyr::from_str(&text)
        .map_err(|error| wrong(format!("not an authentication document: {error}")))?;
    let template = document.template.unwrap_or_default();
    document.auth.into_iter().map(|entry| identity(entry, &template).map_err(wrong)).collect()
}

fn identity(entry: Entry, template: &Entry) -> Result<Identity, String> {
    let name = entry.name.ok_or("an entry of auth has no name")?;
    let fields = entry.fixed_headers.or_else(|| template.fixed_headers.clone());
    let headers = fields.map(pairs).unwrap_or_default();
    let own = entry.login_endpoint_auth;
    let login = match (own, template.login_endpoint_auth.clone()) {
        (Some(own), Some(template)) => Some(merged(own, template)),
        (own, template) => own.or(template),
    };
    let login = login.map(|login| login_of(login, &name)).transpose()?;
    if headers.is_empty() && login.is_none() {
        return Err(format!("the entry {name:?} has neither fixedHeaders nor loginEndpointAuth"));
    }
    Ok(Identity { name, headers, login, ..Identity::default() })
}

fn pairs(headers: Vec<Header>) -> IndexMap<String, String> {
    headers.into_iter().map(|header| (header.name, header.value)).collect()
}

/// Entries of the template apply wherever the entry itself says nothing, member by member.
fn merged(own: LoginEndpoint, template: LoginEndpoint) -> LoginEndpoint {
    let user = match (own.payload_user_pwd, template.payload_user_pwd) {
        (Some(own), Some(template)) => Some(UserPassword {
            username: own.username.or(template.username),
            password: own.password.or(template.password),
            username_field: own.username_field.or(template.username_field),
            password_field: own.password_field.or(template.password_field),
        }),
        (own, template) => own.or(template),
    };
    let token = match (own.token, template.token) {
        (Some(own), Some(template)) => Some(TokenHandling {
            extract_from_field: own.extract_from_field.or(template.extract_from_field),
            http_header_name: own.http_header_name.or(template.http_header_name),
            header_prefix: own.header_prefix.or(template.header_prefix),
        }),
        (own, template) => own.or(template),
    };
    LoginEndpoint {
        endpoint: own.endpoint.or(template.endpoint),
        external_endpoint_url: own.external_endpoint_url.or(template.external_endpoint_url),
        payload_raw: own.payload_raw.or(template.payload_raw),
        payload_user_pwd: user,
        headers: own.headers.or(template.headers),
        verb: own.verb.or(template.verb),
        content_type: own.content_type.or(template.content_type),
        token,
        expect_cookies: own.expect_cookies.or(template.expect_cookies),
    }
}

fn login_of(login: LoginEndpoint, name: &str) -> Result<Login, String> {
    let url = login
        .external_endpoint_url
        .or(login.endpoint)
        .ok_or_else(|| format!("the login of {name:?} has no endpoint"))?;
    let is_form = login.content_type.as_deref().is_some_and(|t| t.contains("urlencoded"));
    let (mut json, mut form) = (None, None);
    if let Some(user) = login.payload_user_pwd {
        let missing = || format!("payloadUserPwd of {name:?} lacks one of its four fields");
        let fields = [
            (user.username_field.ok_or_else(missing)?, user.username.ok_or_else(missing)?),
            (user.password_field.ok_or_else(missing)?, user.password.ok_or_else(missing)?),
        ];
        if is_form {
            form = Some(fields.into_iter().collect());
        } else {
            let members = fields.map(|(field, value)| (field, serde_json::Value::String(value)));
            json = Some(serde_json::Value::Object(members.into_iter().collect()));
        }
    }
    let token = login.token.map(|token| {
        let pointer = token.extract_from_field.unwrap_or_default();
        // Written without the slash by many, though RFC 6901 wants one.
        let is_pointer = pointer.is_empty() || pointer.starts_with('/');
        let pointer = if is_pointer { pointer } else { format!("/{pointer}") };
        Token {
            pointer,
            header: token.http_header_name.unwrap_or_else(|| "Authorization".to_owned()),
            prefix: token.header_prefix.unwrap_or_default(),
        }
    });
    Ok(Login {
        url,
        method: login.verb.unwrap_or_else(|| "POST".to_owned()),
        headers: login.headers.map(pairs).unwrap_or_default(),
        json,
        form,
        body: login.payload_raw,
        content_type: login.content_type,
        cookies: login.expect_cookies.unwrap_or(token.is_none()),
        token,
    })
}

#[cfg(test)]
mod tests {
    use super::read_wfc;

    #[test]
    fn templates_fill_what_entries_leave_out() {
        let text = r#"
auth:
  - name: admin
    loginEndpointAuth:
      payloadUserPwd: {username: root, password: "${SECRET}"}
  - name: guest
    fixedHeaders:
      - {name: X-Guest, value: "yes"}
    loginEndpointAuth:
      payloadUserPwd: {username: g, password: p}
authTemplate:
  loginEndpointAuth:
    endpoint: /api/login
    verb: POST
    contentType: application/json
    payloadUserPwd: {usernameField: login, passwordField: pass}
    token: {extractFromField: /data/token, httpHeaderName: Authorization, headerPrefix: "JWT "}
"#;
        let variable = |name: &str| (name == "SECRET").then(|| "s".to_owned());
        let identities = read_wfc(text, "auth.yaml", &variable).expect("it is right");
        let [admin, guest] = identities.as_slice() else { panic!("two entries") };
        let login = admin.login.as_ref().expect("admin logs in");
        assert_eq!(login.url, "/api/login");
        assert_eq!(login.json, Some(serde_json::json!({"login": "root", "pass": "s"})));
        let token = login.token.as_ref().expect("a token is taken");
        assert_eq!((token.pointer.as_str(), token.prefix.as_str()), ("/data/token", "JWT "));
        assert!(!login.cookies);
        assert_eq!(guest.headers["X-Guest"], "yes");
    }

    #[test]
    fn an_entry_without_credentials_is_refused_by_name() {
        let error = read_wfc("auth: [{name: nobody}]", "auth.yaml", &|_| None).expect_err("empty");
        assert!(error.to_string().contains("\"nobody\" has neither"), "{error}");
    }
}
