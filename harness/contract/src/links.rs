//! Links from a response to another operation (OpenAPI 3.1, 4.8.20), resolved to operation keys.

use std::collections::BTreeMap;

use crate::node::{Node, Target};
use crate::paths::Site;
use crate::reading::Reading;
use crate::{Link, OperationKey};

/// What a link may name an operation by.
#[derive(Debug, Default)]
pub(crate) struct LinkIndex {
    by_id: BTreeMap<String, OperationKey>,
    by_pointer: BTreeMap<String, OperationKey>,
}

impl LinkIndex {
    /// Indexes all operations of a document; of two with one `operationId` the first counts.
    pub(crate) fn new(sites: &[Site<'_>]) -> Self {
        let mut index = Self::default();
        for site in sites {
            if let Some(id) = site.operation.str("operationId") {
                index.by_id.entry(id.to_owned()).or_insert_with(|| site.key.clone());
            }
            index.by_pointer.insert(site.operation.pointer.clone(), site.key.clone());
        }
        index
    }

    /// The links of a response in document order; one that leads nowhere is reported and left out.
    pub(crate) fn read<'d>(&self, reading: &mut Reading<'d>, response: &Node<'d>) -> Vec<Link> {
        let declared = response.get("links");
        let mut links = Vec::new();
        for (name, node) in declared.iter().flat_map(Node::members) {
            let Ok(node) = reading.follow(node, "link") else { continue };
            let Some(operation) = self.operation(reading, &node) else {
                let what = format!("link {name:?} leads to no operation of this document");
                reading.report.warn("unresolvable-link", &node.pointer, what);
                continue;
            };
            let parameters = node.value.get("parameters").and_then(|p| p.as_object());
            links.push(Link {
                name: name.to_owned(),
                operation,
                parameters: parameters
                    .into_iter()
                    .flatten()
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
                request_body: node.value.get("requestBody").cloned(),
                pointer: node.pointer,
            });
        }
        links
    }

    fn operation(&self, reading: &Reading<'_>, link: &Node<'_>) -> Option<OperationKey> {
        if let Some(id) = link.str("operationId") {
            return self.by_id.get(id).cloned();
        }
        match reading.resolver.target(link.str("operationRef")?) {
            Target::Local(pointer) => self.by_pointer.get(&pointer).cloned(),
            Target::Anchor(_) | Target::External | Target::Nothing => None,
        }
    }
}
