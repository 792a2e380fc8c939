//! What users write down for the harness: the settings file, files of identities, and the baseline of
//! known findings.
//!
//! Text in, data out: this room opens no file, reads no environment (variables come through a function
//! that is handed in) and knows no clock. It does not know what a setting leads to.
mod baseline;
mod error;
mod identity;
mod near_miss;
mod read;
mod settings;
mod variables;
mod wfc;

pub use baseline::{Baseline, Known, NotADate};
pub use error::ConfigError;
pub use identity::{
    ApiKey, ApiKeyPlace, Basic, ClientAuthentication, Grant, Identity, Login, OAuth2, Token,
};
pub use read::{read_baseline, read_settings};
pub use settings::{Budget, Connection, Fixed, OperationSettings, Output, Settings};
pub use wfc::read_wfc;

/// Name of the settings file that is looked for in the working directory.
pub const SETTINGS_FILE: &str = "harness.toml";
/// Name of the baseline where the settings name none.
pub const BASELINE_FILE: &str = "harness-baseline.toml";
