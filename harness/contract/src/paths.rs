//! Path items → where operations stand. The same in every format; what is inside an operation is
//! not looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::Node;
use crate::reading::{Reading, Unreadable};
use crate::{OperationKey, Server, SkippedOperation, pointer, servers};

/// Where an operation stands.
#[derive(Clone, Debug)]
pub(crate) struct Site<'d> {
    pub(crate) key: OperationKey,
    /// Upper case.
    pub(crate) method: String,
    /// Begins with `/`.
    pub(crate) path: String,
    /// The operation object.
    pub(crate) operation: Node<'d>,
    /// Parameters that stand in the path item, in document order.
    pub(crate) path_parameters: Vec<Node<'d>>,
    /// Those of the operation, else those of its path.
    pub(crate) servers: Vec<Server>,
}

/// All operations of a document, and those that cannot be read at all.
pub(crate) struct Sites<'d> {
    pub(crate) sites: Vec<Site<'d>>,
    pub(crate) skipped: Vec<SkippedOperation>,
}

/// Finds the operations of a document in document order. `methods`: the lower-case field names that
/// hold an operation.
pub(crate) fn sites<'d>(reading: &mut Reading<'d>, methods: &[&str]) -> Sites<'d> {
    let mut finding =
        Finding { keys: BTreeSet::new(), sites: Sites { sites: Vec::new(), skipped: Vec::new() } };
    let Some(paths) = reading.root().get("paths") else {
        let has_webhooks = reading.root().get("webhooks").is_some();
        let what = if has_webhooks {
            "the document has webhooks and no paths: there is nothing to send requests to"
        } else {
            "the document has no paths: there is nothing to send requests to"
        };
        reading.report.warn("no-paths", "", what);
        return finding.sites;
    };
    if !paths.value.is_object() {
        reading.report.error("no-paths", &paths.pointer, "paths is not an object");
    }
    for (written, item) in paths.members() {
        let mut path = written.to_owned();
        if !path.starts_with('/') {
            path.insert(0, '/');
            let what = format!("path {written:?} must begin with a slash; read as {path:?}");
            reading.report.warn("path-without-slash", &item.pointer, what);
        }
        if let Some(own) = item.get("$ref") {
            // What a reference and its siblings mean together is undefined (OpenAPI 3.1, 4.8.9.1):
            // both are read.
            let only = Node { value: item.value, pointer: item.pointer.clone() };
            if let Ok(target) = reading.follow(only, "path item") {
                finding.path_item(reading, &path, &target, methods);
            } else {
                let why = format!("nothing under {written:?} can be tested");
                reading.report.error("path-item-skipped", &own.pointer, why);
            }
        }
        if item.value.is_object() {
            finding.path_item(reading, &path, &item, methods);
        } else {
            let what = format!("the path item {written:?} is not an object");
            reading.report.error("not-an-object", &item.pointer, what);
        }
    }
    finding.sites
}

struct Finding<'d> {
    keys: BTreeSet<OperationKey>,
    sites: Sites<'d>,
}

impl<'d> Finding<'d> {
    fn path_item(
        &mut self,
        reading: &mut Reading<'d>,
        path: &str,
        item: &Node<'d>,
        methods: &[&str],
    ) {
        let servers = own_servers(reading, item);
        for (name, member) in item.members() {
            if name == "additionalOperations" && methods.contains(&"query") {
                for (method, operation) in member.members() {
                    self.operation(reading, (path, &servers), item, (method, operation));
                }
            } else if methods.contains(&name) {
                self.operation(reading, (path, &servers), item, (name, member));
            }
        }
    }

    fn operation(
        &mut self,
        reading: &mut Reading<'d>,
        (path, servers): (&str, &[Server]),
        item: &Node<'d>,
        (method, operation): (&str, Node<'d>),
    ) {
        let key = OperationKey::new(method, path);
        if !self.keys.insert(key.clone()) {
            let what = format!("{key} stands here a second time; only the first is tested");
            reading.report.error("duplicate-operation", &operation.pointer, what);
            return;
        }
        let pointer = operation.pointer.clone();
        match reading.follow(operation, "operation") {
            Ok(operation) => {
                let own = own_servers(reading, &operation);
                let path_parameters = reading.items(item, "parameters");
                self.sites.sites.push(Site {
                    key,
                    method: method.to_ascii_uppercase(),
                    path: path.to_owned(),
                    operation,
                    path_parameters,
                    servers: if own.is_empty() { servers.to_vec() } else { own },
                });
            }
            Err(Unreadable { why }) => {
                self.sites.skipped.push(SkippedOperation { key, reason: why, pointer });
            }
        }
    }
}

/// The servers that stand in a path item or operation.
fn own_servers<'d>(reading: &mut Reading<'d>, node: &Node<'d>) -> Vec<Server> {
    let servers = servers::of(reading, node);
    if let Some(first) = servers.first() {
        let what = "of this server only the path is used: requests go to the target";
        reading.report.note("local-servers", &first.pointer, what);
    }
    servers
}

/// Reports `operationId`s that come twice.
pub(crate) fn review_ids(reading: &mut Reading<'_>, sites: &[Site<'_>]) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for Site { operation, .. } in sites {
        let Some(id) = operation.str("operationId") else { continue };
        if let Some(before) = first.get(id) {
            let what = format!("operationId {id:?} also stands at #{before}");
            let pointer = pointer::member(&operation.pointer, "operationId");
            reading.report.warn("duplicate-operation-id", &pointer, what);
        } else {
            first.insert(id, &operation.pointer);
        }
    }
}

/// Reports paths that differ in nothing but the names in braces (OpenAPI 3.1, 4.8.8: they are
/// identical, and nobody can tell which of them a request is for).
pub(crate) fn review_templates(reading: &mut Reading<'_>, sites: &[Site<'_>]) {
    let mut first: BTreeMap<(String, &str), &str> = BTreeMap::new();
    for Site { path, method, operation, .. } in sites {
        let shape: String = path
            .split('{')
            .map(|part| part.split_once('}').map_or(part, |(_, rest)| rest))
            .collect::<Vec<_>>()
            .join("{}");
        let before = *first.entry((shape, method)).or_insert(path);
        if before != path {
            let what = format!("{method} {path} cannot be told from {method} {before}");
            reading.report.warn("ambiguous-path", &operation.pointer, what);
        }
    }
}

/// The `{name}`s of a path template in order, each once.
pub(crate) fn template_names(path: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        if !names.contains(&name) {
            names.push(name);
        }
        rest = after;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expect: &[&str]) {
        assert_eq!(template_names(path), expect, "{path}");
    }

    #[test]
    fn template_names_come_in_order_and_once() {
        check("/a/{b}/{c}.{d}/{b}", &["b", "c", "d"]);
        check("/a", &[]);
    }

    #[test]
    fn open_brace_ends_the_search() {
        check("/a/{b}/{c", &["b"]);
    }
}
