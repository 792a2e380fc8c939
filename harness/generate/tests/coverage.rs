//! Every constraint of the demo's contract is met at its edge and broken.

use harness_contract::read;
use harness_generate::{OperationPlan, Reach};

#[test]
fn every_constraint_of_the_demo_is_reached_on_both_sides() {
    let contract = read(include_bytes!("../../../specs/demo-shop.yaml"), "demo-shop").unwrap();
    let mut sides = 0;
    for (operation, plan) in contract.operations.iter().zip(OperationPlan::compile_all(&contract)) {
        for constraint in plan.coverage() {
            let at = format!("{}: {} {}", operation.key, constraint.at, constraint.keyword);
            assert_ne!(constraint.edge, Reach::Missed, "no edge: {at}");
            assert_ne!(constraint.breach, Reach::Missed, "no breach: {at}");
            sides += usize::from(constraint.edge == Reach::Covered);
            sides += usize::from(constraint.breach == Reach::Covered);
        }
    }
    assert!(sides > 100, "{sides} sides of constraints were looked at");
}
