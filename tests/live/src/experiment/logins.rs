//! Responses to logins: N7, N8, N9, N12 and N13.

use serde_json::{Value, json};

use super::Experiment;
use crate::bench::Kind::{Forbidding, Optional, Required};
use crate::lab::codes::base32;
use crate::lab::people::With as _;
use crate::lab::world::session_in;
use crate::lab::{Lab, Outcome, Reply};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "N7" Always shape: "Which fields does the response to a login have?",
        settles [
            "login.member_options_show_totp",
            "login.show_intermediate_expiry",
            "session.show_sequence_order",
            "totp.show_organization_id",
        ];
    "N8" Always again: "What does a login do with a session, or with an intermediate session?",
        settles ["login.session_gets_factor"];
    "N9" Always registered: "Does a Member who has a TOTP and is not enrolled need MFA?", settles [];
    "N12" Always policy: "Do sessions stay valid after a change of the MFA policy?", settles [];
    "N13" Always forbidden: "How are calls refused where TOTP is not allowed?", settles [];
};

fn shape(lab: &mut Lab<'_>) -> Outcome {
    let nothing = lab.member(Required)?;
    lab.send(
        "required, nothing registered",
        &nothing.login_with(json!({})),
    )?;
    let (totp, _) = lab.enrolled(Required)?;
    let reply = lab.send("required, TOTP registered", &totp.login_with(json!({})))?;
    look_at(lab, "MFA required", &reply);
    let organization = lab.organization(Optional)?;
    let enrolled = lab.member_of(&organization, json!({ "mfa_enrolled": true }))?;
    lab.send(
        "enrolled, nothing registered",
        &enrolled.login_with(json!({})),
    )?;
    let plain = lab.member(Optional)?;
    let reply = lab.send("optional, nothing registered", &plain.login_with(json!({})))?;
    look_at(lab, "authenticated", &reply);
    lab.send("Migrate", &plain.migrate(&base32(&[9; 20])))?;
    Ok(())
}

/// Notes the keys of a response, and which of them are `null`.
fn look_at(lab: &mut Lab<'_>, what: &str, reply: &Reply) {
    let body = &reply.exchange().body;
    let keys: Vec<&String> = body.keys().collect();
    lab.note(&format!("look: keys, {what}"), json!(keys));
    let nulls = body.iter().filter(|(_, value)| value.is_null());
    let nulls: Vec<&String> = nulls.map(|(name, _)| name).collect();
    lab.note(&format!("look: nulls, {what}"), json!(nulls));
}

fn again(lab: &mut Lab<'_>) -> Outcome {
    let (jane, session) = lab.enrolled(Required)?;
    let before = lab.send("sessions", &jane.sessions())?;
    lab.wait_for_a_step()?;
    let argument = session.argument();
    let reply = lab.send("login with the session", &jane.login_with(argument))?;
    let factors = |value: Value| password_times(&value);
    let earlier = factors(before.at("/member_sessions/0/authentication_factors"));
    let later = factors(reply.at("/member_session/authentication_factors"));
    lab.note("the password factor is renewed", earlier != later);
    let login = lab.login(&jane)?;
    lab.send(
        "login with the intermediate session",
        &jane.login_with(login.argument()),
    )?;
    Ok(())
}

/// Returns when the password factors of a list were last authenticated.
fn password_times(factors: &Value) -> Vec<String> {
    let factors = factors.as_array().into_iter().flatten();
    let passwords = factors.filter(|factor| factor["type"] == "password");
    passwords
        .map(|factor| factor["last_authenticated_at"].to_string())
        .collect()
}

fn registered(lab: &mut Lab<'_>) -> Outcome {
    let (jane, _) = lab.enrolled(Optional)?;
    lab.send("login", &jane.login_with(json!({})))?;
    Ok(())
}

fn policy(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.new_organization("Organization Create", json!({}))?;
    let jane = lab.member_in(&organization)?;
    let session = lab.login(&jane)?;
    let update = Plain::put(
        "/v1/b2b/organizations",
        json!({ "mfa_policy": "REQUIRED_FOR_ALL" }),
    );
    lab.send("Organization Update", &update.segment(&organization.id))?;
    let body = json!({ "session_token": session.token() });
    lab.send(
        "the session",
        &Plain::post("/v1/b2b/sessions/authenticate", body),
    )?;
    lab.send("login", &jane.login_with(json!({})))?;
    Ok(())
}

fn forbidden(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Forbidding)?;
    let session = lab.login(&jane)?;
    lab.create("Create", &jane, &session)?;
    lab.send("Migrate", &jane.migrate(&base32(&[8; 20])))?;
    let organization = lab.organization(Forbidding)?;
    let breakglass = lab.member_of(&organization, json!({ "is_breakglass": true }))?;
    lab.send("Create, breakglass Member", &breakglass.create())?;

    let organization = lab.new_organization("Organization Create", json!({}))?;
    let joe = lab.member_in(&organization)?;
    let session = lab.login(&joe)?;
    lab.create("Create, before the change", &joe, &session)?
        .needed("TOTP Create")?;
    let reply = lab.authenticate("first code, before the change", &joe, &session)?;
    let session = session_in(&reply.needed("the first code")?);
    let restricted = json!({ "mfa_methods": "RESTRICTED", "allowed_mfa_methods": ["sms_otp"] });
    let update = Plain::put("/v1/b2b/organizations", restricted).segment(&organization.id);
    lab.send("Organization Update", &update)?;
    let code = lab.fresh_code(&joe)?;
    lab.send(
        "a code, after the change",
        &joe.authenticate(&code).with(&session),
    )?;
    lab.send("delete, after the change", &joe.delete_totp())?;
    Ok(())
}
