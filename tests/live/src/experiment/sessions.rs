//! Sessions: T7, T8, T9, and revoking.

use serde_json::json;

use super::Experiment;
use crate::bench::Kind::{Optional, Required};
use crate::lab::people::{Session, With as _, jwt};
use crate::lab::world::{TOKEN_OF_NOTHING, id_of_nothing, session_in};
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T7" Always no_argument: "Do Authenticate and Recover work without a session argument?",
        settles ["session.argument_required"];
    "T8" Always create: "Which sessions does Create accept, and what does it check first?",
        settles ["totp.create_checks_totp_first"];
    "T9" Always expiry: "Does a call without a duration change the expiry of a session?",
        settles ["session.expiry_moves_without_duration"];
    "E3" Always revoke: "What does Revoke end, and how does it treat unknown sessions and Members?",
        settles ["session.revoke_ignores_unknown", "session.revoke_ends_intermediate"];
};

fn no_argument(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.create("Create", &jane, &session)?
        .needed("TOTP Create")?;
    let code = lab.fresh_code(&jane)?;
    let pending = lab.authenticate_with("pending, no session", &jane, &code, &Session::None)?;
    if !pending.accepted() {
        lab.authenticate("pending, with a session", &jane, &session)?;
    }
    lab.authenticate("active, no session", &jane, &Session::None)?;
    let codes = lab
        .send("codes", &jane.recovery_codes())?
        .texts("recovery_codes");
    if let Some(code) = codes.first() {
        lab.send("recover, no session", &jane.recover(code))?;
        lab.send("codes, after recover", &jane.recovery_codes())?;
    }
    Ok(())
}

fn create(lab: &mut Lab<'_>) -> Outcome {
    let (jane, joe) = (lab.member(Optional)?, lab.member(Optional)?);
    let (session, foreign) = (lab.login(&jane)?, lab.login(&joe)?);
    lab.send(
        "Create, session of another Member",
        &jane.create().with(&foreign),
    )?;
    lab.create("Create", &jane, &session)?
        .needed("TOTP Create")?;
    lab.authenticate("first code", &jane, &session)?;
    let password_only = lab.login(&jane)?;
    lab.send("active: Create without a session", &jane.create())?;
    lab.send(
        "active: Create, password only",
        &jane.create().with(&password_only),
    )?;
    lab.send(
        "active: Create, session with the TOTP",
        &jane.create().with(&session),
    )?;
    lab.send(
        "active: Create, session of another Member",
        &jane.create().with(&foreign),
    )?;
    let two = jane.create().with(&session).session_jwt(jwt(&session));
    lab.send("active: Create, two arguments", &two)?;
    let (mary, _) = lab.enrolled(Required)?;
    let login = lab.login(&mary)?;
    lab.send(
        "active: Create, intermediate session",
        &mary.create().with(&login),
    )?;
    Ok(())
}

fn expiry(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let half_an_hour = json!({ "session_duration_minutes": 30 });
    let session = lab.login_with("login for 30 minutes", &jane, half_an_hour)?;
    lab.create("Create", &jane, &session)?
        .needed("TOTP Create")?;
    lab.authenticate("first code, no duration", &jane, &session)?;
    let code = lab.fresh_code(&jane)?;
    let params = jane.authenticate(&code).with(&session);
    lab.send(
        "second code, for 120 minutes",
        &params.session_duration_minutes(120),
    )?;
    Ok(())
}

fn revoke(lab: &mut Lab<'_>) -> Outcome {
    let revoke = |body| Plain::post("/v1/b2b/sessions/revoke", body);
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    let by_token = json!({ "session_token": session.token() });
    lab.send("revoke", &revoke(by_token.clone()))?;
    lab.send("revoke again", &revoke(by_token))?;
    lab.send("revoke nothing", &revoke(json!({})))?;
    let two = json!({ "member_id": jane.id, "session_token": session.token() });
    lab.send("revoke, two arguments", &revoke(two))?;
    let nobody = json!({ "member_id": id_of_nothing("member") });
    lab.send("revoke an unknown Member's", &revoke(nobody))?;
    let unknown = json!({ "session_token": TOKEN_OF_NOTHING });
    let authenticate = |body| Plain::post("/v1/b2b/sessions/authenticate", body);
    lab.send("authenticate an unknown session", &authenticate(unknown))?;
    let malformed = json!({ "session_token": "x" });
    lab.send("authenticate a malformed token", &authenticate(malformed))?;
    let malformed = json!({ "session_jwt": "x.y.z" });
    lab.send("authenticate a malformed JWT", &authenticate(malformed))?;
    lab.send("authenticate nothing", &authenticate(json!({})))?;

    let mary = lab.member(Required)?;
    let login = lab.login(&mary)?;
    lab.create("Create", &mary, &login)?;
    let reply = lab.first_code(&mary, login)?;
    let full = session_in(&reply.needed("the first code")?);
    let login = lab.login(&mary)?;
    lab.send(
        "revoke all of a Member",
        &revoke(json!({ "member_id": mary.id })),
    )?;
    lab.send("authenticate the session", &authenticate(full.argument()))?;
    lab.authenticate("the intermediate session", &mary, &login)?;
    Ok(())
}
