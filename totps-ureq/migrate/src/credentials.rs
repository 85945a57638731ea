//! The project, and its secret: from the environment, a file or a prompt, never from an argument.

use std::io::{self, IsTerminal};
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use totps_ureq::http::Uri;
use totps_ureq::{Client, LIVE_BASE_URL, Project, TEST_BASE_URL, UreqTransport};
use zeroize::Zeroizing;

/// The environment variable of the secret.
pub(crate) const SECRET: &str = "STYTCH_SECRET";

/// Where requests go.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) project_id: String,
    pub(crate) base_url: String,
}

impl Target {
    /// Creates a target. Without a base URL, the project's id selects Stytch's live or test server.
    pub(crate) fn new(project_id: String, base_url: Option<String>) -> Self {
        let base_url = base_url.unwrap_or_else(|| {
            let base_url = match project_id.starts_with("project-live-") {
                true => LIVE_BASE_URL,
                false => TEST_BASE_URL,
            };
            base_url.to_owned()
        });
        Self {
            project_id,
            base_url: base_url.trim_end_matches('/').to_owned(),
        }
    }

    /// Whether requests stay on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let url: Option<Uri> = self.base_url.parse().ok();
        let host = url.as_ref().and_then(Uri::host).unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let address = address.parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    pub(crate) fn client(
        &self,
        secret_file: Option<&Path>,
        timeout: Duration,
        jobs: usize,
    ) -> Result<Client, String> {
        let secret = secret(secret_file)?;
        let official = [LIVE_BASE_URL, TEST_BASE_URL].contains(&self.base_url.as_str());
        let project = if official {
            Project::new(self.project_id.as_str(), secret.as_str())
        } else {
            Project::at(
                self.base_url.as_str(),
                self.project_id.as_str(),
                secret.as_str(),
            )
        };
        let project = project.and_then(|project| {
            project.with_user_agent(concat!("totps-migrate/", env!("CARGO_PKG_VERSION")))
        });
        let transport = UreqTransport::builder()
            .timeout(timeout)
            .max_idle_connections(jobs.max(8))
            .build();
        match (project, transport) {
            (Ok(project), Ok(transport)) => Ok(Client::new(project, transport)),
            (Err(error), _) => Err(error.to_string()),
            (_, Err(error)) => Err(error.to_string()),
        }
    }
}

fn secret(file: Option<&Path>) -> Result<Zeroizing<String>, String> {
    let secret = if let Some(path) = file {
        std::fs::read_to_string(path).map_err(|error| format!("--secret-file: {}", error.kind()))?
    } else if let Ok(secret) = std::env::var(SECRET) {
        secret
    } else if io::stdin().is_terminal() {
        rpassword::prompt_password("Secret of the project: ")
            .map_err(|error| format!("the secret cannot be read: {}", error.kind()))?
    } else {
        return Err(format!(
            "no secret: set {SECRET}, or name a file with --secret-file"
        ));
    };
    let secret = Zeroizing::new(secret);
    Ok(Zeroizing::new(
        secret.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for (base_url, expected) in [
            ("http://localhost:8080", true),
            ("http://127.0.0.1:8080", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:8080", true),
            ("https://127.example.com", false),
            ("https://127.0.0.1.example.com", false),
            ("https://localhost.example.com", false),
            ("https://api.stytch.com", false),
        ] {
            let target = Target::new("project-test-1".to_owned(), Some(base_url.to_owned()));
            assert_eq!(target.is_loopback(), expected, "{base_url}");
        }
    }
}
