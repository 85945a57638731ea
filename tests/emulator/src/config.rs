//! The configuration of an emulator, as a value and as a file.

use std::fmt;
use std::time::SystemTime;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::settings::Settings;
use crate::state::NewOrganization;

/// The configuration of an emulator. Missing ids and secrets are generated.
///
/// Pass it to [`Builder::from`](crate::Builder) to start an emulator.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Port on 127.0.0.1; a free port if 0 or unset.
    pub port: Option<u16>,
    /// Seed that makes ids, secrets and codes reproducible; random if unset.
    pub seed: Option<u64>,
    /// Time at which the clock is stopped until it is moved; the system's clock if unset. In a file
    /// it is a string in RFC 3339 format.
    #[serde(deserialize_with = "moment")]
    pub clock: Option<SystemTime>,
    /// The project's id; generated if unset.
    pub project_id: Option<String>,
    /// The project's secret; generated if unset.
    pub secret: Option<String>,
    /// Behaviour that Stytch does not document or leaves to the project.
    pub settings: Settings,
    /// The Organizations; one with all defaults if empty.
    /// [`Emulator::member_id`](crate::Emulator::member_id) names the first Member of the first
    /// Organization.
    pub organizations: Vec<NewOrganization>,
}

impl Config {
    /// Reads a configuration in JSON.
    ///
    /// # Errors
    ///
    /// If the text is not JSON or not a valid configuration. The error has the path of the value.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let config = read(&mut deserializer)?;
        deserializer
            .end()
            .map_err(|error| ConfigError::new(rule(&error.to_string())))?;
        Ok(config)
    }

    /// Reads a configuration in TOML.
    ///
    /// # Errors
    ///
    /// If the text is not TOML or not a valid configuration. The error has the path of the value.
    #[cfg(feature = "cli")]
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let with_line = |error: &toml::de::Error| {
            let line = error.span().and_then(|span| text.get(..span.start));
            let rule = rule(error.message());
            match line.map(|before| before.split('\n').count()) {
                Some(line) => format!("{rule} at line {line}"),
                None => rule,
            }
        };
        let deserializer =
            toml::Deserializer::parse(text).map_err(|error| ConfigError::new(with_line(&error)))?;
        serde_path_to_error::deserialize(deserializer)
            .map_err(|error| ConfigError::at(place(error.path()), with_line(error.inner())))
    }

    /// Reads a configuration file, whose name must end in `.toml` or `.json`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, has another extension, or is not a valid configuration.
    #[cfg(feature = "cli")]
    pub fn from_file(path: &std::path::Path) -> Result<Self, ConfigError> {
        let in_file =
            |error: &dyn fmt::Display| ConfigError::new(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| in_file(&error))?;
        match path.extension().and_then(std::ffi::OsStr::to_str) {
            Some("toml") => Self::from_toml(&text).map_err(|error| in_file(&error)),
            Some("json") => Self::from_json(&text).map_err(|error| in_file(&error)),
            _ => Err(in_file(&"the name must end in .toml or .json")),
        }
    }
}

/// The error for an invalid configuration, setting, Organization, Member or fault.
///
/// It names the path of the value, e.g. `organizations[1].members[3].totp_secret`, and the rule. It
/// does not contain ids, e-mail addresses or secrets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigError {
    path: String,
    message: String,
}

impl ConfigError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::at("", message)
    }

    pub(crate) fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }

    /// Adds the path of the enclosing value in front.
    pub(crate) fn within(mut self, outer: impl fmt::Display) -> Self {
        self.path = match self.path.chars().next() {
            None => outer.to_string(),
            Some('[') => format!("{outer}{}", self.path),
            Some(_) => format!("{outer}.{}", self.path),
        };
        self
    }

    /// Returns the path of the value, e.g. `organizations[1].members[3].totp_secret`. It is empty
    /// if the error concerns the whole value.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}

/// Deserializes a value. Each error has the path of the invalid part.
pub(crate) fn read<'de, T: DeserializeOwned, D>(deserializer: D) -> Result<T, ConfigError>
where
    D: Deserializer<'de, Error = serde_json::Error>,
{
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| ConfigError::at(place(error.path()), rule(&error.inner().to_string())))
}

/// Formats a path. The path of the whole value is empty.
fn place(path: &serde_path_to_error::Path) -> String {
    let path = path.to_string();
    if path == "." { String::new() } else { path }
}

/// Returns serde's message without the value, which may be a secret: ``invalid type: integer `5`,
/// expected a string`` becomes `invalid type, expected a string`.
pub(crate) fn rule(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((found, expected)) => {
            let kind = found
                .split([':', '`'])
                .next()
                .unwrap_or_default()
                .trim_end();
            format!("{kind}, expected {expected}")
        }
        None => message.to_owned(),
    }
}

/// Deserializes a time in RFC 3339 format.
pub(crate) fn time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<jiff::Timestamp, D::Error> {
    parse_time(&String::deserialize(deserializer)?)
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SystemTime>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let at = text.map(|text| parse_time(&text)).transpose()?;
    Ok(at.map(crate::clock::system_time))
}

fn parse_time<E: serde::de::Error>(text: &str) -> Result<jiff::Timestamp, E> {
    let at = text.parse();
    at.map_err(|_| E::custom("expected a time in RFC 3339 format"))
}
