//! Laws over small random schemas and values: what is called valid validates, what is called a
//! violation is refused, rendering loses nothing, and chance that runs dry comes to an end.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use harness_contract::{
    Contract, Direction, Location, OperationKey, SchemaRef, Style, Validator, read,
};
use harness_generate::{OperationPlan, Source, render, values};
use harness_model::{Body, BodyContent, BoundValue, Intent, ParameterValue, Step};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Nodes of one random schema.
const NODES_MAX: u32 = 12;
/// Choices that one small value may take before it counts as endless.
const CHOICES_MAX: usize = 200_000;

/// Schemas of scalars; every one has a value.
fn scalar() -> impl Strategy<Value = Value> {
    let pattern = prop_oneof![
        Just("^[a-z]{2,5}$"),
        Just("^A-[0-9]+$"),
        Just("[0-9]{3}"),
        Just("^(yes|no)$"),
        Just("^\\d{4}-\\d{2}$"),
        Just("^(?!x)[a-z]+$"),
    ];
    let format = prop_oneof![Just("date"), Just("uuid"), Just("email"), Just("int32")];
    prop_oneof![
        (0_u32..4, 0_u32..6).prop_map(|(least, more)| {
            json!({"type": "string", "minLength": least, "maxLength": least + more})
        }),
        pattern.prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        format.prop_map(|format| json!({"type": "string", "format": format})),
        (-50_i64..50, 0_i64..40).prop_map(|(least, more)| {
            json!({"type": "integer", "minimum": least, "maximum": least + more})
        }),
        (-50_i64..50, 1_i64..5).prop_map(|(least, step)| {
            json!({"type": "integer", "minimum": least, "multipleOf": step})
        }),
        (-5_i64..5).prop_map(|least| {
            json!({"type": "number", "exclusiveMinimum": least, "exclusiveMaximum": least + 1})
        }),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": ["string", "null"]})),
        Just(json!({"enum": ["red", "green", 3, null]})),
        Just(json!({"const": "fixed"})),
        Just(json!({"type": "string", "enum": ["a", "b"], "example": "\"a\""})),
    ]
}

/// Schemas with parts, alternatives and conjunctions; some have no value at all.
fn schema() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, NODES_MAX, 3, |inner| {
        let members = prop::collection::vec((inner.clone(), any::<bool>()), 1..4);
        let object = (members, any::<bool>()).prop_map(|(members, is_closed)| {
            let named = || members.iter().enumerate().map(|(idx, m)| (format!("m{idx}"), m));
            let properties: serde_json::Map<String, Value> =
                named().map(|(name, (schema, _))| (name, schema.clone())).collect();
            let required: Vec<String> =
                named().filter(|(_, (_, needed))| *needed).map(|(name, _)| name).collect();
            json!({"type": "object", "properties": properties, "required": required,
                   "additionalProperties": !is_closed})
        });
        let array = (inner.clone(), 0_u32..3, 0_u32..3).prop_map(|(items, least, more)| {
            json!({"type": "array", "items": items, "minItems": least, "maxItems": least + more})
        });
        let unique = inner
            .clone()
            .prop_map(|items| json!({"type": "array", "items": items, "uniqueItems": true}));
        let both = prop::collection::vec(inner.clone(), 2);
        let combined = prop_oneof![Just("anyOf"), Just("oneOf"), Just("allOf")];
        prop_oneof![
            3 => object,
            2 => array,
            1 => unique,
            1 => (both, combined).prop_map(|(schemas, keyword)| json!({keyword: schemas})),
            1 => inner.prop_map(|schema| json!({"not": schema})),
        ]
    })
}

/// A contract of one operation that takes this content.
fn contract(schema: &Value) -> Contract {
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "laws", "version": "1"},
        "paths": {"/a": {"post": {
            "requestBody": {
                "required": true,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}},
            },
            "responses": {"200": {"description": "fine"}},
        }}},
        "components": {"schemas": {"A": schema}},
    });
    read(document.to_string().as_bytes(), "laws").unwrap()
}

fn at_a() -> SchemaRef {
    SchemaRef::at("/components/schemas/A")
}

fn validator(contract: &Contract) -> Validator {
    Validator::compile(&contract.schemas, &at_a(), Direction::Request).unwrap()
}

fn content(step: &Step) -> Option<&Value> {
    match step.body.as_ref().map(|body| &body.content) {
        Some(BodyContent::Json(value)) => Some(value),
        _ => None,
    }
}

fn step(path: &str, parameter: ParameterValue) -> Step {
    Step {
        operation: OperationKey::new("GET", path),
        method: "GET".to_owned(),
        path: path.to_owned(),
        parameters: vec![parameter],
        body: None,
        identity: None,
        intent: Intent::Valid,
    }
}

fn parameter(location: Location, style: Style, explode: bool, value: Value) -> ParameterValue {
    ParameterValue {
        location,
        name: "c".to_owned(),
        style,
        explode,
        media_type: None,
        required: true,
        value: BoundValue::Known(value),
    }
}

