//! Parameters of an operation in any format: merging, the names of the path template, styles.
//! Reading a single parameter object of OpenAPI 3.x is here too; that of Swagger 2.0 is not.

use serde_json::{Value, json};

use crate::node::Node;
use crate::paths::{Site, template_names};
use crate::reading::{Reading, Unreadable};
use crate::{Location, Parameter, SchemaRef, Style, pointer};

/// Header parameters that are ignored, because other fields of the document describe them (OpenAPI
/// 3.1, 4.8.12.2.1).
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// Merges the parameters of path item and operation, drops what must be ignored, and adds what the
/// path template names without declaring it.
pub(crate) fn merge<'d>(
    reading: &mut Reading<'d>,
    site: &Site<'d>,
    path_level: Vec<Parameter>,
    operation_level: Vec<Parameter>,
) -> Vec<Parameter> {
    let mut merged = path_level;
    let n_path_level = merged.len();
    for parameter in operation_level {
        match merged.iter().position(|known| is_same(known, &parameter)) {
            Some(index) if index < n_path_level => merged[index] = parameter,
            Some(_) => {
                let what = format!(
                    "{} parameter {:?} stands here a second time; only the first is used",
                    parameter.location.as_str(),
                    parameter.name
                );
                reading.report.warn("duplicate-parameter", &parameter.pointer, what);
            }
            None => merged.push(parameter),
        }
    }
    merged.retain(|parameter| is_usable(reading, site, parameter));
    let is_declared = |name: &str| {
        merged.iter().any(|p: &Parameter| p.location == Location::Path && p.name == name)
    };
    let undeclared: Vec<&str> =
        template_names(&site.path).into_iter().filter(|name| !is_declared(name)).collect();
    if !undeclared.is_empty() {
        let names = undeclared.join("}, {");
        let what = format!("the path names {{{names}}} without declaring it; any text is sent");
        reading.report.warn("undeclared-path-parameter", &site.operation.pointer, what);
    }
    merged.extend(undeclared.into_iter().map(|name| implied(reading, site, name)));
    merged
}

/// Whether two parameters are one (OpenAPI 3.1, 4.8.12: name and location). Header names are
/// compared without case (RFC 9110, 5.1).
fn is_same(one: &Parameter, other: &Parameter) -> bool {
    one.location == other.location
        && match one.location {
            Location::Header => one.name.eq_ignore_ascii_case(&other.name),
            Location::Path | Location::Query | Location::Cookie => one.name == other.name,
        }
}

fn is_usable(reading: &mut Reading<'_>, site: &Site<'_>, parameter: &Parameter) -> bool {
    let Parameter { name, location, pointer, .. } = parameter;
    match location {
        Location::Header if IGNORED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) => {
            let what = format!("header parameter {name:?} is ignored, as OpenAPI says");
            reading.report.note("ignored-header-parameter", pointer, what);
            false
        }
        Location::Path if !template_names(&site.path).contains(&name.as_str()) => {
            let what = format!("path parameter {name:?} has no place in {:?}", site.path);
            reading.report.warn("path-parameter-without-place", pointer, what);
            false
        }
        Location::Path | Location::Query | Location::Header | Location::Cookie => true,
    }
}

fn implied(reading: &mut Reading<'_>, site: &Site<'_>, name: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        location: Location::Path,
        required: true,
        style: Style::Simple,
        explode: false,
        allow_reserved: false,
        schema: any_text(reading),
        media_type: None,
        examples: Vec::new(),
        pointer: site.operation.pointer.clone(),
    }
}

/// The schema of a value about which the document says nothing.
pub(crate) fn any_text(reading: &mut Reading<'_>) -> SchemaRef {
    reading.imply(json!({ "type": "string", "minLength": 1 }))
}

