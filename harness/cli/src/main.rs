//! The `harness` binary: arguments → wiring → exit code.
//!
//! Nothing else in the project parses arguments, reads the environment or prints.
mod args;
mod base_path;
mod commands;
mod contract_source;
mod documents;
mod exit;
mod reporting;
mod session;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::Parser as _;
use exit::{Exit, Failure};

fn main() -> ExitCode {
    // clap prints its own message and leaves with 2, the code for wrong usage.
    let cli = Cli::parse();
    let outcome = std::panic::catch_unwind(|| block_on(cli));
    match outcome {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(Failure { exit, error })) => {
            complain(&format!("error: {error:#}"));
            exit.into()
        }
        // The panic hook has printed message and place by now.
        Err(_) => {
            complain(
                "error: this is a bug of the harness, not of the service; what was found before is in \
                 the run folder; please report it with the lines above",
            );
            Exit::Internal.into()
        }
    }
}

fn block_on(cli: Cli) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Internal, error))?;
    runtime.block_on(async {
        match cli.command {
            Command::Run(args) => commands::run::run(*args).await,
            Command::Replay(args) => commands::replay::run(args).await,
            Command::Report(args) => commands::report::run(&args),
            Command::Demo(args) => commands::demo::run(args).await,
            Command::Inspect(args) => commands::inspect::run(*args).await,
            Command::Lint(args) => commands::lint::run(*args).await,
            Command::Generate(args) => commands::generate::run(*args).await,
            Command::Explain(args) => commands::explain::run(&args),
        }
    })
}

/// One line on standard error; a closed pipe is nobody's problem.
fn complain(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(anstream::stderr(), "{text}");
}
