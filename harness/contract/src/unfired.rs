//! Webhooks and callbacks: requests that the service sends, listed so that nobody thinks that they
//! were overlooked. What is inside them is not read.

use crate::Unfired;
use crate::node::Node;
use crate::paths::Site;
use crate::reading::Reading;

/// The webhooks of a document and the callbacks of its operations, in document order. `methods`: the
/// lower-case field names that hold an operation.
pub(crate) fn unfired<'d>(
    reading: &mut Reading<'d>,
    sites: &[Site<'d>],
    methods: &[&str],
) -> Vec<Unfired> {
    let mut unfired = Vec::new();
    // `x-webhooks` is how documents of version 3.0 write it.
    for field in ["webhooks", "x-webhooks"] {
        let webhooks = reading.root().get(field);
        for (name, item) in webhooks.iter().flat_map(Node::members) {
            let Ok(item) = reading.follow(item, "webhook") else { continue };
            unfired.extend(operations(&item, methods).map(|(method, pointer)| Unfired {
                callback_of: None,
                name: name.to_owned(),
                expression: String::new(),
                method,
                pointer,
            }));
        }
    }
    for site in sites {
        let callbacks = site.operation.get("callbacks");
        for (name, callback) in callbacks.iter().flat_map(Node::members) {
            let Ok(callback) = reading.follow(callback, "callback") else { continue };
            for (expression, item) in callback.members() {
                let Ok(item) = reading.follow(item, "path item") else { continue };
                unfired.extend(operations(&item, methods).map(|(method, pointer)| Unfired {
                    callback_of: Some(site.key.clone()),
                    name: name.to_owned(),
                    expression: expression.to_owned(),
                    method,
                    pointer,
                }));
            }
        }
    }
    unfired
}

/// The operations of a path item: method in upper case, JSON pointer.
fn operations<'d>(
    item: &Node<'d>,
    methods: &[&str],
) -> impl Iterator<Item = (String, String)> + use<'d> {
    let fields = item.members();
    let fields: Vec<_> = fields.filter(|(name, _)| methods.contains(name)).collect();
    fields.into_iter().map(|(name, node)| (name.to_ascii_uppercase(), node.pointer))
}
