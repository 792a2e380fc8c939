//! Which minimal case is found, and the laws of the search.

use harness_contract::{Location, OperationKey, Style};
use harness_model::{
    Binding, BindingSource, Body, BodyContent, BoundValue, Case, CaseId, Intent, ParameterValue,
    Step,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Limits, Shrunk, shrink, sort_key};

const LIMITS: Limits = Limits { probes_max: 1_000 };

fn step(content: Option<Value>) -> Step {
    Step {
        operation: OperationKey::new("POST", "/orders"),
        method: "POST".to_owned(),
        path: "/orders".to_owned(),
        parameters: Vec::new(),
        body: content.map(|content| Body {
            media_type: Some("application/json".to_owned()),
            content: BodyContent::Json(content),
            bindings: Vec::new(),
        }),
        identity: None,
        intent: Intent::Valid,
    }
}

fn case(content: Value) -> Case {
    let id =
        CaseId { phase: "t".to_owned(), operation: OperationKey::new("POST", "/orders"), index: 0 };
    Case::single(id, step(Some(content)))
}

fn content(case: &Case) -> Value {
    match case.prefix.last().and_then(|step| step.body.as_ref()).map(|body| &body.content) {
        Some(BodyContent::Json(content)) => content.clone(),
        _ => Value::Null,
    }
}

/// Shrinks content that fails by a predicate and compares what is left.
fn check(from: Value, fails: impl Fn(&Value) -> bool, expected: &Value) {
    assert!(fails(&from), "it must fail to begin with");
    let shrunk = shrink(case(from), LIMITS, &mut |case| fails(&content(case)));
    assert_eq!(content(&shrunk.case), *expected, "after {} probes", shrunk.probes);
    assert!(!shrunk.exhausted);
}

fn order() -> Value {
    json!({
        "customer": {"name": "Ann Müller", "address": {"city": "Ulm", "zip": "89073"}},
        "items": [
            {"product": 17, "quantity": 3, "note": "gift"},
            {"product": 4, "quantity": 4711, "note": "blue"},
            {"product": 9, "quantity": 12, "note": ""}
        ],
        "note": "leave it 😀 at the door", "express": true, "total": 99.95, "coupon": null
    })
}

#[test]
fn a_limit_on_a_nested_number_leaves_one_item_just_beyond_it() {
    let fails = |v: &Value| {
        v["items"].as_array().is_some_and(|items| {
            items.iter().any(|item| item["quantity"].as_i64().is_some_and(|q| q >= 1001))
        })
    };
    check(order(), fails, &json!({"items": [{"quantity": 1001}]}));
}

#[test]
fn a_character_that_breaks_things_is_left_alone() {
    let fails = |v: &Value| v["note"].as_str().is_some_and(|note| note.contains('😀'));
    check(order(), fails, &json!({"note": "😀"}));
}

#[test]
fn a_limit_on_length_leaves_the_shortest_plain_string() {
    let fails = |v: &Value| v["note"].as_str().is_some_and(|note| note.chars().count() > 5);
    check(order(), fails, &json!({"note": "aaaaaa"}));
}

#[test]
fn two_conditions_keep_both_parts_and_nothing_else() {
    let fails = |v: &Value| {
        v["express"] == json!(true) && v["items"].as_array().is_some_and(|items| items.len() >= 2)
    };
    check(
        order(),
        fails,
        &json!({"items": [0, 0], "express": true}).replaced(|v| {
            v["items"] = json!([{}, {}]);
        }),
    );
}

trait Replaced {
    fn replaced(self, edit: impl FnOnce(&mut Value)) -> Value;
}

impl Replaced for Value {
    fn replaced(mut self, edit: impl FnOnce(&mut Value)) -> Value {
        edit(&mut self);
        self
    }
}

#[test]
fn a_negative_number_ends_next_to_zero() {
    let fails = |v: &Value| v["total"].as_f64().is_some_and(|total| total < 0.0);
    check(order().replaced(|v| v["total"] = json!(-812)), fails, &json!({"total": -1}));
}

#[test]
fn a_fraction_is_kept_only_where_it_matters() {
    let fails = |v: &Value| v["total"].as_f64().is_some_and(|total| total.fract() != 0.0);
    let shrunk = shrink(case(order()), LIMITS, &mut |case| fails(&content(case)));
    let total = content(&shrunk.case)["total"].clone();
    assert_eq!(content(&shrunk.case), json!({"total": total}));
    assert!(total.to_string().len() <= 4, "{total}");
}

#[test]
fn a_failure_that_needs_nothing_loses_its_content() {
    let shrunk = shrink(case(order()), LIMITS, &mut |_| true);
    assert!(shrunk.case.prefix[0].body.is_none());
    assert!(shrunk.probes <= 2, "{} probes", shrunk.probes);
}

