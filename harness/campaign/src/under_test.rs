//! What is compiled once per operation and shared by all that generate and judge.

use std::sync::Arc;

use harness_check::Answers;
use harness_contract::{Contract, Operation, OperationKey};
use harness_generate::OperationPlan;
use harness_model::Case;
use harness_transport::{Clock, Raw, Transport};
use indexmap::IndexMap;

use crate::CampaignConfig;

/// An operation with its compiled generators and validators.
pub(crate) struct UnderTest {
    pub(crate) operation: Operation,
    pub(crate) plan: OperationPlan,
    pub(crate) answers: Answers,
}

/// What a run never changes.
pub(crate) struct Shared {
    pub(crate) contract: Arc<Contract>,
    /// In document order, after filters.
    pub(crate) operations: IndexMap<OperationKey, UnderTest>,
    pub(crate) config: CampaignConfig,
    pub(crate) transport: Arc<dyn Transport>,
    /// The way to the target by own octets, if that is allowed.
    pub(crate) raw: Option<Arc<Raw>>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Present if the rate is bounded.
    pub(crate) pace: Option<harness_transport::Pace>,
}

impl Shared {
    /// Puts the values that the user has fixed into a case.
    pub(crate) fn fix(&self, case: &mut Case) {
        for step in case.steps_mut() {
            if let Some(under_test) = self.operations.get(&step.operation) {
                self.config.rules.fix(&under_test.operation, step);
            }
        }
    }
}

/// Compiles the operations that were selected, in document order.
pub(crate) fn compile(
    contract: &Contract,
    selected: &[OperationKey],
) -> IndexMap<OperationKey, UnderTest> {
    let chosen: Vec<&Operation> =
        contract.operations.iter().filter(|operation| selected.contains(&operation.key)).collect();
    let plans = OperationPlan::compile_some(contract, chosen.iter().copied());
    let under_test = chosen.into_iter().zip(plans).map(|(operation, plan)| {
        let answers = Answers::compile(contract, operation);
        (operation.key.clone(), UnderTest { operation: operation.clone(), plan, answers })
    });
    under_test.collect()
}
