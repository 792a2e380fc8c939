//! Schemas compiled once into a graph of shapes, by which values are drawn without looking at a
//! schema again. Recursion is an edge back; every shape knows how deep its shallowest value is, so
//! that generation always ends.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock};

use harness_contract::{Direction, SchemaRef, Schemas, Validator};
use indexmap::IndexMap;
use serde_json::Value;

use crate::constraints::{All, Constraints, Reader, Types};
use crate::pattern::Pattern;

/// Shapes of one contract; a schema that needs more is cut off, and values beyond are left out.
const SHAPES_MAX: usize = 100_000;
/// A depth that no value reaches: the shape has no finite value.
pub(crate) const ENDLESS: usize = 1_000;

/// Index of a shape in its graph.
pub(crate) type ShapeId = usize;

/// What a value may look like: one of several variants, each of one JSON type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) variants: Vec<Variant>,
    /// Nesting of the shallowest value; 0 for scalars.
    pub(crate) depth: usize,
}

/// One JSON type with its constraints.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) kind: Kind,
    pub(crate) constraints: Arc<Constraints>,
    /// Values that the contract itself gives, of this type.
    pub(crate) samples: Vec<Value>,
    pub(crate) depth: usize,
    /// Drawing cannot guarantee the constraints: values must be checked.
    pub(crate) is_doubtful: bool,
}

/// Whether drawing cannot guarantee the constraints of a kind.
fn is_doubtful(kind: &Kind, constraints: &Constraints) -> bool {
    constraints.unsaid
        || match kind {
            Kind::Listed(values) => {
                !constraints.patterns.is_empty()
                    || !constraints.multiples.is_empty()
                    || values.iter().any(|value| value.is_array() || value.is_object())
            }
            Kind::Null | Kind::Boolean => false,
            Kind::Integer | Kind::Number => {
                constraints.multiples.iter().any(|multiple| multiple.fract() != 0.0)
            }
            // One pattern without look-around is what the walk makes. A `format` is an annotation
            // to the validator, which has nothing to say about it.
            Kind::String { patterns } => match patterns.as_slice() {
                [] => false,
                [only] => !only.is_exact(),
                _ => true,
            },
            Kind::Array { contains, .. } => constraints.unique || contains.is_some(),
            Kind::Object { .. } => {
                constraints.members_min > 0
                    || constraints.members_max.is_some()
                    || !constraints.dependent.is_empty()
            }
        }
}

/// The type of a variant, with the edges to its parts.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// One of these values.
    Listed(Vec<Value>),
    Null,
    Boolean,
    Integer,
    Number,
    String {
        patterns: Vec<Pattern>,
    },
    Array {
        prefix: Vec<ShapeId>,
        items: Option<ShapeId>,
        contains: Option<(ShapeId, usize)>,
    },
    Object {
        properties: IndexMap<String, ShapeId>,
        additional: Option<ShapeId>,
    },
}

impl Kind {
    /// Name of the JSON type, as JSON Schema spells it.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Listed(_) => "enum",
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String { .. } => "string",
            Self::Array { .. } => "array",
            Self::Object { .. } => "object",
        }
    }
}

/// A schema ready to draw from. Cheap to clone: shapes and validator are shared.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    shapes: Arc<Vec<Shape>>,
    pub(crate) root: ShapeId,
    pub(crate) validator: Validator,
    /// JSON pointer that the schema resolves to.
    target: String,
    /// The validator that asserts formats, compiled when it is first asked for; `None` inside: it
    /// cannot be.
    strict: Arc<OnceLock<Option<Validator>>>,
}

impl Graph {
    /// Compiles one schema of requests on its own.
    ///
    /// # Errors
    /// If it has no finite value or no validator; the reason as a sentence fragment.
    pub(crate) fn compile(schemas: &Schemas, schema: &SchemaRef) -> Result<Self, String> {
        let mut compiler = Compiler::new(schemas);
        compiler.add(schema, false);
        compiler.finish().graph(schema, false)
    }

