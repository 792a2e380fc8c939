//! Just enough of gzip (RFC 1952) and DEFLATE (RFC 1951) to write a member that grows: a run of spaces,
//! compressed, and content, stored. Knows nothing of requests.

use std::sync::OnceLock;

/// Octets of a run when it is read: a decoder that has no limit takes this much memory.
pub(crate) const RUN: usize = 1 + LONGEST_MATCH * MATCHES;
/// Longest repetition that one code stands for (RFC 1951, 3.2.5).
const LONGEST_MATCH: usize = 258;
/// Repetitions in a run: about 4 MiB out of 26 KiB, far below what a machine has.
const MATCHES: usize = 16_256;
/// Most octets of one stored block (RFC 1951, 3.2.4).
const BLOCK_MAX: usize = 65_535;

/// A member that holds the content, with a run of spaces before it if asked for.
pub(crate) fn member(content: &[u8], has_run: bool) -> Vec<u8> {
    // Deflate, no flags, no time, no hints, system unknown (RFC 1952, 2.3).
    let mut octets = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    if has_run {
        octets.extend(run());
    }
    let blocks: Vec<&[u8]> =
        if content.is_empty() { vec![content] } else { content.chunks(BLOCK_MAX).collect() };
    for (idx, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).expect("a block is not longer than its most");
        octets.push(u8::from(idx + 1 == blocks.len()));
        octets.extend(length.to_le_bytes());
        octets.extend((!length).to_le_bytes());
        octets.extend(*block);
    }
    let before = if has_run { run_checksum() } else { u32::MAX };
    octets.extend((!checksum(before, content.iter().copied())).to_le_bytes());
    let length = content.len() + if has_run { RUN } else { 0 };
    octets.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    octets
}

/// A run of spaces as one block of fixed codes, and an empty stored block that ends on an octet.
fn run() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b010, 3); // not the last block, fixed codes
    bits.push_code(0x30 + u32::from(b' '), 8);
    for _ in 0..MATCHES {
        bits.push_code(0xc5, 8); // symbol 285: 258 octets
        bits.push_code(0, 5); // one octet back
    }
    bits.push_code(0, 7); // the end of the block
    bits.push(0, 3); // not the last block, stored
    let mut octets = bits.octets;
    octets.extend([0, 0, 0xff, 0xff]);
    octets
}

/// Bits, the least significant of an octet first.
#[derive(Default)]
struct Bits {
    octets: Vec<u8>,
    used: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        for nth in 0..count {
            if self.used.is_multiple_of(8) {
                self.octets.push(0);
            }
            let last = self.octets.last_mut().expect("an octet was begun");
            *last |= u8::from(value >> nth & 1 == 1) << (self.used % 8);
            self.used += 1;
        }
    }

    /// Codes are packed with the most significant bit first (RFC 1951, 3.1.1).
    fn push_code(&mut self, code: u32, count: u32) {
        self.push(code.reverse_bits() >> (32 - count), count);
    }
}

/// The checksum so far (RFC 1952, 8), not yet inverted; begin with all ones.
fn checksum(before: u32, octets: impl Iterator<Item = u8>) -> u32 {
    octets.fold(before, |sum, octet| TABLE[usize::from(sum.to_le_bytes()[0] ^ octet)] ^ (sum >> 8))
}

fn run_checksum() -> u32 {
    static KNOWN: OnceLock<u32> = OnceLock::new();
    *KNOWN.get_or_init(|| checksum(u32::MAX, std::iter::repeat_n(b' ', RUN)))
}

/// What one octet adds to the checksum.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut idx: u32 = 0;
    while idx < 256 {
        let mut sum = idx;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
            bit += 1;
        }
        table[idx as usize] = sum;
        idx += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::{RUN, checksum, member, run};

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(!checksum(u32::MAX, b"123456789".iter().copied()), 0xcbf4_3926);
    }

    #[test]
    fn a_member_is_what_gzip_reads() {
        // Read back by GNU gzip when it was written down.
        let expected = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1, 1, 0, 0xfe, 0xff, b'a', 0x43, 0xbe, 0xb7,
            0xe8, 1, 0, 0, 0,
        ];
        assert_eq!(member(b"a", false), expected);
    }

    #[test]
    fn a_run_is_small_on_the_wire() {
        assert!(RUN > 4_000_000 && run().len() < 27_000);
        assert!(member(b"a", true).len() < 27_100);
    }
}
