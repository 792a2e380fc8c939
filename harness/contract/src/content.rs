//! Request bodies, responses, headers and media types as OpenAPI 3.x writes them.

use crate::links::LinkIndex;
use crate::node::Node;
use crate::paths::Site;
use crate::read::Parts;
use crate::reading::{Reading, Unreadable};
use crate::{
    Encoding, HeaderSpec, Location, MediaType, RequestBody, ResponseSpec, StatusRange, Style,
    parameters,
};

/// What an operation takes and answers, as OpenAPI 3.x writes it.
pub(crate) fn parts<'d>(
    reading: &mut Reading<'d>,
    site: &Site<'d>,
    links: &LinkIndex,
) -> Result<Parts, Unreadable> {
    let path_level = parameters::read_list(reading, site.path_parameters.iter().cloned())?;
    let declared = reading.items(&site.operation, "parameters");
    let own = parameters::read_list(reading, declared)?;
    let parameters = parameters::merge(reading, site, path_level.parameters, own.parameters);
    let request_body = match request_body(reading, &site.operation)? {
        Some(body) => Some(body),
        None => own.body.or(path_level.body).map(|body| body_of_version_2(reading, &body)),
    };
    Ok(Parts { parameters, request_body, responses: responses(reading, &site.operation, links) })
}

/// A parameter that is written `in: body`, as it was until version 2.0.
fn body_of_version_2<'d>(reading: &mut Reading<'d>, node: &Node<'d>) -> RequestBody {
    let what = "in: body is no place since OpenAPI 3.0; it is read as a requestBody in JSON";
    reading.report.warn("body-parameter", &node.pointer, what);
    let json = MediaType {
        schema: node.get("schema").map(|schema| reading.schema(&schema)),
        examples: reading.examples(node),
        ..MediaType::anything("application/json", node.pointer.clone())
    };
    RequestBody {
        required: node.bool("required").unwrap_or(false),
        content: vec![json],
        pointer: node.pointer.clone(),
    }
}

/// The request body of an operation, if it has one.
fn request_body<'d>(
    reading: &mut Reading<'d>,
    operation: &Node<'d>,
) -> Result<Option<RequestBody>, Unreadable> {
    let Some(node) = operation.get("requestBody") else { return Ok(None) };
    let node = reading.follow(node, "request body")?;
    let required = node.bool("required").unwrap_or(false);
    let content = content(reading, &node);
    if content.is_empty() {
        let what = "the request body declares no content; none is sent";
        reading.report.warn("body-without-content", &node.pointer, what);
        return Ok(None);
    }
    Ok(Some(RequestBody { required, content, pointer: node.pointer }))
}

/// The declared media types of a request body or response, in document order.
fn content<'d>(reading: &mut Reading<'d>, node: &Node<'d>) -> Vec<MediaType> {
    let Some(content) = node.get("content") else { return content_of_version_2(reading, node) };
    let mut media_types = Vec::new();
    for (name, media_type) in content.members() {
        // A media type that cannot be read is reported, and still a declared one.
        let pointer = media_type.pointer.clone();
        let media_type = match reading.follow(media_type, "media type") {
            Ok(media_type) => MediaType {
                name: name.to_owned(),
                schema: media_type.get("schema").map(|schema| reading.schema(&schema)),
                item_schema: media_type.get("itemSchema").map(|schema| reading.schema(&schema)),
                encoding: encoding(reading, &media_type),
                examples: reading.examples(&media_type),
                pointer: media_type.pointer,
            },
            Err(_) => MediaType::anything(name, pointer),
        };
        media_types.push(media_type);
    }
    media_types
}

/// A `schema` that stands beside the description, as it did in version 2.0.
fn content_of_version_2<'d>(reading: &mut Reading<'d>, node: &Node<'d>) -> Vec<MediaType> {
    let Some(schema) = node.get("schema") else { return Vec::new() };
    let what = "schema belongs into content since OpenAPI 3.0; it is read as content in JSON";
    reading.report.warn("schema-without-content", &schema.pointer, what);
    let schema = Some(reading.schema(&schema));
    let pointer = node.pointer.clone();
    vec![MediaType { schema, ..MediaType::anything("application/json", pointer) }]
}

