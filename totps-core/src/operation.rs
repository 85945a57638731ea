//! The endpoints of the API: parameters and responses.

pub(crate) mod authenticate;
pub(crate) mod call;
pub(crate) mod create;
pub(crate) mod delete_totp;
pub(crate) mod get_member;
pub(crate) mod migrate;
mod rbac;
pub(crate) mod recovery_codes;
pub(crate) mod sessions;
mod setters;
mod wire;

use crate::error::{Error, InvalidParams};
use crate::operation::call::Call;
use crate::transport::Body;

/// One call of the API: the parameters of an endpoint, and the type of its response.
///
/// Implement it for any endpoint of Stytch's B2B API that this crate has no types for.
/// `client.call(&params)` sends it like the typed calls: only to the project's base URL, with its
/// credentials, the same limits and the same [`Error`].
///
/// This example updates the `default_mfa_method` of a Member; the repository's program
/// `tests/suite/examples/any_endpoint.rs` runs it against the emulator:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use totps_core::{Call, Client, InvalidParams, Json, Member, MfaMethod, Operation, Project};
/// use totps_core::{MemberId, OrganizationId, Request, http};
///
/// struct PreferTotp {
///     organization_id: OrganizationId,
///     member_id: MemberId,
/// }
///
/// #[derive(Serialize)]
/// struct Fields {
///     default_mfa_method: MfaMethod,
/// }
///
/// #[derive(Deserialize)]
/// struct Updated {
///     member: Member,
/// }
///
/// impl Operation for PreferTotp {
///     type Response = Json<Updated>;
///
///     fn describe(&self) -> Result<Call, InvalidParams> {
///         Call::put("/v1/b2b/organizations")
///             .segment("organization_id", &self.organization_id)?
///             .path("/members")
///             .segment("member_id", &self.member_id)?
///             .json(&Fields {
///                 default_mfa_method: MfaMethod::Totp,
///             })
///     }
/// }
///
/// // Takes the place of the server.
/// let send = |request: Request| {
///     assert_eq!(request.method(), "PUT");
///     assert_eq!(request.uri().path(), "/v1/b2b/organizations/acme/members/member-test-1");
///     let json = r#"{"member": {"default_mfa_method": "totp"}, "status_code": 200}"#;
///     Ok::<_, std::io::Error>(http::Response::new(json))
/// };
/// let client = Client::new(Project::new("project-test-1", "secret-test-1")?, send);
/// let params = PreferTotp { organization_id: "acme".into(), member_id: "member-test-1".into() };
/// let Json(updated) = client.call(&params)?;
/// assert_eq!(updated.member.default_mfa_method, Some(MfaMethod::Totp));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub trait Operation: Sync {
    /// The response of a success: [`Json`](crate::Json) of any type, or your own type that checks
    /// the status first.
    type Response: TryFrom<http::Response<Body>, Error = Error>;

    /// Describes the request, and checks what can be checked without the server.
    ///
    /// # Errors
    ///
    /// [`InvalidParams`] when a field breaks a rule.
    fn describe(&self) -> Result<Call, InvalidParams>;
}
