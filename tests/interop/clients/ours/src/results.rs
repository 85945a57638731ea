//! Converts responses of the typed calls into JSON with the names of the API.

use serde_json::{Value, json};
use totps_ureq::{
    AuthenticateResponse, AuthenticateSessionResponse, CreateResponse, DeleteTotpResponse,
    GetMemberResponse, GetRecoveryCodesResponse, MigrateResponse, RecoverResponse, RecoveryCode,
    RevokeSessionsResponse, RotateRecoveryCodesResponse, SessionJwt, SessionToken, Undecoded,
    VerifiedSession,
};

/// Converts a locally verified session, with the names of a `member_session`.
pub(crate) fn verified(session: VerifiedSession) -> Value {
    json!({
        "member_session_id": session.member_session_id,
        "member_id": session.member_id,
        "started_at": session.started_at,
        "last_accessed_at": session.last_accessed_at,
        "expires_at": session.expires_at,
        "authentication_factors": session.authentication_factors,
        "organization_id": session.organization_id,
        "organization_slug": session.organization_slug,
        "roles": session.roles,
        "custom_claims": session.custom_claims,
    })
}

/// Converts a response: the fields that all responses have, and the given ones.
macro_rules! shown {
    ($response:ident $(, $name:literal: $value:expr)* $(,)?) => {
        json!({
            "status_code": $response.status_code.as_u16(),
            "request_id": $response.request_id,
            "undecoded": undecoded($response.undecoded()),
            $($name: $value,)*
        })
    };
}

pub(crate) fn created(response: CreateResponse) -> Value {
    shown!(
        response,
        "member_id": response.member_id,
        "totp_registration_id": response.totp_registration_id.as_str(),
        "secret": response.secret.expose(),
        "qr_code": response.qr_code.expose(),
        "recovery_codes": exposed(&response.recovery_codes),
        "member": response.member,
        "organization": response.organization,
    )
}

pub(crate) fn authenticated(response: AuthenticateResponse) -> Value {
    shown!(
        response,
        "member_id": response.member_id.as_str(),
        "member": response.member,
        "organization": response.organization,
        "session_token": response.session_token.as_ref().map(SessionToken::expose),
        "session_jwt": response.session_jwt.as_ref().map(SessionJwt::expose),
        "member_session": response.member_session,
        "member_device": response.member_device,
    )
}

pub(crate) fn migrated(response: MigrateResponse) -> Value {
    shown!(
        response,
        "member_id": response.member_id,
        "totp_registration_id": response.totp_registration_id.as_str(),
        "recovery_codes": exposed(&response.recovery_codes),
        "member": response.member,
        "organization": response.organization,
    )
}

pub(crate) fn recovery_codes(response: GetRecoveryCodesResponse) -> Value {
    shown!(
        response,
        "member_id": response.member_id,
        "recovery_codes": exposed(&response.recovery_codes),
        "member": response.member,
        "organization": response.organization,
    )
}

pub(crate) fn rotated(response: RotateRecoveryCodesResponse) -> Value {
    shown!(
        response,
        "member_id": response.member_id,
        "recovery_codes": exposed(&response.recovery_codes),
        "member": response.member,
        "organization": response.organization,
    )
}

pub(crate) fn recovered(response: RecoverResponse) -> Value {
    shown!(
        response,
        "member_id": response.member_id.as_str(),
        "recovery_codes_remaining": response.recovery_codes_remaining,
        "member": response.member,
        "organization": response.organization,
        "session_token": response.session_token.as_ref().map(SessionToken::expose),
        "session_jwt": response.session_jwt.as_ref().map(SessionJwt::expose),
        "member_session": response.member_session,
        "member_device": response.member_device,
    )
}

pub(crate) fn totp_deleted(response: DeleteTotpResponse) -> Value {
    shown!(
        response,
        "member_id": response.member_id,
        "member": response.member,
        "organization": response.organization,
    )
}

pub(crate) fn member(response: GetMemberResponse) -> Value {
    shown!(
        response,
        "member_id": response.member_id,
        "member": response.member,
        "organization": response.organization,
    )
}

/// Leaves out `member_id`, because the API does not send it: the client takes it from the objects.
pub(crate) fn session(response: AuthenticateSessionResponse) -> Value {
    shown!(
        response,
        "member": response.member,
        "organization": response.organization,
        "session_token": response.session_token.as_ref().map(SessionToken::expose),
        "session_jwt": response.session_jwt.as_ref().map(SessionJwt::expose),
        "member_session": response.member_session,
        "verdict": response.verdict,
    )
}

pub(crate) fn revoked(response: RevokeSessionsResponse) -> Value {
    shown!(response)
}

/// Returns the fields that could not be decoded, or `None` if there are none.
fn undecoded(fields: &[Undecoded]) -> Option<String> {
    (!fields.is_empty()).then(|| format!("{fields:?}"))
}

fn exposed(codes: &[RecoveryCode]) -> Vec<&str> {
    codes.iter().map(RecoveryCode::expose).collect()
}
