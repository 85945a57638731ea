//! `/v1/b2b/recovery_codes`

pub(super) mod get;
pub(super) mod recover;
pub(super) mod rotate;

use serde_json::json;

use super::Outcome;
use crate::api::Api;
use crate::api::call::Call;
use crate::state::directory::MemberKey;

/// Builds the response of Get and Rotate.
fn show(api: &Api, call: &Call<'_>, member: MemberKey) -> Outcome {
    let mut body = api.show_member(call, member);
    let codes = api.directory[member].recovery_code_texts();
    body.insert("recovery_codes".to_owned(), json!(codes));
    Ok(body.into())
}
