//! Serves the shop: `cargo run -p harness-demo --example serve -- 127.0.0.1:8080 none`.

use std::error::Error;

use harness_demo::{Faults, serve};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "an example is its own command line")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let faults = Faults::parse(&arguments.next().unwrap_or_else(|| "all".to_owned()))?;
    let listener = tokio::net::TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    #[expect(clippy::print_stdout, reason = "it is for people")]
    {
        println!("http://{address} with {} faults", faults.iter().count());
    }
    Ok(serve(listener, faults).await?)
}
