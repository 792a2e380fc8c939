//! Swagger 2.0 (2014), read in place: a parameter that is its own schema stays where it is, so that
//! every pointer is one into the document that the user has.

use serde_json::{Map, Value, json};

use crate::content::each_response;
use crate::grammar::Kind;
use crate::lift::{Dialect, Nullable};
use crate::links::LinkIndex;
use crate::node::Node;
use crate::paths::Site;
use crate::read::{Format, Parts};
use crate::reading::{Reading, Unreadable};
use crate::references::canonical;
use crate::{
    Encoding, HeaderSpec, Location, MediaType, Parameter, RequestBody, ResponseSpec, Server,
    StatusRange, Style, parameters, pointer,
};

/// `swagger: 2.0`.
pub(crate) const FORMAT: Format = Format {
    name: "Swagger 2.0",
    detect: |version| version.is("2"),
    dialect: Dialect {
        document: Kind::Document2,
        has_ref_siblings: false,
        nullable: Nullable::Keyword("x-nullable"),
    },
    methods: &["get", "put", "post", "delete", "options", "head", "patch"],
    security_schemes: "/securityDefinitions",
    servers,
    parts,
    review: |_, _| {},
};

const JSON: &str = "application/json";
const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// What stands in `in: body` and `in: formData`, apart from real parameters.
#[derive(Default)]
struct Inputs<'d> {
    parameters: Vec<Parameter>,
    body: Option<Node<'d>>,
    form: Vec<Node<'d>>,
}

fn parts<'d>(
    reading: &mut Reading<'d>,
    site: &Site<'d>,
    _links: &LinkIndex,
) -> Result<Parts, Unreadable> {
    let path_level = inputs(reading, site.path_parameters.iter().cloned())?;
    let declared = reading.items(&site.operation, "parameters");
    let own = inputs(reading, declared)?;
    let body = own.body.or(path_level.body);
    let form = if own.form.is_empty() { path_level.form } else { own.form };
    let request_body = match body {
        Some(body) => Some(body_content(reading, site, &body)),
        None if form.is_empty() => None,
        None => Some(form_content(reading, site, &form)),
    };
    Ok(Parts {
        parameters: parameters::merge(reading, site, path_level.parameters, own.parameters),
        request_body,
        responses: responses(reading, &site.operation),
    })
}

fn inputs<'d>(
    reading: &mut Reading<'d>,
    nodes: impl IntoIterator<Item = Node<'d>>,
) -> Result<Inputs<'d>, Unreadable> {
    let mut inputs = Inputs::default();
    for node in nodes {
        if !parameters::is_object(reading, &node) {
            continue;
        }
        let node = reading.follow(node, "parameter")?;
        let location = match node.str("in") {
            Some("body") if inputs.body.is_some() => {
                let what = "an operation has one body; this second one is ignored";
                reading.report.warn("second-body", &node.pointer, what);
                continue;
            }
            Some("body") => {
                inputs.body = Some(node);
                continue;
            }
            Some("formData" | "form") => {
                inputs.form.push(node);
                continue;
            }
            Some("path") => Some(Location::Path),
            Some("query") => Some(Location::Query),
            Some("header") => Some(Location::Header),
            _ => None,
        };
        match parameter(reading, &node, location) {
            Ok(parameter) => inputs.parameters.push(parameter),
            Err(unreadable) if node.bool("required") == Some(true) => return Err(unreadable),
            Err(_) => {}
        }
    }
    Ok(inputs)
}

fn parameter<'d>(
    reading: &mut Reading<'d>,
    node: &Node<'d>,
    location: Option<Location>,
) -> Result<Parameter, Unreadable> {
    let (name, location, required) = parameters::identity(reading, node, location)?;
    let (style, explode) = collection_format(reading, node, location);
    // Some write `schema` here, as OpenAPI 3 would; nobody writes both.
    let schema = node.get("schema");
    let schema = match &schema {
        Some(schema) => reading.schema(schema),
        None => reading.inline_schema(node),
    };
    Ok(Parameter {
        name,
        location,
        required,
        style,
        explode,
        allow_reserved: false,
        schema,
        media_type: None,
        examples: examples(node),
        pointer: node.pointer.clone(),
    })
}

