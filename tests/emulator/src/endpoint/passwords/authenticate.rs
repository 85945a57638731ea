//! Begins a login with a password.

use http::Method;
use serde_json::Value;

use crate::api::Api;
use crate::api::call::Call;
use crate::api::target::Target;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::login::next::Next;
use crate::login::primary;
use crate::settings::ErrorCase;
use crate::state::Factor;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "passwords.authenticate",
    about: "Authenticate with a password",
    method: Method::POST,
    path: "/v1/b2b/passwords/authenticate",
    query: &[],
    fields: &[
        "organization_id",
        "email_address",
        "password",
        "session_token",
        "session_jwt",
        "intermediate_session_token",
        "session_duration_minutes",
        "session_custom_claims",
        "locale",
        "telemetry_id",
    ],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let settings = &call.settings.password;
    let address = call.fields.required("email_address")?;
    let password = call.fields.required("password")?;
    let telemetry_id = call.fields.text("telemetry_id")?;
    let organization = api.open_organization(call.fields.required("organization_id")?)?;
    let member = api.directory.member_with_email(organization, address);
    let member = member.ok_or(ErrorCase::EmailUnknown)?;
    api.admit(call, Target::Member(member))?;
    let exempt = api.directory[member].attributes.flag("is_breakglass");
    if !exempt && !api.directory[organization].allows_passwords() {
        return Err(ErrorCase::AuthMethodNotAllowed.into());
    }
    let next = Next::read(api, call, member)?;

    let current = &mut api.directory[member];
    let known = current.password.as_ref();
    if !known.ok_or(ErrorCase::PasswordNotFound)?.matches(password) {
        if call.settings.lock.count_password_failures {
            current.count_failure(&call.settings.lock, call.now);
        }
        return Err(ErrorCase::WrongPassword.into());
    }
    current.count_success();
    if settings.login_activates {
        // The indexes stay valid: they leave out deleted Members only.
        current.activate();
    }
    current.updated_at = call.now;
    let login = primary::open(api, call, member, next, Factor::Password);
    let mut body = api.show_member(call, member);
    let id = api.directory[organization].id.clone();
    body.insert("organization_id".to_owned(), id.into());
    body.extend(login);
    body.insert("primary_required".to_owned(), Value::Null);
    let device = api.member_device(call, member, telemetry_id);
    body.insert("member_device".to_owned(), device);
    Ok(body.into())
}
