//! Content as XML (XML 1.0, Namespaces in XML 1.0), by the `xml` annotations of its schema (OpenAPI
//! 3.1, 4.8.26): which names there are, and the octets of a value.

use std::collections::BTreeMap;

use harness_contract::Schemas;
use harness_model::XmlNode;
use serde_json::{Map, Value};

use crate::annotations::schemas_of;
use crate::constraints::{All, escaped};
use crate::render::text;
use crate::shapes::{Graph, ShapeId};
use crate::sites::variant_of;

/// Nesting to which names are looked up; what lies deeper is named after its members.
const DEPTH_MAX: usize = 32;
/// Name of a document element that nothing names.
const ROOT: &str = "root";

/// Name of the document element, and how the values within are written.
pub(crate) fn layout(
    schemas: &Schemas,
    graph: Option<&Graph>,
    value: &Value,
) -> (String, BTreeMap<String, XmlNode>) {
    let mut nodes = BTreeMap::new();
    let Some(graph) = graph else { return (ROOT.to_owned(), nodes) };
    let all = All::from([graph.target().to_owned()]);
    walk(schemas, graph, (graph.root, &all), value, (String::new(), 0), &mut nodes);
    let named = nodes.get("").and_then(|node: &XmlNode| node.name.clone());
    // The name of the component, else of nothing in particular.
    let component = graph.target().rsplit_once("/schemas/").map(|(_, name)| name.to_owned());
    let component = component.filter(|name| is_name(name));
    (named.or(component).unwrap_or_else(|| ROOT.to_owned()), nodes)
}

fn walk(
    schemas: &Schemas,
    graph: &Graph,
    (shape, all): (ShapeId, &All),
    value: &Value,
    (pointer, depth): (String, usize),
    nodes: &mut BTreeMap<String, XmlNode>,
) {
    let node = annotation(schemas, all);
    if node != XmlNode::default() {
        nodes.insert(pointer.clone(), node);
    }
    let Some(variant) = variant_of(graph, shape, value).filter(|_| depth < DEPTH_MAX) else {
        return;
    };
    match (&variant.kind, value) {
        (crate::shapes::Kind::Object { properties, .. }, Value::Object(members)) => {
            for (name, member) in members {
                let all = variant.constraints.properties.get(name);
                if let (Some(id), Some(all)) = (properties.get(name), all) {
                    let below = (format!("{pointer}/{}", escaped(name)), depth + 1);
                    walk(schemas, graph, (*id, all), member, below, nodes);
                }
            }
        }
        (crate::shapes::Kind::Array { items: Some(id), .. }, Value::Array(items)) => {
            if let Some(all) = &variant.constraints.items {
                for item in items {
                    let below = (format!("{pointer}/*"), depth + 1);
                    walk(schemas, graph, (*id, all), item, below, nodes);
                }
            }
        }
        _ => {}
    }
}

/// The `xml` annotation of a value; what stands nearest wins.
fn annotation(schemas: &Schemas, all: &All) -> XmlNode {
    let mut node = XmlNode::default();
    for keywords in schemas_of(schemas, all) {
        let Some(Value::Object(xml)) = keywords.get("xml") else { continue };
        let text = |name: &str| xml.get(name).and_then(Value::as_str).map(str::to_owned);
        let flag = |name: &str| xml.get(name) == Some(&Value::Bool(true));
        node.name = node.name.or_else(|| text("name").filter(|name| is_name(name)));
        node.namespace = node.namespace.or_else(|| text("namespace"));
        node.prefix = node.prefix.or_else(|| text("prefix").filter(|prefix| is_name(prefix)));
        // OpenAPI 3.2, 4.25 says the same by `nodeType`.
        node.attribute |= flag("attribute") || text("nodeType").as_deref() == Some("attribute");
        node.wrapped |= flag("wrapped");
    }
    node
}