/// `collectionFormat` as style and explode; `csv` is the default.
fn collection_format(
    reading: &mut Reading<'_>,
    node: &Node<'_>,
    location: Location,
) -> (Style, bool) {
    let plain = match location {
        Location::Path | Location::Header => Style::Simple,
        Location::Query | Location::Cookie => Style::Form,
    };
    let Some(written) = node.get("collectionFormat") else { return (plain, false) };
    match (written.value.as_str().unwrap_or(""), location) {
        ("csv", _) => (plain, false),
        ("multi", Location::Query) => (Style::Form, true),
        ("ssv", Location::Query) => (Style::SpaceDelimited, false),
        ("pipes", Location::Query) => (Style::PipeDelimited, false),
        _ => {
            let what = format!(
                "collectionFormat {} is not supported for a {} parameter; csv is used",
                written.value,
                location.as_str()
            );
            reading.report.warn("invalid-style", &written.pointer, what);
            (plain, false)
        }
    }
}

/// `x-example` and its variants, and `example`, which Swagger 2.0 knows in schemas only.
fn examples(node: &Node<'_>) -> Vec<Value> {
    let single = ["x-example", "example"].into_iter().filter_map(|name| node.get(name));
    let mut examples: Vec<Value> = single.map(|example| example.value.clone()).collect();
    if let Some(named) = node.get("x-examples") {
        examples.extend(named.members().map(|(_, example)| example.value.clone()));
        examples.extend(named.items().map(|example| example.value.clone()));
    }
    examples
}

/// The media types in a list, those of the operation before those of the document.
fn media_types(reading: &Reading<'_>, operation: &Node<'_>, field: &str) -> Vec<String> {
    let declared = operation.get(field).or_else(|| reading.root().get(field));
    let names = declared.iter().flat_map(Node::items);
    names.filter_map(|name| name.value.as_str().map(str::to_owned)).collect()
}

fn body_content<'d>(reading: &mut Reading<'d>, site: &Site<'d>, body: &Node<'d>) -> RequestBody {
    let mut names = media_types(reading, &site.operation, "consumes");
    if names.is_empty() {
        names.push(JSON.to_owned());
    }
    let schema = body.get("schema").map(|schema| reading.schema(&schema));
    if schema.is_none() {
        let what = "the body parameter has no schema; anything is sent";
        reading.report.warn("parameter-without-schema", &body.pointer, what);
    }
    let content = names.into_iter().map(|name| MediaType {
        name,
        schema: schema.clone(),
        examples: examples(body),
        ..MediaType::anything("", body.pointer.clone())
    });
    RequestBody {
        required: body.bool("required").unwrap_or(false),
        content: content.collect(),
        pointer: body.pointer.clone(),
    }
}

/// Form fields as one object, whose properties refer to the parameters themselves.
fn form_content<'d>(
    reading: &mut Reading<'d>,
    site: &Site<'d>,
    fields: &[Node<'d>],
) -> RequestBody {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        let Some(name) = field.str("name") else {
            let what = "a form field has no name; it is not sent";
            reading.report.warn("unreadable-parameter", &field.pointer, what);
            continue;
        };
        let schema = reading.inline_schema(field);
        properties.insert(name.to_owned(), json!({ "$ref": canonical(schema.pointer()) }));
        if field.bool("required") == Some(true) {
            required.push(Value::from(name));
        }
    }
    let is_required = !required.is_empty();
    let schema = reading.imply(json!({
        "type": "object",
        "properties": properties,
        "required": required,
    }));
    let has_file = fields.iter().any(|field| field.str("type") == Some("file"));
    let is_form =
        |name: &String| name.starts_with(MULTIPART) || (name.starts_with(URLENCODED) && !has_file);
    let mut names = media_types(reading, &site.operation, "consumes");
    names.retain(is_form);
    if names.is_empty() {
        names.push(if has_file { MULTIPART } else { URLENCODED }.to_owned());
    }
    let pointer = fields.first().map_or_else(String::new, |field| field.pointer.clone());
    let lists = encoding_of_lists(reading, fields);
    let content = names.into_iter().map(|name| MediaType {
        encoding: if name.starts_with(URLENCODED) { lists.clone() } else { Vec::new() },
        name,
        schema: Some(schema.clone()),
        ..MediaType::anything("", pointer.clone())
    });
    RequestBody { required: is_required, content: content.collect(), pointer: pointer.clone() }
}

