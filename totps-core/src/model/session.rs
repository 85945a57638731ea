//! A Member's session.

use serde::{Deserialize, Serialize};

use crate::decode::lenient;
use crate::model::factor::AuthenticationFactor;
use crate::value::id::{MemberId, MemberSessionId, OrganizationId};
use crate::value::json_object::JsonObject;
use crate::value::timestamp::Timestamp;

/// A session of a Member.
///
/// Mirrors Stytch's [Session object](https://stytch.com/docs/b2b/api/session-object).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberSession {
    /// The id of the session.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub member_session_id: Option<MemberSessionId>,
    /// The id of the Member.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub member_id: Option<MemberId>,
    /// When the session started.
    pub started_at: Option<Timestamp>,
    /// When the session was last used.
    pub last_accessed_at: Option<Timestamp>,
    /// When the session ends.
    pub expires_at: Option<Timestamp>,
    /// The factors that the Member passed, and when.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub authentication_factors: Vec<AuthenticationFactor>,
    /// The id of the Organization.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub organization_id: Option<OrganizationId>,
    /// The ids of the Member's roles, such as `stytch_member`.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub roles: Vec<String>,
    /// The slug of the Organization.
    #[serde(default, deserialize_with = "lenient::text")]
    pub organization_slug: String,
    /// The claims that the application put into the session, if there are any.
    #[serde(default, deserialize_with = "lenient::object")]
    pub custom_claims: Option<JsonObject>,
}
