//! A page holds more than it may.

use harness_contract::{Direction, Location, Operation, Parameter};
use harness_model::{BoundValue, ParameterValue, Severity, Verdict};
use serde_json::Value;

use crate::answers::is_json;
use crate::finding::{Told, fail, unknown};
use crate::subject::ELSEWHERE;
use crate::{Check, Subject};

/// Names of parameters that say how many items one answer may hold, without `_`, `-` and brackets, in
/// lower case.
const SIZES: &[&str] = &[
    "itemsperpage",
    "limit",
    "maxitems",
    "maxresults",
    "pagelimit",
    "pagesize",
    "perpage",
    "$limit",
    "$top",
];
/// Names that say so only beside one of [`PLACES`]: alone they may be anything.
const SIZES_BESIDE_A_PLACE: &[&str] = &["count", "first", "rows", "size", "take", "top"];
/// Names of parameters that say where a page begins.
const PLACES: &[&str] = &[
    "$skip",
    "after",
    "continue",
    "cursor",
    "from",
    "offset",
    "page",
    "pagenumber",
    "pagetoken",
    "skip",
    "start",
    "startingafter",
];
/// Members that hold the items of a page, where there are several lists.
const ITEMS: &[&str] = &[
    "items", "data", "results", "records", "entries", "rows", "content", "value", "values", "hits",
];

pub(crate) const CHECK: Check = Check {
    name: "unbounded_result",
    explain: "An answer holds more items than its page-size parameter asks for, or than the parameter's \
        maximum in the contract when none is sent.\n\n\
        Why: a client reserves room for what it asked for; a list without an end is how one request \
        takes the memory of a service, and how a growing table takes down its clients.\n\n\
        A page size is an integer parameter in the query by the name of limit, page_size, per_page, \
        max_results and such; count, size, first, rows, take and top only beside page, offset or cursor. \
        The items are the answer itself if it is a list, or its one list, or the one called items, data, \
        results, ….\n\n\
        Quiet when: the request is not one that the contract allows (invalid_accepted says it); the \
        answer is no 2xx with JSON, or holds several lists; the size asked for is below 1, which often \
        means all, or sent twice. Unknown when the path may lead to another operation.\n\n\
        Medium beyond the maximum of the contract, low beyond what was asked for, since a service may \
        round up. Source: OpenAPI 3.1, 4.8.12; JSON Schema 2020-12 Validation, 6.2.2; OWASP API4:2023; \
        no code in the Web Fuzzing Commons.\n\n\
        Example: GET /orders?limit=1 → 200 with 5 items",
    needs_intent: false,
    judge,
};

fn judge(subject: &Subject<'_>) -> Vec<Verdict> {
    let is_judged = subject.step.intent.is_allowed() && subject.is_declared_method();
    let Some(response) = subject.answer().filter(|_| is_judged) else { return Vec::new() };
    let is_list = (200..300).contains(&response.status)
        && response.media_type().is_some_and(|essence| is_json(&essence));
    let Some(size) = page_size(subject.operation).filter(|_| is_list) else { return Vec::new() };
    let asked = asked(subject, size);
    let maximum = maximum(subject, size);
    let Some(bound) = asked.or(maximum).filter(|bound| *bound > 0) else { return Vec::new() };
    // Each item takes an octet and a comma at least.
    if response.content.len() / 2 < usize::try_from(bound).unwrap_or(usize::MAX) {
        return Vec::new();
    }
    let Ok(content) = serde_json::from_slice::<Value>(&response.content.0) else {
        return Vec::new();
    };
    let Some(found) = items(&content).map(<[Value]>::len) else { return Vec::new() };
    let is_beyond = |bound: i64| i64::try_from(found).is_ok_and(|found| found > bound);
    if !is_beyond(bound) {
        return Vec::new();
    }
    if !subject.reaches_operation() {
        return unknown(ELSEWHERE);
    }
    let is_beyond_maximum = maximum.is_some_and(is_beyond);
    let name = &size.name;
    let (which, expected) = match asked {
        Some(asked) => ("asked for", format!("at most {asked} items, as {name} asks for")),
        None => ("the maximum", format!("at most {bound} items, the maximum of {name}")),
    };
    let told = Told {
        check: CHECK.name,
        severity: if is_beyond_maximum { Severity::Medium } else { Severity::Low },
        effect: format!("query {name} more than {which}"),
        title: format!("answered {} with more items than {which} by {name}", response.status),
        expected,
        observed: format!("{found} items"),
        contract_pointer: Some(format!("#{}", size.pointer)),
        response_pointer: None,
    };
    vec![fail(subject, told)]
}

