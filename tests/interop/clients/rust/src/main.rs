//! Runs the scenario with Stytch's official Rust crate: `EMULATOR SCENARIO TRANSCRIPT`.

use interop_scenario::{Fallible, Outcome, Scenario};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stytch::b2b::client::Client;

fn main() -> Fallible<()> {
    let scenario = Scenario::from_arguments(&["common", "sdk_only", "end"])?;
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
    scenario.run(|name, call, params| {
        let client = if name == "wrong secret" {
            &wrong
        } else {
            &right
        };
        runtime.block_on(perform(client, call, params))
    })
}

async fn perform(client: &Client, call: &str, params: Value) -> Fallible<Outcome> {
    match call {
        "totps.create" => outcome(client.totps.create(read(params)?).await),
        "totps.authenticate" => outcome(client.totps.authenticate(read(params)?).await),
        "totps.migrate" => outcome(client.totps.migrate(read(params)?).await),
        "sessions.authenticate" => outcome(client.sessions.authenticate(read(params)?).await),
        "recovery_codes.get" => outcome(client.recovery_codes.get(read(params)?).await),
        "recovery_codes.rotate" => outcome(client.recovery_codes.rotate(read(params)?).await),
        "recovery_codes.recover" => outcome(client.recovery_codes.recover(read(params)?).await),
        "organizations.members.delete_totp" => outcome(
            client
                .organizations
                .members
                .delete_totp(read(params)?)
                .await,
        ),
        "sessions.authenticate_jwt_local" => Ok(Outcome::Unsupported),
        _ => Err(format!("{call} is not known").into()),
    }
}

/// The crate's request types read the names of the wire.
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
