//! The TOTP endpoints: Create, Authenticate, Migrate and Delete.

use http::HeaderValue;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::api::{Answer, Api, Call};
use crate::clock::minutes_later;
use crate::error::{
    ACTIVE_TOTP_EXISTS, ApiError, INTERNAL, MEMBER_NOT_ACTIVE, SESSION_AUTHORIZATION,
    SESSION_TENANCY,
};
use crate::fields::Fields;
use crate::member::MemberStatus;
use crate::organization::{MfaMethod, MfaPolicy};
use crate::qr_code;
use crate::session::{AuthenticationFactor, Factor};
use crate::session_arguments::PresentedSession;
use crate::settings::{ExistingRecoveryCodes, MemberChanges, SecondCreate, Situation};
use crate::totp::{self, CodeCheck, Registration};

/// Lifetime of a pending registration when Create does not say.
const DEFAULT_EXPIRATION: i32 = 60;
const MIN_EXPIRATION: i32 = 5;
const MAX_EXPIRATION: i32 = 1440;

/// What Create and Migrate give a member.
struct Enrollment {
    secret: Vec<u8>,
    /// `None` for a TOTP that is active at once.
    pending_until: Option<Timestamp>,
    existing_codes: ExistingRecoveryCodes,
    /// Recovery codes in the place of new ones.
    given_codes: Option<Vec<String>>,
    changes: MemberChanges,
}

impl Api {
    /// `POST /v1/b2b/totp`
    pub(crate) fn create_totp(&mut self, call: &Call<'_>) -> Answer {
        let fields = call.fields(&[
            "organization_id",
            "member_id",
            "expiration_minutes",
            "intermediate_session_token",
            "session_token",
            "session_jwt",
        ])?;
        let member = self.named_member(call, &fields)?;
        let expiration = expiration_minutes(call, &fields)?;
        let presented = self.presented_session(call, &fields, member)?;
        let existing_codes = call.settings.create_existing_recovery_codes;
        self.check_may_enroll(call, member, existing_codes)?;
        self.check_mfa_session(call, member, presented.as_ref())?;
        let pending = self.directory.members[member]
            .registration
            .as_ref()
            .is_some_and(|totp| totp.is_pending(call.now));
        if pending && call.settings.second_create == SecondCreate::Refuse {
            return Err(call.error(Situation::PendingTotpExists));
        }
        let secret = self.generate.totp_secret();
        let qr_code = self.qr_code(call, member, &secret)?;

        if let Some(PresentedSession::Intermediate { token, .. }) = presented {
            if call.settings.create_consumes_intermediate_session {
                self.sessions.consume_intermediate(&token);
            }
        }
        let enrollment = Enrollment {
            secret: secret.to_vec(),
            pending_until: Some(minutes_later(call.now, expiration)),
            existing_codes,
            given_codes: None,
            changes: call.settings.create_changes,
        };
        let mut answer = self.enroll(call, member, enrollment);
        let secret = totp::encode_secret(&secret);
        answer.insert("secret".to_owned(), secret.into());
        answer.insert("qr_code".to_owned(), qr_code.into());
        Ok(answer)
    }

    /// `POST /v1/b2b/totp/authenticate`
    pub(crate) fn authenticate_totp(&mut self, call: &Call<'_>) -> Answer {
        let fields = call.fields(&[
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
        ])?;
        let code = fields.required("code")?;
        let member = self.named_member(call, &fields)?;
        let enrollment = mfa_enrollment(call, &fields)?;
        let set_default = fields.boolean("set_default_mfa")?;
        let telemetry_id = fields.text("telemetry_id")?;
        self.check_lock(call, member)?;
        self.check_totp_allowed(call, member)?;
        let next = self.next_session(call, &fields, member)?;

        let current = &mut self.directory.members[member];
        let registration = current
            .registration
            .as_mut()
            .ok_or_else(|| call.error(Situation::TotpNotFound))?;
        if !registration.is_active() && !registration.is_pending(call.now) {
            return Err(call.error(Situation::ExpiredTotp));
        }
        if is_recovery_code(code) {
            return Err(call.error(Situation::RecoveryCodeAsTotpCode));
        }
        if !is_totp_code(code) {
            return Err(call.error(Situation::MalformedCode));
        }
        match registration.check(code, call.now, call.settings) {
            CodeCheck::Accepted => {}
            CodeCheck::Replayed => return Err(call.error(Situation::ReplayedCode)),
            CodeCheck::Wrong => {
                current.count_failure(call.settings, call.now);
                return Err(call.error(Situation::WrongCode));
            }
        }

        current.count_success();
        current.updated_at = call.now;
        let details = current.factor_details(Factor::Totp);
        let required =
            self.directory.organization_of(member).mfa_policy == MfaPolicy::RequiredForAll;
        let current = &mut self.directory.members[member];
        if required {
            current.mfa_enrolled |= call.settings.required_policy_enrolls;
        } else if let Some(enroll) = enrollment {
            current.mfa_enrolled = enroll;
        }
        match set_default {
            Some(true) => current.default_mfa_method = Some(MfaMethod::Totp),
            Some(false) if call.settings.set_default_mfa_false_clears => {
                current
                    .default_mfa_method
                    .take_if(|method| *method == MfaMethod::Totp);
            }
            // The first completed MFA flow chooses the default.
            _ => {
                current.default_mfa_method.get_or_insert(MfaMethod::Totp);
            }
        }
        let factor = AuthenticationFactor::new(Factor::Totp, details, call.now);
        let session = self.open_session(call, member, next, factor)?;
        let mut answer = self.member_answer(call, member);
        answer.extend(session);
        answer.insert(
            "member_device".to_owned(),
            self.member_device(call, member, telemetry_id),
        );
        Ok(answer)
    }

