//! The endpoints, named after the methods of the clients.

use std::fmt;

use http::Method;

/// An endpoint that a script has steps for: that of each method of a client but `get_jwks`. An
/// argument of [`Script::at`](crate::test_util::Script::at).
///
/// `Display` shows the name of the client's method:
///
/// ```
/// use totps_core::test_util::Endpoint;
///
/// assert_eq!(Endpoint::AuthenticateSession.to_string(), "authenticate_session");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// `POST /v1/b2b/totp`.
    Create,
    /// `POST /v1/b2b/totp/authenticate`.
    Authenticate,
    /// `POST /v1/b2b/totp/migrate`.
    Migrate,
    /// `DELETE /v1/b2b/organizations/{organization_id}/members/{member_id}/totp`.
    DeleteTotp,
    /// `GET /v1/b2b/organizations/{organization_id}/member`.
    GetMember,
    /// `GET /v1/b2b/recovery_codes/{organization_id}/{member_id}`.
    GetRecoveryCodes,
    /// `POST /v1/b2b/recovery_codes/rotate`.
    RotateRecoveryCodes,
    /// `POST /v1/b2b/recovery_codes/recover`.
    Recover,
    /// `POST /v1/b2b/sessions/authenticate`.
    AuthenticateSession,
    /// `POST /v1/b2b/sessions/revoke`.
    RevokeSessions,
}

impl Endpoint {
    /// Returns the endpoint of a request, and the ids in its path as they were sent.
    pub(crate) fn of<'p>(method: &Method, path: &'p str) -> Option<(Self, PathIds<'p>)> {
        // The base URL may have its own path.
        let (_, path) = path.split_once("/v1/b2b/")?;
        let segments: Vec<_> = path.split('/').collect();
        let endpoint = match (method.as_str(), &*segments) {
            ("POST", ["totp"]) => Self::Create,
            ("POST", ["totp", "authenticate"]) => Self::Authenticate,
            ("POST", ["totp", "migrate"]) => Self::Migrate,
            ("DELETE", ["organizations", _, "members", _, "totp"]) => Self::DeleteTotp,
            ("GET", ["organizations", _, "member"]) => Self::GetMember,
            ("GET", ["recovery_codes", _, _]) => Self::GetRecoveryCodes,
            ("POST", ["recovery_codes", "rotate"]) => Self::RotateRecoveryCodes,
            ("POST", ["recovery_codes", "recover"]) => Self::Recover,
            ("POST", ["sessions", "authenticate"]) => Self::AuthenticateSession,
            ("POST", ["sessions", "revoke"]) => Self::RevokeSessions,
            _ => return None,
        };
        let ids = match *segments {
            ["organizations", organization, "members", member, "totp"]
            | ["recovery_codes", organization, member] => PathIds {
                organization: Some(organization),
                member: Some(member),
            },
            ["organizations", organization, "member"] => PathIds {
                organization: Some(organization),
                member: None,
            },
            _ => PathIds::default(),
        };
        Some((endpoint, ids))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Authenticate => "authenticate",
            Self::Migrate => "migrate",
            Self::DeleteTotp => "delete_totp",
            Self::GetMember => "get_member",
            Self::GetRecoveryCodes => "get_recovery_codes",
            Self::RotateRecoveryCodes => "rotate_recovery_codes",
            Self::Recover => "recover",
            Self::AuthenticateSession => "authenticate_session",
            Self::RevokeSessions => "revoke_sessions",
        })
    }
}

/// The ids in a path, still escaped.
#[derive(Default)]
pub(crate) struct PathIds<'p> {
    pub(crate) organization: Option<&'p str>,
    pub(crate) member: Option<&'p str>,
}
