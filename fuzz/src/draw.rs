//! Steps and cases out of a fuzzer's octets. Every choice takes its octets from the front and is 0 when
//! there are none left, so that an input has a simple meaning: a longer one adds, it does not shift.
//! Knows the nouns; knows no contract and no law.

use arbitrary::Unstructured;
use arbitrary::unstructured::Int;
use harness_contract::{Location, OperationKey, Style};
use harness_model::{
    Binding, BindingSource, Body, BodyContent, BoundValue, Case, CaseId, Intent, Octets,
    ParameterValue, Step,
};
use serde_json::{Map, Number, Value, json};

/// Levels of one value: each level of a real request needs no more.
const DEPTH_MAX: u32 = 4;
/// Items or members of one container.
const ITEMS_MAX: u8 = 4;
/// Characters or octets that are drawn one by one.
const CHARS_MAX: u8 = 12;
/// Parameters of one step.
const PARAMETERS_MAX: u8 = 4;
/// Steps of one part of a case.
const STEPS_MAX: u8 = 3;

/// Names of parameters: what a template, a field or a cookie can hold.
const NAMES: &[&str] = &["id", "c", "X-Key", "a.b", "limit", "q"];
/// Texts that mean something to somebody.
const TEXTS: &[&str] = &[
    "", "a", ".", "..", "/", "a/b", "a,b", "a b", "a|b", "a=b&c", ";", "%2F", "null", "ü", "😀",
    "\u{0}", "\r\n", "{id}", "a.b", "+",
];

/// A choice in `0..=max`.
pub(crate) fn pick<T: Int + Default>(octets: &mut Unstructured<'_>, max: T) -> T {
    octets.int_in_range(T::default()..=max).unwrap_or_default()
}

