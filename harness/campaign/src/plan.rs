//! Which cases are sent, in which order: a pure function of contract, seed and limits.
//!
//! Breadth before depth, so that a two-minute run is a prefix of the two-hour run: baselines and
//! examples of all operations, then rounds in which every operation gets a few cases of each phase.
//! Operations that delete come last, because what they remove the others still need.

use std::collections::BTreeSet;

use harness_generate::{Source, render};
use harness_model::{Case, CaseId, PhaseCount, Request, Seed, Step};
use indexmap::IndexMap;

use harness_contract::OperationKey;

use crate::phases::{PHASES, Supply, Turn};
use crate::under_test::{UnderTest, compile};
use crate::{CampaignConfig, Phase};

/// Cases without end stop being planned here even if time is left: 2^31 requests of one operation
/// are beyond any session.
const INDEX_MAX: u32 = u32::MAX / 2;

/// Turns over all operations in which the endless tail may find nothing new before it ends.
const FRUITLESS_TURNS_MAX: usize = 64;
/// Drawn requests of one operation that are remembered: a day's run of the endless tail must not
/// fill the memory.
const DIGESTS_MAX: usize = 10_000;

/// A place in the plan. Small, since a large contract has hundreds of thousands.
#[derive(Clone, Copy, Debug)]
struct Slot {
    phase: u8,
    operation: u32,
    index: u32,
}

/// A case that is about to be sent.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Index of the phase in [`PHASES`].
    pub phase: usize,
    /// Index of the operation among those under test.
    pub operation: usize,
    /// What is sent.
    pub case: Case,
}

/// The order of a run.
pub struct Plan {
    seed: Seed,
    keys: Vec<OperationKey>,
    /// Listed steps: by phase, then by operation. Drawn phases have empty lists.
    listed: Vec<Vec<Vec<Step>>>,
    schedule: Vec<Slot>,
    position: usize,
    /// By operation: digests of the requests drawn so far, so that nothing is drawn twice.
    drawn: Vec<HashedSet>,
    /// Slots passed over since they were last asked for: phase and operation.
    undrawn: Vec<(usize, usize)>,
    /// After the schedule and the stages, go on drawing without end.
    endless: Option<Endless>,
    /// The stages are done: the endless tail may begin.
    is_going_on: bool,
}

/// Digests of requests.
type HashedSet = BTreeSet<[u8; 16]>;

/// The tail of a run that is bounded by time alone.
struct Endless {
    phase: usize,
    operation: usize,
    index: u32,
}

impl Plan {
    /// Plans a run over these operations.
    pub(crate) fn new(
        operations: &IndexMap<OperationKey, UnderTest>,
        config: &CampaignConfig,
    ) -> Self {
        let steps_of = |phase: &Phase| -> Vec<Vec<Step>> {
            let steps = |under_test: &UnderTest| match phase.supply {
                Supply::Listed(steps) => steps(&under_test.plan),
                Supply::Drawn(_) | Supply::Stored => Vec::new(),
            };
            operations.values().map(steps).collect()
        };
        let listed: Vec<Vec<Vec<Step>>> = PHASES.iter().map(steps_of).collect();
        let drawn_max = config.random_cases_per_operation;
        let (deferred, ordinary): (Vec<usize>, Vec<usize>) =
            (0..operations.len()).partition(|&idx| operations[idx].operation.method == "DELETE");
        let mut schedule = schedule_of(&ordinary, &listed, drawn_max);
        schedule.extend(schedule_of(&deferred, &listed, drawn_max));
        let endless = (config.time_max.is_some() && !operations.is_empty())
            .then(|| PHASES.iter().position(|phase| matches!(phase.supply, Supply::Drawn(_))))
            .flatten()
            .map(|phase| Endless { phase, operation: 0, index: drawn_max });
        let keys = operations.keys().cloned().collect();
        let drawn = vec![HashedSet::new(); operations.len()];
        let undrawn = Vec::new();
        Self {
            seed: config.seed,
            keys,
            listed,
            schedule,
            position: 0,
            drawn,
            undrawn,
            endless,
            is_going_on: false,
        }
    }

    /// Cases planned by phase, in order of [`PHASES`]; the endless tail is not counted.
    pub fn phase_counts(&self) -> Vec<PhaseCount> {
        let planned = |phase_idx: usize| {
            let of_phase = |slot: &&Slot| usize::from(slot.phase) == phase_idx;
            self.schedule.iter().filter(of_phase).count() as u64
        };
        let count = |(idx, phase): (usize, &Phase)| PhaseCount {
            phase: phase.name.to_owned(),
            planned: planned(idx),
            executed: 0,
        };
        PHASES.iter().enumerate().map(count).collect()
    }

