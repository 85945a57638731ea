//! Deletes a Member's TOTP. The sessions stay valid.

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
    let settings = &call.settings.totp;
    let current = &mut api.directory[member];
    let registration = current.registration.as_ref();
    let found =
        registration.is_some_and(|totp| totp.is_active() || settings.delete_includes_pending);
    if !found {
        if settings.delete_ignores_missing {
            return Ok(api.show_member(call, member).into());
        }
        return Err(ErrorCase::TotpNotFound.into());
    }
    current.registration = None;
    if call.settings.recovery_codes.deleted_with_totp {
        current.recovery_codes.clear();
    }
    if settings.delete_clears_default_mfa_method {
        current.clear_default_of_totp();
    }
    if settings.delete_unenrols {
        current.attributes.set("mfa_enrolled", false);
    }
    current.updated_at = call.now;
    Ok(api.show_member(call, member).into())
}
