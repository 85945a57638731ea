//! Completes a login with a recovery code, which is used up.

use http::Method;
use serde_json::json;

use crate::api::Api;
use crate::api::call::Call;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::login::second_factor;
use crate::settings::{ErrorCase, RecoveryCodeSettings};
use crate::state::session::AuthenticationFactor;
use crate::state::totp::{is_recovery_code, is_totp_code};

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "recovery_codes.recover",
    about: "Recover",
    method: Method::POST,
    path: "/v1/b2b/recovery_codes/recover",
    query: &[],
    fields: &[
        "organization_id",
        "member_id",
        "recovery_code",
        "intermediate_session_token",
        "session_token",
        "session_jwt",
        "session_duration_minutes",
        "session_custom_claims",
        "telemetry_id",
    ],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let code = call.fields.required("recovery_code")?;
    let member = api.member_in_fields(call)?;
    let telemetry_id = call.fields.text("telemetry_id")?;
    let next = second_factor::next(api, call, member)?;

    let settings = &call.settings.recovery_codes;
    let current = &mut api.directory[member];
    if current.active_totp().is_none() && settings.recover_needs_active_totp {
        return Err(ErrorCase::NoRecoverableFactor.into());
    }
    if is_totp_code(code) {
        return Err(ErrorCase::TotpCodeAsRecoveryCode.into());
    }
    let known = &current.recovery_codes;
    let typed = form(code, settings);
    let position = known
        .iter()
        .position(|known| form(&known.code, settings) == typed);
    let Some(position) = position else {
        if known.is_empty() {
            return Err(ErrorCase::RecoveryCodesNotFound.into());
        }
        if !is_recovery_code(code) {
            return Err(ErrorCase::MalformedRecoveryCode.into());
        }
        if call.settings.lock.count_recovery_failures {
            current.count_failure(&call.settings.lock, call.now);
        }
        second_factor::fail(api, call, next);
        return Err(ErrorCase::WrongRecoveryCode.into());
    };
    let used = current.recovery_codes.remove(position);
    let remaining = current.recovery_codes.len();
    current.count_success();
    let factor = AuthenticationFactor::recovery_code(&used.id, call.now);
    let session = second_factor::open(api, call, member, next, factor);
    let mut body = api.show_member(call, member);
    body.extend(session);
    body.insert("recovery_codes_remaining".to_owned(), json!(remaining));
    let device = api.member_device(call, member, telemetry_id);
    body.insert("member_device".to_owned(), device);
    Ok(body.into())
}

/// Normalizes a code for the comparison, as the settings say.
fn form(code: &str, settings: &RecoveryCodeSettings) -> String {
    let mut code = code.to_owned();
    if settings.ignore_separators {
        code.retain(|c| c != '-' && !c.is_whitespace());
    }
    if settings.ignore_case {
        code.make_ascii_lowercase();
    }
    code
}
