//! What stands where in an API document: the one table that tells a schema from an example that
//! looks like one. Knows the shape of Swagger 2.0 and OpenAPI 3.x, and reads nothing.

use serde_json::Value;

/// What an element of a document is, from where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The whole of an OpenAPI 3.x document.
    Document3,
    /// The whole of a Swagger 2.0 document.
    Document2,
    /// The `components` of OpenAPI 3.x.
    Components,
    /// A map or list whose elements are all of one kind.
    Each(Element),
    /// One such element.
    One(Element),
    /// A JSON Schema.
    Schema,
    /// A parameter, header or item of Swagger 2.0, which is its own schema. `required: true` in it
    /// says that the parameter is required.
    InlineSchema,
    /// Name → schema.
    SchemaMap,
    /// A list of schemas.
    SchemaList,
    /// `items`, which older dialects allow to be a list.
    SchemaOrList,
    /// Examples, default values, extensions, text: nothing in it means anything to us.
    Opaque,
}

/// What can stand in a named map or list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Element {
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    Response,
    MediaType,
    Encoding,
    Callback,
    Example,
    Link,
    SecurityScheme,
    Parameter2,
    Header2,
    Operation2,
    PathItem2,
    Response2,
}

impl Kind {
    /// Settles what only the value can tell.
    pub(crate) fn of(self, value: &Value) -> Self {
        match self {
            Self::SchemaOrList if value.is_array() => Self::SchemaList,
            Self::SchemaOrList => Self::Schema,
            Self::One(Element::Parameter2) => {
                let is_body = value.get("in").is_some_and(|location| location == "body");
                if is_body || value.get("schema").is_some() || value.get("$ref").is_some() {
                    self
                } else {
                    Self::InlineSchema
                }
            }
            Self::One(Element::Header2) => Self::InlineSchema,
            _ => self,
        }
    }

    /// What stands under a name, or at an index, in this.
    pub(crate) fn child(self, token: &str) -> Self {
        match self {
            Self::Document3 => document3(token),
            Self::Document2 => document2(token),
            Self::Components => components(token),
            Self::Each(element) if token.starts_with("x-") && element.has_extensions() => {
                Self::Opaque
            }
            Self::Each(element) => Self::One(element),
            Self::One(element) => element.child(token),
            Self::Schema | Self::InlineSchema => schema(token),
            Self::SchemaMap | Self::SchemaList | Self::SchemaOrList => Self::Schema,
            Self::Opaque => Self::Opaque,
        }
    }

    /// Whether this is a map or list of elements, which cannot itself be a reference by the letter.
    pub(crate) fn is_collection(self) -> bool {
        matches!(self, Self::Each(_) | Self::SchemaMap | Self::SchemaList | Self::Components)
    }

    /// Whether what stands here is read as a JSON Schema.
    pub(crate) fn is_schema(self) -> bool {
        matches!(self, Self::Schema | Self::InlineSchema)
    }
}

impl Element {
    /// Whether a map of these is an object that may carry `x-` extensions. In `components` and in
    /// `content` any name is a name.
    fn has_extensions(self) -> bool {
        matches!(self, Self::PathItem | Self::PathItem2 | Self::Response | Self::Response2)
    }

    fn child(self, token: &str) -> Kind {
        use Element as E;
        match (self, token) {
            (E::PathItem | E::Operation, "parameters") => Kind::Each(E::Parameter),
            (E::PathItem, "additionalOperations") => Kind::Each(E::Operation),
            (E::PathItem, name) if is_method(name) => Kind::One(E::Operation),
            (E::Operation, "requestBody") => Kind::One(E::RequestBody),
            (E::Operation, "responses") => Kind::Each(E::Response),
            (E::Operation, "callbacks") => Kind::Each(E::Callback),
            (E::Callback, _) => Kind::One(E::PathItem),
            (E::Parameter | E::Header | E::MediaType | E::Parameter2 | E::Response2, "schema")
            | (E::MediaType, "itemSchema") => Kind::Schema,
            (E::Parameter | E::Header | E::RequestBody | E::Response, "content") => {
                Kind::Each(E::MediaType)
            }
            (E::Parameter | E::Header | E::MediaType, "examples") => Kind::Each(E::Example),
            (E::Response, "links") => Kind::Each(E::Link),
            (E::Response | E::Encoding, "headers") => Kind::Each(E::Header),
            (E::MediaType, "encoding" | "prefixEncoding") => Kind::Each(E::Encoding),
            (E::MediaType, "itemEncoding") => Kind::One(E::Encoding),
            (E::PathItem2 | E::Operation2, "parameters") => Kind::Each(E::Parameter2),
            (E::PathItem2, name) if is_method(name) => Kind::One(E::Operation2),
            (E::Operation2, "responses") => Kind::Each(E::Response2),
            (E::Response2, "headers") => Kind::Each(E::Header2),
            _ => Kind::Opaque,
        }
    }
}

