//! Completes a login with a TOTP code.

use http::Method;

use super::enroll;
use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::login::second_factor;
use crate::settings::ErrorCase;
use crate::state::directory::MemberKey;
use crate::state::session::AuthenticationFactor;
use crate::state::totp::{CodeCheck, is_recovery_code, is_totp_code};
use crate::state::{Factor, MfaMethod};

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "totp.authenticate",
    about: "Authenticate with a TOTP code",
    method: Method::POST,
    path: "/v1/b2b/totp/authenticate",
    query: &[],
    fields: &[
        "organization_id",
        "member_id",
        "code",
        "intermediate_session_token",
        "session_token",
        "session_jwt",
        "session_duration_minutes",
        "session_custom_claims",
        "set_mfa_enrollment",
        "set_default_mfa",
        "telemetry_id",
    ],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let code = call.fields.required("code")?;
    let member = api.member_in_fields(call)?;
    let enrollment = mfa_enrollment(call)?;
    let set_default = call.fields.boolean("set_default_mfa")?;
    let telemetry_id = call.fields.text("telemetry_id")?;
    enroll::check_totp_allowed(api, member)?;
    let next = second_factor::next(api, call, member)?;
    if let Err(refusal) = check_code(api, call, member, code) {
        if refusal.case == ErrorCase::WrongCode {
            second_factor::fail(api, call, next);
        }
        return Err(refusal);
    }

    let required = api.directory.organization_of(member).requires_mfa();
    let current = &mut api.directory[member];
    current.count_success();
    current.updated_at = call.now;
    if required {
        if call.settings.mfa.required_policy_enrolls {
            current.attributes.set("mfa_enrolled", true);
        }
    } else if let Some(enroll) = enrollment {
        current.attributes.set("mfa_enrolled", enroll);
    }
    match set_default {
        Some(true) => current.set_default_mfa_method(Some(MfaMethod::Totp)),
        Some(false) if call.settings.mfa.set_default_false_clears => {
            current.clear_default_of_totp();
        }
        // The first completed MFA flow sets the default method.
        _ if current.attributes.text("default_mfa_method").is_empty() => {
            current.set_default_mfa_method(Some(MfaMethod::Totp));
        }
        _ => {}
    }
    let details = current.factor_details(Factor::Totp);
    let factor = AuthenticationFactor::new(Factor::Totp, details, call.now);
    let session = second_factor::open(api, call, member, next, factor);
    let mut body = api.show_member(call, member);
    body.extend(session);
    enroll::show_organization_id(api, call, member, &mut body);
    let device = api.member_device(call, member, telemetry_id);
    body.insert("member_device".to_owned(), device);
    Ok(body.into())
}

/// Checks a code. A right code is used up and activates a pending TOTP.
fn check_code(
    api: &mut Api,
    call: &Call<'_>,
    member: MemberKey,
    code: &str,
) -> Result<(), Refusal> {
    let current = &mut api.directory[member];
    let registration = current.registration.as_mut();
    let registration = registration.ok_or(ErrorCase::TotpNotFound)?;
    if !registration.is_active() && !registration.is_pending(call.now) {
        return Err(ErrorCase::ExpiredTotp.into());
    }
    if is_recovery_code(code) {
        return Err(ErrorCase::RecoveryCodeAsTotpCode.into());
    }
    if !is_totp_code(code) {
        return Err(ErrorCase::MalformedCode.into());
    }
    match registration.check(code, call.now, &call.settings.totp) {
        CodeCheck::Accepted => Ok(()),
        CodeCheck::Replayed => {
            if call.settings.lock.count_replays {
                current.count_failure(&call.settings.lock, call.now);
            }
            Err(ErrorCase::ReplayedCode.into())
        }
        CodeCheck::Wrong => {
            if call.settings.lock.count_totp_failures {
                current.count_failure(&call.settings.lock, call.now);
            }
            Err(ErrorCase::WrongCode.into())
        }
    }
}

fn mfa_enrollment(call: &Call<'_>) -> Result<Option<bool>, Refusal> {
    match call.fields.text("set_mfa_enrollment")? {
        None => Ok(None),
        Some("enroll") => Ok(Some(true)),
        Some("unenroll") => Ok(Some(false)),
        Some(_) if call.settings.mfa.refuse_unknown_enrollment => {
            Err(ErrorCase::InvalidMfaEnrollment.into())
        }
        Some(_) => Ok(None),
    }
}
