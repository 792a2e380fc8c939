//! Requests that HTTP itself makes possible and contracts hardly ever speak of: other methods and media
//! types, parameters twice or in another form, escapes that are none, and fields that nobody declares.
//! Which of them the contract forbids is for the judge of the wire to say.

use harness_contract::{Location, Style};
use harness_model::{Body, BodyContent, BoundValue, ParameterValue, Place, Step};
use serde_json::{Value, json};

use crate::bodies::BodyPart;
use crate::draw::{Fill, valid};
use crate::malformed::header;
use crate::media::Family;
use crate::parts::{ParameterPart, Parts};
use crate::wire::route;
use crate::{Generator, Source};

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "protocol",
    explain: "Asks with other methods (unknown, lower case, undeclared, by an override field), content \
              without a media type, of another one, or in another charset, parameters twice or with \
              brackets, escapes that are none or no UTF-8, and long, empty and foreign fields. What the \
              contract forbids must be refused; on the rest only a crash is found. Methods that change \
              things come last.",
};

/// Cases of one operation that change nothing, or only what the operation itself changes.
pub(crate) const SAFE_MAX: usize = 50;
/// Cases of one operation by methods that change things, which come last.
pub(crate) const DESTRUCTIVE_MAX: usize = 10;
/// Parameters of one operation that are probed.
const PARAMETERS_MAX: usize = 8;
/// Octets of a long field and of a long query: more than most servers take by default for one line.
const LONG: usize = 8_192;
/// Fields of a request of many: the usual limit of servers is 100.
const FIELDS: usize = 90;
/// Methods that change what they are asked of, should the service know them.
const DESTRUCTIVE: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];
/// Fields by which some frameworks let a client name another method.
const OVERRIDES: [&str; 3] = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

/// Texts that stand in a target as they are, escapes and all (RFC 3986, 2.1; RFC 3629, 3).
const RAW: &[(&str, &str)] = &[
    ("%zz", "an escape that is none"),
    ("%ff%fe", "escapes that are no UTF-8"),
    ("%", "an escape that ends at once"),
    ("%c0%af", "an overlong slash"),
    ("%00", "an escaped NUL"),
    ("%ed%a0%80", "a surrogate"),
    ("%u0041", "an escape of a script"),
    ("%252e%252e%252f", "the parent of a path, escaped twice"),
];

/// A request, what is odd about it and where.
pub(crate) struct Probe {
    pub(crate) step: Step,
    pub(crate) at: Place,
    pub(crate) what: String,
    pub(crate) rank: u8,
}

/// All probes of an operation. `routes`: methods and paths of all operations of the contract.
pub(crate) fn probes(baseline: &Step, parts: &Parts, routes: &[(String, String)]) -> Vec<Probe> {
    let mut found = media_types(baseline, parts);
    found.extend(methods(baseline, routes));
    found.extend(fields(baseline));
    for part in parts.parameters.iter().take(PARAMETERS_MAX) {
        found.extend(escapes(baseline, part));
        found.extend(forms(baseline, part));
    }
    found
}

/// Whether a step asks by a method that changes things although its operation has another: should the
/// service know it, something may be gone.
pub(crate) fn is_destructive(step: &Step) -> bool {
    let (own, _) = route(&step.operation);
    let is_other = |method: &str| {
        method != own && DESTRUCTIVE.iter().any(|known| known.eq_ignore_ascii_case(method))
    };
    let overrides = step.parameters.iter().any(|parameter| {
        let is_named = OVERRIDES.iter().any(|name| name.eq_ignore_ascii_case(&parameter.name))
            || parameter.name == "_method";
        let named = match &parameter.value {
            BoundValue::Known(Value::String(method)) => method.as_str(),
            BoundValue::Known(_) | BoundValue::Bound(_) => "",
        };
        is_named && is_other(named)
    });
    is_other(&step.method) || overrides
}

