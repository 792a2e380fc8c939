//! Arguments of the commands that read recorded runs and send nothing.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use harness_report::{form, form_names};

use crate::args::{JudgedArgs, OutputArgs};

/// A report that is asked for: `FORMAT` or `FORMAT=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Name in the registry of reports.
    pub(crate) format: String,
    /// Where it is written; `None`: its usual name within the run folder. `-` is standard output.
    pub(crate) path: Option<PathBuf>,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = match text.split_once('=') {
            Some((_, "")) => return Err("the path after '=' is empty".to_owned()),
            Some((format, path)) => (format, Some(PathBuf::from(path))),
            None => (text, None),
        };
        if form(format).is_none() {
            let known: Vec<&str> = form_names().collect();
            return Err(format!("there is no format {format:?}; there are {}", known.join(", ")));
        }
        Ok(Self { format: format.to_owned(), path })
    }
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ReportArgs {
    /// A run folder, or its events.jsonl; a run that was killed will do
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// What to write: html, junit, sarif, markdown, har, wfc, jsonl or curl, each with =PATH if it
    /// shall not stand in the run folder (=- prints it); may be repeated
    #[arg(
        long = "format",
        visible_alias = "report",
        value_name = "FORMAT[=PATH]",
        default_value = "html"
    )]
    pub(crate) formats: Vec<Wanted>,
    /// Folder of earlier runs: shows what is new, what is gone, and the trend
    #[arg(long, value_name = "DIR")]
    pub(crate) history: Option<PathBuf>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct CompareArgs {
    /// The earlier run: its folder or its events.jsonl
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,
    /// The later run
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct MergeArgs {
    /// The run folders of all shards
    #[arg(value_name = "RUN", required = true, num_args = 1..)]
    pub(crate) runs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) judged: JudgedArgs,
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    #[test]
    fn a_report_is_a_format_and_perhaps_a_path() {
        let parse = |text: &str| text.parse::<Wanted>().map(|w| (w.format, w.path));
        assert_eq!(parse("html"), Ok(("html".into(), None)));
        assert_eq!(parse("junit=out/a=b.xml"), Ok(("junit".into(), Some("out/a=b.xml".into()))));
        assert!(parse("sarif=").is_err());
        assert!(parse("pdf").expect_err("unknown").contains("html"));
        // Written as the run goes, never afterwards.
        assert!(parse("terminal").is_err());
    }
}
