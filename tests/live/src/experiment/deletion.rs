//! Deleting a TOTP, a Member, an Organization: L1, N10, N11.

use serde_json::json;
use totps_ureq::MfaEnrollment;

use super::Experiment;
use crate::bench::Kind::{Optional, Required};
use crate::lab::people::{Person, With as _};
use crate::lab::world::text;
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "L1" Always totp: "What does deleting a TOTP change?",
        settles [
            "totp.delete_ignores_missing",
            "totp.delete_includes_pending",
            "totp.delete_unenrols",
            "totp.delete_clears_default_mfa_method",
        ];
    "N10" Always member: "Does deleting a Member end its sessions, and is its address free again?",
        settles ["member.deletion_ends_sessions"];
    "N11" Always organization: "Does deleting an Organization end its sessions, and is its slug free again?",
        settles ["organization.deletion_frees_names"];
};

fn totp(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    lab.send("delete, no TOTP", &jane.delete_totp())?;
    let session = lab.login(&jane)?;
    lab.create("Create", &jane, &session)?;
    lab.send("delete, pending", &jane.delete_totp())?;
    lab.authenticate("code of the deleted registration", &jane, &session)?;
    let joe = lab.member(Optional)?;
    let session = lab.login(&joe)?;
    lab.create("Create for another Member", &joe, &session)?;
    let code = lab.fresh_code(&joe)?;
    let params = joe.authenticate(&code).with(&session);
    let enroll = params
        .set_mfa_enrollment(MfaEnrollment::Enroll)
        .set_default_mfa(true);
    lab.send("first code, with enrolment", &enroll)?;
    lab.send("delete, active", &joe.delete_totp())?;
    lab.send("get", &joe.get())?;
    lab.send("codes", &joe.recovery_codes())?;
    lab.send("sessions", &joe.sessions())?;
    let (mary, _) = lab.enrolled(Required)?;
    lab.send("delete, required", &mary.delete_totp())?;
    lab.send("login without the TOTP", &mary.login_with(json!({})))?;
    Ok(())
}

fn member(lab: &mut Lab<'_>) -> Outcome {
    let authenticate = |token: &str| {
        Plain::post(
            "/v1/b2b/sessions/authenticate",
            json!({ "session_token": token }),
        )
    };
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.send("Member Delete", &jane.delete())?;
    lab.send(
        "session of the deleted Member",
        &authenticate(session.token()),
    )?;
    lab.send("get", &jane.get())?;
    lab.send("delete again", &jane.delete())?;
    let again = lab.migrate_password("the same address again", &jane)?;
    let again = Person {
        id: text(&again, "/member/member_id"),
        ..jane
    };
    lab.bench.people.add(&again);
    lab.send("get the new Member", &again.get())?;
    lab.send("login of the new Member", &again.login_with(json!({})))?;
    Ok(())
}

fn organization(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.new_organization("Organization Create", json!({}))?;
    let jane = lab.member_in(&organization)?;
    let session = lab.login(&jane)?;
    let path = "/v1/b2b/organizations";
    lab.send(
        "Organization Delete",
        &Plain::delete(path).segment(&organization.id),
    )?;
    lab.send(
        "Organization Get",
        &Plain::get(path).segment(&organization.id),
    )?;
    let body = json!({ "session_token": session.token() });
    lab.send(
        "session of its Member",
        &Plain::post("/v1/b2b/sessions/authenticate", body),
    )?;
    lab.create_organization("the same slug again", &organization.name, json!({}))?;
    Ok(())
}