    pub(crate) fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id]
    }

    /// Whether a value satisfies the schema only as long as formats are annotations.
    pub(crate) fn breaks_format(&self, schemas: &Schemas, value: &Value) -> bool {
        let compile = || {
            let (schema, direction) = (SchemaRef::at(&self.target), Direction::Request);
            Validator::compile_with_formats(schemas, &schema, direction).ok()
        };
        let strict = self.strict.get_or_init(compile).as_ref();
        strict.is_some_and(|strict| !strict.is_valid(value)) && self.validator.is_valid(value)
    }

    /// JSON pointer of the schema, with references that stand alone followed.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// Whether every value is a text.
    pub(crate) fn is_text(&self) -> bool {
        self.shape(self.root).variants.iter().all(|variant| match &variant.kind {
            Kind::String { .. } => true,
            Kind::Listed(values) => values.iter().all(Value::is_string),
            Kind::Null
            | Kind::Boolean
            | Kind::Integer
            | Kind::Number
            | Kind::Array { .. }
            | Kind::Object { .. } => false,
        })
    }

    /// Whether a value satisfies the whole schema.
    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }
}

/// The schemas of a contract, compiled together: what several of them refer to is compiled once.
pub(crate) struct Atlas<'a> {
    schemas: &'a Schemas,
    shapes: Arc<Vec<Shape>>,
    roots: BTreeMap<(String, bool), ShapeId>,
    /// By the pointer that a schema resolves to.
    validators: RefCell<BTreeMap<String, Result<Validator, String>>>,
}

impl Atlas<'_> {
    /// The graph of a schema that was added to the compiler.
    ///
    /// # Errors
    /// If it has no finite value or no validator; the reason as a sentence fragment.
    pub(crate) fn graph(&self, schema: &SchemaRef, is_filled: bool) -> Result<Graph, String> {
        let target = resolved(self.schemas, schema);
        let nothing = || format!("no value satisfies the schema at #{}", schema.pointer());
        let root = *self.roots.get(&(target.clone(), is_filled)).ok_or_else(nothing)?;
        let compile = || {
            let direction = Direction::Request;
            let schema = SchemaRef::at(&target);
            Validator::compile(self.schemas, &schema, direction).map_err(|error| error.to_string())
        };
        let mut validators = self.validators.borrow_mut();
        let validator = validators.entry(target.clone()).or_insert_with(compile).clone()?;
        if self.shapes[root].depth >= ENDLESS {
            return Err(nothing());
        }
        let strict = Arc::default();
        Ok(Graph { shapes: Arc::clone(&self.shapes), root, validator, target, strict })
    }
}

/// Where a schema that is nothing but a `$ref` leads to: its identity.
fn resolved(schemas: &Schemas, schema: &SchemaRef) -> String {
    let direction = Direction::Request;
    let mut pointer = schema.pointer().to_owned();
    // A chain of references; lifted documents have no endless one.
    for _ in 0..8 {
        let here = schemas.get(&SchemaRef::at(&pointer), direction);
        let Some(keywords) = here.and_then(Value::as_object).filter(|k| k.len() == 1) else {
            break;
        };
        let Some(target) = keywords.get("$ref").and_then(Value::as_str) else { break };
        let Some(target) = target.strip_prefix('#').filter(|target| !target.contains('%')) else {
            break;
        };
        target.clone_into(&mut pointer);
    }
    pointer
}

