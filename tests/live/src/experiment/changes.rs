//! What Create, Authenticate and Migrate change on the Member: T5.

use serde_json::{Value, json};
use totps_ureq::MfaEnrollment;

use super::Experiment;
use crate::bench::Kind::{Optional, Required};
use crate::halt::Halt;
use crate::lab::codes::base32;
use crate::lab::people::{Person, Session, With as _, merged};
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T5" Always optional: "What do Create, Authenticate and Migrate change on the Member?",
        settles ["totp.create_changes", "totp.migrate_changes", "totp.show_organization_id"];
    "T5r" Always required: "What does Authenticate change where MFA is required?",
        settles ["mfa.required_policy_enrolls"];
    "T5s" Always settings: "What do `set_mfa_enrollment` and `set_default_mfa` do?",
        settles ["mfa.refuse_unknown_enrollment", "mfa.set_default_false_clears"];
};

fn optional(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.send("get, before", &jane.get())?;
    lab.create("Create", &jane, &session)?;
    lab.send("get, after Create", &jane.get())?;
    lab.authenticate("first code", &jane, &session)?;
    lab.send("get, after Authenticate", &jane.get())?;
    let joe = lab.member(Optional)?;
    lab.send("Migrate", &joe.migrate(&base32(&[5; 20])))?;
    lab.send("get, after Migrate", &joe.get())?;
    Ok(())
}

fn required(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Required)?;
    let login = lab.login(&jane)?;
    lab.create("Create", &jane, &login)?;
    lab.first_code(&jane, login)?;
    lab.send("get", &jane.get())?;
    Ok(())
}

fn settings(lab: &mut Lab<'_>) -> Outcome {
    let (jane, session) = pending(lab)?;
    let code = lab.fresh_code(&jane)?;
    let params = jane.authenticate(&code).with(&session);
    lab.send("enroll", &params.set_mfa_enrollment(MfaEnrollment::Enroll))?;
    lab.send("get, after enroll", &jane.get())?;

    let (jane, session) = pending(lab)?;
    let code = lab.fresh_code(&jane)?;
    let bogus = json!({ "set_mfa_enrollment": "bogus" });
    lab.send("an unknown value", &with(&jane, &session, &code, bogus))?;
    lab.send("get, after the unknown value", &jane.get())?;

    let (jane, session) = pending(lab)?;
    let code = lab.fresh_code(&jane)?;
    let params = jane.authenticate(&code).with(&session);
    lab.send(
        "set_default_mfa: a text",
        &with(&jane, &session, &code, json!({ "set_default_mfa": "yes" })),
    )?;
    if lab
        .send("set_default_mfa: true", &params.set_default_mfa(true))?
        .accepted()
    {
        lab.used(&jane, &code);
    }
    let code = lab.fresh_code(&jane)?;
    let params = jane.authenticate(&code).with(&session);
    lab.send("set_default_mfa: false", &params.set_default_mfa(false))?;
    lab.send("get, after false", &jane.get())?;

    let organization = lab.organization(Optional)?;
    let jane = lab.member_of(&organization, json!({ "mfa_enrolled": true }))?;
    let login = lab.login(&jane)?;
    lab.create("Create, enrolled", &jane, &login)?;
    let login = lab.login(&jane)?;
    let code = lab.fresh_code(&jane)?;
    let params = jane.authenticate(&code).with(&login);
    lab.send(
        "unenroll",
        &params.set_mfa_enrollment(MfaEnrollment::Unenroll),
    )?;
    lab.send("get, after unenroll", &jane.get())?;
    Ok(())
}

/// Creates a Member with a pending registration.
fn pending(lab: &mut Lab<'_>) -> Result<(Person, Session), Halt> {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.create("Create", &jane, &session)?;
    Ok((jane, session))
}

/// Returns an untyped Authenticate with more fields.
fn with(person: &Person, session: &Session, code: &str, more: Value) -> Plain {
    let body = merged(person.ids_and(json!({ "code": code })), session.argument());
    Plain::post("/v1/b2b/totp/authenticate", merged(body, more))
}
