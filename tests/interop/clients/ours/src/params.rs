//! Converts parameters of the scenario into those of the typed calls.

use interop_scenario::{Call, Fallible};
use serde_json::Value;
use totps_ureq::{
    AuthenticateParams, AuthenticateSessionParams, AuthorizationCheck, CreateParams,
    DeleteTotpParams, GetMemberParams, GetRecoveryCodesParams, MfaEnrollment, MigrateParams,
    RecoverParams, RevokeSessionsParams, RotateRecoveryCodesParams,
};

/// Returns whether exactly one of these parameters is given, as the typed parameters require.
pub(crate) fn is_by_one(call: &Call, names: &[&str]) -> bool {
    let given = names.iter().filter(|name| call.params[**name].is_string());
    given.count() == 1
}

pub(crate) fn create(call: &Call) -> Fallible<CreateParams> {
    let wanted = &call.params;
    let mut params = CreateParams::new(organization(call), member(call));
    params.expiration_minutes = minutes(wanted, "expiration_minutes");
    params.intermediate_session_token = secret(wanted, "intermediate_session_token");
    params.session_token = secret(wanted, "session_token");
    params.session_jwt = secret(wanted, "session_jwt");
    Ok(params)
}

pub(crate) fn authenticate(call: &Call) -> Fallible<AuthenticateParams> {
    let wanted = &call.params;
    let mut params =
        AuthenticateParams::new(organization(call), member(call), text(wanted, "code"));
    params.intermediate_session_token = secret(wanted, "intermediate_session_token");
    params.session_token = secret(wanted, "session_token");
    params.session_jwt = secret(wanted, "session_jwt");
    params.session_duration_minutes = minutes(wanted, "session_duration_minutes");
    let claims = wanted["session_custom_claims"].as_object();
    params.session_custom_claims = claims.map(|claims| claims.clone().into());
    params.set_mfa_enrollment = match wanted["set_mfa_enrollment"].as_str() {
        None => None,
        Some("enroll") => Some(MfaEnrollment::Enroll),
        Some("unenroll") => Some(MfaEnrollment::Unenroll),
        Some(_) => {
            return Err("`set_mfa_enrollment` must be `enroll` or `unenroll`".into());
        }
    };
    params.set_default_mfa = wanted["set_default_mfa"].as_bool();
    params.telemetry_id = wanted["telemetry_id"].as_str().map(Into::into);
    Ok(params)
}

pub(crate) fn migrate(call: &Call) -> Fallible<MigrateParams> {
    let params = MigrateParams::new(
        organization(call),
        member(call),
        text(&call.params, "secret"),
    );
    let codes = call.params["recovery_codes"].as_array();
    let codes = codes.map(|codes| codes.iter().filter_map(Value::as_str));
    Ok(match codes {
        Some(codes) => params.recovery_codes(codes),
        None => params,
    })
}

pub(crate) fn get_recovery_codes(call: &Call) -> Fallible<GetRecoveryCodesParams> {
    Ok(GetRecoveryCodesParams::new(
        organization(call),
        member(call),
    ))
}

pub(crate) fn rotate_recovery_codes(call: &Call) -> Fallible<RotateRecoveryCodesParams> {
    Ok(RotateRecoveryCodesParams::new(
        organization(call),
        member(call),
    ))
}

pub(crate) fn recover(call: &Call) -> Fallible<RecoverParams> {
    let wanted = &call.params;
    let code = text(wanted, "recovery_code");
    let mut params = RecoverParams::new(organization(call), member(call), code);
    params.intermediate_session_token = secret(wanted, "intermediate_session_token");
    params.session_token = secret(wanted, "session_token");
    params.session_jwt = secret(wanted, "session_jwt");
    params.session_duration_minutes = minutes(wanted, "session_duration_minutes");
    let claims = wanted["session_custom_claims"].as_object();
    params.session_custom_claims = claims.map(|claims| claims.clone().into());
    params.telemetry_id = wanted["telemetry_id"].as_str().map(Into::into);
    Ok(params)
}

pub(crate) fn delete_totp(call: &Call) -> Fallible<DeleteTotpParams> {
    let mut params = DeleteTotpParams::new(organization(call), member(call));
    params.session_token = secret(&call.authorization, "session_token");
    params.session_jwt = secret(&call.authorization, "session_jwt");
    Ok(params)
}

pub(crate) fn get_member(call: &Call) -> Fallible<GetMemberParams> {
    Ok(match call.params["email_address"].as_str() {
        Some(address) => GetMemberParams::by_email(organization(call), address),
        None => GetMemberParams::by_id(organization(call), member(call)),
    })
}

pub(crate) fn authenticate_session(call: &Call) -> Fallible<AuthenticateSessionParams> {
    let wanted = &call.params;
    let mut params = match wanted["session_jwt"].as_str() {
        Some(jwt) => AuthenticateSessionParams::session_jwt(jwt),
        None => AuthenticateSessionParams::session_token(text(wanted, "session_token")),
    };
    params.session_duration_minutes = minutes(wanted, "session_duration_minutes");
    let claims = wanted["session_custom_claims"].as_object();
    params.session_custom_claims = claims.map(|claims| claims.clone().into());
    let check = &wanted["authorization_check"];
    params.authorization_check = check.is_object().then(|| {
        let field = |name| text(check, name);
        AuthorizationCheck::new(
            field("organization_id"),
            field("resource_id"),
            field("action"),
        )
    });
    Ok(params)
}

pub(crate) fn revoke_sessions(call: &Call) -> Fallible<RevokeSessionsParams> {
    let field = |name| call.params[name].as_str();
    let mut params = if let Some(id) = field("member_session_id") {
        RevokeSessionsParams::session_id(id)
    } else if let Some(token) = field("session_token") {
        RevokeSessionsParams::session_token(token)
    } else if let Some(jwt) = field("session_jwt") {
        RevokeSessionsParams::session_jwt(jwt)
    } else {
        RevokeSessionsParams::member_id(text(&call.params, "member_id"))
    };
    params.rbac_session_token = secret(&call.authorization, "session_token");
    params.rbac_session_jwt = secret(&call.authorization, "session_jwt");
    Ok(params)
}

fn organization(call: &Call) -> &str {
    text(&call.params, "organization_id")
}

fn member(call: &Call) -> &str {
    text(&call.params, "member_id")
}

fn text<'a>(params: &'a Value, name: &str) -> &'a str {
    params[name].as_str().unwrap_or_default()
}

fn secret<'a, T: From<&'a str>>(params: &'a Value, name: &str) -> Option<T> {
    params[name].as_str().map(Into::into)
}

fn minutes(params: &Value, name: &str) -> Option<u32> {
    params[name].as_u64()?.try_into().ok()
}
