//! Laws over real contracts: what a plan offers is what it says, for operations that nobody wrote with
//! this harness in mind. The documents stand outside the project; without them there is nothing to do.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]
#![expect(clippy::print_stderr, reason = "a survey says what it looked at, or that it did not")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use harness_contract::{Contract, Operation, read};
use harness_generate::{OperationPlan, Reach, Source, render};
use harness_model::{Intent, Seed, Step};

/// Operations of one document whose every case is judged; of larger documents every n-th.
const JUDGED_MAX: usize = 12;
/// Random requests of every operation.
const DRAWS: u32 = 5;
/// Steps of one list that are judged; of longer lists every n-th.
const STEPS_MAX: usize = 150;
/// Documents in work at once.
const WORKERS: usize = 2;
/// What is known not to hold, by document and operation, each with its reason. May only shrink.
const EXCEPTIONS: &str = include_str!("corpus/exceptions.txt");

#[test]
fn plans_of_real_contracts_offer_what_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: there is no folder of real contracts beside the project");
        return;
    };
    let is_contract = |path: &PathBuf| path.extension().is_some_and(|e| e == "json" || e == "yaml");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(is_contract).collect();
    // The largest first, so that no worker is left with one at the end.
    paths.sort_by_key(|path| (std::cmp::Reverse(fs::metadata(path).unwrap().len()), path.clone()));
    let next = AtomicUsize::new(0);
    let seen = Mutex::new(BTreeSet::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = survey(path);
                    seen.lock().unwrap().extend(found);
                }
            });
        }
    });
    let (reached, missed) = (REACHED.load(Ordering::Relaxed), MISSED.load(Ordering::Relaxed));
    eprintln!("{reached} sides of constraints are reached, {missed} are not");
    assert!(reached * 100 >= (reached + missed) * REACHED_MIN, "{reached} reached, {missed} not");
    let (parts, gaps) = (PARTS.load(Ordering::Relaxed), GAPS.load(Ordering::Relaxed));
    eprintln!("{parts} schemas of requests, {gaps} of them without a value");
    assert!(gaps * 100 <= parts * GAPS_MAX, "{gaps} of {parts} schemas have no value");
    let (drawn, wrong) = (DRAWN.load(Ordering::Relaxed), WRONG.load(Ordering::Relaxed));
    eprintln!("{drawn} requests called valid, {wrong} of them are not");
    assert!(wrong * 1_000 <= drawn, "{wrong} of {drawn} requests are not valid");
    let (broken, whole) = (BROKEN.load(Ordering::Relaxed), WHOLE.load(Ordering::Relaxed));
    eprintln!("{broken} requests called invalid, {whole} of them break nothing");
    assert_eq!(whole, 0, "of {broken} violations");
    let seen = seen.into_inner().unwrap();
    let documents: BTreeSet<String> = paths.iter().map(|path| file_name(path)).collect();
    let known: BTreeSet<String> = exceptions(&documents);
    let new: Vec<&String> = seen.difference(&known).collect();
    let gone: Vec<&String> = known.difference(&seen).collect();
    assert!(new.is_empty(), "laws that do not hold:\n{}", lines(&new));
    assert!(gone.is_empty(), "exceptions that no longer occur, to be taken out:\n{}", lines(&gone));
}