/// How the lists of a form are sent: `collectionFormat` as it is in a query, `csv` by default.
fn encoding_of_lists(reading: &mut Reading<'_>, fields: &[Node<'_>]) -> Vec<Encoding> {
    let mut lists = Vec::new();
    for field in fields.iter().filter(|field| field.str("type") == Some("array")) {
        let Some(name) = field.str("name") else { continue };
        let (style, explode) = collection_format(reading, field, Location::Query);
        lists.push(Encoding {
            property: name.to_owned(),
            content_type: None,
            headers: Vec::new(),
            style: Some(style),
            explode,
            allow_reserved: false,
            pointer: field.pointer.clone(),
        });
    }
    lists
}

fn responses<'d>(reading: &mut Reading<'d>, operation: &Node<'d>) -> Vec<ResponseSpec> {
    let produces = media_types(reading, operation, "produces");
    each_response(reading, operation, |reading, status, node| {
        response(reading, &produces, status, &node)
    })
}

/// A response without `schema` has no content (Swagger 2.0, Response Object).
fn response<'d>(
    reading: &mut Reading<'d>,
    produces: &[String],
    status: StatusRange,
    node: &Node<'d>,
) -> ResponseSpec {
    let mut content = Vec::new();
    if let Some(schema) = node.get("schema") {
        let schema = reading.schema(&schema);
        let examples = node.get("examples");
        let example = |name: &str| examples.as_ref().and_then(|examples| examples.value.get(name));
        // Without `produces` the media type is not known.
        let anything = ["*/*".to_owned()];
        let names = if produces.is_empty() { &anything } else { produces };
        content.extend(names.iter().map(|name| MediaType {
            name: name.clone(),
            schema: Some(schema.clone()),
            examples: example(name).cloned().into_iter().collect(),
            ..MediaType::anything("", node.pointer.clone())
        }));
    }
    let declared = node.get("headers");
    let headers = declared.iter().flat_map(Node::members_with_extensions);
    let headers = headers.filter(|(_, header)| header.value.is_object());
    ResponseSpec {
        status,
        content,
        headers: headers
            .map(|(name, header)| HeaderSpec {
                name: name.to_owned(),
                required: false,
                media_type: None,
                explode: false,
                schema: Some(reading.inline_schema(&header)),
                pointer: header.pointer,
            })
            .collect(),
        links: Vec::new(),
        pointer: node.pointer.clone(),
    }
}

/// `schemes`, `host` and `basePath` as URLs. Without `schemes` or `host` the URL is relative to
/// where the document was read from (Swagger 2.0, Swagger Object).
fn servers(reading: &mut Reading<'_>) -> Vec<Server> {
    let root = reading.root();
    let (host, base_path) = (root.str("host"), root.str("basePath"));
    let base_path = base_path.unwrap_or("");
    let Some(host) = host else {
        if base_path.is_empty() {
            return Vec::new();
        }
        return vec![Server::fixed(base_path.to_owned(), pointer::member("", "basePath"))];
    };
    let pointer = pointer::member("", "host");
    let schemes = root.get("schemes");
    let schemes: Vec<&str> =
        schemes.iter().flat_map(Node::items).filter_map(|scheme| scheme.value.as_str()).collect();
    let http = schemes.iter().filter(|scheme| matches!(**scheme, "http" | "https"));
    let mut servers: Vec<Server> = http
        .map(|scheme| Server::fixed(format!("{scheme}://{host}{base_path}"), pointer.clone()))
        .collect();
    if servers.is_empty() {
        servers.push(Server::fixed(format!("//{host}{base_path}"), pointer));
    }
    servers
}

#[cfg(test)]
mod tests;
