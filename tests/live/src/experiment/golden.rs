//! The golden requests of the test suite, with the ids and tokens of the run: G1.

use serde_json::{Value, json};

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::lab::people::{Person, Session};
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "G1" Always golden: "Are the golden requests of the test suite accepted?", settles [];
};

macro_rules! requests {
    ($($name:literal => $path:literal),* $(,)?) => {
        [$((
            $name,
            $path,
            include_str!(concat!("../../../fixtures/requests/", $name, ".json")),
        )),*]
    };
}

/// The requests, in an order in which each can be accepted.
const REQUESTS: [(&str, &str, &str); 12] = requests! {
    "create-minimal" => "/v1/b2b/totp",
    "create-full" => "/v1/b2b/totp",
    "authenticate-full" => "/v1/b2b/totp/authenticate",
    "rotate-recovery-codes" => "/v1/b2b/recovery_codes/rotate",
    "recover-full" => "/v1/b2b/recovery_codes/recover",
    "authenticate-session-token" => "/v1/b2b/sessions/authenticate",
    "authenticate-session-jwt" => "/v1/b2b/sessions/authenticate",
    "migrate-minimal" => "/v1/b2b/totp/migrate",
    "migrate-full" => "/v1/b2b/totp/migrate",
    "revoke-sessions-session-token" => "/v1/b2b/sessions/revoke",
    "revoke-sessions-session-jwt" => "/v1/b2b/sessions/revoke",
    "revoke-sessions-member-id" => "/v1/b2b/sessions/revoke",
};

fn golden(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    for (name, path, text) in REQUESTS {
        let mut body: Value = serde_json::from_str(text).unwrap_or_default();
        if name.starts_with("migrate") || name.starts_with("create") {
            lab.send(&format!("delete, before {name}"), &jane.delete_totp())?;
        }
        let session = lab.login(&jane)?;
        fill(lab, &mut body, &jane, &session)?;
        let reply = lab.send(name, &Plain::post(path, body.clone()))?;
        if !reply.accepted() {
            continue;
        }
        if name.starts_with("create") {
            lab.learn_secret(&jane, reply.text("secret"));
        } else if let Some(code) = body["code"].as_str() {
            lab.used(&jane, code);
        }
    }
    Ok(())
}

/// Replaces the documentation's values by those of the run.
fn fill(lab: &mut Lab<'_>, body: &mut Value, jane: &Person, session: &Session) -> Outcome {
    let has = |body: &Value, name: &str| body.get(name).is_some();
    if has(body, "organization_id") {
        body["organization_id"] = json!(jane.organization.id);
    }
    if has(body, "member_id") {
        body["member_id"] = json!(jane.id);
    }
    if has(body, "code") {
        body["code"] = json!(lab.fresh_code(jane)?);
    }
    if has(body, "recovery_code") {
        let codes = lab
            .send("codes", &jane.recovery_codes())?
            .texts("recovery_codes");
        body["recovery_code"] = json!(codes.first());
    }
    // A fixture with all fields has three session arguments, and the API accepts only one.
    let jwt_alone = has(body, "session_jwt") && !has(body, "session_token");
    if jwt_alone {
        body["session_jwt"] = json!(session.jwt());
    } else if has(body, "session_token") {
        body["session_token"] = json!(session.token());
    }
    if let Some(fields) = body.as_object_mut() {
        fields.remove("intermediate_session_token");
        // These need a device fingerprint, and a policy of the project.
        fields.remove("telemetry_id");
        fields.remove("authorization_check");
        if !jwt_alone {
            fields.remove("session_jwt");
        }
    }
    Ok(())
}