    /// `POST /v1/b2b/totp/migrate`
    pub(crate) fn migrate_totp(&mut self, call: &Call<'_>) -> Answer {
        let fields = call.fields(&["organization_id", "member_id", "secret", "recovery_codes"])?;
        let secret = fields.required("secret")?;
        let recovery_codes = fields.texts("recovery_codes")?;
        let member = self.named_member(call, &fields)?;
        let size = call.settings.migrate_secret_min_bytes..=call.settings.migrate_secret_max_bytes;
        let secret = totp::decode_secret(secret, call.settings.migrate_secret_lenient)
            .filter(|secret| size.contains(&secret.len()))
            .ok_or_else(|| call.error(Situation::InvalidSecret))?;
        let existing_codes = call.settings.migrate_existing_recovery_codes;
        self.check_may_enroll(call, member, existing_codes)?;
        let active = call.settings.migrate_is_active;
        let enrollment = Enrollment {
            secret,
            pending_until: (!active).then(|| minutes_later(call.now, DEFAULT_EXPIRATION)),
            existing_codes,
            given_codes: recovery_codes.filter(|codes| !codes.is_empty()),
            changes: call.settings.migrate_changes,
        };
        Ok(self.enroll(call, member, enrollment))
    }

    /// `DELETE /v1/b2b/organizations/{organization_id}/members/{member_id}/totp`
    pub(crate) fn delete_totp(
        &mut self,
        call: &Call<'_>,
        organization: &str,
        member: &str,
    ) -> Answer {
        let member = self.find_member(call, organization, member)?;
        self.check_may_delete(call, member)?;
        let current = &mut self.directory.members[member];
        if current.registration.take().is_none() {
            return Err(call.error(Situation::TotpNotFound));
        }
        if call.settings.delete_removes_recovery_codes {
            current.recovery_codes.clear();
        }
        if call.settings.delete_clears_default_mfa_method {
            current
                .default_mfa_method
                .take_if(|method| *method == MfaMethod::Totp);
        }
        current.updated_at = call.now;
        Ok(self.member_answer(call, member))
    }

    /// Checks what Create and Migrate demand of the member and the organization.
    fn check_may_enroll(
        &self,
        call: &Call<'_>,
        member: usize,
        existing_codes: ExistingRecoveryCodes,
    ) -> Result<(), ApiError> {
        let current = &self.directory.members[member];
        let active = current.status == MemberStatus::Active;
        if !active && !call.settings.inactive_members_may_enroll {
            return Err(MEMBER_NOT_ACTIVE.into());
        }
        self.check_totp_allowed(call, member)?;
        if current.active_totp().is_some() {
            return Err(ACTIVE_TOTP_EXISTS.into());
        }
        let has_codes = !current.recovery_codes.is_empty();
        if has_codes && existing_codes == ExistingRecoveryCodes::Refuse {
            return Err(call.error(Situation::RecoveryCodesExist));
        }
        Ok(())
    }

    fn check_totp_allowed(&self, call: &Call<'_>, member: usize) -> Result<(), ApiError> {
        let allowed = self
            .directory
            .organization_of(member)
            .allows(MfaMethod::Totp);
        if allowed || self.directory.members[member].is_breakglass {
            Ok(())
        } else {
            Err(call.error(Situation::MfaMethodNotAllowed))
        }
    }

