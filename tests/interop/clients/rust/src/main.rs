//! Runs the scenario with Stytch's official Rust crate: `EMULATOR SCENARIO TRANSCRIPT`.

use interop_scenario::{Call, Fallible, Outcome, Scenario};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stytch::b2b::client::Client;

fn main() -> Fallible<()> {
    let scenario = Scenario::from_arguments()?;
    let (base_url, project_id) = (
        scenario.emulator("base_url")?,
        scenario.emulator("project_id")?,
    );
    let client = |secret: &str| -> Fallible<Client> {
        let http = stytch::client::Client::new_with_base_url(
            &project_id,
            secret,
            base_url.parse()?,
            stytch::client::Vertical::B2B,
        )?;
        Ok(Client::new_with_http_client(http.clone(), http))
    };
    let (right, wrong) = (client(&scenario.emulator("secret")?)?, client("wrong")?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    scenario.run(|call| {
        let client = if call.client == "wrong secret" {
            &wrong
        } else {
            &right
        };
        runtime.block_on(perform(client, call))
    })
}

/// Makes a call. `authorization` is ignored, because the crate has no parameter for it.
async fn perform(client: &Client, call: Call) -> Fallible<Outcome> {
    macro_rules! make {
        ($($path:ident).+) => {
            outcome(client.$($path).+(read(call.params)?).await)
        };
    }
    match call.name.as_str() {
        "totps.create" => make!(totps.create),
        "totps.authenticate" => make!(totps.authenticate),
        "totps.migrate" => make!(totps.migrate),
        "sessions.authenticate" => make!(sessions.authenticate),
        "sessions.get" => make!(sessions.get),
        "sessions.revoke" => make!(sessions.revoke),
        "recovery_codes.get" => make!(recovery_codes.get),
        "recovery_codes.rotate" => make!(recovery_codes.rotate),
        "recovery_codes.recover" => make!(recovery_codes.recover),
        "passwords.migrate" => make!(passwords.migrate),
        "passwords.authenticate" => make!(passwords.authenticate),
        "organizations.create" => make!(organizations.create),
        "organizations.get" => make!(organizations.get),
        "organizations.update" => make!(organizations.update),
        "organizations.delete" => make!(organizations.delete),
        "organizations.search" => make!(organizations.search),
        "organizations.members.create" => make!(organizations.members.create),
        "organizations.members.get" => make!(organizations.members.get),
        "organizations.members.update" => make!(organizations.members.update),
        "organizations.members.delete" => make!(organizations.members.delete),
        "organizations.members.search" => make!(organizations.members.search),
        "organizations.members.delete_totp" => make!(organizations.members.delete_totp),
        "sessions.authenticate_jwt_local" => Ok(Outcome::Unsupported),
        name => Err(format!("unknown call `{name}`").into()),
    }
}

/// Converts parameters into a request type of the crate, which uses the names of the API.
fn read<T: DeserializeOwned>(params: Value) -> Fallible<T> {
    Ok(serde_json::from_value(params)?)
}

fn outcome<T: Serialize>(result: stytch::Result<T>) -> Fallible<Outcome> {
    match result {
        Ok(response) => Ok(Outcome::Result(serde_json::to_value(response)?)),
        Err(stytch::Error::Response(error)) => Ok(Outcome::Error(json!(error))),
        Err(error) => Err(error.into()),
    }
}
