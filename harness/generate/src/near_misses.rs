//! Texts on and just beyond the edges of the common formats. The validator takes `format` for an
//! annotation (JSON Schema 2020-12 Validation, 7.2.1), so what is beyond is not called invalid.

use crate::Generator;

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "near_misses",
    explain: "Sends the legal edges of formats (leap days, ids of zeros, literal addresses) and texts that \
              miss a format narrowly (30 February, month 13, braces around a UUID). The legal ones should \
              be taken; of the others only a crash is a finding, since a format is an annotation.",
};

/// A text, its name, and whether the format allows it.
pub(crate) type NearMiss = (&'static str, &'static str, bool);

/// RFC 3339, 5.6 `full-date`; years have four digits, so there is no year 10000.
const DATES: &[NearMiss] = &[
    ("2024-02-29", "a leap day", true),
    ("9999-12-31", "the last day of four digits", true),
    ("2023-02-29", "a leap day in a common year", false),
    ("2024-02-30", "30 February", false),
    ("2024-13-01", "month 13", false),
    ("0000-01-01", "year zero", false),
    ("10000-01-01", "a year of five digits", false),
    ("2024-1-1", "without leading zeros", false),
    ("2024-02-29T00:00:00Z", "a time behind the date", false),
    ("1700000000", "seconds since 1970", false),
];
/// RFC 3339, 5.6 `date-time`, and 5.7 on leap seconds.
const DATE_TIMES: &[NearMiss] = &[
    ("2024-02-29T23:59:59Z", "the end of a leap day", true),
    ("2024-01-01T00:00:00+23:59", "the largest offset", true),
    ("2024-01-01T00:00:00.123456789Z", "nanoseconds", true),
    ("2016-12-31T23:59:60Z", "a leap second", false),
    ("2024-01-01t00:00:00z", "lower-case letters", false),
    ("2024-01-01T24:00:00Z", "hour 24", false),
    ("2024-01-01T00:00:00", "without an offset", false),
    ("2024-01-01 00:00:00Z", "a space for the T", false),
    ("2024-01-01T00:00:00+24:00", "an offset of a whole day", false),
    ("2023-02-29T00:00:00Z", "a leap day in a common year", false),
    ("0000-01-01T00:00:00Z", "year zero", false),
    ("1700000000", "seconds since 1970", false),
];
/// RFC 3339, 5.6 `full-time`.
const TIMES: &[NearMiss] = &[
    ("23:59:59Z", "the last second", true),
    ("24:00:00Z", "hour 24", false),
    ("23:59:60Z", "a leap second", false),
    ("12:00", "without seconds", false),
];
/// RFC 9562, 4 (upper case is read alike), 5.9 (nil) and 5.10 (max).
const UUIDS: &[NearMiss] = &[
    ("00000000-0000-0000-0000-000000000000", "the nil UUID", true),
    ("F47AC10B-58CC-4372-A567-0E02B2C3D479", "upper case", true),
    ("ffffffff-ffff-ffff-ffff-ffffffffffff", "the max UUID", false),
    ("{f47ac10b-58cc-4372-a567-0e02b2c3d479}", "braces around", false),
    ("f47ac10b58cc4372a5670e02b2c3d479", "without dashes", false),
    ("urn:uuid:f47ac10b-58cc-4372-a567-0e02b2c3d479", "as a URN", false),
    ("f47ac10b-58cc-4372-a567-0e02b2c3d47", "a digit too few", false),
    ("g47ac10b-58cc-4372-a567-0e02b2c3d479", "a letter beyond f", false),
];
/// RFC 5321, 4.1.2 and 4.5.3.1.1 (64 octets before the sign).
const EMAILS: &[NearMiss] = &[
    ("a.b+c@sub.domain.example", "a tag and a sub-domain", true),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@a.example",
        "64 characters before the sign",
        true,
    ),
    ("\"a b\"@a.example", "a quoted name", false),
    ("a@b", "a domain of one label", false),
    ("a@[192.0.2.1]", "an address for a domain", false),
    ("a@b@c.example", "two signs", false),
    ("a..b@c.example", "two dots in a row", false),
    ("a@b\u{fc}cher.example", "a domain beyond ASCII", false),
    ("a.example", "without a sign", false),
];
/// RFC 3986, 3; addresses are from blocks for documentation (RFC 5737, RFC 3849).
const URIS: &[NearMiss] = &[
    ("http://[2001:db8::1]:8080/?a=b#c", "an IPv6 address and every part", true),
    ("urn:a:b", "a name without an authority", true),
    ("//a.example/b", "without a scheme", false),
    ("http://", "without an authority", false),
    ("http://a.example/a b", "a space within", false),
    ("http://b\u{fc}cher.example/", "a host beyond ASCII", false),
    ("http://a.example/%zz", "a wrong escape", false),
];
/// RFC 1123, 2.1; RFC 1035, 2.3.4 (63 octets a label).
const HOSTS: &[NearMiss] = &[
    ("a", "one label", true),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
        "a label of 63 characters",
        true,
    ),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
        "a label of 64 characters",
        false,
    ),
    ("a..example", "an empty label", false),
    ("a.example.", "a dot at the end", false),
    ("-a.example", "a dash at the beginning", false),
    ("b\u{fc}cher.example", "a label beyond ASCII", false),
];
/// RFC 2673, 3.2.
const IPV4S: &[NearMiss] = &[
    ("0.0.0.0", "all zeros", true),
    ("255.255.255.255", "all ones", true),
    ("256.0.0.1", "a part beyond 255", false),
    ("192.0.2", "three parts", false),
    ("192.0.02.1", "a leading zero", false),
];
/// RFC 4291, 2.2.
const IPV6S: &[NearMiss] = &[
    ("::", "all zeros", true),
    ("::ffff:192.0.2.1", "an IPv4 address within", true),
    ("fe80::1%eth0", "a zone", false),
    ("2001:db8::1::2", "two gaps", false),
    ("[::1]", "brackets around", false),
];
/// RFC 4648, 4.
const BASE64S: &[NearMiss] = &[
    ("YQ==", "two signs of padding", true),
    ("+/+/", "the last two letters of the alphabet", true),
    ("YQ", "without padding", false),
    ("-_-_", "the alphabet for URLs", false),
    ("YQ==\n", "a line end behind", false),
    ("*", "nothing of the alphabet", false),
];

