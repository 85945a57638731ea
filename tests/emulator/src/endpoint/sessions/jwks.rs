//! Returns the keys that verify session JWTs.

use http::Method;
use serde_json::json;

use crate::api::Api;
use crate::api::call::Call;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::json;
use crate::settings::ErrorCase;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "sessions.jwks",
    about: "Key set of the session JWTs",
    method: Method::GET,
    path: "/v1/b2b/sessions/jwks/{project_id}",
    query: &[],
    fields: &[],
    access: Access::Open,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    if call.path("project_id") != api.project_id {
        return Err(ErrorCase::ProjectNotFound.into());
    }
    Ok(json::members(
        json!({ "keys": api.signer.key_set(&call.settings.session.jwks_thumbprint_name) }),
    )
    .into())
}