/// The operation's parameter that says how many items an answer may hold.
fn page_size(operation: &Operation) -> Option<&Parameter> {
    let in_query = || operation.parameters.iter().filter(|p| p.location == Location::Query);
    let named = |names: &[&str]| in_query().find(|p| names.contains(&&*plain(&p.name)));
    named(SIZES).or_else(|| {
        named(PLACES)?;
        named(SIZES_BESIDE_A_PLACE)
    })
}

/// `page[size]`, `pageSize` and `page-size` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || *c == '$').collect::<String>().to_lowercase()
}

/// The size that the request asks for; 0 if that cannot be told (twice, or no number), `None` if it
/// does not say.
fn asked(subject: &Subject<'_>, size: &Parameter) -> Option<i64> {
    let name = plain(&size.name);
    // `limit[]` is another name of it to some readers.
    let is_it = |p: &&ParameterValue| {
        p.location == size.location && plain(&p.name).starts_with(name.as_str())
    };
    let sent: Vec<_> = subject.step.parameters.iter().filter(is_it).collect();
    let is_raw = subject.step.path != subject.operation.path;
    match sent.as_slice() {
        [] if is_raw => Some(0),
        [] => None,
        [only] if only.name == size.name => match &only.value {
            BoundValue::Known(value) => {
                value.as_i64().or_else(|| value.as_str()?.parse().ok()).or(Some(0))
            }
            BoundValue::Bound(_) => Some(0),
        },
        _ => Some(0),
    }
}

/// The parameter's maximum as the contract states it, where its schema is an integer.
fn maximum(subject: &Subject<'_>, size: &Parameter) -> Option<i64> {
    let schemas = &subject.contract.schemas;
    let schema = schemas.get(&size.schema, Direction::Request)?;
    let (schema, _) = schemas.resolve(schema, Direction::Request);
    let limit = |name: &str| schema.get(name).and_then(Value::as_i64);
    limit("maximum").or_else(|| limit("exclusiveMaximum").map(|excluded| excluded - 1))
}

