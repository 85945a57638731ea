//! Which project and which host a run may call.

use std::time::Duration;

use thiserror::Error;
use totps_ureq::{Project, TEST_BASE_URL, UreqTransport, http::Uri};

use crate::pace::AT_STYTCH;

/// Why a project, a host or a rate is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetError {
    /// The project is not a test project.
    #[error("the project id must begin with `project-test-`: this program deletes what it made")]
    Project,
    /// The host is neither Stytch's test host nor this machine.
    #[error("the base URL must be `{TEST_BASE_URL}`, or `http://` to this machine")]
    Host,
    /// The credentials cannot be sent.
    #[error("invalid credentials: {0}")]
    Credentials(String),
    /// A rate that Stytch is not to get.
    #[error("`--rate` can only be set for this machine: Stytch gets at most two calls a second")]
    Rate,
}

/// A project that may be called, and how fast.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Target {
    /// The project.
    pub project: Project,
    /// The time between the beginnings of two calls.
    pub distance: Duration,
    /// Whether it is this machine.
    pub is_local: bool,
    /// The base URL, for the journal.
    pub base_url: String,
}

impl Target {
    /// Checks what a run may call. `rate` is in calls per second; none is two a second at Stytch
    /// and no limit on this machine.
    ///
    /// # Errors
    ///
    /// [`TargetError`] says what is refused.
    pub fn new(
        base_url: &str,
        project_id: &str,
        secret: &str,
        rate: Option<f64>,
    ) -> Result<Self, TargetError> {
        if !project_id.starts_with("project-test-") {
            return Err(TargetError::Project);
        }
        let is_local = check_host(base_url)?;
        let distance = match rate {
            Some(_) if !is_local => return Err(TargetError::Rate),
            Some(rate) if rate > 0.0 => Duration::from_secs_f64((1.0 / rate).min(60.0)),
            Some(_) => return Err(TargetError::Rate),
            None if is_local => Duration::ZERO,
            None => AT_STYTCH,
        };
        let project = Project::at(base_url, project_id, secret)
            .map_err(|error| TargetError::Credentials(error.to_string()))?;
        Ok(Self {
            project,
            distance,
            is_local,
            base_url: base_url.trim_end_matches('/').to_owned(),
        })
    }

    /// The transport of a run. Bodies of up to 4 MiB are part of it.
    pub(crate) fn transport() -> UreqTransport {
        let built = UreqTransport::builder()
            .timeout(Duration::from_secs(30))
            .build();
        built.unwrap_or_default()
    }
}

/// Whether the host is this machine; an error if it is neither that nor Stytch's test host.
fn check_host(base_url: &str) -> Result<bool, TargetError> {
    if base_url.trim_end_matches('/') == TEST_BASE_URL {
        return Ok(false);
    }
    let url: Uri = base_url.parse().map_err(|_| TargetError::Host)?;
    let plain = url.scheme_str() == Some("http");
    // `check_destination` allows `http:` to loopback alone.
    let allowed = plain && totps_ureq::check_destination(&url, None).is_ok();
    allowed.then_some(true).ok_or(TargetError::Host)
}
