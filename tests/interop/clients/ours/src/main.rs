//! Runs the scenario with this project's clients: `blocking|async EMULATOR SCENARIO TRANSCRIPT`.

use interop_scenario::{Fallible, Outcome, Scenario};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use totps_ureq::{
    AuthenticateParams, AuthenticateResponse, CreateParams, CreateResponse, Error, MfaEnrollment,
    MigrateParams, MigrateResponse, Project, RecoveryCode, Undecoded,
};

/// One of the two clients.
enum Client {
    Blocking(totps_ureq::Client),
    Async(Box<totps_hyper::Client>, Runtime),
}

/// The same call of either client.
macro_rules! call {
    ($client:expr, $method:ident, $params:expr) => {
        match $client {
            Client::Blocking(client) => client.$method(&$params),
            Client::Async(client, runtime) => runtime.block_on(client.$method(&$params)),
        }
    };
}

fn main() -> Fallible<()> {
    let is_async = std::env::args().nth(1).as_deref() == Some("async");
    let scenario = Scenario::from_arguments(&["common", "end"])?;
    let client = |secret: &str| -> Fallible<Client> {
        let base_url = scenario.emulator("base_url")?;
        let project = Project::at(base_url, scenario.emulator("project_id")?, secret)?;
        if !is_async {
            return Ok(Client::Blocking(totps_ureq::client(project)));
        }
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build()?;
        Ok(Client::Async(
            Box::new(totps_hyper::client(project)),
            runtime,
        ))
    };
    let (right, wrong) = (client(&scenario.emulator("secret")?)?, client("wrong")?);
    scenario.run(|name, call, params| {
        let client = if name == "wrong secret" {
            &wrong
        } else {
            &right
        };
        match call {
            "totps.create" => outcome(call!(client, create, create_params(&params)), created),
            "totps.authenticate" => outcome(
                call!(client, authenticate, authenticate_params(&params)?),
                authenticated,
            ),
            "totps.migrate" => outcome(call!(client, migrate, migrate_params(&params)), migrated),
            _ => Err(format!("{call} is not known").into()),
        }
    })
}

fn text<'a>(params: &'a Value, name: &str) -> &'a str {
    params[name].as_str().unwrap_or_default()
}

fn minutes(params: &Value, name: &str) -> Option<u32> {
    params[name].as_u64()?.try_into().ok()
}

fn create_params(wanted: &Value) -> CreateParams {
    let mut params = CreateParams::new(text(wanted, "organization_id"), text(wanted, "member_id"));
    params.expiration_minutes = minutes(wanted, "expiration_minutes");
    params.intermediate_session_token = wanted["intermediate_session_token"]
        .as_str()
        .map(Into::into);
    params.session_token = wanted["session_token"].as_str().map(Into::into);
    params.session_jwt = wanted["session_jwt"].as_str().map(Into::into);
    params
}

fn authenticate_params(wanted: &Value) -> Fallible<AuthenticateParams> {
    let (organization, member) = (text(wanted, "organization_id"), text(wanted, "member_id"));
    let mut params = AuthenticateParams::new(organization, member, text(wanted, "code"));
    params.intermediate_session_token = wanted["intermediate_session_token"]
        .as_str()
        .map(Into::into);
    params.session_token = wanted["session_token"].as_str().map(Into::into);
    params.session_jwt = wanted["session_jwt"].as_str().map(Into::into);
    params.session_duration_minutes = minutes(wanted, "session_duration_minutes");
    let claims = wanted["session_custom_claims"].as_object();
    params.session_custom_claims = claims.map(|claims| claims.clone().into());
    params.set_mfa_enrollment = match wanted["set_mfa_enrollment"].as_str() {
        None => None,
        Some("enroll") => Some(MfaEnrollment::Enroll),
        Some("unenroll") => Some(MfaEnrollment::Unenroll),
        Some(_) => return Err("`set_mfa_enrollment` is neither".into()),
    };
    params.set_default_mfa = wanted["set_default_mfa"].as_bool();
    params.telemetry_id = wanted["telemetry_id"].as_str().map(Into::into);
    Ok(params)
}

fn migrate_params(wanted: &Value) -> MigrateParams {
    let (organization, member) = (text(wanted, "organization_id"), text(wanted, "member_id"));
    let params = MigrateParams::new(organization, member, text(wanted, "secret"));
    let codes = wanted["recovery_codes"].as_array();
    let codes = codes.map(|codes| codes.iter().filter_map(Value::as_str));
    match codes {
        Some(codes) => params.recovery_codes(codes),
        None => params,
    }
}

fn created(response: CreateResponse) -> Value {
    json!({
        "status_code": response.status_code.as_u16(),
        "request_id": response.request_id,
        "member_id": response.member_id,
        "totp_registration_id": response.totp_registration_id.as_str(),
        "secret": response.secret.expose(),
        "qr_code": response.qr_code.expose(),
        "recovery_codes": exposed(&response.recovery_codes),
        "member": response.member,
        "organization": response.organization,
        "undecoded": undecoded(response.undecoded()),
    })
}

fn authenticated(response: AuthenticateResponse) -> Value {
    json!({
        "status_code": response.status_code.as_u16(),
        "request_id": response.request_id,
        "member_id": response.member_id.as_str(),
        "member": response.member,
        "organization": response.organization,
        "session_token": response.session_token.as_ref().map(|token| token.expose()),
        "session_jwt": response.session_jwt.as_ref().map(|jwt| jwt.expose()),
        "member_session": response.member_session,
        "member_device": response.member_device,
        "undecoded": undecoded(response.undecoded()),
    })
}

fn migrated(response: MigrateResponse) -> Value {
    json!({
        "status_code": response.status_code.as_u16(),
        "request_id": response.request_id,
        "member_id": response.member_id,
        "totp_registration_id": response.totp_registration_id.as_str(),
        "recovery_codes": exposed(&response.recovery_codes),
        "member": response.member,
        "organization": response.organization,
        "undecoded": undecoded(response.undecoded()),
    })
}

/// Nothing, if all of the answer could be read.
fn undecoded(fields: &[Undecoded]) -> Option<String> {
    (!fields.is_empty()).then(|| format!("{fields:?}"))
}

fn exposed(codes: &[RecoveryCode]) -> Vec<&str> {
    codes.iter().map(RecoveryCode::expose).collect()
}

fn outcome<T>(result: Result<T, Error>, to_json: impl FnOnce(T) -> Value) -> Fallible<Outcome> {
    match result {
        Ok(response) => Ok(Outcome::Result(to_json(response))),
        Err(Error::Api(error)) => Ok(Outcome::Error(json!({
            "status_code": error.status().as_u16(),
            "request_id": error.request_id(),
            "error_type": error.error_type().map(|error_type| error_type.as_str()),
            "error_message": error.message(),
            "error_url": error.url(),
        }))),
        Err(error) => Err(error.into()),
    }
}
