//! Replaces all recovery codes with new ones.

use http::Method;

use crate::api::Api;
use crate::api::call::Call;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::settings::ErrorCase;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "recovery_codes.rotate",
    about: "Rotate recovery codes",
    method: Method::POST,
    path: "/v1/b2b/recovery_codes/rotate",
    query: &[],
    fields: &["organization_id", "member_id"],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let member = api.member_in_fields(call)?;
    let current = &mut api.directory[member];
    if current.active_totp().is_none() && call.settings.recovery_codes.rotate_needs_active_totp {
        return Err(ErrorCase::NoRecoverableFactor.into());
    }
    current.mint_recovery_codes(call.settings.recovery_codes.count, &mut api.generate);
    super::show(api, call, member)
}
