//! From arguments to the way to a target: transport, trust, identities.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use harness_config::{ApiKeyPlace, ClientAuthentication, Grant, Identity, OAuth2};
use harness_model::{Framing, HeaderField, Octets, Request};
use harness_transport::{
    Authenticated, Clock, Credential, Http, HttpConfig, IdentityConfig, Login, Raw, Reach, Route,
    Secrets, TokenFrom, Transport, is_loopback,
};
use url::Url;

use crate::args::ConnectionArgs;
use crate::documents::read_file;
use crate::exit::{Exit, Failure};

/// The way to a target, and what must not be seen of it.
pub(crate) struct Way {
    /// Requests that an HTTP library can send.
    pub(crate) transport: Arc<dyn Transport>,
    /// Own octets, if they may go there.
    pub(crate) raw: Option<Arc<Raw>>,
    pub(crate) secrets: Secrets,
}

impl Way {
    /// Prepares the way. Logs identities in, so that wrong credentials show at once.
    pub(crate) async fn prepare(
        target: &Url,
        connection: &ConnectionArgs,
        workers: usize,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let authenticated = without_login(target, connection, workers, clock)?;
        let secrets = authenticated.secrets();
        for (_, value) in &connection.headers {
            secrets.add(value);
        }
        authenticated.log_in().await.map_err(|error| Failure::new(Exit::Usage, error))?;
        let raw = raw(target, connection, clock)?;
        Ok(Self { transport: Arc::new(authenticated), raw, secrets })
    }
}

fn without_login(
    target: &Url,
    connection: &ConnectionArgs,
    workers: usize,
    clock: &Arc<dyn Clock>,
) -> Result<Authenticated, Failure> {
    let route = route(connection)?;
    let http = |base: &Url, headers: Vec<(String, String)>, connections_max| {
        let config = http_config(base, connection, headers, connections_max, &route);
        Http::new(&config, Arc::clone(clock)).map_err(|error| Failure::new(Exit::Usage, error))
    };
    let inner = Arc::new(http(target, connection.headers.clone(), workers)?);
    let wrong = |error| Failure::new(Exit::Usage, error);
    let identities: Result<Vec<_>, _> =
        connection.identities.iter().map(|identity| configured(identity, target)).collect();
    Authenticated::new(inner, identities.map_err(wrong)?, Arc::clone(clock), |login: &Login| {
        // The headers of the run are for the target, not for whoever hands out tokens.
        let is_home = login.origin.origin() == target.origin();
        let headers = if is_home { connection.headers.clone() } else { Vec::new() };
        http(&login.origin, headers, 1).map(|http| Arc::new(http) as Arc<dyn Transport>)
    })
}

