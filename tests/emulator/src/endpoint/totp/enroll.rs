//! The parts that Create and Migrate share: checking whether a Member may get a TOTP, and adding
//! it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::settings::{ErrorCase, ExistingRecoveryCodes, MemberChanges, SecondCreate};
use crate::state::directory::MemberKey;
use crate::state::totp::Registration;
use crate::state::{MemberStatus, MfaMethod};

/// Default lifetime of a pending registration in minutes.
pub(super) const DEFAULT_EXPIRATION: i32 = 60;

/// The TOTP to add to a Member.
pub(super) struct Enrollment {
    pub(super) secret: Vec<u8>,
    /// When the registration expires; `None` for a TOTP that is active immediately.
    pub(super) pending_until: Option<Timestamp>,
    pub(super) existing_codes: ExistingRecoveryCodes,
    /// Recovery codes to import instead of new ones.
    pub(super) given_codes: Option<Vec<String>>,
    pub(super) changes: MemberChanges,
}

/// Checks that the Member and the Organization allow a new TOTP.
pub(super) fn check(
    api: &Api,
    call: &Call<'_>,
    member: MemberKey,
    existing_codes: ExistingRecoveryCodes,
    while_pending: SecondCreate,
) -> Result<(), Refusal> {
    let current = &api.directory[member];
    let active = current.status == MemberStatus::Active;
    if !active && !call.settings.totp.inactive_members_may_enroll {
        return Err(ErrorCase::MemberNotActive.into());
    }
    check_totp_allowed(api, member)?;
    if current.active_totp().is_some() {
        return Err(ErrorCase::ActiveTotpExists.into());
    }
    let pending = current.registration.as_ref();
    let pending = pending.is_some_and(|totp| totp.is_pending(call.now));
    if pending && while_pending == SecondCreate::Refuse {
        return Err(ErrorCase::PendingTotpExists.into());
    }
    let has_codes = !current.recovery_codes.is_empty();
    if has_codes && existing_codes == ExistingRecoveryCodes::Refuse {
        return Err(ErrorCase::RecoveryCodesExist.into());
    }
    Ok(())
}

/// Checks that the Organization allows TOTP. Breakglass Members are exempt.
pub(super) fn check_totp_allowed(api: &Api, member: MemberKey) -> Result<(), Refusal> {
    let organization = api.directory.organization_of(member);
    let exempt = api.directory[member].attributes.flag("is_breakglass");
    if exempt || organization.allows_mfa_method(MfaMethod::Totp) {
        Ok(())
    } else {
        Err(ErrorCase::MfaMethodNotAllowed.into())
    }
}

/// Adds a TOTP to a Member and returns the part of the response that Create and Migrate share.
pub(super) fn enroll(
    api: &mut Api,
    call: &Call<'_>,
    member: MemberKey,
    enrollment: Enrollment,
) -> Map<String, Value> {
    let id = api.generate.id("member-totp");
    let totp = Registration::new(id.clone(), enrollment.secret, enrollment.pending_until);
    let current = &mut api.directory[member];
    current.registration = Some(totp);
    let kept = !current.recovery_codes.is_empty()
        && enrollment.existing_codes == ExistingRecoveryCodes::Keep;
    match enrollment.given_codes {
        _ if kept => {}
        Some(codes) => current.import_recovery_codes(&codes, &mut api.generate),
        None => current.mint_recovery_codes(call.settings.recovery_codes.count, &mut api.generate),
    }
    if enrollment.changes.mfa_enrolled {
        current.attributes.set("mfa_enrolled", true);
    }
    if enrollment.changes.default_mfa_method {
        current.set_default_mfa_method(Some(MfaMethod::Totp));
    }
    current.updated_at = call.now;
    let recovery_codes = json!(current.recovery_code_texts());
    let mut body = api.show_member(call, member);
    body.insert("totp_registration_id".to_owned(), id.into());
    body.insert("recovery_codes".to_owned(), recovery_codes);
    body
}

/// Adds the `organization_id` that older pages of the documentation show, if the setting says so.
pub(super) fn show_organization_id(
    api: &Api,
    call: &Call<'_>,
    member: MemberKey,
    body: &mut Map<String, Value>,
) {
    if call.settings.totp.show_organization_id {
        let id = api.directory.organization_of(member).id.clone();
        body.insert("organization_id".to_owned(), id.into());
    }
}