/// Compiles schemas, many into one list of shapes.
pub(crate) struct Compiler<'a> {
    schemas: &'a Schemas,
    reader: Reader<'a>,
    ids: BTreeMap<All, ShapeId>,
    shapes: Vec<Shape>,
    /// Shapes that have an identity but no variants yet.
    queue: VecDeque<(ShapeId, All)>,
    roots: BTreeMap<(String, bool), ShapeId>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(schemas: &'a Schemas) -> Self {
        Self {
            schemas,
            reader: Reader::new(schemas),
            ids: BTreeMap::new(),
            shapes: Vec::new(),
            queue: VecDeque::new(),
            roots: BTreeMap::new(),
        }
    }

    /// Takes a schema in. `is_filled`: only lists and objects that are not empty will do, because an
    /// empty one cannot be seen where the value travels.
    pub(crate) fn add(&mut self, schema: &SchemaRef, is_filled: bool) {
        let target = resolved(self.schemas, schema);
        let id = self.shape(&All::from([target.clone()]));
        while let Some((id, all)) = self.queue.pop_front() {
            self.fill(id, &all);
        }
        self.roots.insert((target.clone(), false), id);
        let key = (target, true);
        if is_filled && !self.roots.contains_key(&key) {
            let mut shape = self.shapes[id].clone();
            for variant in &mut shape.variants {
                let constraints = Arc::make_mut(&mut variant.constraints);
                constraints.items_min = constraints.items_min.max(1);
                constraints.members_min = constraints.members_min.max(1);
                variant.is_doubtful |= matches!(variant.kind, Kind::Object { .. });
                variant.samples.retain(|sample| {
                    let is_empty = sample.as_array().is_some_and(Vec::is_empty)
                        || sample.as_object().is_some_and(serde_json::Map::is_empty);
                    !is_empty
                });
            }
            self.roots.insert(key, self.shapes.len());
            self.shapes.push(shape);
        }
    }

    /// All that was taken in, ready.
    pub(crate) fn finish(mut self) -> Atlas<'a> {
        settle_depths(&mut self.shapes);
        Atlas {
            schemas: self.schemas,
            shapes: Arc::new(self.shapes),
            roots: self.roots,
            validators: RefCell::default(),
        }
    }

    /// The shape of a value that satisfies all these schemas; its variants follow.
    fn shape(&mut self, all: &All) -> ShapeId {
        if let Some(id) = self.ids.get(all) {
            return *id;
        }
        let id = self.shapes.len();
        self.ids.insert(all.clone(), id);
        self.shapes.push(Shape::default());
        self.queue.push_back((id, all.clone()));
        id
    }

    fn fill(&mut self, id: ShapeId, all: &All) {
        if id >= SHAPES_MAX {
            return;
        }
        let mut variants = Vec::new();
        for constraints in self.reader.alternatives(all) {
            variants.extend(self.variants(&constraints));
        }
        self.shapes[id].variants = variants;
    }

    /// One variant per JSON type that is allowed; simplest type first.
    fn variants(&mut self, constraints: &Arc<Constraints>) -> Vec<Variant> {
        let samples = |types: Types| -> Vec<Value> {
            let fits = |value: &&Value| {
                types.contains(Types::of_value(value)) && constraints.admits_scalar(value)
            };
            constraints.samples.iter().filter(fits).cloned().collect()
        };
        let variant = |kind: Kind, samples: Vec<Value>| Variant {
            is_doubtful: is_doubtful(&kind, constraints),
            kind,
            constraints: Arc::clone(constraints),
            samples,
            depth: ENDLESS,
        };
        if let Some(allowed) = &constraints.allowed {
            let fits = |value: &&Value| {
                constraints.types.contains(Types::of_value(value))
                    && constraints.admits_scalar(value)
            };
            let allowed: Vec<Value> = allowed.iter().filter(fits).cloned().collect();
            let mut samples = samples(Types::ANY);
            samples.retain(|sample| allowed.contains(sample));
            return if allowed.is_empty() {
                Vec::new()
            } else {
                vec![variant(Kind::Listed(allowed), samples)]
            };
        }
        let types = constraints.types;
        let mut found = Vec::new();
        if types.contains(Types::STRING) {
            let patterns =
                constraints.patterns.iter().map(|pattern| Pattern::parse(pattern)).collect();
            found.push(variant(Kind::String { patterns }, samples(Types::STRING)));
        }
        if types.contains(Types::NUMBER) {
            found.push(variant(Kind::Number, samples(Types::NUMBER)));
        } else if types.contains(Types::INTEGER) {
            found.push(variant(Kind::Integer, samples(Types::INTEGER)));
        }
        if types.contains(Types::BOOLEAN) {
            found.push(variant(Kind::Boolean, samples(Types::BOOLEAN)));
        }
        if types.contains(Types::OBJECT) {
            let kind = self.object(constraints);
            found.push(variant(kind, samples(Types::OBJECT)));
        }
        if types.contains(Types::ARRAY) {
            let kind = self.array(constraints);
            found.push(variant(kind, samples(Types::ARRAY)));
        }
        if types.contains(Types::NULL) {
            found.push(variant(Kind::Null, Vec::new()));
        }
        found
    }

    fn object(&mut self, constraints: &Constraints) -> Kind {
        let mut properties = IndexMap::new();
        for (name, all) in &constraints.properties {
            let is_required = constraints.required.contains(name);
            // What may not be sent has no shape here.
            if is_required || !self.reader.alternatives(all).iter().any(|c| c.read_only) {
                properties.insert(name.clone(), self.shape(all));
            }
        }
        let additional = constraints.additional.as_ref().map(|all| self.shape(all));
        Kind::Object { properties, additional }
    }

    fn array(&mut self, constraints: &Constraints) -> Kind {
        let prefix = constraints.prefix.iter().map(|all| self.shape(all)).collect();
        let contains = constraints.contains.as_ref().map(|(all, least)| {
            // An item that counts must be an ordinary item too.
            let both = all.iter().chain(constraints.items.iter().flatten()).cloned().collect();
            (self.shape(&both), *least)
        });
        let items = constraints.items.as_ref().map(|all| self.shape(all));
        Kind::Array { prefix, items, contains }
    }
}