/// How single properties of a form are sent, in document order.
fn encoding<'d>(reading: &mut Reading<'d>, media_type: &Node<'d>) -> Vec<Encoding> {
    let declared = media_type.get("encoding");
    let mut encoding = Vec::new();
    for (property, node) in declared.iter().flat_map(Node::members_with_extensions) {
        let Ok(node) = reading.follow(node, "encoding") else { continue };
        let style = node.get("style").map(|_| parameters::style(reading, &node, Location::Query));
        let default_explode = matches!(style, None | Some(Style::Form | Style::DeepObject));
        encoding.push(Encoding {
            property: property.to_owned(),
            content_type: node.str("contentType").map(str::to_owned),
            headers: headers(reading, &node),
            style,
            explode: node.bool("explode").unwrap_or(default_explode),
            allow_reserved: node.bool("allowReserved").unwrap_or(false),
            pointer: node.pointer,
        });
    }
    encoding
}

/// The declared responses of an operation, in document order.
fn responses<'d>(
    reading: &mut Reading<'d>,
    operation: &Node<'d>,
    links: &LinkIndex,
) -> Vec<ResponseSpec> {
    each_response(reading, operation, |reading, status, node| {
        let content = content(reading, &node);
        let headers = headers(reading, &node);
        let links = links.read(reading, &node);
        ResponseSpec { status, content, headers, links, pointer: node.pointer }
    })
}

/// Walks the responses of an operation in any format: statuses, references, duplicates.
pub(crate) fn each_response<'d>(
    reading: &mut Reading<'d>,
    operation: &Node<'d>,
    mut read: impl FnMut(&mut Reading<'d>, StatusRange, Node<'d>) -> ResponseSpec,
) -> Vec<ResponseSpec> {
    let declared = operation.get("responses");
    let mut responses: Vec<ResponseSpec> = Vec::new();
    for (written, node) in declared.iter().flat_map(Node::members) {
        let Some(status) = status_range(written) else {
            let what = format!("{written:?} is no status code, range (\"4XX\") or \"default\"");
            reading.report.warn("invalid-status", &node.pointer, what);
            continue;
        };
        if responses.iter().any(|known| known.status == status) {
            let what = format!("status {written} stands here a second time");
            reading.report.warn("duplicate-status", &node.pointer, what);
            continue;
        }
        let pointer = node.pointer.clone();
        let response = match reading.follow(node, "response") {
            Ok(node) => read(reading, status, node),
            Err(_) => unknown_response(status, pointer),
        };
        responses.push(response);
    }
    if responses.is_empty() {
        let what = "the operation declares no response; any is accepted";
        reading.report.warn("no-responses", &operation.pointer, what);
    }
    responses
}

/// A response that is declared but cannot be read: its status is known, its content is not, so
/// anything is allowed there.
fn unknown_response(status: StatusRange, pointer: String) -> ResponseSpec {
    let anything = MediaType::anything("*/*", pointer.clone());
    ResponseSpec {
        status,
        content: vec![anything],
        headers: Vec::new(),
        links: Vec::new(),
        pointer,
    }
}

/// `404`, `4XX`, `default` (OpenAPI 3.1, 4.8.16). Letters in either case.
fn status_range(written: &str) -> Option<StatusRange> {
    if written == "default" {
        return Some(StatusRange::Default);
    }
    let digits = written.as_bytes();
    let class = digits.first().filter(|digit| (b'1'..=b'5').contains(*digit))? - b'0';
    match digits {
        [_, b'x' | b'X', b'x' | b'X'] => Some(StatusRange::Class(class)),
        [_, tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit() => {
            written.parse().ok().map(StatusRange::Code)
        }
        _ => None,
    }
}

fn headers<'d>(reading: &mut Reading<'d>, response: &Node<'d>) -> Vec<HeaderSpec> {
    let declared = response.get("headers");
    let mut headers = Vec::new();
    for (name, node) in declared.iter().flat_map(Node::members_with_extensions) {
        // `Content-Type` is described by the content (OpenAPI 3.1, 4.8.17.1).
        if name.eq_ignore_ascii_case("content-type") {
            continue;
        }
        // A header that cannot be read is reported and not judged.
        let Ok(node) = reading.follow(node, "header") else { continue };
        let content = parameters::first_content(&node).filter(|_| node.get("schema").is_none());
        let schema = match &content {
            Some((_, content)) => content.get("schema"),
            None => node.get("schema"),
        };
        headers.push(HeaderSpec {
            name: name.to_owned(),
            required: node.bool("required").unwrap_or(false),
            schema: schema.map(|schema| reading.schema(&schema)),
            media_type: content.map(|(media_type, _)| media_type.to_owned()),
            explode: node.bool("explode").unwrap_or(false),
            pointer: node.pointer,
        });
    }
    headers
}
