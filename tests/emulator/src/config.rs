//! What an emulator starts with; the configuration file has the same form.

use std::ffi::OsStr;
use std::path::Path;
use std::{fmt, fs, io};

use jiff::Timestamp;
use serde::Deserialize;

use crate::organization::NewOrganization;
use crate::settings::Settings;

/// The start of an emulator. What is left out is made up.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Port on 127.0.0.1; 0 or none takes a free one.
    pub port: Option<u16>,
    /// Makes ids, secrets and codes reproducible; random if unset.
    pub seed: Option<u64>,
    /// Where the clock stands until it is moved; if unset, it is the real one.
    pub clock: Option<Timestamp>,
    /// The project's id.
    pub project_id: Option<String>,
    /// The project's secret.
    pub secret: Option<String>,
    /// Behaviour that Stytch does not document or leaves to the project.
    pub settings: Settings,
    /// The organizations; one if empty. The first member of the first one is the ready one.
    pub organizations: Vec<NewOrganization>,
}

impl Config {
    /// Reads a configuration file; its name ends in `.toml` or `.json`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, has another ending, or does not hold a configuration.
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let in_file =
            |error: &dyn fmt::Display| ConfigError(format!("{}: {error}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| in_file(&error))?;
        match path.extension().and_then(OsStr::to_str) {
            Some("toml") => toml::from_str(&text).map_err(|error| in_file(&error)),
            Some("json") => serde_json::from_str(&text).map_err(|error| in_file(&error)),
            _ => Err(in_file(&"the name has to end in .toml or .json")),
        }
    }
}

/// A configuration, organization or member that cannot be: a name taken twice, a secret that is
/// not base32, text that is not TOML or JSON.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigError(pub(crate) String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl From<ConfigError> for io::Error {
    fn from(error: ConfigError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}
