//! What the readers of all formats share while one document is read: references between its
//! elements, diagnostics, and the schemas that it implies without writing them down.

use serde_json::{Value, json};

use crate::grammar::{Kind, kind_at};
use crate::node::{Node, Resolver, Target};
use crate::references::Strays;
use crate::report::Report;
use crate::schema::REF_CHAIN_MAX;
use crate::{SchemaRef, lift, pointer};

/// Under which name implied schemas are put into the lifted document.
const SYNTHETIC_NAME: &str = "x-harness";

/// The state of one reading.
pub(crate) struct Reading<'d> {
    pub(crate) resolver: Resolver<'d>,
    pub(crate) report: Report,
    /// Pointers of schemas that operations use and that stand where the grammar expects none.
    pub(crate) strays: Strays,
    document: Kind,
    synthetic_name: String,
    synthetic: Vec<Value>,
}

/// An element that cannot be read, as a reason to skip what needs it. Already reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Lower case, names the element.
    pub(crate) why: String,
}

impl<'d> Reading<'d> {
    /// `document`: what the root of the resolver is.
    pub(crate) fn new(resolver: Resolver<'d>, document: Kind, report: Report) -> Self {
        let root = resolver.root();
        let mut synthetic_name = SYNTHETIC_NAME.to_owned();
        while root.get(&synthetic_name).is_some() {
            synthetic_name.push('_');
        }
        let strays = Strays::new();
        Self { resolver, report, strays, document, synthetic_name, synthetic: Vec::new() }
    }

    /// The whole document.
    pub(crate) fn root(&self) -> Node<'d> {
        Node { value: self.resolver.root(), pointer: String::new() }
    }

    /// The element itself, or what its `$ref` leads to in the end. `what` names the kind of element.
    pub(crate) fn follow(&mut self, node: Node<'d>, what: &str) -> Result<Node<'d>, Unreadable> {
        let mut current = node;
        for _ in 0..REF_CHAIN_MAX {
            let Some(reference) = current.str("$ref") else {
                return self.object(current, what);
            };
            let place = pointer::member(&current.pointer, "$ref");
            let next = match self.resolver.target(reference) {
                Target::Local(target) => Node::at(self.resolver.root(), target),
                Target::External => {
                    let original = self.resolver.original(reference);
                    let why = match self.resolver.reason(reference) {
                        Some(reason) => {
                            format!("the {what} {original:?} cannot be had: {reason}")
                        }
                        None => format!("the {what} {original:?} is in another document"),
                    };
                    self.report.error("external-reference", &place, why.clone());
                    return Err(Unreadable { why });
                }
                Target::Anchor(_) | Target::Nothing => None,
            };
            let Some(next) = next else {
                let original = self.resolver.original(reference);
                let why = format!("cannot resolve the {what} {original:?}");
                self.report.error("unresolvable-reference", &place, why.clone());
                return Err(Unreadable { why });
            };
            current = next;
        }
        let why = format!("the reference to a {what} leads back to itself");
        self.report.error("reference-cycle", &current.pointer, why.clone());
        Err(Unreadable { why })
    }

    /// The element, if it is an object at all.
    pub(crate) fn object(&mut self, node: Node<'d>, what: &str) -> Result<Node<'d>, Unreadable> {
        if node.value.is_object() {
            return Ok(node);
        }
        let why = format!("the {what} is not an object");
        self.report.error("not-an-object", &node.pointer, why.clone());
        Err(Unreadable { why })
    }

    /// The items of a list. Some write an object where a list belongs; then its members are the items.
    pub(crate) fn items(&mut self, holder: &Node<'d>, field: &str) -> Vec<Node<'d>> {
        let Some(list) = holder.get(field) else { return Vec::new() };
        if list.value.is_array() {
            return list.items().collect();
        }
        let what = format!("{field} must be a list");
        self.report.warn("not-a-list", &list.pointer, what);
        list.members().map(|(_, member)| member).filter(|member| member.value.is_object()).collect()
    }

    /// The address of a schema that stands in the document. What is no schema, or has another
    /// meaning where it stands, is reported; anything is allowed there.
    pub(crate) fn schema(&mut self, node: &Node<'d>) -> SchemaRef {
        self.schema_of(node, Kind::Schema)
    }

    /// The address of an element of Swagger 2.0 that is its own schema.
    pub(crate) fn inline_schema(&mut self, node: &Node<'d>) -> SchemaRef {
        self.schema_of(node, Kind::InlineSchema)
    }

    fn schema_of(&mut self, node: &Node<'d>, stray: Kind) -> SchemaRef {
        let is_schema = node.value.is_object() || node.value.is_boolean();
        match kind_at(self.document, self.resolver.root(), &node.pointer) {
            Some(kind) if is_schema && kind.is_schema() => return SchemaRef::at(&node.pointer),
            Some(Kind::Opaque) if is_schema => {
                self.strays.insert(node.pointer.clone(), stray);
                return SchemaRef::at(&node.pointer);
            }
            _ => {}
        }
        let what = "this is no schema; anything goes here";
        self.report.warn("invalid-schema", &node.pointer, what);
        self.imply(Value::Bool(true))
    }

    /// The address of an element that is its own schema where no schema may stand.
    pub(crate) fn misplaced_schema(&mut self, node: &Node<'d>) -> SchemaRef {
        self.strays.insert(node.pointer.clone(), Kind::InlineSchema);
        SchemaRef::at(&node.pointer)
    }

    /// A schema that the document implies. `schema` is JSON Schema 2020-12.
    pub(crate) fn imply(&mut self, schema: Value) -> SchemaRef {
        let index = self.synthetic.iter().position(|known| *known == schema).unwrap_or_else(|| {
            self.synthetic.push(schema);
            self.synthetic.len() - 1
        });
        SchemaRef::at(&format!("/{}/schemas/{index}", self.synthetic_name))
    }

    /// The implied schemas and the name of their place in the lifted document; `None` without any.
    pub(crate) fn take_synthetic(&mut self) -> Option<(String, Value)> {
        if self.synthetic.is_empty() {
            return None;
        }
        let schemas = json!({ "schemas": std::mem::take(&mut self.synthetic) });
        Some((std::mem::take(&mut self.synthetic_name), schemas))
    }

    /// The values of `example`, then of `examples` (OpenAPI 3.1, 4.8.19).
    pub(crate) fn examples(&mut self, node: &Node<'d>) -> Vec<Value> {
        let mut examples: Vec<Value> = node.value.get("example").cloned().into_iter().collect();
        let Some(named) = node.get("examples") else { return examples };
        for (_, example) in named.members() {
            // An example that cannot be read is reported and missed by nobody.
            if let Ok(example) = self.follow(example, "example") {
                let value = example.value.get("value").or_else(|| example.value.get("dataValue"));
                examples.extend(value.cloned());
            }
        }
        examples.extend(named.items().map(|item| item.value.clone()));
        examples
    }

    /// The examples that a schema itself gives, through its `$ref`s.
    pub(crate) fn schema_examples(&self, schema: &Node<'d>) -> Vec<Value> {
        let mut current = schema.value;
        let mut examples = Vec::new();
        for _ in 0..REF_CHAIN_MAX {
            examples.extend(current.as_object().map(lift::examples).into_iter().flatten());
            let reference = current.get("$ref").and_then(Value::as_str);
            let Some(Target::Local(target)) = reference.map(|r| self.resolver.target(r)) else {
                break;
            };
            match self.resolver.root().pointer(&target) {
                Some(next) => current = next,
                None => break,
            }
        }
        examples
    }
}