/// Name, location and whether it is required: what every format writes alike.
pub(crate) fn identity<'d>(
    reading: &mut Reading<'d>,
    node: &Node<'d>,
    location: Option<Location>,
) -> Result<(String, Location, bool), Unreadable> {
    let required = node.bool("required").unwrap_or(false);
    let Some(name) = node.str("name").filter(|name| !name.is_empty()) else {
        return unreadable(reading, node, "a parameter has no name".to_owned());
    };
    let Some(location) = location else {
        let written = node.value.get("in").map_or_else(|| "nothing".to_owned(), Value::to_string);
        let what = if node.str("in") == Some("querystring") {
            // OpenAPI 3.2, 4.12.
            format!("parameter {name:?} is the whole query string, which is not supported")
        } else {
            format!("parameter {name:?} is in {written}, which is no place to send it")
        };
        return unreadable(reading, node, what);
    };
    if location == Location::Path && !required {
        let what = format!("path parameter {name:?} must say required: true");
        reading.report.warn("path-parameter-not-required", &node.pointer, what);
    }
    Ok((name.to_owned(), location, required || location == Location::Path))
}

fn unreadable<T>(
    reading: &mut Reading<'_>,
    node: &Node<'_>,
    what: String,
) -> Result<T, Unreadable> {
    reading.report.error("unreadable-parameter", &node.pointer, what.clone());
    Err(Unreadable { why: what })
}

/// Whether an item of a list of parameters is an object; what is none is reported, and means nothing.
pub(crate) fn is_object(reading: &mut Reading<'_>, node: &Node<'_>) -> bool {
    if !node.value.is_object() {
        let what = "a parameter must be an object; it is ignored";
        reading.report.warn("not-an-object", &node.pointer, what);
    }
    node.value.is_object()
}

/// The location that OpenAPI 3.x writes as `in`, in any case.
fn location(reading: &mut Reading<'_>, node: &Node<'_>) -> Option<Location> {
    let written = node.str("in")?;
    let all = [Location::Path, Location::Query, Location::Header, Location::Cookie];
    let location = all.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(written.trim()))?;
    if location.as_str() != written {
        let what = format!("{written:?} is read as {:?}", location.as_str());
        reading.report.warn("invalid-location", &pointer::member(&node.pointer, "in"), what);
    }
    Some(location)
}

/// What a list of parameters in OpenAPI 3.x holds.
#[derive(Default)]
pub(crate) struct List<'d> {
    pub(crate) parameters: Vec<Parameter>,
    /// One that says `in: body`, as Swagger 2.0 has it.
    pub(crate) body: Option<Node<'d>>,
}

/// Reads the parameters of a list in OpenAPI 3.x. One that cannot be read makes the operation
/// untestable only if it may be needed.
pub(crate) fn read_list<'d>(
    reading: &mut Reading<'d>,
    nodes: impl IntoIterator<Item = Node<'d>>,
) -> Result<List<'d>, Unreadable> {
    let mut list = List::default();
    for node in nodes {
        if !is_object(reading, &node) {
            continue;
        }
        let node = reading.follow(node, "parameter")?;
        if node.str("in") == Some("body") && node.get("schema").is_some() && list.body.is_none() {
            list.body = Some(node);
            continue;
        }
        if node.str("in") == Some("querystring")
            && let Some(members) = query_string(reading, &node)
        {
            list.parameters.extend(members);
            continue;
        }
        match read(reading, &node) {
            Ok(parameter) => list.parameters.push(parameter),
            Err(unreadable) if node.bool("required") == Some(true) => return Err(unreadable),
            Err(_) => {}
        }
    }
    Ok(list)
}