/// Works out how deep the shallowest value of each shape is: a fixpoint from below, since a recursive
/// shape rests on itself.
fn settle_depths(shapes: &mut [Shape]) {
    for shape in shapes.iter_mut() {
        shape.depth = ENDLESS;
    }
    // Each round settles at least one more level; a graph is not deeper than it has shapes.
    for _ in 0..=shapes.len() {
        let mut has_changed = false;
        for idx in 0..shapes.len() {
            let depths: Vec<usize> =
                shapes[idx].variants.iter().map(|variant| variant_depth(variant, shapes)).collect();
            let shape = &mut shapes[idx];
            for (variant, depth) in shape.variants.iter_mut().zip(&depths) {
                variant.depth = *depth;
            }
            let depth = depths.iter().copied().min().unwrap_or(ENDLESS);
            has_changed |= depth != shape.depth;
            shape.depth = depth;
        }
        if !has_changed {
            return;
        }
    }
}

fn variant_depth(variant: &Variant, shapes: &[Shape]) -> usize {
    let constraints = &variant.constraints;
    let deepest = match &variant.kind {
        Kind::Listed(_)
        | Kind::Null
        | Kind::Boolean
        | Kind::Integer
        | Kind::Number
        | Kind::String { .. } => return 0,
        Kind::Array { prefix, items, contains } => {
            let needed = constraints.items_min;
            let of_prefix = prefix.iter().take(needed).map(|id| shapes[*id].depth).max();
            let of_items =
                (needed > prefix.len()).then(|| items.map(|id| shapes[id].depth)).flatten();
            let of_contains =
                contains.filter(|(_, least)| *least > 0).map(|(id, _)| shapes[id].depth);
            [of_prefix, of_items, of_contains].into_iter().flatten().max()
        }
        Kind::Object { properties, .. } => {
            let needed = constraints.required.iter().filter_map(|name| properties.get(name));
            needed.map(|id| shapes[*id].depth).max()
        }
    };
    deepest.map_or(1, |depth| (depth + 1).min(ENDLESS))
}
