//! stub
use crate::args::DemoArgs;
use crate::exit::{Exit, Failure};
pub(crate) async fn run(_args: DemoArgs) -> Result<Exit, Failure> {
    Ok(Exit::Clean)
}