/// The way for own octets, if they may go to the target. They show what the first identity shows
/// without logging in.
fn raw(
    target: &Url,
    connection: &ConnectionArgs,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Arc<Raw>>, Failure> {
    let may_go = !connection.no_wire && (connection.allow_wire || is_loopback(target));
    if !may_go {
        return Ok(None);
    }
    let reach = if connection.allow_wire { Reach::Anywhere } else { Reach::Loopback };
    let config = http_config(target, connection, fetch_headers(connection), 1, &route(connection)?);
    let raw = Raw::new(&config, reach, Arc::clone(clock));
    raw.map(|raw| Some(Arc::new(raw))).map_err(|error| Failure::new(Exit::Usage, error))
}

fn http_config(
    base: &Url,
    connection: &ConnectionArgs,
    headers: Vec<(String, String)>,
    connections_max: usize,
    route: &Route,
) -> HttpConfig {
    HttpConfig {
        base: base.clone(),
        headers,
        connect_timeout: connection.request_timeout,
        insecure: connection.insecure,
        route: route.clone(),
        user_agent: format!("harness/{}", env!("CARGO_PKG_VERSION")),
        connections_max,
    }
}

/// Trust, proof and proxy.
pub(crate) fn route(connection: &ConnectionArgs) -> Result<Route, Failure> {
    let read = |file: &Option<std::path::PathBuf>| {
        file.as_deref().map(read_file).transpose().map_err(|error| Failure::new(Exit::Usage, error))
    };
    Ok(Route {
        authorities: read(&connection.ca_file)?,
        client_certificate: read(&connection.client_certificate)?,
        proxy: connection.proxy.clone(),
    })
}

/// Header fields with which the contract itself is fetched: those of the run, and what the first
/// identity shows without logging in.
pub(crate) fn fetch_headers(connection: &ConnectionArgs) -> Vec<(String, String)> {
    let mut headers = connection.headers.clone();
    for credential in connection.identities.first().map(fixed).unwrap_or_default() {
        if let Credential::Header { name, value } = credential {
            headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
            headers.push((name, value));
        }
    }
    headers
}

/// Credentials that never change.
fn fixed(identity: &Identity) -> Vec<Credential> {
    let mut fixed = Vec::new();
    for (name, value) in &identity.headers {
        fixed.push(Credential::Header { name: name.clone(), value: value.clone() });
    }
    if let Some(basic) = &identity.basic {
        fixed.push(Credential::basic(&basic.user, &basic.password));
    }
    if let Some(token) = &identity.bearer {
        fixed.push(Credential::bearer(token));
    }
    if let Some(key) = &identity.api_key {
        let (name, value) = (key.name.clone(), key.value.clone());
        fixed.push(match key.place {
            ApiKeyPlace::Header => Credential::Header { name, value },
            ApiKeyPlace::Query => Credential::Query { name, value },
            ApiKeyPlace::Cookie => Credential::Cookie { name, value },
        });
    }
    fixed
}

/// An identity as the transport takes it.
fn configured(identity: &Identity, target: &Url) -> anyhow::Result<IdentityConfig> {
    let fixed = fixed(identity);
    for credential in &fixed {
        if let Credential::Header { name, value } = credential
            && let Err(why) = crate::args::values::header(&format!("{name}: {value}"))
        {
            return Err(anyhow!("the identity {}: {why}", identity.name));
        }
    }
    let mut secrets: Vec<String> = identity.basic.iter().map(|b| b.password.clone()).collect();
    let login = match (&identity.oauth2, &identity.login) {
        (Some(oauth2), _) => {
            secrets.extend(oauth2.client_secret.iter().chain(&oauth2.password).cloned());
            Some(token_request(oauth2, target)?)
        }
        (None, Some(login)) => {
            secrets.extend(login.headers.values().cloned());
            for text in login.json.iter().flat_map(texts).chain(login.body.clone()) {
                secrets.push(text);
            }
            secrets.extend(login.form.iter().flat_map(|form| form.values().cloned()));
            Some(login_request(login, target)?)
        }
        (None, None) => None,
    };
    Ok(IdentityConfig { name: identity.name.clone(), fixed, login, secrets })
}

/// The texts within a JSON value that a password may be: members of an object named so.
fn texts(value: &serde_json::Value) -> Vec<String> {
    let members = value.as_object().into_iter().flatten();
    let is_secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["pass", "pwd", "secret", "token", "key", "pin"].iter().any(|part| name.contains(part))
    };
    members
        .filter(|(name, _)| is_secret(name))
        .filter_map(|(_, value)| value.as_str().map(str::to_owned))
        .collect()
}

/// Where a login goes: scheme and authority, and the request target.
fn place(url: &str, target: &Url) -> anyhow::Result<(Url, Octets)> {
    let full = if url.starts_with('/') {
        let base = target.path().trim_end_matches('/');
        // A path is one of the contract's, unless it says the whole of it.
        let path = if url.starts_with(base) { url.to_owned() } else { format!("{base}{url}") };
        target.join(&path)
    } else {
        Url::parse(url)
    };
    let full = full.with_context(|| format!("the login goes to {url:?}, which is no URL"))?;
    if !matches!(full.scheme(), "http" | "https") {
        return Err(anyhow!("the login goes to {url:?}; only http and https can be spoken"));
    }
    let query = full.query().map(|query| format!("?{query}")).unwrap_or_default();
    let target = Octets::from(format!("{}{query}", full.path()).into_bytes());
    Ok((full, target))
}

fn post(target: Octets, headers: Vec<HeaderField>, content: Vec<u8>) -> Request {
    Request {
        method: "POST".to_owned(),
        target,
        headers,
        content: Octets(content),
        framing: Framing::ContentLength,
    }
}

