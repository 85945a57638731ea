//! Deletes a Member's TOTP. Sessions stay.

use http::Method;

use crate::api::Api;
use crate::api::call::Call;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::settings::ErrorCase;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "totp.delete",
    about: "Delete a Member's TOTP",
    method: Method::DELETE,
    path: "/v1/b2b/organizations/{organization_id}/members/{member_id}/totp",
    query: &[],
    fields: &[],
    access: Access::Rbac {
        action: "update.info.delete.mfa-totp",
        own: true,
    },
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let member = api.member_in_path(call)?;
    let current = &mut api.directory[member];
    if current.registration.take().is_none() {
        return Err(ErrorCase::TotpNotFound.into());
    }
    if call.settings.recovery_codes.deleted_with_totp {
        current.recovery_codes.clear();
    }
    if call.settings.totp.delete_clears_default_mfa_method {
        current.clear_default_of_totp();
    }
    current.updated_at = call.now;
    Ok(api.show_member(call, member).into())
}
