//! Without content at all.

use super::Pass;
use crate::Search;

pub(super) const PASS: Pass =
    Pass { name: "drop_bodies", explain: "Sends a step without its content.", run };

fn run(search: &mut Search<'_>) {
    for idx in 0..search.best().steps().count() {
        search.edit(|case| case.steps_mut().nth(idx)?.body.take().map(drop));
    }
}