/// The members of a query string that is described as one form (OpenAPI 3.2, 4.12.1 `querystring`), as
/// parameters of their own; `None` if it is described otherwise.
fn query_string<'d>(reading: &mut Reading<'d>, node: &Node<'d>) -> Option<Vec<Parameter>> {
    let (media_type, content) = first_content(node)?;
    if !media_type.starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    let schema = reading.follow(content.get("schema")?, "schema").ok()?;
    let properties = schema.get("properties")?;
    let needed: Vec<&Value> = match schema.value.get("required") {
        Some(Value::Array(names)) if node.bool("required") == Some(true) => names.iter().collect(),
        _ => Vec::new(),
    };
    let member = |(name, property): (&str, Node<'d>)| Parameter {
        name: name.to_owned(),
        location: Location::Query,
        required: needed.iter().any(|needed| *needed == name),
        style: Style::Form,
        explode: true,
        allow_reserved: false,
        schema: reading.schema(&property),
        media_type: None,
        examples: reading.schema_examples(&property),
        pointer: node.pointer.clone(),
    };
    Some(properties.members_with_extensions().map(member).collect())
}

fn read<'d>(reading: &mut Reading<'d>, node: &Node<'d>) -> Result<Parameter, Unreadable> {
    let location = location(reading, node);
    let (name, location, required) = identity(reading, node, location)?;
    let style = style(reading, node, location);
    let default_explode = matches!(style, Style::Form | Style::DeepObject);
    let mut examples = reading.examples(node);
    let (schema, media_type) = if let Some(schema) = node.get("schema") {
        examples.extend(reading.schema_examples(&schema));
        (reading.schema(&schema), None)
    } else if let Some((media_type, content)) = first_content(node) {
        examples.extend(reading.examples(&content));
        let schema = match content.get("schema") {
            Some(schema) => reading.schema(&schema),
            None => reading.imply(Value::Bool(true)),
        };
        (schema, Some(media_type.to_owned()))
    } else if ["type", "enum", "items"].iter().any(|keyword| node.get(keyword).is_some()) {
        let what = format!(
            "parameter {name:?} describes its value itself, as Swagger 2.0 has it; it is read as if it \
             stood in schema"
        );
        reading.report.warn("parameter-is-schema", &node.pointer, what);
        (reading.misplaced_schema(node), None)
    } else {
        let what = format!("parameter {name:?} has neither schema nor content; any text is sent");
        reading.report.warn("parameter-without-schema", &node.pointer, what);
        (any_text(reading), None)
    };
    Ok(Parameter {
        name,
        location,
        required,
        style,
        explode: node.bool("explode").unwrap_or(default_explode),
        allow_reserved: node.bool("allowReserved").unwrap_or(false),
        schema,
        media_type,
        examples,
        pointer: node.pointer.clone(),
    })
}

/// The first media type of a parameter or header that has `content`, by its name.
pub(crate) fn first_content<'d>(node: &Node<'d>) -> Option<(&'d str, Node<'d>)> {
    node.get("content")?.members().next()
}

/// The style, or the default of the location (OpenAPI 3.1, 4.8.12.2.1).
pub(crate) fn style(reading: &mut Reading<'_>, node: &Node<'_>, location: Location) -> Style {
    let default = match location {
        Location::Path | Location::Header => Style::Simple,
        Location::Query | Location::Cookie => Style::Form,
    };
    let Some(written) = node.get("style") else { return default };
    match (written.value.as_str().unwrap_or(""), location) {
        ("simple", Location::Path | Location::Header) => Style::Simple,
        ("label", Location::Path) => Style::Label,
        ("matrix", Location::Path) => Style::Matrix,
        // `cookie` is the name of OpenAPI 3.2 for what clients send as a form in `Cookie`.
        ("form", Location::Query | Location::Cookie) | ("cookie", Location::Cookie) => Style::Form,
        ("spaceDelimited", Location::Query) => Style::SpaceDelimited,
        ("pipeDelimited", Location::Query) => Style::PipeDelimited,
        ("deepObject", Location::Query) => Style::DeepObject,
        _ => {
            let what = format!(
                "style {} is not defined for a {} parameter; the default is used",
                written.value,
                location.as_str()
            );
            reading.report.warn("invalid-style", &written.pointer, what);
            default
        }
    }
}
