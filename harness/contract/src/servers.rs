//! Base URLs that a document names. Text only: nothing is resolved or connected to.

use serde_json::Value;

use crate::node::Node;
use crate::reading::Reading;
use crate::{Server, ServerVariable};

/// The servers of an OpenAPI 3.x document, with variables replaced by their defaults.
pub(crate) fn read(reading: &mut Reading<'_>) -> Vec<Server> {
    let root = reading.root();
    of(reading, &root)
}

/// The servers that stand in an object of the document, with variables replaced by their defaults.
pub(crate) fn of<'d>(reading: &mut Reading<'d>, root: &Node<'d>) -> Vec<Server> {
    let mut servers = Vec::new();
    let mut nodes = reading.items(root, "servers");
    nodes.extend(root.get("servers").filter(|single| single.str("url").is_some()));
    for node in nodes {
        let Some(url) = node.str("url") else {
            reading.report.warn("server-without-url", &node.pointer, "a server has no url");
            continue;
        };
        let template = url.to_owned();
        let url = expand(reading, &node, url);
        let variables = variables(&node);
        servers.push(Server { url, template, variables, pointer: node.pointer });
    }
    servers
}

fn variables(server: &Node<'_>) -> Vec<ServerVariable> {
    let declared = server.get("variables");
    let variables = declared.iter().flat_map(Node::members);
    variables
        .map(|(name, variable)| {
            let values = variable.get("enum");
            let values = values.iter().flat_map(Node::items);
            ServerVariable {
                name: name.to_owned(),
                default: default_text(variable.value).unwrap_or_default(),
                values: values.filter_map(|value| text(value.value)).collect(),
            }
        })
        .collect()
}

fn expand(reading: &mut Reading<'_>, server: &Node<'_>, url: &str) -> String {
    let mut expanded = String::with_capacity(url.len());
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        expanded.push_str(before);
        let variable = server.value.get("variables").and_then(|variables| variables.get(name));
        let text = variable.and_then(default_text).unwrap_or_else(|| {
            let what = format!("server variable {name:?} has no default");
            reading.report.warn("server-variable-without-default", &server.pointer, what);
            format!("{{{name}}}")
        });
        expanded.push_str(&text);
        rest = after;
    }
    expanded.push_str(rest);
    expanded
}

/// The default of a variable, else the first of its values. Numbers and booleans, which YAML makes
/// of unquoted text, are text.
fn default_text(variable: &Value) -> Option<String> {
    text(variable.get("default").or_else(|| variable.get("enum")?.get(0))?)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