fn media_types(baseline: &Step, parts: &Parts) -> Vec<Probe> {
    let mut found = Vec::new();
    let Some(part) = parts.bodies.first() else { return found };
    let Some(value) = part.plausible() else { return found };
    let body = part.with(value);
    let mut push = |media_type: Option<String>, content: &BodyContent, what: String, rank: u8| {
        let mut step = baseline.clone();
        step.body = Some(Body { media_type, content: content.clone(), bindings: Vec::new() });
        found.push(Probe { step, at: Place::Body { pointer: String::new() }, what, rank });
    };
    push(None, &body.content, "content without a media type".to_owned(), 0);
    for other in
        ["text/plain", "application/x-no-such-type", "application", ";", "application/octet-stream"]
    {
        let what = format!("content that is called {other}");
        push(Some(other.to_owned()), &body.content, what, 1);
    }
    for (other, octets) in [
        ("application/json", &b"{\"a\":1}"[..]),
        ("application/xml", b"<a>1</a>"),
        ("application/x-www-form-urlencoded", b"a=1"),
        ("text/csv", b"a,b\r\n1,2\r\n"),
    ] {
        if Family::of(other) != part.family {
            let content = BodyContent::Octets(octets.to_vec().into());
            push(Some(other.to_owned()), &content, format!("content of type {other}"), 0);
        }
    }
    charsets(&mut push, part, &body);
    found
}

/// The same media type in other words. JSON knows no charset (RFC 8259, 11), so a reader may refuse
/// or ignore one.
fn charsets(
    push: &mut impl FnMut(Option<String>, &BodyContent, String, u8),
    part: &BodyPart,
    body: &Body,
) {
    let own = &part.media_type;
    let others = [
        (format!("{own}; charset=utf-16"), "another charset than the content's"),
        (format!("{own}; charset=no-such-charset"), "a charset that does not exist"),
        (format!("{own}; charset=\"utf-8"), "a quotation mark that does not close"),
        (format!("{own};"), "a semicolon at the end of the media type"),
        (own.to_ascii_uppercase(), "the media type in upper case"),
    ];
    for (media_type, what) in others {
        push(Some(media_type), &body.content, what.to_owned(), 2);
    }
}

fn methods(baseline: &Step, routes: &[(String, String)]) -> Vec<Probe> {
    let (own, _) = route(&baseline.operation);
    let target = crate::render(baseline, "").expect("planned steps have no bound values").target;
    let target = target.lossy().into_owned();
    let path = target.split('?').next().unwrap_or_default();
    let is_declared = |method: &str| {
        routes.iter().any(|(other, template)| other == method && may_be(template, path))
    };
    let mut found = Vec::new();
    let mut push = |step: Step, what: String| {
        found.push(Probe { step, at: Place::Request, what, rank: 1 });
    };
    let lower = own.to_ascii_lowercase();
    for method in
        ["HEAD", "OPTIONS", "GET", "BREW", &lower, "TRACE", "POST", "PUT", "PATCH", "DELETE"]
    {
        if is_declared(method) {
            continue;
        }
        let has_content = !matches!(method, "HEAD" | "OPTIONS" | "GET" | "TRACE" | "DELETE");
        let body = baseline.body.clone().filter(|_| has_content);
        let step = Step { method: method.to_owned(), body, ..baseline.clone() };
        push(step, format!("the method {method}"));
    }
    for (name, method) in OVERRIDES.iter().zip(["DELETE", "PUT", "BREW"]) {
        let mut step = baseline.clone();
        step.parameters.push(header(name, method));
        push(step, format!("the field {name} with {method}"));
    }
    found
}

/// Whether a path may be one of a template.
fn may_be(template: &str, path: &str) -> bool {
    let (mut ours, mut theirs) = (path.split('/'), template.split('/'));
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (Some(ours), Some(theirs)) if theirs.contains('{') || ours == theirs => {}
            _ => return false,
        }
    }
}

fn place(part: &ParameterPart) -> Place {
    Place::Parameter { location: part.location, name: part.name.clone(), pointer: String::new() }
}

fn is_it(part: &ParameterPart) -> impl Fn(&ParameterValue) -> bool {
    |value| value.location == part.location && value.name == part.name
}

