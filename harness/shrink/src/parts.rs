//! The values of a case by address, so that one pass serves parameters and bodies alike.

use harness_model::{BoundValue, Case};
use serde_json::Value;

/// Nodes of one case that are looked at: a case of more is cut down by the coarser passes first.
const ADDRESSES_MAX: usize = 2_000;

/// Where a JSON value stands in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    step: usize,
    root: Root,
    /// JSON pointer below the root.
    pointer: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    Parameter(usize),
    Body,
}

impl Address {
    /// The value there, if the case still has it.
    pub(crate) fn get<'a>(&self, case: &'a Case) -> Option<&'a Value> {
        let step = case.steps().nth(self.step)?;
        let root = match self.root {
            Root::Parameter(idx) => match &step.parameters.get(idx)?.value {
                BoundValue::Known(value) => value,
                BoundValue::Bound(_) => return None,
            },
            Root::Body => step.body.as_ref()?.content.value()?,
        };
        root.pointer(&self.pointer)
    }

    /// The value there, to be edited.
    pub(crate) fn get_mut<'a>(&self, case: &'a mut Case) -> Option<&'a mut Value> {
        let step = case.steps_mut().nth(self.step)?;
        let root = match self.root {
            Root::Parameter(idx) => match &mut step.parameters.get_mut(idx)?.value {
                BoundValue::Known(value) => value,
                BoundValue::Bound(_) => return None,
            },
            Root::Body => step.body.as_mut()?.content.value_mut()?,
        };
        root.pointer_mut(&self.pointer)
    }
}

/// Every value of a case, outer ones first: what is removed outside need not be visited inside.
pub(crate) fn addresses(case: &Case) -> Vec<Address> {
    let mut found = Vec::new();
    for (step_idx, step) in case.steps().enumerate() {
        for (idx, parameter) in step.parameters.iter().enumerate() {
            if let BoundValue::Known(value) = &parameter.value {
                walk(value, step_idx, Root::Parameter(idx), &mut found);
            }
        }
        if let Some(value) = step.body.as_ref().and_then(|body| body.content.value()) {
            walk(value, step_idx, Root::Body, &mut found);
        }
    }
    found
}

fn walk(value: &Value, step: usize, root: Root, found: &mut Vec<Address>) {
    // Breadth first, by a queue of pointers: deep values must not use up the stack.
    let mut queue = std::collections::VecDeque::from([(String::new(), value)]);
    while let Some((pointer, value)) = queue.pop_front() {
        if found.len() >= ADDRESSES_MAX {
            return;
        }
        match value {
            Value::Array(items) => {
                for (idx, item) in items.iter().enumerate() {
                    queue.push_back((format!("{pointer}/{idx}"), item));
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    let token = name.replace('~', "~0").replace('/', "~1");
                    queue.push_back((format!("{pointer}/{token}"), member));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        found.push(Address { step, root, pointer });
    }
}
