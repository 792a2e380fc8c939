//! Who sends requests: names, and how each proves who it is.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// A set of credentials with a name. Several ways to prove who it is may be combined.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Its name: what case files say instead of its secrets.
    pub name: String,
    /// Basic authentication (RFC 7617).
    pub basic: Option<Basic>,
    /// A bearer token (RFC 6750).
    pub bearer: Option<String>,
    /// An API key.
    pub api_key: Option<ApiKey>,
    /// Header fields as they are.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    /// Tokens from an authorisation server (RFC 6749), fetched again when the service answers 401.
    pub oauth2: Option<OAuth2>,
    /// A request that logs in, sent again when the service answers 401.
    pub login: Option<Login>,
}

impl Identity {
    /// Whether it has nothing to show.
    pub fn is_empty(&self) -> bool {
        *self == Self { name: self.name.clone(), ..Self::default() }
    }
}

/// User and password.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basic {
    /// Without `:`.
    pub user: String,
    /// The password.
    pub password: String,
}

/// A key and where it travels.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Where.
    #[serde(rename = "in")]
    pub place: ApiKeyPlace,
    /// Name of the field, parameter or cookie.
    pub name: String,
    /// The key.
    pub value: String,
}

/// Where an API key travels (OpenAPI 3.1, 4.8.27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApiKeyPlace {
    /// In a header field.
    Header,
    /// In the query of the target.
    Query,
    /// In a cookie.
    Cookie,
}

/// Tokens from an authorisation server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    /// Which grant.
    pub grant: Grant,
    /// URL of the token endpoint, or a path on the target.
    pub token_url: String,
    /// Who the client is.
    pub client_id: String,
    /// What proves it; left out for public clients.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// How it is shown.
    #[serde(default)]
    pub client_authentication: ClientAuthentication,
    /// With `password`: whose resources.
    #[serde(default)]
    pub username: Option<String>,
    /// With `password`: the password.
    #[serde(default)]
    pub password: Option<String>,
    /// What is asked for, separated by spaces.
    #[serde(default)]
    pub scope: Option<String>,
}

/// A grant of RFC 6749.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// 4.4.
    ClientCredentials,
    /// 4.3.
    Password,
}

/// How a client shows its secret (RFC 6749, 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuthentication {
    /// By Basic authentication, which every authorisation server has to accept.
    #[default]
    Basic,
    /// In the content.
    Body,
}

/// A request that logs in.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Path on the target, or a URL elsewhere.
    pub url: String,
    /// The method.
    #[serde(default = "post")]
    pub method: String,
    /// Header fields of the request.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    /// Content as JSON; of `json`, `form` and `body` at most one.
    #[serde(default)]
    pub json: Option<serde_json::Value>,
    /// Content as a URL-encoded form.
    #[serde(default)]
    pub form: Option<IndexMap<String, String>>,
    /// Content as it is.
    #[serde(default)]
    pub body: Option<String>,
    /// `Content-Type`, where it is not that of `json` or `form`.
    #[serde(default)]
    pub content_type: Option<String>,
    /// What is taken from the answer; without it, its cookies.
    #[serde(default)]
    pub token: Option<Token>,
    /// Also (or, without `token`, only) the cookies that the answer sets.
    #[serde(default)]
    pub cookies: bool,
}

/// What is taken from the answer to a login, and how it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// JSON pointer (RFC 6901) of the token in the answer's content.
    pub pointer: String,
    /// Header field that it is sent in.
    #[serde(default = "authorization")]
    pub header: String,
    /// Put before it.
    #[serde(default = "bearer")]
    pub prefix: String,
}

fn post() -> String {
    "POST".to_owned()
}

fn authorization() -> String {
    "Authorization".to_owned()
}

fn bearer() -> String {
    "Bearer ".to_owned()
}