    /// A member with an active second factor must present a session that holds it. Otherwise a
    /// stolen primary factor would be enough to enroll another second one. An active TOTP is
    /// refused before, so that text messages are the only such factor.
    fn check_mfa_session(
        &self,
        call: &Call<'_>,
        member: usize,
        presented: Option<&PresentedSession>,
    ) -> Result<(), ApiError> {
        let current = &self.directory.members[member];
        if current.mfa_phone_number.is_none() {
            return Ok(());
        }
        let details = current.factor_details(Factor::SmsOtp);
        let sms = AuthenticationFactor::new(Factor::SmsOtp, details, call.now);
        if presented.is_some_and(|session| session.factors().has(&sms)) {
            Ok(())
        } else {
            Err(call.error(Situation::MfaSessionNeeded))
        }
    }

    /// With a member's session in the headers, the member may delete the own TOTP, an admin also
    /// that of others.
    fn check_may_delete(&self, call: &Call<'_>, member: usize) -> Result<(), ApiError> {
        let header = |name| {
            let value = call.headers.get(name).map(HeaderValue::to_str);
            value.and_then(Result::ok).filter(|text| !text.is_empty())
        };
        let session = if let Some(token) = header("x-stytch-member-session") {
            self.session_of_token(call, token)?
        } else if let Some(jwt) = header("x-stytch-member-sessionjwt") {
            self.session_of_jwt(call, jwt)?
        } else {
            return Ok(());
        };
        let actor = &self.directory.members[session.member];
        if actor.organization != self.directory.members[member].organization {
            return Err(SESSION_TENANCY.into());
        }
        if session.member != member && !actor.is_admin {
            return Err(SESSION_AUTHORIZATION.into());
        }
        Ok(())
    }

    fn qr_code(&self, call: &Call<'_>, member: usize, secret: &[u8]) -> Result<String, ApiError> {
        let organization = self.directory.organization_of(member);
        let uri = totp::otpauth_uri(
            secret,
            call.settings.totp_algorithm,
            call.settings
                .qr_issuer
                .as_ref()
                .unwrap_or(&organization.name),
            &self.directory.members[member].email_address,
        );
        Ok(qr_code::data_uri(&uri, call.settings.qr_pixels).ok_or(INTERNAL)?)
    }

    /// Gives a member a TOTP and returns the part of the answer that Create and Migrate share.
    fn enroll(
        &mut self,
        call: &Call<'_>,
        member: usize,
        enrollment: Enrollment,
    ) -> Map<String, Value> {
        let id = self.generate.id("member-totp");
        let totp = Registration::new(id.clone(), enrollment.secret, enrollment.pending_until);
        let current = &mut self.directory.members[member];
        current.registration = Some(totp);
        let kept = !current.recovery_codes.is_empty()
            && enrollment.existing_codes == ExistingRecoveryCodes::Keep;
        match enrollment.given_codes {
            _ if kept => {}
            Some(codes) => current.import_recovery_codes(&codes, &mut self.generate),
            None => current.mint_recovery_codes(&mut self.generate),
        }
        current.mfa_enrolled |= enrollment.changes.mfa_enrolled;
        if enrollment.changes.default_mfa_method {
            current.default_mfa_method = Some(MfaMethod::Totp);
        }
        current.updated_at = call.now;
        let recovery_codes = json!(current.recovery_code_texts());
        let mut answer = self.member_answer(call, member);
        answer.insert("totp_registration_id".to_owned(), id.into());
        answer.insert("recovery_codes".to_owned(), recovery_codes);
        answer
    }
}

/// Whether a text has the form of a TOTP code.
pub(crate) fn is_totp_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|c| c.is_ascii_digit())
}

/// Whether a text has the form of a recovery code: three groups of four.
pub(crate) fn is_recovery_code(text: &str) -> bool {
    let in_alphabet = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let group = |group: &str| group.len() == 4 && group.bytes().all(in_alphabet);
    text.split('-').count() == 3 && text.split('-').all(group)
}

fn expiration_minutes(call: &Call<'_>, fields: &Fields<'_>) -> Result<i32, ApiError> {
    match fields.integer("expiration_minutes")? {
        None => Ok(DEFAULT_EXPIRATION),
        Some(0) if call.settings.zero_expiration_is_default => Ok(DEFAULT_EXPIRATION),
        Some(minutes) if (MIN_EXPIRATION..=MAX_EXPIRATION).contains(&minutes) => Ok(minutes),
        Some(_) => Err(call.error(Situation::InvalidExpiration)),
    }
}

fn mfa_enrollment(call: &Call<'_>, fields: &Fields<'_>) -> Result<Option<bool>, ApiError> {
    match fields.text("set_mfa_enrollment")? {
        None => Ok(None),
        Some("enroll") => Ok(Some(true)),
        Some("unenroll") => Ok(Some(false)),
        Some(_) if call.settings.refuse_unknown_mfa_enrollment => {
            Err(call.error(Situation::InvalidMfaEnrollment))
        }
        Some(_) => Ok(None),
    }
}
