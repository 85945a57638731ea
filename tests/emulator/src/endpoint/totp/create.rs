//! Creates a TOTP, which is pending until its first code.

use http::Method;

use super::enroll::{self, DEFAULT_EXPIRATION, Enrollment};
use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::api::qr_code::QrCode;
use crate::clock::minutes_later;
use crate::endpoint::{Access, Endpoint, Outcome, Success};
use crate::login::presented::Presented;
use crate::settings::ErrorCase;
use crate::state::Factor;
use crate::state::directory::MemberKey;
use crate::state::session::AuthenticationFactor;
use crate::state::totp;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "totp.create",
    about: "Create a TOTP",
    method: Method::POST,
    path: "/v1/b2b/totp",
    query: &[],
    fields: &[
        "organization_id",
        "member_id",
        "expiration_minutes",
        "intermediate_session_token",
        "session_token",
        "session_jwt",
    ],
    access: Access::Project,
    handler,
};

const MIN_EXPIRATION: i32 = 5;
const MAX_EXPIRATION: i32 = 1440;

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let settings = &call.settings.totp;
    let member = api.member_in_fields(call)?;
    let expiration = expiration_minutes(call)?;
    let existing_codes = call.settings.recovery_codes.existing_at_create;
    let enrollable = enroll::check(api, call, member, existing_codes, settings.second_create);
    if settings.create_checks_totp_first {
        enrollable.clone()?;
    }
    let presented = api.presented_session(call, member)?;
    enrollable?;
    check_mfa_session(api, call, member, presented.as_ref())?;
    let secret = api.generate.totp_secret();
    let organization = api.directory.organization_of(member);
    let uri = totp::otpauth_uri(
        &secret,
        settings.algorithm,
        settings
            .qr_issuer
            .as_deref()
            .unwrap_or_else(|| organization.name()),
        api.directory[member].email_address(),
    );
    let qr_code = QrCode::new(uri, settings.qr_pixels).ok_or(ErrorCase::Internal)?;

    if let Some(Presented::Intermediate { token, .. }) = presented {
        if settings.create_consumes_intermediate_session {
            api.sessions.consume_intermediate(&token);
        }
    }
    let enrollment = Enrollment {
        secret: secret.to_vec(),
        pending_until: Some(minutes_later(call.now, expiration)),
        existing_codes,
        given_codes: None,
        changes: settings.create_changes,
    };
    let mut body = enroll::enroll(api, call, member, enrollment);
    let secret = totp::encode_secret(&secret);
    body.insert("secret".to_owned(), secret.into());
    Ok(Success {
        body,
        qr_code: Some(qr_code),
        status: None,
    })
}

fn expiration_minutes(call: &Call<'_>) -> Result<i32, Refusal> {
    match call.fields.integer("expiration_minutes")? {
        None => Ok(DEFAULT_EXPIRATION),
        Some(0) if call.settings.totp.zero_expiration_is_default => Ok(DEFAULT_EXPIRATION),
        Some(minutes) if (MIN_EXPIRATION..=MAX_EXPIRATION).contains(&minutes) => Ok(minutes),
        Some(_) => Err(ErrorCase::InvalidExpiration.into()),
    }
}

/// Checks that a Member with an active second factor presents a session that has this factor.
/// Otherwise a stolen primary factor would be enough to enrol another second factor. A Member with
/// an active TOTP was refused before, so the only such factor is SMS.
fn check_mfa_session(
    api: &Api,
    call: &Call<'_>,
    member: MemberKey,
    presented: Option<&Presented>,
) -> Result<(), Refusal> {
    let current = &api.directory[member];
    if !current.has_phone_number() {
        return Ok(());
    }
    let details = current.factor_details(Factor::SmsOtp);
    let sms = AuthenticationFactor::new(Factor::SmsOtp, details, call.now);
    if presented.is_some_and(|session| session.factors().has(&sms)) {
        Ok(())
    } else {
        Err(ErrorCase::MfaSessionNeeded.into())
    }
}