/// Texts in the target that are not encoded as they should be.
fn escapes(baseline: &Step, part: &ParameterPart) -> Vec<Probe> {
    let slot = format!("{{{}}}", part.name);
    let path = match part.location {
        Location::Path if baseline.path.split('/').any(|segment| segment == slot) => None,
        Location::Query
            if part.name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) =>
        {
            Some(format!("{}?{}=", baseline.path, part.name))
        }
        Location::Path | Location::Query | Location::Header | Location::Cookie => {
            return Vec::new();
        }
    };
    let probe = |(nth, (raw, what)): (usize, &(&str, &str))| {
        let mut step = baseline.clone();
        step.parameters.retain(|value| !is_it(part)(value));
        step.path = match &path {
            Some(path) => format!("{path}{raw}"),
            None => baseline.path.replace(&slot, raw),
        };
        let rank = if nth < 2 { 0 } else { 2 };
        Probe { step, at: place(part), what: format!("{what}: {raw}"), rank }
    };
    RAW.iter().enumerate().map(probe).collect()
}

/// A parameter twice, and in forms that some frameworks make lists and objects of.
fn forms(baseline: &Step, part: &ParameterPart) -> Vec<Probe> {
    let mut found = Vec::new();
    if part.location == Location::Path {
        return found;
    }
    let Some(value) = part.plausible() else { return found };
    let mut other = Source::replay(vec![1; 16]);
    let other = valid(&part.graph, &mut other, part.alphabet, Fill::Chance);
    let mut push = |values: Vec<ParameterValue>, what: &str, rank: u8| {
        let mut step = baseline.clone();
        step.parameters.retain(|value| !is_it(part)(value));
        step.parameters.extend(values);
        found.push(Probe { step, at: place(part), what: what.to_owned(), rank });
    };
    let with = |value: &Value| part.with(value.clone());
    push(vec![with(&value), with(&value)], "the same value twice", 1);
    if let Some(other) = other.filter(|other| *other != value) {
        push(vec![with(&value), with(&other)], "two values", 0);
    }
    if part.location == Location::Query && !value.is_array() && !value.is_object() {
        for (more, what) in [
            ("[]", "brackets, as for a list"),
            ("[a]", "brackets, as for an object"),
            ("[$ne]", "brackets with an operator of a database"),
        ] {
            let named = ParameterValue { name: format!("{}{more}", part.name), ..with(&value) };
            push(vec![named], what, 1);
        }
    }
    let items = value.as_array().filter(|items| items.len() > 1);
    if part.location == Location::Query && items.is_some() {
        for style in [Style::Form, Style::SpaceDelimited, Style::PipeDelimited] {
            let own = with(&value);
            let explode = style == Style::Form && !own.explode;
            if style != own.style || explode != own.explode {
                push(vec![ParameterValue { style, explode, ..own }], "another style", 2);
            }
        }
    }
    found
}

/// Fields that nobody declares, long, foreign and many, and a long query.
fn fields(baseline: &Step) -> Vec<Probe> {
    let mut found = Vec::new();
    let mut push = |parameters: Vec<ParameterValue>, what: &str| {
        let mut step = baseline.clone();
        step.parameters.extend(parameters);
        found.push(Probe { step, at: Place::Request, what: what.to_owned(), rank: 2 });
    };
    let long = "a".repeat(LONG);
    push(vec![header("X-Long", &long)], "a field of 8 KiB");
    push(vec![header("X-Foreign", "f\u{fc}r \u{1f600}")], "a field beyond ASCII");
    push(vec![header("X-Empty", "")], "an empty field");
    push((0..FIELDS).map(|nth| header(&format!("X-Many-{nth}"), "a")).collect(), "90 fields more");
    push(
        vec![header("Accept", "application/x-no-such-type")],
        "an answer of a type that does not exist",
    );
    push(vec![header("Accept", ";q=x,,/")], "a list of types that is none");
    push(vec![header("If-None-Match", "no quotation marks")], "a condition that is none");
    push(vec![header("Range", "bytes=9-1,a-")], "a range that is none");
    let query =
        ParameterValue { location: Location::Query, style: Style::Form, ..header("long", &long) };
    push(vec![query], "a query of 8 KiB");
    let nul = ParameterValue {
        location: Location::Query,
        style: Style::Form,
        value: BoundValue::Known(json!("\0")),
        ..header("a\0b", "")
    };
    push(vec![nul], "an undeclared parameter with a NUL");
    found
}