/// Whether a value can be written without loss: XML has no control characters but three (XML 1.0,
/// 2.2), and names of elements are narrower than those of members (2.3).
pub(crate) fn is_sendable(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().all(is_char),
        Value::Array(items) => items.iter().all(is_sendable),
        Value::Object(members) => {
            members.iter().all(|(name, member)| is_name(name) && is_sendable(member))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// A name without a colon, of letters and digits that every reader takes.
fn is_name(name: &str) -> bool {
    name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

/// The document.
pub(crate) fn written(value: &Value, root: &str, nodes: &BTreeMap<String, XmlNode>) -> String {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let mut writing = Writing { nodes, text, prefixes: Vec::new() };
    match value {
        // A document has one element, so a list at the top is always wrapped.
        Value::Array(items) => writing.list(items, "", root),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            writing.element(value, "", root);
        }
    }
    writing.text
}

struct Writing<'a> {
    nodes: &'a BTreeMap<String, XmlNode>,
    text: String,
    /// Prefixes that are declared here.
    prefixes: Vec<String>,
}

impl Writing<'_> {
    /// A member of an object, or an item of a list.
    fn member(&mut self, value: &Value, pointer: &str, name: &str) {
        let Value::Array(items) = value else { return self.element(value, pointer, name) };
        let node = self.nodes.get(pointer).cloned().unwrap_or_default();
        if node.wrapped {
            return self.list(items, pointer, name);
        }
        // The name of a list that is not wrapped is nowhere (OpenAPI 3.1, 4.8.26.2.2).
        for item in items {
            self.member(item, &format!("{pointer}/*"), name);
        }
    }

    /// A list within an element of its own; items without a name have the list's.
    fn list(&mut self, items: &[Value], pointer: &str, name: &str) {
        let (tag, own) = self.open(pointer, name, None);
        self.text.push('>');
        let node = self.nodes.get(pointer);
        let name = node.and_then(|node| node.name.clone()).unwrap_or_else(|| name.to_owned());
        for item in items {
            self.member(item, &format!("{pointer}/*"), &name);
        }
        self.close(&tag, own);
    }

    fn element(&mut self, value: &Value, pointer: &str, name: &str) {
        let members = value.as_object();
        let (tag, own) = self.open(pointer, name, members);
        match value {
            Value::Null => {
                self.text.push_str("/>");
                self.prefixes.truncate(own);
                return;
            }
            Value::Object(members) => {
                self.text.push('>');
                for (name, member) in members {
                    let pointer = format!("{pointer}/{}", escaped(name));
                    if !self.is_attribute(&pointer, member) {
                        self.member(member, &pointer, name);
                    }
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.text.push('>');
                self.text.push_str(&escaped_text(&text(value), false));
            }
        }
        self.close(&tag, own);
    }

    fn is_attribute(&self, pointer: &str, value: &Value) -> bool {
        let is_scalar = !matches!(value, Value::Array(_) | Value::Object(_));
        is_scalar && self.nodes.get(pointer).is_some_and(|node| node.attribute)
    }

    /// A start tag without its end, with attributes. Returns the tag, and how many prefixes were
    /// declared before.
    fn open(
        &mut self,
        pointer: &str,
        name: &str,
        members: Option<&Map<String, Value>>,
    ) -> (String, usize) {
        let own = self.prefixes.len();
        let mut fields = String::new();
        let tag = self.name(pointer, name, false, &mut fields);
        for (name, member) in members.into_iter().flatten() {
            let pointer = format!("{pointer}/{}", escaped(name));
            if self.is_attribute(&pointer, member) {
                let name = self.name(&pointer, name, true, &mut fields);
                let value = if member.is_null() { String::new() } else { text(member) };
                push_all(&mut fields, [" ", &name, "=\"", &escaped_text(&value, true), "\""]);
            }
        }
        self.text.push('<');
        self.text.push_str(&tag);
        self.text.push_str(&fields);
        (tag, own)
    }

    /// The name of an element or attribute, with its namespace declared if it has one.
    fn name(
        &mut self,
        pointer: &str,
        name: &str,
        is_attribute: bool,
        fields: &mut String,
    ) -> String {
        let node = self.nodes.get(pointer).cloned().unwrap_or_default();
        let local = node.name.unwrap_or_else(|| name.to_owned());
        let local = if is_name(&local) { local } else { made_name(&local) };
        match (node.prefix, node.namespace) {
            (Some(prefix), namespace) => {
                if !self.prefixes.contains(&prefix) {
                    // A prefix that nothing declares would not be well-formed.
                    let Some(namespace) = namespace else { return local };
                    let namespace = escaped_text(&namespace, true);
                    push_all(fields, [" xmlns:", &prefix, "=\"", &namespace, "\""]);
                    self.prefixes.push(prefix.clone());
                }
                format!("{prefix}:{local}")
            }
            (None, Some(namespace)) if !is_attribute => {
                push_all(fields, [" xmlns=\"", &escaped_text(&namespace, true), "\""]);
                local
            }
            (None, _) => local,
        }
    }

    fn close(&mut self, tag: &str, own: usize) {
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push('>');
        self.prefixes.truncate(own);
    }
}

fn push_all<const N: usize>(text: &mut String, parts: [&str; N]) {
    for part in parts {
        text.push_str(part);
    }
}

/// A name in place of one that no element can have.
fn made_name(name: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    format!("_{}", name.chars().map(kept).collect::<String>())
}

/// Text with what is syntax replaced (XML 1.0, 2.4), and what line ends and attributes would lose
/// (2.11, 3.3.3).
fn escaped_text(text: &str, is_attribute: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\r' => escaped.push_str("&#13;"),
            '"' if is_attribute => escaped.push_str("&quot;"),
            '\n' if is_attribute => escaped.push_str("&#10;"),
            '\t' if is_attribute => escaped.push_str("&#9;"),
            c if is_char(c) => escaped.push(c),
            _ => escaped.push('\u{fffd}'),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use harness_model::XmlNode;
    use serde_json::{Value, json};

    use super::{is_sendable, written};

    fn check(value: &Value, nodes: &[(&str, XmlNode)], expected: &str) {
        let nodes: BTreeMap<String, XmlNode> =
            nodes.iter().map(|(pointer, node)| ((*pointer).to_owned(), node.clone())).collect();
        let document = written(value, "r", &nodes);
        let content = document.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        assert_eq!(content, Some(expected));
    }

    fn named(name: &str) -> XmlNode {
        XmlNode { name: Some(name.to_owned()), ..XmlNode::default() }
    }

    /// The examples of OpenAPI 3.1, 4.8.26.2.
    #[test]
    fn the_examples_of_the_specification() {
        let list = json!({"animals": ["a", "b"]});
        check(&list, &[], "<r><animals>a</animals><animals>b</animals></r>");
        check(
            &list,
            &[("/animals/*", named("animal"))],
            "<r><animal>a</animal><animal>b</animal></r>",
        );
        check(
            &list,
            &[("/animals", named("aliens"))],
            "<r><animals>a</animals><animals>b</animals></r>",
        );
        let wrapped = XmlNode { wrapped: true, ..XmlNode::default() };
        check(
            &list,
            &[("/animals", wrapped.clone())],
            "<r><animals><animals>a</animals><animals>b</animals></animals></r>",
        );
        check(
            &list,
            &[
                ("/animals", XmlNode { wrapped: true, ..named("aliens") }),
                ("/animals/*", named("animal")),
            ],
            "<r><aliens><animal>a</animal><animal>b</animal></aliens></r>",
        );
        let id = XmlNode { attribute: true, ..XmlNode::default() };
        let name = XmlNode {
            namespace: Some("http://a.example/schema".to_owned()),
            prefix: Some("sample".to_owned()),
            ..XmlNode::default()
        };
        check(
            &json!({"id": 1, "name": "x"}),
            &[("/id", id), ("/name", name)],
            "<r id=\"1\"><sample:name xmlns:sample=\"http://a.example/schema\">x</sample:name></r>",
        );
    }

    #[test]
    fn syntax_is_escaped_and_null_is_empty() {
        check(&json!({"a": "<&>\r", "b": null}), &[], "<r><a>&lt;&amp;&gt;&#13;</a><b/></r>");
        check(&json!([1, [2, 3]]), &[], "<r><r>1</r><r>2</r><r>3</r></r>");
    }

    #[test]
    fn what_xml_cannot_say_is_known() {
        assert!(is_sendable(&json!({"a": ["\u{1f600}\n"]})));
        assert!(!is_sendable(&json!({"a": "\u{0}"})));
        assert!(!is_sendable(&json!({"a b": 1})));
        assert!(!is_sendable(&json!("\u{ffff}")));
    }
}
