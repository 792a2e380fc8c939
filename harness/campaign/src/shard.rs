//! A part of a run for one of several machines: which operations are its own. Pure: contract, limits and
//! the two numbers decide it, so that machines which know nothing of each other share the work.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use harness_contract::{Contract, OperationKey};

use crate::CampaignConfig;
use crate::plan::Plan;
use crate::under_test::compile;

/// More machines than this would each have less than a second's work.
const SHARDS_MAX: u32 = 1_000;

/// One of several equal parts, written `2/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    number: u32,
    /// How many there are.
    of: u32,
}

impl Shard {
    /// Part `number` (from 1) of `of`.
    ///
    /// # Errors
    /// If there is no such part.
    pub fn new(number: u32, of: u32) -> Result<Self, String> {
        if !(1..=SHARDS_MAX).contains(&of) {
            return Err(format!("the number of shards must be 1 to {SHARDS_MAX}"));
        }
        if !(1..=of).contains(&number) {
            return Err(format!("shard {number} is not among 1 to {of}"));
        }
        Ok(Self { number, of })
    }

    /// Whether it is the one that also attacks what the service has only one of, its HTTP parser.
    pub fn is_first(self) -> bool {
        self.number == 1
    }

    /// The operations of this part, in the order given. The parts of one division hold every operation
    /// exactly once. Operations on one collection (`/orders`, `/orders/{id}`) stay together, since what
    /// one creates another needs, unless they outweigh half of a fair share.
    pub fn select(
        self,
        contract: &Contract,
        selected: &[OperationKey],
        config: &CampaignConfig,
    ) -> Vec<OperationKey> {
        let operations = compile(contract, selected);
        let costs = Plan::new(&operations, config).operation_counts();
        let weighed: Vec<(OperationKey, u64)> =
            operations.keys().cloned().zip(costs.into_iter().map(|cost| cost.max(1))).collect();
        let parts = divided(&weighed, self.of as usize);
        let own = &parts[self.number as usize - 1];
        selected.iter().filter(|key| own.contains(key)).cloned().collect()
    }
}

/// Heaviest first, each to the part that has least (Graham's LPT rule).
fn divided(weighed: &[(OperationKey, u64)], parts: usize) -> Vec<Vec<OperationKey>> {
    let total: u64 = weighed.iter().map(|(_, cost)| cost).sum();
    let fair = total.div_ceil(parts as u64);
    let mut families: BTreeMap<&str, Vec<&(OperationKey, u64)>> = BTreeMap::new();
    for item in weighed {
        families.entry(collection(&item.0)).or_default().push(item);
    }
    let mut loads: Vec<(u64, Vec<OperationKey>)> = Vec::new();
    for members in families.into_values() {
        let cost = members.iter().map(|(_, cost)| cost).sum();
        if cost <= fair / 2 {
            loads.push((cost, members.into_iter().map(|(key, _)| key.clone()).collect()));
        } else {
            loads.extend(members.into_iter().map(|(key, cost)| (*cost, vec![key.clone()])));
        }
    }
    // What a run tries wire faults with are its first GET and its first request with content: where
    // they are, the service's parser is attacked, once.
    let is_read = |key: &OperationKey| key.as_str().starts_with("GET ");
    let is_sent = |key: &OperationKey| {
        ["POST ", "PUT ", "PATCH "].iter().any(|method| key.as_str().starts_with(method))
    };
    let first =
        |of: &dyn Fn(&OperationKey) -> bool| weighed.iter().map(|(key, _)| key).find(|k| of(k));
    let pinned: Vec<&OperationKey> = first(&is_read).into_iter().chain(first(&is_sent)).collect();
    loads.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.cmp(y)));
    let mut division = vec![(0_u64, Vec::new()); parts];
    // Stable: the pinned ones first, the rest still by weight.
    loads.sort_by_key(|(_, keys)| !keys.iter().any(|key| pinned.contains(&key)));
    for (cost, keys) in loads {
        let is_pinned = keys.iter().any(|key| pinned.contains(&key));
        let least = (0..parts).min_by_key(|&idx| division[idx].0).filter(|_| !is_pinned);
        let (load, own) = &mut division[least.unwrap_or(0)];
        *load += cost;
        own.extend(keys);
    }
    division.into_iter().map(|(_, keys)| keys).collect()
}

/// The path up to its first parameter: `/orders` of `POST /orders/{id}/cancel`.
fn collection(key: &OperationKey) -> &str {
    let path = key.as_str().split_once(' ').map_or(key.as_str(), |(_, path)| path);
    path.split("/{").next().unwrap_or(path)
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("write K/N, e.g. 2/8, not {text:?}");
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        Self::new(number.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use harness_contract::OperationKey;

    use super::{Shard, divided};

    fn weighed(count: u64) -> Vec<(OperationKey, u64)> {
        let key = |idx: u64| OperationKey::new("GET", &format!("/a{}/{{id}}/b{idx}", idx % 23));
        (0..count).map(|idx| (key(idx), 1 + idx * 37 % 101)).collect()
    }

    #[test]
    fn every_operation_is_in_exactly_one_part() {
        for parts in [1, 2, 3, 8, 50] {
            let weighed = weighed(40);
            let mut all: Vec<OperationKey> = divided(&weighed, parts).concat();
            all.sort();
            let mut expected: Vec<OperationKey> = weighed.into_iter().map(|(key, _)| key).collect();
            expected.sort();
            assert_eq!(all, expected, "{parts} parts");
        }
    }

    #[test]
    fn parts_weigh_nearly_the_same() {
        let weighed = weighed(400);
        for parts in [2, 3, 8] {
            let cost = |keys: &Vec<OperationKey>| -> u64 {
                weighed.iter().filter(|(key, _)| keys.contains(key)).map(|(_, cost)| cost).sum()
            };
            let costs: Vec<u64> = divided(&weighed, parts).iter().map(cost).collect();
            // The slowest machine is what everybody waits for.
            let most = costs.iter().max().expect("parts");
            let mean = costs.iter().sum::<u64>() / parts as u64;
            assert!(most * 3 <= mean * 4, "{costs:?}");
        }
    }

    #[test]
    fn what_one_creates_and_another_needs_stays_together() {
        let mut weighed = weighed(40);
        for key in ["/orders", "/orders/{id}", "/orders/{id}/cancel"] {
            weighed.push((OperationKey::new("POST", key), 3));
        }
        let of_orders = |keys: &Vec<OperationKey>| {
            keys.iter().filter(|key| key.as_str().contains("/orders")).count()
        };
        let counts: Vec<usize> = divided(&weighed, 3).iter().map(of_orders).collect();
        assert!(counts.contains(&3), "{counts:?}");
    }

    #[test]
    fn a_shard_is_written_as_a_fraction() {
        assert_eq!("2/8".parse::<Shard>().map(|shard| shard.to_string()), Ok("2/8".to_owned()));
        for wrong in ["0/8", "9/8", "2", "a/b", "1/0", "1/100000"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
