//! `harness completions` and `harness man`: made from the arguments themselves, so they cannot lag behind.

use std::io::Write as _;

use anyhow::Context as _;
use clap::CommandFactory as _;

use crate::args::{Cli, CompletionsArgs};
use crate::exit::{Exit, Failure};

/// Prints the completions of a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "harness", &mut text);
    print(&text)
}

/// Prints the manual page, and behind it those of all subcommands.
pub(crate) fn man() -> Result<Exit, Failure> {
    let mut root = Cli::command();
    root.build();
    let mut text = Vec::new();
    let subcommands = root.get_subcommands().filter(|it| it.get_name() != "help").cloned();
    for command in std::iter::once(root.clone()).chain(subcommands) {
        clap_mangen::Man::new(command)
            .render(&mut text)
            .context("cannot make the manual page")
            .map_err(|error| Failure::new(Exit::Internal, error))?;
    }
    print(&text)
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    match std::io::stdout().write_all(text) {
        // Whoever reads has seen enough (`| head`).
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Report, error))
        }
        _ => Ok(Exit::Clean),
    }
}
