//! Runs the scenario with this project's clients: `blocking|async EMULATOR SCENARIO TRANSCRIPT`.

mod params;
mod results;
mod untyped;

use std::time::SystemTime;

use interop_scenario::{Call, Fallible, Outcome, Scenario};
use serde_json::json;
use tokio::runtime::Runtime;
use totps_ureq::{Error, Json, Project, SessionError, SessionJwt, SessionVerifier};

/// One of the two clients, in a verifier, which caches the key set.
enum Client {
    Blocking(SessionVerifier<totps_ureq::Client>),
    Async(SessionVerifier<totps_hyper::Client>, Runtime),
}

/// Makes a call with either client.
macro_rules! call {
    ($client:expr, $method:ident, $params:expr) => {{
        let params = $params;
        match $client {
            Client::Blocking(verifier) => verifier.client().$method(&params),
            Client::Async(verifier, runtime) => {
                runtime.block_on(verifier.client().$method(&params))
            }
        }
    }};
}

fn main() -> Fallible<()> {
    let is_async = std::env::args().nth(1).as_deref() == Some("async");
    let scenario = Scenario::from_arguments()?;
    let client = |secret: &str| -> Fallible<Client> {
        let base_url = scenario.emulator("base_url")?;
        let project = Project::at(base_url, scenario.emulator("project_id")?, secret)?;
        if !is_async {
            let client = totps_ureq::client(project);
            return Ok(Client::Blocking(SessionVerifier::new(client)));
        }
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build()?;
        let client = totps_hyper::client(project);
        Ok(Client::Async(SessionVerifier::new(client), runtime))
    };
    let (right, wrong) = (client(&scenario.emulator("secret")?)?, client("wrong")?);
    scenario.run(|call| {
        let client = if call.client == "wrong secret" {
            &wrong
        } else {
            &right
        };
        perform(client, &call)
    })
}

/// Makes a call with the client's method, or with [`untyped`] if no method can send it.
fn perform(client: &Client, call: &Call) -> Fallible<Outcome> {
    macro_rules! made {
        ($method:ident, $result:ident) => {
            outcome(call!(client, $method, params::$method(call)?).map(results::$result))
        };
    }
    match call.name.as_str() {
        "totps.create" => made!(create, created),
        "totps.authenticate" => made!(authenticate, authenticated),
        "totps.migrate" => made!(migrate, migrated),
        "recovery_codes.get" => made!(get_recovery_codes, recovery_codes),
        "recovery_codes.rotate" => made!(rotate_recovery_codes, rotated),
        "recovery_codes.recover" => made!(recover, recovered),
        "organizations.members.delete_totp" => made!(delete_totp, totp_deleted),
        "organizations.members.get" if params::is_by_one(call, &["member_id", "email_address"]) => {
            made!(get_member, member)
        }
        "sessions.authenticate" if params::is_by_one(call, &["session_token", "session_jwt"]) => {
            made!(authenticate_session, session)
        }
        "sessions.revoke"
            if call
                .params
                .as_object()
                .is_some_and(|params| params.len() == 1) =>
        {
            made!(revoke_sessions, revoked)
        }
        "sessions.authenticate_jwt_local" => verify(client, call),
        _ => {
            let result = call!(client, call, untyped::operation(call)?);
            outcome(result.map(|Json(body)| body))
        }
    }
}

/// Verifies a JWT locally, at the system's time, as the official SDKs do.
fn verify(client: &Client, call: &Call) -> Fallible<Outcome> {
    let jwt = call.params["session_jwt"]
        .as_str()
        .ok_or("the step has no `session_jwt`")?;
    let (jwt, now) = (SessionJwt::new(jwt), SystemTime::now());
    let verified = match client {
        Client::Blocking(verifier) => verifier.verify(&jwt, now),
        Client::Async(verifier, runtime) => runtime.block_on(verifier.verify(&jwt, now)),
    };
    match verified {
        Ok(session) => Ok(Outcome::Result(results::verified(session))),
        Err(SessionError::Jwt(_)) => Ok(Outcome::Refused),
        Err(error) => Err(error.into()),
    }
}

fn outcome(result: Result<serde_json::Value, Error>) -> Fallible<Outcome> {
    match result {
        Ok(response) => Ok(Outcome::Result(response)),
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
