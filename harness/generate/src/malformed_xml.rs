//! XML that is not well-formed, and XML that is and should still not be trusted (XML 1.0).

use crate::Generator;
use crate::malformed::{Malformation, spread};

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "malformed_xml",
    explain: "Sends XML that is cut short, does not match its tags, names entities that nothing declares, \
              lies about its encoding, nests thousands deep, or grows by its own entities (to 100 KB at \
              most). An external entity is sent only if a URL on loopback is given for it to lead to.",
};

const LAYER: &str = "xml";
/// Places at which a document is cut.
const CUTS: usize = 4;
/// Elements within each other.
const DEPTHS: [(usize, &str, u8); 2] =
    [(1_000, "1,000 elements deep", 2), (10_000, "10,000 elements deep", 3)];

/// What can be wrong with a document. `canary`: the URL for an external entity; `None`: there is none.
pub(crate) fn of(content: &[u8], canary: Option<&str>) -> Vec<Malformation> {
    let text = String::from_utf8_lossy(content).into_owned();
    let element = text.find("?>").map_or(text.as_str(), |at| text[at + 2..].trim_start());
    let mut found = unmatched(&text, element);
    found.extend(characters(&text, element));
    found.extend(declared(element, canary));
    for (depth, what, rank) in DEPTHS {
        let nest = format!("{}{}", "<d>".repeat(depth), "</d>".repeat(depth));
        found.push(Malformation::new(LAYER, what, within(element, &nest)).lenient().rank(rank));
    }
    found
}

/// The element with something before its end tag; around it if it has none.
fn within(element: &str, more: &str) -> String {
    match element.rfind("</") {
        Some(at) => format!("{}{more}{}", &element[..at], &element[at..]),
        None => format!("<r>{more}</r>"),
    }
}

/// The element with something in its start tag.
fn in_tag(element: &str, more: &str) -> String {
    let name = element[1..].find([' ', '>', '/']).map_or(element.len(), |at| at + 1);
    format!("{}{more}{}", &element[..name], &element[name..])
}

/// Tags that do not match.
fn unmatched(text: &str, element: &str) -> Vec<Malformation> {
    let new = |what: &str, octets: String| Malformation::new(LAYER, what, octets);
    let places: Vec<usize> =
        text.match_indices(['<', '>']).map(|(at, _)| at).filter(|at| *at > 40).collect();
    let cuts = spread(&places, CUTS).into_iter();
    let mut found: Vec<Malformation> =
        cuts.map(|at| new(&format!("cut at octet {at}"), text[..at].to_owned()).rank(0)).collect();
    found.extend([
        new("no content", String::new()).rank(0),
        new("an end tag of another element", within(element, "<a></b>")).rank(0),
        new("an element that does not end", within(element, "<a>")),
        new("two document elements", format!("{text}<again/>")).rank(0),
        new("text behind the document", format!("{text}x")),
        new("the same attribute twice", in_tag(element, " a=\"1\" a=\"2\"")),
        new("an attribute without quotation marks", in_tag(element, " a=1")),
        new("a prefix that nothing declares", within(element, "<u:a/>")).lenient(),
        new("JSON that is called XML", "{\"a\":1}".to_owned()).rank(0),
        new("white space before the declaration", format!(" {text}")).rank(2),
    ]);
    found
}

/// Characters and encodings.
fn characters(text: &str, element: &str) -> Vec<Malformation> {
    let new = |what: &str, octets: String| Malformation::new(LAYER, what, octets);
    let called = |encoding: &str| {
        format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n{element}<!-- \u{fc} -->")
    };
    let mut invalid = within(element, "?").into_bytes();
    if let Some(at) = invalid.iter().rposition(|octet| *octet == b'?') {
        invalid[at] = 0xff;
    }
    let mut wide = vec![0xff, 0xfe];
    wide.extend(called("UTF-16").encode_utf16().flat_map(u16::to_le_bytes));
    vec![
        new("an ampersand alone", within(element, "a & b")).rank(0),
        new("an entity that nothing declares", within(element, "&nope;")).rank(0),
        new("a NUL", within(element, "\0")).rank(0),
        new("a reference to the character 0", within(element, "&#0;")),
        new("a comment with two dashes", within(element, "<!-- a -- b -->")).rank(2),
        Malformation::new(LAYER, "an octet that is no UTF-8", invalid).rank(0),
        new("UTF-8 that is called UTF-16", called("UTF-16")),
        new("UTF-8 in an encoding that is none", called("no-such-encoding")),
        new("UTF-8 that is called ISO 8859-1", called("ISO-8859-1")).lenient().rank(2),
        Malformation::new(LAYER, "UTF-16 with a byte order mark", wide).lenient(),
        new("a byte order mark", format!("\u{feff}{text}")).lenient(),
        new("XML of version 1.1", format!("<?xml version=\"1.1\"?>{element}")).lenient().rank(2),
        new("CDATA", within(element, "<![CDATA[<a>]]>")).lenient().rank(2),
        new("an instruction", within(element, "<?do something?>")).lenient().rank(2),
    ]
}

/// Document types: entities that grow, and entities from elsewhere.
fn declared(element: &str, canary: Option<&str>) -> Vec<Malformation> {
    let with =
        |subset: &str, more: &str| format!("<!DOCTYPE r [{subset}]>{}", within(element, more));
    // Each level ten of the level below: 10^4 times ten octets.
    let levels = "<!ENTITY a \"0123456789\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
                  <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">\
                  <!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">\
                  <!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">";
    let mut found = vec![
        Malformation::new(LAYER, "entities that grow to 100 KB", with(levels, "<a>&e;</a>"))
            .lenient()
            .rank(1),
        Malformation::new(
            LAYER,
            "an entity that holds itself",
            with("<!ENTITY a \"&b;\"><!ENTITY b \"&a;\">", "<a>&a;</a>"),
        )
        .rank(1),
    ];
    if let Some(url) = canary {
        let url = url.replace('&', "&amp;").replace('"', "%22").replace('<', "%3C");
        let external = format!("<!ENTITY x SYSTEM \"{url}\">");
        let what = "an external entity";
        found.push(Malformation::new(LAYER, what, with(&external, "<a>&x;</a>")).lenient().rank(0));
        let parameter = format!("<!ENTITY % x SYSTEM \"{url}\"> %x;");
        let what = "an external parameter entity";
        found.push(Malformation::new(LAYER, what, with(&parameter, "")).lenient().rank(0));
    }
    found
}
