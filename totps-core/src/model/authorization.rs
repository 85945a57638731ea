//! The result of a check whether a Member is allowed to do something.

use serde::{Deserialize, Serialize};

use crate::decode::lenient;

/// The result of an [`AuthorizationCheck`](crate::AuthorizationCheck).
///
/// Mirrors `verdict` of Stytch's `POST /v1/b2b/sessions/authenticate`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthorizationVerdict {
    /// Whether the Member is allowed to do it. Always true, since the API otherwise refuses with
    /// 403; `None` if it was not sent.
    pub authorized: Option<bool>,
    /// The ids of the roles that allow it.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub granting_roles: Vec<String>,
}