fn lines(found: &[&String]) -> String {
    found.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// `document | operation | law` of every exception; what follows a further bar is the reason.
fn exceptions(documents: &BTreeSet<String>) -> BTreeSet<String> {
    let is_line = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let facts = EXCEPTIONS.lines().filter(is_line).map(|line| {
        let fields: Vec<&str> = line.split(" | ").collect();
        assert_eq!(fields.len(), 4, "an exception has four fields: {line}");
        fields[..3].join(" | ")
    });
    // A folder may hold fewer documents than there are.
    facts.filter(|fact| documents.contains(fact.split(" | ").next().unwrap())).collect()
}

/// What does not hold in one document.
fn survey(path: &Path) -> BTreeSet<String> {
    let name = file_name(path);
    let contract: Contract = read(&fs::read(path).unwrap(), &name).unwrap();
    let plans = OperationPlan::compile_all(&contract);
    assert_eq!(plans.len(), contract.operations.len(), "{name}: every operation has a plan");
    let mut found = BTreeSet::new();
    let mut judged = 0;
    let stride = contract.operations.len().div_ceil(JUDGED_MAX).max(1);
    for (idx, (operation, plan)) in contract.operations.iter().zip(&plans).enumerate() {
        let mut fail = |law: String| {
            found.insert(format!("{name} | {} | {law}", operation.key));
        };
        let contents = operation.request_body.as_ref().map_or(0, |body| body.content.len());
        PARTS.fetch_add(operation.parameters.len() + contents, Ordering::Relaxed);
        GAPS.fetch_add(plan.gaps().len(), Ordering::Relaxed);
        gaps(plan, &mut fail);
        draws(operation, plan, &mut fail);
        if idx % stride == 0 {
            judged += lists(plan, &mut fail);
        }
    }
    let (covered, missed) = totals(&plans, stride);
    eprintln!(
        "{name}: {} operations, {judged} steps of lists; {covered} sides of constraints reached, {missed} not",
        plans.len()
    );
    REACHED.fetch_add(covered, Ordering::Relaxed);
    MISSED.fetch_add(missed, Ordering::Relaxed);
    found
}

/// Sides of constraints that some case reaches, and that one could and none does.
static REACHED: AtomicUsize = AtomicUsize::new(0);
static MISSED: AtomicUsize = AtomicUsize::new(0);
/// Of a hundred sides of constraints that can be reached, this many must be.
const REACHED_MIN: usize = 95;

/// Schemas of parameters and contents, and those that no value was found for.
static PARTS: AtomicUsize = AtomicUsize::new(0);
static GAPS: AtomicUsize = AtomicUsize::new(0);
/// Of a hundred schemas, at most this many may be without a value.
const GAPS_MAX: usize = 3;

/// Requests that are called valid, and those that the validator refuses: at most one of a thousand.
static DRAWN: AtomicUsize = AtomicUsize::new(0);
static WRONG: AtomicUsize = AtomicUsize::new(0);

/// Requests that are called invalid, and those that the validator has nothing against: none.
static BROKEN: AtomicUsize = AtomicUsize::new(0);
static WHOLE: AtomicUsize = AtomicUsize::new(0);

fn totals(plans: &[OperationPlan], stride: usize) -> (usize, usize) {
    let (mut reached, mut missed) = (0, 0);
    for constraint in plans.iter().step_by(stride).flat_map(OperationPlan::coverage) {
        for (side, name) in [(constraint.edge, "edge"), (constraint.breach, "breach")] {
            match side {
                Reach::Covered => reached += 1,
                Reach::Missed => {
                    missed += 1;
                    eprintln!("  no {name}: {} {}", constraint.at, constraint.keyword);
                }
                Reach::Unreachable => {}
            }
        }
    }
    (reached, missed)
}

/// Every part can be made, but for media types that have no generator.
fn gaps(plan: &OperationPlan, fail: &mut impl FnMut(String)) {
    for gap in plan.gaps().iter().filter(|gap| !gap.contains("no generator yet")) {
        fail(format!("gap: {gap}"));
    }
    if plan.baseline().is_none() && plan.gaps().is_empty() {
        fail("no baseline, and no word why".to_owned());
    }
}

/// What is drawn as valid is judged valid, and so is the baseline.
fn draws(operation: &Operation, plan: &OperationPlan, fail: &mut impl FnMut(String)) {
    let Some(baseline) = plan.baseline() else { return };
    let random = (0..DRAWS).map(|index| {
        let mut source = Source::seeded(Seed(1), "corpus", &operation.key, index);
        plan.valid(&mut source)
    });
    for step in std::iter::once(Some(baseline)).chain(random) {
        match step {
            Some(step) => allowed(plan, &step, fail),
            None => fail("no valid request was drawn".to_owned()),
        }
    }
}

fn allowed(plan: &OperationPlan, step: &Step, fail: &mut impl FnMut(String)) {
    DRAWN.fetch_add(1, Ordering::Relaxed);
    let violations = plan.violated(step);
    WRONG.fetch_add(usize::from(!violations.is_empty()), Ordering::Relaxed);
    for violated in violations {
        fail(format!("{} breaks {} at {}", step.intent.class(), violated.keyword, violated.at));
    }
    assert!(render(step, "/api").is_ok(), "nothing is bound in a planned step");
}

/// Every boundary and example is allowed; every violation breaks what it says. Returns how many.
fn lists(plan: &OperationPlan, fail: &mut impl FnMut(String)) -> usize {
    let (boundaries, violations) = (plan.boundaries(), plan.violations());
    let judged = |steps: &[Step]| steps.len().div_ceil(STEPS_MAX).max(1);
    for step in boundaries.iter().step_by(judged(&boundaries)).chain(&plan.examples()) {
        allowed(plan, step, fail);
    }
    let (pairs, protocol, malformed) = (plan.pairs(), plan.protocol(), plan.malformed());
    for step in pairs.iter().step_by(judged(&pairs)) {
        allowed(plan, step, fail);
    }
    for step in violations.iter().step_by(judged(&violations)) {
        broken(plan, step, fail);
    }
    for step in &protocol {
        if step.intent.is_allowed() {
            allowed(plan, step, fail);
        } else {
            broken(plan, step, fail);
        }
    }
    for step in &malformed {
        assert!(matches!(step.intent, Intent::Malformed { .. }), "{}", step.intent);
        assert!(render(step, "/api").is_ok(), "nothing is bound in a planned step");
    }
    boundaries.len() + violations.len() + pairs.len() + protocol.len() + malformed.len()
}

fn broken(plan: &OperationPlan, step: &Step, fail: &mut impl FnMut(String)) {
    let Intent::Invalid(meant) = &step.intent else {
        panic!("a violation is called {}", step.intent.class());
    };
    let broken = plan.violated(step);
    BROKEN.fetch_add(1, Ordering::Relaxed);
    WHOLE.fetch_add(usize::from(broken.is_empty()), Ordering::Relaxed);
    if !broken.iter().any(|found| found.at == meant.at && found.keyword == meant.keyword) {
        fail(format!("{} is not broken at {}", meant.keyword, meant.at));
    }
    assert!(render(step, "/api").is_ok(), "nothing is bound in a planned step");
}
