//! Returns an Organization.

use http::Method;

use crate::api::Api;
use crate::api::call::Call;
use crate::api::target::show_organization;
use crate::endpoint::{Access, Endpoint, Outcome};

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "organizations.get",
    about: "Get an Organization",
    method: Method::GET,
    path: "/v1/b2b/organizations/{organization_id}",
    query: &[],
    fields: &[],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let key = api.organization_in_path(call)?;
    Ok(show_organization(&api.directory[key]).into())
}