fn target(path: &str, parameter: ParameterValue) -> String {
    render(&step(path, parameter), "").unwrap().target.lossy().into_owned()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_style() -> impl Strategy<Value = Style> {
    prop::sample::select(vec![
        Style::Simple,
        Style::Label,
        Style::Matrix,
        Style::Form,
        Style::SpaceDelimited,
        Style::PipeDelimited,
        Style::DeepObject,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn what_is_drawn_as_valid_validates(schema in schema(), octets in prop::collection::vec(any::<u8>(), 0..400)) {
        let contract = contract(&schema);
        if let Ok(strategy) = values(&contract.schemas, &at_a())
            && let Some(value) = strategy.draw(&mut Source::bytes(&octets))
        {
            prop_assert!(validator(&contract).is_valid(&value), "{value} for {schema}");
        }
    }

    #[test]
    fn every_scalar_schema_and_lists_and_objects_of_them_have_a_value(
        schema in scalar(), octets in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let object = json!({"type": "object", "properties": {"a": schema}, "required": ["a"]});
        let list = json!({"type": "array", "items": schema, "minItems": 1});
        for schema in [&schema, &object, &list] {
            let contract = contract(schema);
            let strategy = values(&contract.schemas, &at_a()).unwrap();
            prop_assert!(strategy.draw(&mut Source::bytes(&octets)).is_some(), "{schema}");
        }
    }

    #[test]
    fn a_dry_source_gives_the_simplest_value_and_ends(schema in schema()) {
        let contract = contract(&schema);
        if let Ok(strategy) = values(&contract.schemas, &at_a()) {
            let (mut bytes, mut replay) = (Source::bytes(&[]), Source::replay(Vec::new()));
            let simplest = strategy.draw(&mut bytes);
            prop_assert_eq!(&simplest, &strategy.draw(&mut replay));
            prop_assert!(bytes.choices().len() < CHOICES_MAX);
            prop_assert!(bytes.choices().iter().all(|choice| *choice == 0));
        }
    }

    #[test]
    fn recorded_choices_draw_the_same_value(schema in schema(), octets in prop::collection::vec(any::<u8>(), 0..400)) {
        let contract = contract(&schema);
        if let Ok(strategy) = values(&contract.schemas, &at_a()) {
            let mut source = Source::bytes(&octets);
            let value = strategy.draw(&mut source);
            prop_assert_eq!(value, strategy.draw(&mut Source::replay(source.choices().to_vec())));
        }
    }

    #[test]
    fn lists_are_what_they_say(schema in schema()) {
        let contract = contract(&schema);
        let (plan, validator) = (OperationPlan::compile_all(&contract).remove(0), validator(&contract));
        for step in plan.boundaries().iter().chain(&plan.examples()).chain(&plan.baseline()) {
            let value = content(step).unwrap();
            prop_assert!(validator.is_valid(value), "{}: {value} for {schema}", step.intent);
        }
        for step in plan.violations() {
            let Intent::Invalid(meant) = &step.intent else { panic!("{}", step.intent) };
            let Some(value) = content(&step) else {
                prop_assert_eq!(&meant.keyword, "required");
                continue;
            };
            let broken = validator.violations(value);
            prop_assert!(broken.iter().any(|found| found.keyword == meant.keyword),
                         "{}: {value} for {schema}", step.intent);
        }
    }

    #[test]
    fn a_query_text_is_decoded_to_what_was_meant(text in any::<String>()) {
        let target = target("/a", parameter(Location::Query, Style::Form, true, json!(text)));
        prop_assert_eq!(decoded(target.strip_prefix("/a?c=").unwrap()), text);
    }

    #[test]
    fn a_path_segment_is_decoded_to_what_was_meant(text in any::<String>()) {
        let target = target("/a/{c}/b", parameter(Location::Path, Style::Simple, false, json!(text)));
        let segment = target.strip_prefix("/a/").unwrap().strip_suffix("/b").unwrap();
        prop_assert!(!segment.contains('/') && segment != "." && segment != "..");
        prop_assert_eq!(decoded(segment), text);
    }

    #[test]
    fn items_stay_apart(items in prop::collection::vec(any::<String>(), 1..5), is_repeated in any::<bool>()) {
        let target = target("/a", parameter(Location::Query, Style::Form, is_repeated, json!(items)));
        let query = target.strip_prefix("/a?").unwrap();
        let texts: Vec<String> = if is_repeated {
            query.split('&').map(|pair| decoded(pair.strip_prefix("c=").unwrap())).collect()
        } else {
            query.strip_prefix("c=").unwrap().split(',').map(decoded).collect()
        };
        prop_assert_eq!(texts, items);
    }

    #[test]
    fn any_value_in_any_style_renders_to_a_target_of_visible_ascii(
        value in any_json(), style in any_style(), explode in any::<bool>(), is_path in any::<bool>(),
    ) {
        let (location, path) =
            if is_path { (Location::Path, "/{c}") } else { (Location::Query, "/a") };
        let target = target(path, parameter(location, style, explode, value));
        prop_assert!(target.bytes().all(|octet| octet.is_ascii_graphic()), "{target}");
    }

    #[test]
    fn json_content_is_read_back_as_it_was_meant(value in any_json()) {
        let mut step = step("/a", parameter(Location::Query, Style::Form, true, json!(1)));
        let media_type = Some("application/json".to_owned());
        step.body = Some(Body { media_type, content: BodyContent::Json(value.clone()), bindings: Vec::new() });
        let octets = render(&step, "").unwrap().content.0;
        prop_assert_eq!(serde_json::from_slice::<Value>(&octets).unwrap(), value);
    }
}
