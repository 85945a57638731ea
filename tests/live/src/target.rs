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
    #[error("the base URL must be `{TEST_BASE_URL}`, or an `http://` URL of this machine")]
    Host,
    /// The credentials or the base URL cannot be used.
    #[error("invalid credentials: {0}")]
    Credentials(String),
    /// The HTTP client cannot be built.
    #[error("no HTTP client: {0}")]
    Transport(String),
    /// The rate is not positive, or is set for Stytch.
    #[error(
        "`--rate` must be positive, and can be set only for this machine: Stytch gets at most two \
         calls a second"
    )]
    Rate,
}

/// A project that may be called, and how fast.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Target {
    /// The project.
    pub project: Project,
    /// The minimum time between the starts of two calls.
    pub distance: Duration,
    /// Whether the server is on this machine.
    pub is_local: bool,
    /// The base URL, for the journal.
    pub base_url: String,
    pub(crate) transport: UreqTransport,
}

impl Target {
    /// Checks what a run may call. `rate` is in calls per second. The default is two at Stytch, and
    /// no limit on this machine.
    ///
    /// # Errors
    ///
    /// [`TargetError`] if the project, the host, the credentials or the rate is refused.
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
        // Bodies have up to 4 MiB.
        let transport = UreqTransport::builder().timeout(Duration::from_secs(30));
        let transport = transport
            .build()
            .map_err(|error| TargetError::Transport(error.to_string()))?;
        Ok(Self {
            project,
            transport,
            distance,
            is_local,
            base_url: base_url.trim_end_matches('/').to_owned(),
        })
    }
}

/// Returns whether the host is this machine. Any other host but Stytch's test host is an error.
fn check_host(base_url: &str) -> Result<bool, TargetError> {
    if base_url.trim_end_matches('/') == TEST_BASE_URL {
        return Ok(false);
    }
    let url: Uri = base_url.parse().map_err(|_| TargetError::Host)?;
    let plain = url.scheme_str() == Some("http");
    // `check_destination` allows `http:` only to loopback addresses.
    let allowed = plain && totps_ureq::check_destination(&url, None).is_ok();
    allowed.then_some(true).ok_or(TargetError::Host)
}
