//! Content codings (RFC 9110, 8.4) that are not what they say. Knows nothing of what the content means.

use crate::Generator;
use crate::gzip;
use crate::malformed::Malformation;

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "malformed_coding",
    explain: "Sends content under a Content-Encoding that it does not have: a gzip head with garbage \
              behind it, half a gzip member, a wrong checksum, plain content called gzip or br, a coding \
              that does not exist, and content that grows to 4 MiB. A decoder that throws, waits for \
              more, or takes all the memory there is, is found.",
};

const LAYER: &str = "coding";

/// What can be wrong with the coding of this content.
pub(crate) fn of(content: &[u8]) -> Vec<Malformation> {
    let whole = gzip::member(content, false);
    let mut garbage = whole[..10].to_vec();
    garbage.extend([0xff, 0xfe, 0xde, 0xad, 0xbe, 0xef, 0xff, 0xff]);
    let mut unsummed = whole.clone();
    let sum = unsummed.len() - 8;
    unsummed[sum] ^= 0xff;
    let coded = |encoding: &'static str, what: &str, octets: Vec<u8>| Malformation {
        encoding: Some(encoding),
        ..Malformation::new(LAYER, what, octets)
    };
    vec![
        coded("gzip", "the head of a gzip member and garbage behind it", garbage).rank(0),
        coded("gzip", "a gzip member cut in the middle", whole[..whole.len() / 2].to_vec()).rank(0),
        coded("gzip", "plain content that is called gzip", content.to_vec()).rank(0),
        coded("no-such-coding", "a coding that does not exist", content.to_vec()).rank(0),
        coded("gzip", "a gzip member with a wrong checksum", unsummed),
        coded("br", "plain content that is called br", content.to_vec()).rank(2),
        coded("deflate", "plain content that is called deflate", content.to_vec()).rank(2),
        coded("gzip, gzip", "content that is called gzip twice and is once", whole.clone()).rank(2),
        coded("gzip", "a whole gzip member", whole).lenient().rank(2),
        coded("gzip", "content behind 4 MiB of spaces, in gzip", gzip::member(content, true))
            .lenient()
            .rank(3),
    ]
}
