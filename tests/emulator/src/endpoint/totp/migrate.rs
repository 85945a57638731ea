//! Imports an existing TOTP secret for a Member.

use std::collections::HashSet;

use http::Method;

use super::enroll::{self, DEFAULT_EXPIRATION, Enrollment};
use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::clock::minutes_later;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::settings::ErrorCase;
use crate::state::totp;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "totp.migrate",
    about: "Migrate a TOTP",
    method: Method::POST,
    path: "/v1/b2b/totp/migrate",
    query: &[],
    fields: &["organization_id", "member_id", "secret", "recovery_codes"],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let settings = &call.settings.totp;
    let secret = call.fields.required("secret")?;
    let recovery_codes = recovery_codes(call)?;
    let member = api.member_in_fields(call)?;
    let size = settings.migrate_secret_min_bytes..=settings.migrate_secret_max_bytes;
    let secret = totp::decode_secret(secret, settings.migrate_secret_lenient)
        .filter(|secret| size.contains(&secret.len()))
        .ok_or(ErrorCase::InvalidSecret)?;
    let existing_codes = call.settings.recovery_codes.existing_at_migrate;
    let while_pending = settings.migrate_while_pending;
    enroll::check(api, call, member, existing_codes, while_pending)?;
    let pending = !settings.migrate_is_active;
    let enrollment = Enrollment {
        secret,
        pending_until: pending.then(|| minutes_later(call.now, DEFAULT_EXPIRATION)),
        existing_codes,
        given_codes: recovery_codes,
        changes: settings.migrate_changes,
    };
    let mut body = enroll::enroll(api, call, member, enrollment);
    enroll::show_organization_id(api, call, member, &mut body);
    Ok(body.into())
}

/// Reads the recovery codes to import instead of new ones.
fn recovery_codes(call: &Call<'_>) -> Result<Option<Vec<String>>, Refusal> {
    let settings = &call.settings.recovery_codes;
    let codes = call.fields.texts("recovery_codes")?;
    let codes = codes.filter(|codes| !codes.is_empty() || !settings.import_replaces_empty);
    let given = codes.iter().flatten();
    let different: HashSet<&String> = given.clone().collect();
    let count = given.clone().count();
    let refused = settings.import_max.is_some_and(|max| count > max)
        || (settings.import_refuses_duplicates && different.len() < count)
        || (settings.import_refuses_other_forms
            && !given.clone().all(|code| totp::is_recovery_code(code)));
    if refused {
        return Err(ErrorCase::InvalidRecoveryCodes.into());
    }
    Ok(codes)
}
