//! Security schemes and requirements of every format, as names and kinds. Holds no credentials.

use indexmap::IndexMap;

use crate::node::Node;
use crate::reading::Reading;
use crate::{Location, SecurityRequirement, SecurityScheme};

/// The security schemes under `declared` by name, in document order.
pub(crate) fn schemes<'d>(
    reading: &mut Reading<'d>,
    declared: Option<&Node<'d>>,
) -> IndexMap<String, SecurityScheme> {
    let mut schemes = IndexMap::new();
    for (name, node) in declared.into_iter().flat_map(Node::members_with_extensions) {
        let Ok(node) = reading.follow(node, "security scheme") else { continue };
        let scheme = scheme(reading, &node);
        schemes.insert(name.to_owned(), scheme);
    }
    schemes
}

fn scheme(reading: &mut Reading<'_>, node: &Node<'_>) -> SecurityScheme {
    let kind = node.str("type").unwrap_or("");
    match kind {
        "apiKey" => {
            let location = match node.str("in") {
                Some("header") => Some(Location::Header),
                Some("query") => Some(Location::Query),
                Some("cookie") => Some(Location::Cookie),
                _ => None,
            };
            if let (Some(location), Some(name)) = (location, node.str("name")) {
                return SecurityScheme::ApiKey { location, name: name.to_owned() };
            }
            let what = "an apiKey scheme needs a name, and in: header, query or cookie";
            reading.report.warn("invalid-security-scheme", &node.pointer, what);
        }
        "http" => {
            if let Some(scheme) = node.str("scheme") {
                return SecurityScheme::Http { scheme: scheme.to_ascii_lowercase() };
            }
            let what = "an http scheme needs the name of its scheme, e.g. bearer";
            reading.report.warn("invalid-security-scheme", &node.pointer, what);
        }
        // Swagger 2.0.
        "basic" => return SecurityScheme::Http { scheme: "basic".to_owned() },
        "oauth2" | "openIdConnect" => return SecurityScheme::OAuth,
        _ => {}
    }
    SecurityScheme::Other { kind: kind.to_owned() }
}

/// What an operation needs: its own `security`, else that of the document (OpenAPI 3.1, 4.8.10.1).
pub(crate) fn requirements(
    reading: &mut Reading<'_>,
    operation: &Node<'_>,
    schemes: &IndexMap<String, SecurityScheme>,
) -> Vec<SecurityRequirement> {
    let declared = operation.get("security").or_else(|| reading.root().get("security"));
    let mut requirements = Vec::new();
    let mut items: Vec<Node<'_>> = declared.iter().flat_map(Node::items).collect();
    if let Some(single) = declared.filter(|declared| declared.value.is_object()) {
        let what = "security must be a list; read as a list of this one";
        reading.report.warn("not-a-list", &single.pointer, what);
        items.push(single);
    }
    for item in items {
        let mut requirement = SecurityRequirement::new();
        for (name, scopes) in item.members_with_extensions() {
            if !schemes.contains_key(name) {
                let what = format!("security scheme {name:?} is not declared");
                reading.report.warn("unknown-security-scheme", &scopes.pointer, what);
            }
            let scopes = scopes.items().filter_map(|scope| scope.value.as_str().map(str::to_owned));
            requirement.insert(name.to_owned(), scopes.collect());
        }
        requirements.push(requirement);
    }
    requirements
}
