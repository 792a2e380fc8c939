//! Where choices come from: a seed, a fuzzer's bytes, or a recording.
//!
//! Every value is drawn as a sequence of bounded choices, the simplest choice being 0. A source that
//! has run dry answers 0 for ever: out of entropy means the simplest value, never an error and never a
//! loop (proptest's pass-through generator hangs there, because rand's uniform sampling rejects zeros).

use harness_contract::OperationKey;
use harness_model::Seed;
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// A stream of choices, recorded as they are made.
#[derive(Clone, Debug)]
pub struct Source {
    feed: Feed,
    choices: Vec<u64>,
}

#[derive(Clone, Debug)]
enum Feed {
    Seeded(Box<ChaCha8Rng>),
    Bytes { octets: Vec<u8>, position: usize },
    Replay { choices: Vec<u64>, position: usize },
}

impl Source {
    /// The source of one case. Its key is the BLAKE3 hash of all four, so one case never shifts
    /// another and adding an operation changes no other operation's cases.
    pub fn seeded(seed: Seed, phase: &str, operation: &OperationKey, index: u32) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.0.to_le_bytes());
        // Lengths keep ("ab", "c") apart from ("a", "bc").
        for text in [phase, operation.as_str()] {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(&index.to_le_bytes());
        let random = ChaCha8Rng::from_seed(*hasher.finalize().as_bytes());
        Self { feed: Feed::Seeded(Box::new(random)), choices: Vec::new() }
    }

    /// Choices out of a fuzzer's bytes, read as `arbitrary::Unstructured` reads integers.
    pub fn bytes(octets: &[u8]) -> Self {
        let feed = Feed::Bytes { octets: octets.to_vec(), position: 0 };
        Self { feed, choices: Vec::new() }
    }

    /// Recorded choices once more; a choice beyond its bound is taken modulo the bound.
    pub fn replay(choices: Vec<u64>) -> Self {
        Self { feed: Feed::Replay { choices, position: 0 }, choices: Vec::new() }
    }

    /// What was chosen so far.
    pub fn choices(&self) -> &[u64] {
        &self.choices
    }

    /// A choice in `0..=max`, 0 being the simplest.
    pub fn draw(&mut self, max: u64) -> u64 {
        if max == 0 {
            // Nothing to choose: neither recorded nor taken from the feed.
            return 0;
        }
        let choice = match &mut self.feed {
            Feed::Seeded(random) => bounded(random.next_u64(), max),
            Feed::Bytes { octets, position } => {
                let mut unstructured = arbitrary::Unstructured::new(&octets[*position..]);
                let choice = unstructured.int_in_range(0..=max).unwrap_or(0);
                *position = octets.len() - unstructured.len();
                choice
            }
            Feed::Replay { choices, position } => {
                let choice = choices.get(*position).copied().unwrap_or(0);
                *position += 1;
                if choice <= max { choice } else { choice % (max + 1) }
            }
        };
        self.choices.push(choice);
        choice
    }

    /// True once in `out_of` times; false is the simplest.
    pub fn one_in(&mut self, out_of: u64) -> bool {
        self.draw(out_of.saturating_sub(1)) == out_of.saturating_sub(1) && out_of > 1
    }

    /// An index below `length`, which must not be 0; the first is the simplest.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.draw(length.saturating_sub(1) as u64)).expect("it is below a usize")
    }

    /// A number of things in `min..=max`, few being simple and likely.
    pub fn count(&mut self, min: usize, max: usize) -> usize {
        let span = max.saturating_sub(min);
        if span == 0 {
            return min;
        }
        // Small counts most of the time, the whole span once in a while.
        let usual = if self.one_in(8) { span } else { span.min(4) };
        min + self.index(usual + 1)
    }
}

/// Scales 64 random bits to `0..=max` by multiplication: no rejection, so it always ends; the bias is
/// below 2⁻³² for the small bounds that are used.
fn bounded(bits: u64, max: u64) -> u64 {
    let wide = u128::from(bits) * (u128::from(max) + 1);
    u64::try_from(wide >> 64).expect("the product is below (max + 1) · 2^64")
}

#[cfg(test)]
mod tests {
    use harness_contract::OperationKey;
    use harness_model::Seed;
    use proptest::prelude::*;

    use super::Source;

    fn source(seed: u64, phase: &str, path: &str, index: u32) -> Source {
        Source::seeded(Seed(seed), phase, &OperationKey::new("GET", path), index)
    }

    #[test]
    fn the_generator_algorithm_is_pinned() {
        let mut source = source(1, "random", "/orders", 0);
        let drawn: Vec<u64> = (0..6).map(|_| source.draw(999)).collect();
        assert_eq!(drawn, GOLDEN, "a change here changes every plan that users have recorded");
    }

    /// Recorded when the algorithm was fixed.
    const GOLDEN: [u64; 6] = [849, 419, 949, 806, 820, 526];

    #[test]
    fn every_part_of_the_key_splits_the_stream() {
        let first =
            |mut source: Source| (0..4).map(|_| source.draw(u64::MAX - 1)).collect::<Vec<_>>();
        let streams = [
            first(source(1, "a", "/b", 0)),
            first(source(2, "a", "/b", 0)),
            first(source(1, "aa", "/b", 0)),
            first(source(1, "a", "/c", 0)),
            first(source(1, "a", "/b", 1)),
        ];
        for (i, one) in streams.iter().enumerate() {
            assert!(streams.iter().skip(i + 1).all(|other| other != one));
        }
    }

    #[test]
    fn a_dry_source_answers_the_simplest() {
        for mut source in [Source::bytes(&[]), Source::replay(Vec::new())] {
            assert_eq!((source.draw(9), source.one_in(2), source.index(5)), (0, false, 0));
        }
    }

    proptest! {
        #[test]
        fn choices_stay_in_bounds_and_replay(octets in prop::collection::vec(any::<u8>(), 0..64),
                                             bounds in prop::collection::vec(any::<u64>(), 0..20)) {
            let mut source = Source::bytes(&octets);
            let drawn: Vec<u64> = bounds.iter().map(|max| source.draw(*max)).collect();
            for (choice, max) in drawn.iter().zip(&bounds) {
                prop_assert!(choice <= max);
            }
            let mut replayed = Source::replay(source.choices().to_vec());
            let again: Vec<u64> = bounds.iter().map(|max| replayed.draw(*max)).collect();
            prop_assert_eq!(drawn, again);
        }
    }
}