fn form<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs);
    text.finish().into_bytes()
}

const FORM: &str = "application/x-www-form-urlencoded";

/// The request for a token (RFC 6749, 4.3.2 and 4.4.2).
fn token_request(oauth2: &OAuth2, target: &Url) -> anyhow::Result<Login> {
    let (origin, path) = place(&oauth2.token_url, target)?;
    let mut pairs = vec![(
        "grant_type",
        match oauth2.grant {
            Grant::ClientCredentials => "client_credentials",
            Grant::Password => "password",
        },
    )];
    if oauth2.grant == Grant::Password {
        let (Some(username), Some(password)) = (&oauth2.username, &oauth2.password) else {
            return Err(anyhow!("the grant password of oauth2 needs username and password"));
        };
        pairs.extend([("username", username.as_str()), ("password", password.as_str())]);
    }
    if let Some(scope) = &oauth2.scope {
        pairs.push(("scope", scope));
    }
    let mut headers = vec![
        HeaderField::new("Content-Type", FORM.as_bytes().to_vec()),
        HeaderField::new("Accept", b"application/json".to_vec()),
    ];
    match (&oauth2.client_secret, oauth2.client_authentication) {
        (Some(secret), ClientAuthentication::Basic) => {
            // Both are form-encoded first (RFC 6749, 2.3.1).
            let coded = |text: &str| {
                url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
            };
            let basic = Credential::basic(&coded(&oauth2.client_id), &coded(secret));
            if let Credential::Header { name, value } = basic {
                headers.push(HeaderField::new(name, value.into_bytes()));
            }
        }
        (secret, _) => {
            pairs.push(("client_id", &oauth2.client_id));
            pairs.extend(secret.iter().map(|secret| ("client_secret", secret.as_str())));
        }
    }
    let content = form(pairs.into_iter());
    let token = TokenFrom {
        pointer: "/access_token".to_owned(),
        header: "Authorization".to_owned(),
        prefix: "Bearer ".to_owned(),
    };
    let request = post(path, headers, content);
    Ok(Login { origin, request, token: Some(token), cookies: false })
}

fn login_request(login: &harness_config::Login, target: &Url) -> anyhow::Result<Login> {
    let (origin, path) = place(&login.url, target)?;
    let (content, media_type) = match (&login.json, &login.form, &login.body) {
        (Some(json), _, _) => (json.to_string().into_bytes(), Some("application/json")),
        (None, Some(pairs), _) => {
            (form(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))), Some(FORM))
        }
        (None, None, Some(body)) => (body.clone().into_bytes(), None),
        (None, None, None) => (Vec::new(), None),
    };
    let mut headers: Vec<HeaderField> = login
        .headers
        .iter()
        .map(|(name, value)| HeaderField::new(name, value.as_bytes().to_vec()))
        .collect();
    if let Some(media_type) = login.content_type.as_deref().or(media_type) {
        headers.push(HeaderField::new("Content-Type", media_type.as_bytes().to_vec()));
    }
    let mut request = post(path, headers, content);
    login.method.to_ascii_uppercase().clone_into(&mut request.method);
    if request.content.is_empty() {
        let is_safe = matches!(request.method.as_str(), "GET" | "HEAD");
        request.framing = if is_safe { Framing::None } else { Framing::ContentLength };
    }
    let token = login.token.as_ref().map(|token| TokenFrom {
        pointer: token.pointer.clone(),
        header: token.header.clone(),
        prefix: token.prefix.clone(),
    });
    let cookies = login.cookies || token.is_none();
    Ok(Login { origin, request, token, cookies })
}

/// Reads a file of identities.
pub(crate) fn identities_of(
    file: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Identity>, Failure> {
    let wrong = |error: anyhow::Error| Failure::new(Exit::Usage, error);
    let octets = read_file(file).map_err(wrong)?;
    let text =
        String::from_utf8(octets).map_err(|_| wrong(anyhow!("{} is not UTF-8", file.display())))?;
    harness_config::read_wfc(&text, &file.display().to_string(), variable)
        .map_err(|error| Failure::new(Exit::Usage, error))
}
