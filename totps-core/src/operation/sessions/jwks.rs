//! `GET /v1/b2b/sessions/jwks/{project_id}`: the keys of session JWTs.

use crate::error::InvalidParams;
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::session_jwt::Jwks;
use crate::value::id::ProjectId;

/// Parameters of Get JWKS, which fetches the keys that verify a project's session JWTs.
///
/// The keys are public, so the request has no `Authorization`. The call changes nothing and is safe
/// to repeat. Stytch rotates the keys about every six months and serves the old and the new one for
/// a month.
///
/// ```
/// use totps_core::{GetJwks, Project, http};
///
/// let project = Project::new("project-test-1", "secret-test-1")?;
/// let request = project.request(&GetJwks::new(project.id()))?;
/// assert_eq!(request.uri().path(), "/v1/b2b/sessions/jwks/project-test-1");
/// assert!(!request.headers().contains_key(http::header::AUTHORIZATION));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// Mirrors Stytch's `GET /v1/b2b/sessions/jwks/{project_id}`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GetJwks {
    /// The id of the project. It must not be empty, `.` or `..`.
    pub project_id: ProjectId,
}

impl GetJwks {
    /// Creates parameters for the keys of a project.
    pub fn new(project_id: impl Into<ProjectId>) -> Self {
        Self {
            project_id: project_id.into(),
        }
    }
}

impl Operation for GetJwks {
    type Response = Jwks;

    fn describe(&self) -> Result<Call, InvalidParams> {
        const { Call::get("/v1/b2b/sessions/jwks").without_credentials() }
            .segment("project_id", &self.project_id)
    }
}
