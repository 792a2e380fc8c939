//! URL-encoded forms that are not as they should be. The parser of WHATWG URL, 5.1 takes any octets, so
//! most of these may be taken; readers that build objects from names, or decode strictly, trip.

use crate::Generator;
use crate::malformed::Malformation;

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "malformed_form",
    explain: "Sends URL-encoded forms with names without values, wrong percent-encoding, octets that are \
              no text, names with brackets that some readers build objects from, thousands of fields, and \
              JSON that is called a form. Only the last must be refused; on the others a crash is found.",
};

const LAYER: &str = "form";
/// Fields of a form of very many: more than most readers limit themselves to.
const MANY: usize = 2_000;
/// Brackets of a name of very many.
const DEEP: usize = 1_000;

/// What can be wrong with a form.
pub(crate) fn of(content: &[u8]) -> Vec<Malformation> {
    let text = String::from_utf8_lossy(content);
    let first = text.split('&').next().unwrap_or_default();
    let (name, value) = first.split_once('=').unwrap_or((first, ""));
    let name = if name.is_empty() { "a" } else { name };
    let rest = text.split_once('&').map(|(_, rest)| format!("&{rest}")).unwrap_or_default();
    let instead = |field: String, what: &str| {
        Malformation::new(LAYER, what, format!("{field}{rest}")).lenient()
    };
    let added = |field: &str, what: &str| {
        Malformation::new(LAYER, what, format!("{text}&{field}")).lenient()
    };
    let mut raw = format!("{name}=").into_bytes();
    raw.extend([0xff, 0xfe, 0]);
    raw.extend(rest.as_bytes());
    let many: Vec<String> = (0..MANY).map(|nth| format!("extra{nth}=x")).collect();
    vec![
        instead(format!("{name}=%zz"), "a wrong escape").rank(0),
        instead(format!("{name}=%ff%fe"), "escapes that are no UTF-8").rank(0),
        instead(format!("{name}[a]={value}"), "a name with a bracket, as for an object").rank(0),
        instead(format!("{name}[]={value}"), "a name with brackets, as for a list").rank(0),
        instead(format!("{name}=%"), "an escape that ends at once"),
        instead(format!("{name}=%e2%82"), "an escaped character cut short"),
        instead(format!("{name}=%00"), "an escaped NUL"),
        instead(name.to_owned(), "a name without a value"),
        instead(format!("={value}"), "a value without a name"),
        added(first, "the first field twice"),
        added("__proto__[a]=1", "a name that scripts take for the prototype"),
        instead(format!("{name}[a][b][c]={value}"), "a name with three brackets"),
        instead(format!("{name}[a={value}"), "a bracket that does not close"),
        instead(format!("{name}[99999999]={value}"), "an index of eight digits"),
        Malformation::new(LAYER, "raw octets that are no text", raw).lenient(),
        Malformation::new(LAYER, "separators only", "&&&=&=").lenient(),
        Malformation::new(LAYER, "JSON that is called a form", "{\"a\":1}").rank(0),
        Malformation::new(LAYER, "no content", "").lenient(),
        instead(format!("{name}{}={value}", "[a]".repeat(DEEP)), "a name with 1,000 brackets")
            .rank(2),
        added(&many.join("&"), "2,000 fields more").rank(3),
    ]
}