/// Whether a field of a path item holds an operation, whatever the format calls a method.
fn is_method(name: &str) -> bool {
    !name.starts_with("x-") && !matches!(name, "$ref" | "servers" | "summary" | "description")
}

fn document3(token: &str) -> Kind {
    match token {
        "paths" | "webhooks" => Kind::Each(Element::PathItem),
        "components" => Kind::Components,
        // `definitions` left over from version 2.0, and what the validator takes for a schema.
        _ => schema(token),
    }
}

fn components(token: &str) -> Kind {
    match token {
        "schemas" => Kind::SchemaMap,
        "responses" => Kind::Each(Element::Response),
        "parameters" => Kind::Each(Element::Parameter),
        "requestBodies" => Kind::Each(Element::RequestBody),
        "headers" => Kind::Each(Element::Header),
        "callbacks" => Kind::Each(Element::Callback),
        "pathItems" => Kind::Each(Element::PathItem),
        "mediaTypes" => Kind::Each(Element::MediaType),
        "examples" => Kind::Each(Element::Example),
        "links" => Kind::Each(Element::Link),
        "securitySchemes" => Kind::Each(Element::SecurityScheme),
        _ => Kind::Opaque,
    }
}

fn document2(token: &str) -> Kind {
    match token {
        "paths" => Kind::Each(Element::PathItem2),
        "definitions" => Kind::SchemaMap,
        "parameters" => Kind::Each(Element::Parameter2),
        "responses" => Kind::Each(Element::Response2),
        _ => schema(token),
    }
}

/// JSON Schema 2020-12 Core, 10 and 11, and `definitions` of the older dialects.
fn schema(token: &str) -> Kind {
    match token {
        "items" => Kind::SchemaOrList,
        "additionalProperties"
        | "additionalItems"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contentSchema" => Kind::Schema,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Kind::SchemaList,
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
        | "dependencies" => Kind::SchemaMap,
        _ => Kind::Opaque,
    }
}

/// What a pointer into `document` leads to; `None` if nothing stands there.
pub(crate) fn kind_at(root: Kind, document: &Value, pointer: &str) -> Option<Kind> {
    let mut value = document;
    let mut kind = root.of(value);
    for token in pointer.split('/').skip(1) {
        let token = crate::pointer::unescape(token);
        value = match value {
            Value::Object(members) => members.get(token.as_ref())?,
            Value::Array(items) => items.get(token.parse::<usize>().ok()?)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
        kind = kind.child(&token).of(value);
    }
    Some(kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(root: Kind, document: &Value, pointer: &str, expect: Option<Kind>) {
        assert_eq!(kind_at(root, document, pointer), expect, "{pointer}");
    }

    #[test]
    fn examples_and_defaults_are_never_schemas() {
        let document = json!({"components": {"schemas": {"A": {
            "properties": {"example": {"type": "string"}, "default": {"properties": {"x": {}}}},
            "example": {"properties": {"x": {}}},
            "enum": [{"not": {}}],
            "allOf": [{"default": {"items": {}}}],
        }}}});
        let at = |pointer: &str, expect| {
            check(Kind::Document3, &document, &format!("/components/schemas/A{pointer}"), expect);
        };
        at("", Some(Kind::Schema));
        at("/properties/example", Some(Kind::Schema));
        at("/properties/default/properties/x", Some(Kind::Schema));
        at("/example/properties/x", Some(Kind::Opaque));
        at("/enum/0/not", Some(Kind::Opaque));
        at("/allOf/0", Some(Kind::Schema));
        at("/allOf/0/default/items", Some(Kind::Opaque));
        at("/allOf/1", None);
    }

    #[test]
    fn extensions_in_responses_are_opaque() {
        let document = json!({"paths": {"/a": {"get": {"responses": {
            "x-common": {"content": {"a/b": {"schema": {}}}},
            "200": {"content": {"x-a/b": {"schema": {}}}},
        }}}}});
        let responses = "/paths/~1a/get/responses";
        let extension = format!("{responses}/x-common/content/a~1b/schema");
        check(Kind::Document3, &document, &extension, Some(Kind::Opaque));
        let declared = format!("{responses}/200/content/x-a~1b/schema");
        check(Kind::Document3, &document, &declared, Some(Kind::Schema));
    }

    #[test]
    fn swagger_parameter_is_its_own_schema_unless_it_is_a_body() {
        let document = json!({"parameters": {
            "limit": {"in": "query", "name": "limit", "type": "integer"},
            "order": {"in": "body", "name": "order", "schema": {"type": "object"}},
        }});
        check(Kind::Document2, &document, "/parameters/limit", Some(Kind::InlineSchema));
        check(
            Kind::Document2,
            &document,
            "/parameters/order",
            Some(Kind::One(Element::Parameter2)),
        );
        check(Kind::Document2, &document, "/parameters/order/schema", Some(Kind::Schema));
    }
}
