//! The output of the program.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::NamedTempFile;
use totps_emulator::Emulator;

/// The values that the program prints when the emulator has started.
#[derive(Debug)]
pub(crate) struct Output<'a> {
    pub(crate) emulator: &'a Emulator,
    pub(crate) ca_file: Option<&'a Path>,
}

impl Output<'_> {
    /// Formats the values as one line of JSON.
    pub(crate) fn json(&self) -> String {
        let emulator = self.emulator;
        json!({
            "base_url": emulator.base_url(),
            "project_id": emulator.project_id(),
            "secret": emulator.secret(),
            "organization_id": emulator.organization_id(),
            "member_id": emulator.member_id(),
            "intermediate_session_token": emulator.intermediate_session_token(),
            "seed": emulator.seed(),
            "ca_file": self.ca_file,
        })
        .to_string()
    }

    /// Formats the values as `export` lines for a shell. The examples of this project read these
    /// variables.
    pub(crate) fn env(&self) -> String {
        let emulator = self.emulator;
        let mut lines = vec![
            ("STYTCH_BASE_URL", emulator.base_url().to_owned()),
            ("STYTCH_PROJECT_ID", emulator.project_id().to_owned()),
            ("STYTCH_SECRET", emulator.secret().to_owned()),
            (
                "STYTCH_ORGANIZATION_ID",
                emulator.organization_id().to_owned(),
            ),
            ("STYTCH_MEMBER_ID", emulator.member_id().to_owned()),
            (
                "STYTCH_INTERMEDIATE_SESSION_TOKEN",
                emulator.intermediate_session_token().to_owned(),
            ),
        ];
        if let Some(path) = self.ca_file {
            lines.push(("STYTCH_CA_FILE", path.display().to_string()));
        }
        let lines = lines.iter();
        let lines = lines.map(|(name, value)| format!("export {name}={}", quoted(value)));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Formats the values as text for people.
    pub(crate) fn text(&self) -> String {
        let emulator = self.emulator;
        let token = emulator.intermediate_session_token();
        let mut lines = vec![
            ("base URL", emulator.base_url().to_owned()),
            ("project id", emulator.project_id().to_owned()),
            ("secret", emulator.secret().to_owned()),
            ("organization id", emulator.organization_id().to_owned()),
            ("member id", emulator.member_id().to_owned()),
            ("intermediate session token", token.to_owned()),
            ("seed", emulator.seed().to_string()),
        ];
        if let Some(path) = self.ca_file {
            lines.push(("CA file", path.display().to_string()));
        }
        let lines = lines.iter();
        let lines = lines.map(|(name, value)| format!("{:<27} {value}", format!("{name}:")));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Quotes a text as a word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The file with the authority's certificate. A temporary file is deleted when this is dropped.
#[derive(Debug)]
pub(crate) enum CaFile {
    Asked(PathBuf),
    Temporary(NamedTempFile),
}

impl CaFile {
    pub(crate) fn write(path: Option<&Path>, pem: &str) -> io::Result<Self> {
        match path {
            Some(path) => {
                let in_file =
                    |error: io::Error| io::Error::other(format!("{}: {error}", path.display()));
                fs::write(path, pem).map_err(in_file)?;
                Ok(Self::Asked(path.to_owned()))
            }
            None => {
                let mut named = tempfile::Builder::new();
                let mut file = named
                    .prefix("totps-emulator-ca-")
                    .suffix(".pem")
                    .tempfile()?;
                file.write_all(pem.as_bytes())?;
                Ok(Self::Temporary(file))
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Asked(path) => path,
            Self::Temporary(file) => file.path(),
        }
    }
}
