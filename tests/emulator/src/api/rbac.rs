//! The RBAC headers. They carry a Member's session, and limit a call to what this Member may do.

use http::HeaderValue;

use super::Api;
use super::call::Call;
use super::error::Refusal;
use super::target::Target;
use crate::endpoint::Access;
use crate::settings::ErrorCase;
use crate::state::directory::{MemberKey, OrganizationKey};

/// The RBAC header with a session token.
pub(crate) const SESSION: &str = "x-stytch-member-session";
/// The RBAC header with a session JWT.
pub(crate) const SESSION_JWT: &str = "x-stytch-member-sessionjwt";

impl Api {
    /// Returns the Member whose session is in the RBAC headers, if the endpoint accepts these
    /// headers.
    pub(super) fn actor(&self, call: &Call<'_>) -> Result<Option<MemberKey>, Refusal> {
        if !matches!(call.endpoint.access, Access::Rbac { .. }) {
            return Ok(None);
        }
        let header = |name| {
            let value = call.headers.get(name).map(HeaderValue::as_bytes);
            let value = value.map(String::from_utf8_lossy);
            value.filter(|text| !text.is_empty())
        };
        let (token, jwt) = (header(SESSION), header(SESSION_JWT));
        if token.is_some() && jwt.is_some() && call.settings.rbac.refuse_both_headers {
            return Err(ErrorCase::TooManyRbacHeaders.into());
        }
        let session = match (token, jwt) {
            (Some(token), _) => self.session_of_token(call, &token)?,
            (None, Some(jwt)) => self.session_of_jwt(call, &jwt)?,
            (None, None) => return Ok(None),
        };
        Ok(Some(session.member))
    }

    /// Checks whether the Member of the RBAC header may make the call. An admin may act on the
    /// whole Organization. Any other Member may act only on themselves, if the endpoint permits
    /// that.
    pub(super) fn check_permission(
        &self,
        call: &Call<'_>,
        target: Target,
        organization: OrganizationKey,
    ) -> Result<(), Refusal> {
        let (Some(actor), Access::Rbac { own, .. }) = (call.actor, call.endpoint.access) else {
            return Ok(());
        };
        if self.directory[actor].organization != organization {
            return Err(ErrorCase::PermissionInOtherOrganization.into());
        }
        let is_own = own && target == Target::Member(actor);
        if !is_own && !self.directory[actor].is_admin() {
            return Err(ErrorCase::NotPermitted.into());
        }
        Ok(())
    }
}