/// One of a list, which must not be empty.
pub(crate) fn one_of<'a, T: ?Sized>(octets: &mut Unstructured<'_>, list: &[&'a T]) -> &'a T {
    let last = u8::try_from(list.len() - 1).expect("the lists are short");
    list[usize::from(pick(octets, last))]
}

/// True for an odd octet.
pub(crate) fn coin(octets: &mut Unstructured<'_>) -> bool {
    pick(octets, 1_u8) == 1
}

/// A text: one that means something, or a few characters.
pub(crate) fn text(octets: &mut Unstructured<'_>) -> String {
    if coin(octets) {
        return one_of(octets, TEXTS).to_owned();
    }
    let count = pick(octets, CHARS_MAX);
    let character = |_| match pick(octets, 3_u8) {
        0 => char::from(b'a' + pick(octets, 25)),
        1 => char::from(pick(octets, 0x7F_u8)),
        2 => char::from_u32(pick(octets, 0xFFFF)).unwrap_or('\u{FFFD}'),
        _ => char::from_u32(pick(octets, 0x0010_FFFF)).unwrap_or('\u{FFFD}'),
    };
    (0..count).map(character).collect()
}

/// A JSON value.
pub(crate) fn value(octets: &mut Unstructured<'_>) -> Value {
    value_below(octets, DEPTH_MAX)
}

fn value_below(octets: &mut Unstructured<'_>, depth: u32) -> Value {
    let last_kind = if depth == 0 { 6 } else { 8_u8 };
    match pick(octets, last_kind) {
        0 => Value::String(text(octets)),
        1 => json!(pick(octets, u8::MAX)),
        2 => json!(pick(octets, i64::MAX)),
        3 => json!(-pick(octets, i64::MAX)),
        4 => Number::from_f64(f64::from_bits(pick(octets, u64::MAX)))
            .map_or(json!(0.5), Value::Number),
        5 => json!(coin(octets)),
        6 => Value::Null,
        7 => (0..pick(octets, ITEMS_MAX)).map(|_| value_below(octets, depth - 1)).collect(),
        _ => {
            let count = pick(octets, ITEMS_MAX);
            let member = |_| (text(octets), value_below(octets, depth - 1));
            Value::Object((0..count).map(member).collect::<Map<_, _>>())
        }
    }
}

/// A parameter value in any place, style and form, valid together or not.
fn parameter(octets: &mut Unstructured<'_>, bindings: bool) -> ParameterValue {
    let location =
        *one_of(octets, &[&Location::Query, &Location::Path, &Location::Header, &Location::Cookie]);
    let style = *one_of(
        octets,
        &[
            &Style::Form,
            &Style::Simple,
            &Style::Label,
            &Style::Matrix,
            &Style::SpaceDelimited,
            &Style::PipeDelimited,
            &Style::DeepObject,
        ],
    );
    let explode = coin(octets);
    let name = one_of(octets, NAMES).to_owned();
    let kind = pick(octets, 7_u8);
    let value = if kind == 7 && bindings {
        BoundValue::Bound(binding(octets))
    } else {
        BoundValue::Known(value(octets))
    };
    // `content` stands in place of `style` (OpenAPI 3.1, 4.8.12), which then is its default.
    let media_type = (kind == 6).then(|| "application/json".to_owned());
    let style = match location {
        Location::Query | Location::Cookie if media_type.is_some() => Style::Form,
        Location::Path | Location::Header if media_type.is_some() => Style::Simple,
        Location::Query | Location::Cookie | Location::Path | Location::Header => style,
    };
    ParameterValue { location, name, style, explode, media_type, required: kind > 3, value }
}

fn binding(octets: &mut Unstructured<'_>) -> Binding {
    let from = match pick(octets, 2_u8) {
        0 => BindingSource::Body("/id".to_owned()),
        1 => BindingSource::Header("ETag".to_owned()),
        _ => BindingSource::LocationSegment,
    };
    Binding { step: usize::from(pick(octets, 2_u8)), from }
}

fn body(octets: &mut Unstructured<'_>, bindings: bool) -> Body {
    let (media_type, content) = match pick(octets, 2_u8) {
        0 => ("application/json", BodyContent::Json(value(octets))),
        1 => ("application/x-www-form-urlencoded", BodyContent::Form(value(octets))),
        _ => {
            let count = pick(octets, CHARS_MAX);
            let drawn = (0..count).map(|_| pick(octets, u8::MAX)).collect();
            ("application/octet-stream", BodyContent::Octets(Octets(drawn)))
        }
    };
    let media_type = (!coin(octets)).then(|| media_type.to_owned());
    let is_bound = bindings && pick(octets, 7_u8) == 7;
    let bindings = is_bound.then(|| ("/id".to_owned(), binding(octets)));
    Body { media_type, content, bindings: bindings.into_iter().collect() }
}

/// A step; `bindings`: whether values may be taken from earlier answers.
pub(crate) fn step(octets: &mut Unstructured<'_>, bindings: bool) -> Step {
    let method = *one_of(octets, &[&"GET", &"POST", &"DELETE"]);
    let path = *one_of(octets, &[&"/a/{id}/b", &"/a", &"/a/{id}/{c}", &"/{a.b}{c", &"/ü/{}/}"]);
    let count = pick(octets, PARAMETERS_MAX);
    let parameters = (0..count).map(|_| parameter(octets, bindings)).collect();
    let body = coin(octets).then(|| body(octets, bindings));
    Step {
        operation: OperationKey::new(method, path),
        method: method.to_owned(),
        path: path.to_owned(),
        parameters,
        body,
        identity: None,
        intent: Intent::Valid,
    }
}

/// A case of at least one step, whose bindings lead to earlier steps.
pub(crate) fn case(octets: &mut Unstructured<'_>) -> Case {
    let steps = |octets: &mut Unstructured<'_>, least: u8| -> Vec<Step> {
        let count = least + pick(octets, STEPS_MAX - least);
        (0..count).map(|_| step(octets, true)).collect()
    };
    let prefix = steps(octets, 1);
    let lanes = (0..pick(octets, 2_u8)).map(|_| steps(octets, 0)).collect();
    let probes = steps(octets, 0);
    let operation = prefix[0].operation.clone();
    let id = CaseId { phase: "fuzz".to_owned(), operation, index: 0 };
    let mut case = Case { id, prefix, lanes, probes };
    for (idx, step) in case.steps_mut().enumerate() {
        lead_back(step, idx);
    }
    case
}

/// Makes the bindings of the step at this index lead to steps before it.
fn lead_back(step: &mut Step, idx: usize) {
    for parameter in &mut step.parameters {
        match &mut parameter.value {
            BoundValue::Bound(_) if idx == 0 => parameter.value = BoundValue::Known(Value::Null),
            BoundValue::Bound(binding) => binding.step %= idx,
            BoundValue::Known(_) => {}
        }
    }
    if let Some(body) = &mut step.body {
        if idx == 0 {
            body.bindings.clear();
        }
        for (_, binding) in &mut body.bindings {
            binding.step %= idx;
        }
    }
}