    /// Cases planned by operation, in document order.
    pub fn operation_counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.keys.len()];
        for slot in &self.schedule {
            counts[slot.operation as usize] += 1;
        }
        counts
    }

    /// The next case; `None` when the plan is done. Slots for which nothing can be drawn are passed
    /// over.
    pub(crate) fn next(
        &mut self,
        operations: &IndexMap<OperationKey, UnderTest>,
    ) -> Option<Planned> {
        while self.position < self.schedule.len() {
            let slot = self.schedule[self.position];
            self.position += 1;
            if let Some(planned) = self.materialise(slot, operations) {
                return Some(planned);
            }
            self.undrawn.push((usize::from(slot.phase), slot.operation as usize));
        }
        if !self.is_going_on {
            return None;
        }
        // Many turns without a case mean that nothing new can be drawn at all.
        for _ in 0..operations.len() * FRUITLESS_TURNS_MAX {
            let endless = self.endless.as_mut().filter(|endless| endless.index < INDEX_MAX)?;
            let slot = Slot {
                phase: u8::try_from(endless.phase).expect("there are few phases"),
                operation: u32::try_from(endless.operation).expect("operations fit 32 bits"),
                index: endless.index,
            };
            endless.operation += 1;
            if endless.operation == operations.len() {
                endless.operation = 0;
                endless.index += 1;
            }
            if let Some(planned) = self.materialise(slot, operations) {
                return Some(planned);
            }
        }
        None
    }

    /// From now on the plan goes on drawing random cases without end, if the run has a bound on time.
    pub(crate) fn go_on(&mut self) {
        self.is_going_on = true;
    }

    /// Phases and operations of the slots that [`Self::next`] has passed over since the last call:
    /// nothing could be drawn for them, or only what was drawn before.
    pub(crate) fn take_undrawn(&mut self) -> Vec<(usize, usize)> {
        std::mem::take(&mut self.undrawn)
    }

    /// Whether a drawn step goes over the wire as an earlier one of its operation did. The first
    /// [`DIGESTS_MAX`] are remembered.
    fn is_repeat(&mut self, operation: usize, step: &Step) -> bool {
        let Ok(request) = render(step, "") else { return false };
        let mut hasher = blake3::Hasher::new();
        for part in [&request.target.0, &request.content.0] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        for field in &request.headers {
            hasher.update(field.name.as_bytes());
            hasher.update(&field.value.0);
        }
        let digest = *hasher.finalize().as_bytes().first_chunk().expect("a digest has 32 octets");
        let drawn = &mut self.drawn[operation];
        if drawn.len() >= DIGESTS_MAX { drawn.contains(&digest) } else { !drawn.insert(digest) }
    }

    fn materialise(
        &mut self,
        slot: Slot,
        operations: &IndexMap<OperationKey, UnderTest>,
    ) -> Option<Planned> {
        let (phase, operation) = (usize::from(slot.phase), slot.operation as usize);
        let key = self.keys[operation].clone();
        let step = match PHASES[phase].supply {
            Supply::Listed(_) => self.listed[phase][operation].get(slot.index as usize)?.clone(),
            Supply::Drawn(draw) => {
                let mut source = Source::seeded(self.seed, PHASES[phase].name, &key, slot.index);
                let step = draw(&operations[operation].plan, &mut source)?;
                if self.is_repeat(operation, &step) {
                    return None;
                }
                step
            }
            Supply::Stored => return None,
        };
        let id = CaseId { phase: PHASES[phase].name.to_owned(), operation: key, index: slot.index };
        Some(Planned { phase, operation, case: Case::single(id, step) })
    }
}

/// The order for one group of operations.
fn schedule_of(group: &[usize], listed: &[Vec<Vec<Step>>], drawn_max: u32) -> Vec<Slot> {
    let length = |phase_idx: usize, operation: usize| match PHASES[phase_idx].supply {
        Supply::Listed(_) => listed[phase_idx][operation].len(),
        Supply::Drawn(_) => drawn_max as usize,
        Supply::Stored => 0,
    };
    let slot = |phase: usize, operation: usize, index: usize| Slot {
        phase: u8::try_from(phase).expect("there are few phases"),
        operation: u32::try_from(operation).expect("operations fit 32 bits"),
        index: u32::try_from(index).expect("cases of an operation fit 32 bits"),
    };
    let mut schedule = Vec::new();
    for (phase_idx, phase) in PHASES.iter().enumerate() {
        if phase.turn == Turn::First {
            for &operation in group {
                let indices = 0..length(phase_idx, operation);
                schedule.extend(indices.map(|index| slot(phase_idx, operation, index)));
            }
        }
    }
    let mut round = 0;
    loop {
        let before = schedule.len();
        for &operation in group {
            for (phase_idx, phase) in PHASES.iter().enumerate() {
                let Turn::Rounds(stride) = phase.turn else { continue };
                let from = round * stride;
                let to = (from + stride).min(length(phase_idx, operation));
                schedule.extend((from..to).map(|index| slot(phase_idx, operation, index)));
            }
        }
        if schedule.len() == before {
            return schedule;
        }
        round += 1;
    }
}

/// A planned case as it would go over the wire.
#[derive(Clone, Debug)]
pub struct PlannedRequest {
    /// Which case.
    pub case: Case,
    /// Its only request.
    pub request: Request,
}

/// The bounded part of a plan, rendered, at most `cases_max` of it: what `harness run --dry-run`
/// prints. Pure.
pub fn planned_requests(
    contract: &harness_contract::Contract,
    selected: &[OperationKey],
    config: &CampaignConfig,
    cases_max: usize,
) -> Vec<PlannedRequest> {
    let operations = compile(contract, selected);
    let mut plan = Plan::new(&operations, config);
    let mut requests = Vec::new();
    while requests.len() < cases_max {
        if plan.position >= plan.schedule.len() {
            break;
        }
        let Some(planned) = plan.next(&operations) else { break };
        let Some(step) = planned.case.prefix.first() else { continue };
        if let Ok(request) = render(step, config.base_of(&step.operation)) {
            requests.push(PlannedRequest { case: planned.case, request });
        }
    }
    requests
}
