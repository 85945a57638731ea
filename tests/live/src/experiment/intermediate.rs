//! When an intermediate session token is used up: N6.

use serde_json::json;

use super::Experiment;
use crate::bench::Kind::Required;
use crate::halt::Halt;
use crate::lab::people::{Person, With as _};
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "N6" Always life: "What uses up an intermediate session token?",
        settles [
            "totp.create_consumes_intermediate_session",
            "session.wrong_code_ends_intermediate",
        ];
};

/// Creates a Member with an active TOTP where MFA is required.
pub(super) fn ready(lab: &mut Lab<'_>) -> Result<Person, Halt> {
    let person = lab.member(Required)?;
    lab.enrol(&person)?;
    Ok(person)
}

fn life(lab: &mut Lab<'_>) -> Outcome {
    let new = lab.member(Required)?;
    let login = lab.login(&new)?;
    lab.create("Create", &new, &login)?;
    lab.authenticate("first code, after Create", &new, &login)?;

    let jane = ready(lab)?;
    let (first, second) = (lab.login(&jane)?, lab.login(&jane)?);
    let wrong = lab.wrong_code(&jane);
    lab.send("a wrong code", &jane.authenticate(&wrong).with(&first))?;
    lab.authenticate("the right code after the wrong one", &jane, &first)?;
    lab.authenticate("the same token again", &jane, &first)?;
    lab.login(&jane)?;
    lab.authenticate("the token of the other login", &jane, &second)?;

    let fresh = lab.login(&jane)?;
    let other = lab.new_organization(
        "Organization Create, another one",
        json!({ "mfa_policy": "REQUIRED_FOR_ALL", "email_invites": "ALL_ALLOWED" }),
    )?;
    let stranger = lab.member_in(&other)?;
    lab.send(
        "Create in another Organization",
        &stranger.create().with(&fresh),
    )?;
    let as_session = json!({ "session_token": fresh.token() });
    lab.send(
        "as a session token",
        &Plain::post("/v1/b2b/sessions/authenticate", as_session),
    )?;
    let neighbour = lab.member(Required)?;
    lab.send(
        "Create for another Member",
        &neighbour.create().with(&fresh),
    )?;
    Ok(())
}