#[test]
fn optional_parameters_go_and_required_ones_stay() {
    let mut case = case(Value::Null);
    let parameter = |name: &str, required: bool| ParameterValue {
        location: Location::Query,
        name: name.to_owned(),
        style: Style::Form,
        explode: true,
        media_type: None,
        required,
        value: BoundValue::Known(json!(77)),
    };
    case.prefix[0].parameters = vec![
        parameter("a", false),
        parameter("b", true),
        parameter("c", false),
        parameter("d", false),
    ];
    let fails = |case: &Case| {
        case.prefix[0]
            .parameters
            .iter()
            .any(|p| p.name == "c" && p.value == BoundValue::Known(json!(77)))
    };
    let shrunk = shrink(case, LIMITS, &mut |case| fails(case));
    let left: Vec<_> =
        shrunk.case.prefix[0].parameters.iter().map(|p| (&*p.name, &p.value)).collect();
    assert_eq!(left, [("b", &BoundValue::Known(json!(0))), ("c", &BoundValue::Known(json!(77)))]);
}

#[test]
fn steps_that_nobody_needs_go_and_bindings_are_renumbered() {
    let mut case = case(Value::Null);
    let mut get = step(None);
    get.method = "GET".to_owned();
    get.parameters.push(ParameterValue {
        location: Location::Path,
        name: "id".to_owned(),
        style: Style::Simple,
        explode: false,
        media_type: None,
        required: true,
        value: BoundValue::Bound(Binding { step: 1, from: BindingSource::Body("/id".to_owned()) }),
    });
    case.prefix = vec![step(Some(json!(1))), step(Some(json!(2))), step(Some(json!(3))), get];
    let fails = |case: &Case| {
        let last = case.prefix.last().expect("never empty");
        let bound = last.parameters.first().map(|p| &p.value);
        let Some(BoundValue::Bound(binding)) = bound else { return false };
        case.prefix.get(binding.step).is_some_and(|made| made.method == "POST")
    };
    let shrunk = shrink(case, LIMITS, &mut |case| fails(case)).case;
    assert_eq!(shrunk.prefix.len(), 2);
    assert!(matches!(&shrunk.prefix[1].parameters[0].value, BoundValue::Bound(b) if b.step == 0));
}

#[test]
fn raw_octets_are_cut_down() {
    let mut case = case(Value::Null);
    if let Some(body) = &mut case.prefix[0].body {
        body.content = BodyContent::Octets(b"{\"a\": [1, 2, \xff, 3]}".to_vec().into());
    }
    let fails = |case: &Case| match case.prefix[0].body.as_ref().map(|body| &body.content) {
        Some(BodyContent::Octets(octets)) => octets.0.contains(&0xff),
        _ => false,
    };
    let shrunk = shrink(case, LIMITS, &mut |case| fails(case)).case;
    let content = &shrunk.prefix[0].body.as_ref().expect("it has content").content;
    assert_eq!(*content, BodyContent::Octets(vec![0xff].into()));
}

#[test]
fn a_body_of_ten_fields_takes_few_probes() {
    let from = json!({
        "id": "7d444840-9dc0-11d1-b245-5ffdce74fad2", "email": "ann@example.com", "name": "Ann",
        "age": 41, "score": 0.75, "tags": ["a", "b"], "kind": "gold", "since": "2024-01-01",
        "address": {"city": "Ulm", "zip": "89073"}, "active": true
    });
    let mut probes: Vec<u32> = from
        .as_object()
        .expect("an object")
        .keys()
        .map(|name| {
            let mut fails = |c: &Case| content(c).get(name).is_some();
            shrink(case(from.clone()), LIMITS, &mut fails).probes
        })
        .collect();
    probes.sort_unstable();
    assert!(probes[probes.len() / 2] <= 30, "{probes:?}");
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e6..1e6).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-e~/]{1,2}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A predicate that depends on the value in no simple way.
fn hashes_to(value: &Value, modulus: u8) -> bool {
    blake3::hash(value.to_string().as_bytes()).as_bytes()[0].is_multiple_of(modulus)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_result_fails_and_is_never_larger(from in value(), modulus in 1_u8..5) {
        let before = case(from.clone());
        let mut fails = |c: &Case| *c == before || hashes_to(&content(c), modulus);
        let Shrunk { case: after, probes, .. } = shrink(before.clone(), LIMITS, &mut fails);
        prop_assert!(fails(&after));
        prop_assert!(sort_key(&after) <= sort_key(&before));
        prop_assert!(probes <= LIMITS.probes_max);
    }

    #[test]
    fn shrinking_what_is_minimal_changes_nothing(from in value()) {
        let mut fails = |c: &Case| c.prefix[0].body.is_some() && hashes_to(&content(c), 3);
        let before = case(from);
        prop_assume!(fails(&before));
        let first = shrink(before, LIMITS, &mut fails);
        prop_assume!(!first.exhausted);
        let second = shrink(first.case.clone(), LIMITS, &mut fails);
        prop_assert_eq!(first.case, second.case);
    }

    #[test]
    fn the_limit_on_probes_is_kept(from in value(), probes_max in 0_u32..20) {
        let mut asked = 0;
        let mut fails = |c: &Case| { asked += 1; hashes_to(&content(c), 2) };
        let shrunk = shrink(case(from), Limits { probes_max }, &mut fails);
        prop_assert!(shrunk.probes <= probes_max);
        prop_assert_eq!(shrunk.probes, asked);
    }
}
