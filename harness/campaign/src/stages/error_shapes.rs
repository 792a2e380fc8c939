//! Looks at all errors of the run together: most of a service's errors look alike, and strays point at
//! what a framework or a forgotten handler sends in the service's place.

use harness_model::{Confirmation, Fact, Verdict};

use super::Stage;
use crate::confirm::failures;
use crate::confirm::write;
use crate::desk::Desk;
use crate::execute::Manner;
use crate::judge::{Circumstances, ERROR_SHAPE_DRIFT, has_error_like, judge};

/// Checks that blame the same answer for its shape: one cause is one finding.
const TELLS_OF_THE_SHAPE: &[&str] =
    &["undeclared_media_type", "body_violates_schema", "unparsable_body"];

pub(super) const STAGE: Stage = Stage {
    name: "error_shapes",
    explain: "Compares the errors that all operations answered in this run, and sends those that look \
              unlike the others once more before they are reported. It plans no request of its own.",
    run: |desk| Box::pin(run(desk)),
};

async fn run(desk: &mut Desk<'_, '_>) {
    for (verdict, shown) in desk.judge_run() {
        let (Verdict::Fail(finding), Some((case, steps))) = (verdict, shown) else { continue };
        let shared = desk.shared();
        let told_already = failures(judge(&shared, &steps, Circumstances::default()))
            .iter()
            .any(|other| TELLS_OF_THE_SHAPE.contains(&&*other.signature.check));
        let is_ours = finding.signature.check == ERROR_SHAPE_DRIFT;
        if desk.is_over() || !is_ours || told_already || !desk.is_new(&finding.signature) {
            continue;
        }
        desk.say(Fact::Suspected { case: case.id.clone(), finding: finding.clone() });
        let again = desk.send_quietly(&case, Manner::fresh(&shared)).await;
        if has_error_like(&shared, &again.steps, &finding.signature) {
            let confirmation = Confirmation { reproduced: 2, sent: 2, shrink_probes: 0 };
            desk.found(write(&shared, finding, case, steps, confirmation));
        } else {
            let id = case.id.clone();
            desk.say(Fact::Flaky { case: id, finding, sent: 2, reproduced: 1 });
        }
    }
}
