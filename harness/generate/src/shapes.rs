//! Schemas compiled once into a graph of shapes, by which values are drawn without looking at a
//! schema again. Recursion is an edge back; every shape knows how deep its shallowest value is, so
//! that generation always ends.

use harness_contract::{SchemaRef, Schemas, Validator};
use indexmap::IndexMap;
use serde_json::Value;

use crate::constraints::{All, Constraints, Reader, Types};
use crate::pattern::Pattern;

/// Shapes of one graph; a schema that needs more is cut off, and values beyond are left out.
const SHAPES_MAX: usize = 4_000;
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
    /// Values must be checked with the validator.
    pub(crate) unsaid: bool,
}

/// One JSON type with its constraints.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) kind: Kind,
    pub(crate) constraints: Constraints,
    /// Values that the contract itself gives, of this type.
    pub(crate) samples: Vec<Value>,
    pub(crate) depth: usize,
}

impl Variant {
    /// Whether drawing cannot guarantee the constraints.
    fn must_be_checked(&self) -> bool {
        let constraints = &self.constraints;
        match &self.kind {
            Kind::Listed(_) => !constraints.patterns.is_empty() || constraints.minimum.is_some(),
            Kind::Null | Kind::Boolean => false,
            Kind::Integer | Kind::Number => !constraints.multiples.is_empty(),
            Kind::String { .. } => !constraints.patterns.is_empty() || constraints.format.is_some(),
            Kind::Array { .. } => constraints.unique || constraints.contains.is_some(),
            Kind::Object { .. } => {
                constraints.members_min > 0
                    || constraints.members_max.is_some()
                    || !constraints.dependent.is_empty()
            }
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
    String { patterns: Vec<Pattern> },
    Array { prefix: Vec<ShapeId>, items: Option<ShapeId>, contains: Option<(ShapeId, usize)> },
    Object { properties: IndexMap<String, ShapeId>, additional: Option<ShapeId> },
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

/// A schema ready to draw from.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) shapes: Vec<Shape>,
    pub(crate) root: ShapeId,
    pub(crate) validator: Option<Validator>,
    /// Something in it is not guaranteed by construction: values must be checked.
    pub(crate) must_check: bool,
}

impl Graph {
    /// Compiles a schema of requests. Never fails: without a validator, values are as good as the
    /// shapes.
    pub(crate) fn compile(schemas: &Schemas, schema: &SchemaRef) -> Result<Self, String> {
        let mut compiler = Compiler {
            reader: Reader::new(schemas),
            ids: IndexMap::new(),
            shapes: Vec::new(),
        };
        let root = compiler.shape(&All::from([schema.pointer().to_owned()]));
        let mut shapes = compiler.shapes;
        settle_depths(&mut shapes);
        let direction = harness_contract::Direction::Request;
        let validator = Validator::compile(schemas, schema, direction).map_err(|e| e.to_string())?;
        if shapes[root].depth >= ENDLESS {
            return Err(format!("no value satisfies the schema at #{}", schema.pointer()));
        }
        let must_check = shapes.iter().any(|shape| {
            shape.unsaid || shape.variants.iter().any(Variant::must_be_checked)
        });
        Ok(Self { shapes, root, validator: Some(validator), must_check })
    }

    pub(crate) fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id]
    }

    /// Whether a value satisfies the whole schema.
    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.validator.as_ref().is_none_or(|validator| validator.is_valid(value))
    }
}

struct Compiler<'a> {
    reader: Reader<'a>,
    ids: IndexMap<All, ShapeId>,
    shapes: Vec<Shape>,
}

impl Compiler<'_> {
    /// The shape of a value that satisfies all these schemas.
    fn shape(&mut self, all: &All) -> ShapeId {
        if let Some(id) = self.ids.get(all) {
            return *id;
        }
        let id = self.shapes.len();
        self.ids.insert(all.clone(), id);
        self.shapes.push(Shape::default());
        if id >= SHAPES_MAX {
            return id;
        }
        let alternatives = self.reader.alternatives(all);
        let mut variants = Vec::new();
        let mut unsaid = false;
        for constraints in &alternatives {
            unsaid |= constraints.unsaid;
            variants.extend(self.variants(constraints));
        }
        self.shapes[id].variants = variants;
        self.shapes[id].unsaid = unsaid;
        id
    }

    /// One variant per JSON type that is allowed; simplest type first.
    fn variants(&mut self, constraints: &Constraints) -> Vec<Variant> {
        let samples = |types: Types| -> Vec<Value> {
            let fits = |value: &&Value| types.contains(Types::of_value(value));
            constraints.samples.iter().filter(fits).cloned().collect()
        };
        let variant = |kind: Kind, samples: Vec<Value>| Variant {
            kind,
            constraints: constraints.clone(),
            samples,
            depth: ENDLESS,
        };
        if let Some(allowed) = &constraints.allowed {
            let fits = |value: &&Value| constraints.types.contains(Types::of_value(value));
            let allowed: Vec<Value> = allowed.iter().filter(fits).cloned().collect();
            return if allowed.is_empty() {
                Vec::new()
            } else {
                vec![variant(Kind::Listed(allowed), samples(Types::ANY))]
            };
        }
        let types = constraints.types;
        let mut found = Vec::new();
        if types.contains(Types::STRING) {
            let patterns = constraints.patterns.iter().map(|pattern| Pattern::parse(pattern)).collect();
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
            let is_read_only = |c: &Constraints| c.read_only;
            let is_required = constraints.required.contains(name);
            // What may not be sent has no shape here.
            if is_required || !self.reader.alternatives(all).iter().any(is_read_only) {
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
            let depths: Vec<usize> = shapes[idx]
                .variants
                .iter()
                .map(|variant| variant_depth(variant, shapes))
                .collect();
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
        Kind::Listed(_) | Kind::Null | Kind::Boolean | Kind::Integer | Kind::Number
        | Kind::String { .. } => return 0,
        Kind::Array { prefix, items, contains } => {
            let needed = constraints.items_min;
            let of_prefix = prefix.iter().take(needed).map(|id| shapes[*id].depth).max();
            let of_items = (needed > prefix.len()).then(|| items.map(|id| shapes[id].depth)).flatten();
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
