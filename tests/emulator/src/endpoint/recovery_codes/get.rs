//! Returns the recovery codes that are not used yet.

use http::Method;

use crate::api::Api;
use crate::api::call::Call;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::settings::ErrorCase;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "recovery_codes.get",
    about: "Get recovery codes",
    method: Method::GET,
    path: "/v1/b2b/recovery_codes/{organization_id}/{member_id}",
    query: &[],
    fields: &[],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let member = api.member_in_path(call)?;
    let without = api.directory[member].recovery_codes.is_empty();
    if without && call.settings.recovery_codes.get_refuses_without_codes {
        return Err(ErrorCase::RecoveryCodesNotFound.into());
    }
    super::show(api, call, member)
}
