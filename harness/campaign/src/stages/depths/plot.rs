//! Which sequences are sent: for each resource that can be created and read, the short ones in all
//! their kinds, and walks at random. Pure: contract, what was accepted, and the seed decide it.

use harness_generate::Source;
use harness_model::{Intent, Place, Seed, Step};

use super::STAGE;
use super::weave::Weaver;

/// Drawn contents of one create or update.
const DRAWN_MAX: u32 = 4;
/// Attacks on one operation that has accepted nothing so far.
const ATTACKS_MAX: usize = 120;
/// Walks on one resource, and steps of one after its creation.
const WALKS_MAX: u32 = 12;
const WALK_STEPS: (usize, usize) = (3, 6);

/// What can be done with one kind of resource; indices of operations under test.
struct Resource {
    create: usize,
    read: usize,
    /// PUT and PATCH of the same path.
    updates: Vec<usize>,
    delete: Option<usize>,
    /// Everything else at or below the resource's path.
    others: Vec<usize>,
}

/// The sequences of each resource, and after them those towards operations that accepted nothing.
pub(super) fn plots(weaver: &Weaver<'_>, seed: Seed) -> Vec<Vec<Vec<Step>>> {
    let of_resource = |resource: &Resource| {
        let mut plot = Vec::new();
        lifetimes(weaver, resource, &mut plot);
        walks(weaver, resource, seed, &mut plot);
        plot
    };
    let mut plots: Vec<_> = resources(weaver).iter().map(of_resource).collect();
    plots.extend((0..weaver.shared.operations.len()).map(|idx| attacks(weaver, idx, seed)));
    plots
}

fn resources(weaver: &Weaver<'_>) -> Vec<Resource> {
    let operations = &weaver.shared.operations;
    let mut found = Vec::new();
    for (read, under_test) in operations.values().enumerate() {
        let operation = &under_test.operation;
        let path = operation.path.trim_end_matches('/');
        let Some((collection, name)) = path.rsplit_once('/') else { continue };
        let Some(name) = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) else {
            continue;
        };
        let makes_it = |edge: &&harness_generate::Edge| {
            let is_name = matches!(&edge.into, Place::Parameter { name: into, .. } if into == name);
            let creator = operations.get(&edge.producer);
            is_name
                && creator.is_some_and(|it| it.operation.path.trim_end_matches('/') == collection)
        };
        let edge = weaver.graph.into(&operation.key).find(makes_it);
        let create = edge.and_then(|edge| operations.get_index_of(&edge.producer));
        let (Some(create), "GET") = (create, &*operation.method) else { continue };
        let below = format!("{path}/");
        let mut resource =
            Resource { create, read, updates: Vec::new(), delete: None, others: Vec::new() };
        for (idx, other) in operations.values().enumerate() {
            let at = other.operation.path.trim_end_matches('/');
            match &*other.operation.method {
                "PUT" | "PATCH" if at == path => resource.updates.push(idx),
                "DELETE" if at == path => resource.delete = Some(idx),
                _ if idx != read && (at == path || at.starts_with(&below)) => {
                    resource.others.push(idx);
                }
                _ => {}
            }
        }
        found.push(resource);
    }
    found
}

/// Deletes and actions twice and after one another.
fn lifetimes(weaver: &Weaver<'_>, resource: &Resource, plot: &mut Vec<Vec<Step>>) {
    let Some(create) = weaver.ground(resource.create) else { return };
    let delete = resource.delete.and_then(|idx| weaver.ground(idx));
    if let Some(delete) = delete {
        plot.extend(weaver.weave(&[create, delete, delete]));
    }
    for other in resource.others.iter().chain(&resource.updates) {
        let Some(other) = weaver.ground(*other) else { continue };
        plot.extend(weaver.weave(&[create, other, other]));
        if let Some(delete) = delete {
            plot.extend(weaver.weave(&[create, delete, other]));
            plot.extend(weaver.weave(&[create, other, delete]));
        }
    }
}

/// What an operation accepted, and a few drawn contents beside.
fn variants(weaver: &Weaver<'_>, operation: usize, seed: Seed) -> Vec<Step> {
    let mut steps: Vec<Step> = weaver.ground(operation).into_iter().cloned().collect();
    steps.extend(weaver.accepted(operation).cloned());
    let (key, under_test) =
        weaver.shared.operations.get_index(operation).expect("the index is one of theirs");
    for index in 0..DRAWN_MAX {
        let mut source = Source::seeded(seed, STAGE.name, key, index);
        steps.extend(under_test.plan.valid(&mut source));
    }
    let mut unique: Vec<Step> = Vec::new();
    for step in steps {
        if !unique.contains(&step) {
            unique.push(step);
        }
    }
    unique
}

/// Steps at random on one resource, ending in a read.
fn walks(weaver: &Weaver<'_>, resource: &Resource, seed: Seed, plot: &mut Vec<Vec<Step>>) {
    let (create, read) = (weaver.ground(resource.create), weaver.ground(resource.read));
    let (Some(create), Some(read)) = (create, read) else { return };
    let mut choices: Vec<usize> =
        resource.updates.iter().chain(&resource.others).copied().collect();
    choices.extend(resource.delete);
    if choices.is_empty() {
        return;
    }
    let key = &create.operation;
    for index in 0..WALKS_MAX {
        // Drawn contents have the first indices.
        let mut source = Source::seeded(seed, STAGE.name, key, DRAWN_MAX + index);
        let mut steps = vec![create];
        for _ in 0..source.count(WALK_STEPS.0, WALK_STEPS.1) {
            let choice = choices[source.index(choices.len())];
            steps.extend(weaver.ground(choice));
            if source.one_in(2) {
                steps.push(read);
            }
        }
        steps.push(read);
        plot.extend(weaver.weave(&steps));
    }
}

/// Everything that single requests are sent, with identities that are there: for an operation that
/// accepted nothing, since its own guesses never got past the look-up.
fn attacks(weaver: &Weaver<'_>, operation: usize, seed: Seed) -> Vec<Vec<Step>> {
    if weaver.is_accepted(operation) {
        return Vec::new();
    }
    let plan = &weaver.shared.operations[operation].plan;
    let mut steps = variants(weaver, operation, seed);
    steps.extend(plan.examples());
    steps.extend(plan.boundaries());
    steps.extend(plan.violations());
    let is_on_path = |step: &Step| match &step.intent {
        Intent::Boundary { at: Place::Parameter { location, .. }, .. } => {
            *location == harness_contract::Location::Path
        }
        Intent::Invalid(violated) => matches!(&violated.at,
            Place::Parameter { location, .. } if *location == harness_contract::Location::Path),
        _ => false,
    };
    // What is special about a path is lost when it is bound.
    steps.retain(|step| !is_on_path(step));
    steps.truncate(ATTACKS_MAX);
    steps.iter().filter_map(|step| weaver.weave(&[step])).collect()
}
