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
mod settings;
mod standards;
mod way;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::{CommandFactory as _, FromArgMatches as _};
use exit::{Exit, Failure};
use settings::{Defaults, Given};

fn main() -> ExitCode {
    // clap prints its own message and leaves with 2, the code for wrong usage.
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let given = Given::of(&matches);
    let outcome = std::panic::catch_unwind(|| block_on(cli, given));
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

fn block_on(cli: Cli, given: Given) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Internal, error))?;
    runtime.block_on(async {
        match cli.command {
            Command::Run(args) => {
                let defaults = Defaults::read(cli.config.as_deref(), given)?;
                commands::run::run(*args, &defaults).await
            }
            Command::Replay(args) => {
                let defaults = Defaults::read(cli.config.as_deref(), given)?;
                commands::replay::run(*args, &defaults).await
            }
            Command::Report(args) => commands::report::run(&args),
            Command::Compare(args) => commands::compare::run(&args),
            Command::Merge(args) => commands::merge::run(&args),
            Command::Demo(args) => commands::demo::run(args).await,
            Command::Inspect(args) => commands::inspect::run(*args).await,
            Command::Lint(args) => commands::lint::run(*args).await,
            Command::Generate(args) => commands::generate::run(*args).await,
            Command::Baseline(args) => commands::baseline::run(&args),
            Command::Completions(args) => commands::shell::completions(&args),
            Command::Man => commands::shell::man(),
            Command::Explain(args) => commands::explain::run(&args),
        }
    })
}

/// One line on standard error; a closed pipe is nobody's problem.
fn complain(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(anstream::stderr(), "{text}");
}