/// The items of a page: the content itself, its only list, or the one of several that goes by a name
/// for items.
fn items(content: &Value) -> Option<&[Value]> {
    match content {
        Value::Array(items) => Some(items),
        Value::Object(members) => {
            let lists = || members.iter().filter_map(|(name, v)| Some((name, v.as_array()?)));
            if lists().count() == 1 {
                return lists().next().map(|(_, items)| items.as_slice());
            }
            let mut named = lists().filter(|(name, _)| ITEMS.contains(&name.as_str()));
            match (named.next(), named.next()) {
                (Some((_, items)), None) => Some(items),
                _ => None,
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use harness_model::Severity;
    use serde_json::{Value, json};

    use crate::fixture::{Fixture, check, invalid, malformed, silent, unknown};

    const NAME: &str = "unbounded_result";

    /// Answers this to an operation with these parameters in the query, each with its schema.
    fn declared(parameters: &[(&str, &str)], content: &Value) -> Fixture {
        let parameters = parameters.iter().map(|(name, schema)| {
            format!(r#"{{"name": "{name}", "in": "query", "schema": {schema}}}"#)
        });
        let parameters = parameters.collect::<Vec<_>>().join(", ");
        Fixture::answered(200, &content.to_string())
            .declaring(r#""responses""#, &format!(r#""parameters": [{parameters}], "responses""#))
    }

    const LIMIT: (&str, &str) = ("limit", r#"{"type": "integer", "maximum": 4}"#);

    fn page(items: usize) -> Value {
        json!({"items": vec![7; items], "total": 100})
    }

    #[test]
    fn more_than_was_asked_for_is_of_low_severity() {
        let finding = check(NAME, &declared(&[LIMIT], &page(3)).with_query("limit", 2));
        assert_eq!(finding.signature.effect, "query limit more than asked for");
        assert_eq!(finding.severity, Severity::Low);
        assert_eq!(finding.evidence.observed, "3 items");
        silent(NAME, &declared(&[LIMIT], &page(2)).with_query("limit", 2));
    }

    #[test]
    fn more_than_the_maximum_is_of_medium_severity() {
        let finding = check(NAME, &declared(&[LIMIT], &page(5)).with_query("limit", 4));
        assert_eq!(finding.severity, Severity::Medium);
        let finding = check(NAME, &declared(&[LIMIT], &page(5)));
        assert_eq!(finding.signature.effect, "query limit more than the maximum");
        silent(NAME, &declared(&[LIMIT], &page(4)));
        let excluded = ("limit", r#"{"type": "integer", "exclusiveMaximum": 4}"#);
        check(NAME, &declared(&[excluded], &page(4)));
        silent(NAME, &declared(&[("limit", r#"{"type": "integer"}"#)], &page(500)));
    }

    #[test]
    fn page_sizes_are_known_by_their_names() {
        let named = |name: &str| {
            declared(&[(name, r#"{"type": "integer"}"#)], &page(9)).with_query(name, 2)
        };
        for name in
            ["limit", "page_size", "pageSize", "per_page", "page[size]", "$top", "maxResults"]
        {
            check(NAME, &named(name));
        }
        for name in ["size", "count", "min_rating", "first", "credit_limit"] {
            silent(NAME, &named(name));
        }
        let beside = [("size", r#"{"type": "integer"}"#), ("page", r#"{"type": "integer"}"#)];
        check(NAME, &declared(&beside, &page(9)).with_query("size", 2));
    }

    #[test]
    fn the_items_are_the_only_list_or_the_one_that_is_called_so() {
        let of = |content: Value| declared(&[LIMIT], &content).with_query("limit", 1);
        check(NAME, &of(json!([1, 2])));
        check(NAME, &of(json!({"orders": [1, 2]})));
        check(NAME, &of(json!({"data": [1, 2], "included": [1, 2, 3]})));
        silent(NAME, &of(json!({"data": [1], "included": [1, 2, 3]})));
        silent(NAME, &of(json!({"orders": [1, 2], "customers": [1, 2]})));
        silent(NAME, &of(json!({"page": {"items": [1, 2]}})));
        silent(NAME, &of(json!("x")));
    }

    #[test]
    fn a_size_below_one_often_means_all() {
        for size in [0, -1] {
            silent(NAME, &declared(&[LIMIT], &page(3)).with_query("limit", size));
        }
        silent(NAME, &declared(&[LIMIT], &page(3)).with_query("limit", "many"));
    }

    #[test]
    fn a_size_that_is_sent_twice_may_be_either() {
        let once = declared(&[LIMIT], &page(3)).with_query("limit", 2);
        check(NAME, &once);
        silent(NAME, &once.clone().with_query("limit", 4));
        silent(NAME, &once.with_query("limit[]", 4));
        silent(NAME, &declared(&[LIMIT], &page(5)).with_query("limit[a]", 5));
    }

    #[test]
    fn requests_that_are_not_allowed_and_refusals_are_for_others() {
        let fixture = declared(&[LIMIT], &page(3)).with_query("limit", 2);
        silent(NAME, &fixture.clone().meant(invalid("maximum")));
        silent(NAME, &fixture.clone().meant(malformed("http")));
        silent(NAME, &fixture.clone().by_method("PUT"));
        silent(NAME, &fixture.with_header("content-type", "text/html"));
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_not_judged() {
        let fixture = declared(&[LIMIT], &page(3)).with_query("limit", 2);
        unknown(NAME, &fixture.clone().at("/orders/{id}", "/orders/"));
        check(NAME, &fixture.at("/orders/{id}", "/orders/7"));
    }
}