/// Characters up to U+00FF stand for octets where content is octets; signatures are from the formats'
/// own specifications (PNG, 5.2; ZIP APPNOTE, 4.3.7; RFC 1952, 2.3.1; PDF, 7.5.2).
const BINARIES: &[NearMiss] = &[
    ("\u{0}\u{1}\u{2}\u{ff}\u{fe}", "octets that are no text", true),
    ("\u{89}PNG\r\n\u{1a}\n", "the beginning of a PNG, and no more", true),
    ("PK\u{3}\u{4}", "the beginning of a ZIP archive, and no more", true),
    ("\u{1f}\u{8b}\u{8}\u{0}", "the beginning of a gzip file, and no more", true),
    ("%PDF-1.7\n", "the beginning of a PDF, and no more", true),
    ("\u{c3}\u{28}", "octets that are wrong UTF-8", true),
    ("\r\n--\r\n", "line ends and dashes, as between the parts of a form", true),
];

/// Texts around the edges of a format; empty if it is not known.
pub(crate) fn of_format(format: &str) -> &'static [NearMiss] {
    match format {
        "date" => DATES,
        "date-time" | "datetime" => DATE_TIMES,
        "time" => TIMES,
        "uuid" | "guid" => UUIDS,
        "email" | "idn-email" => EMAILS,
        "uri" | "url" | "iri" => URIS,
        "hostname" | "idn-hostname" | "domain" => HOSTS,
        "ipv4" | "ip" => IPV4S,
        "ipv6" => IPV6S,
        "byte" | "base64" => BASE64S,
        "binary" => BINARIES,
        _ => &[],
    }
}
