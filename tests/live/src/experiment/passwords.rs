//! Passwords: N2 to N5. N2 is first in a run, because the other experiments need logins.

use serde_json::json;
use sha2::Sha512;

use super::Experiment;
use crate::bench::Kind::{Optional, Required};
use crate::halt::Halt;
use crate::lab::people::{Person, Session};
use crate::lab::world::{hash, id_of_nothing, random_password, text};
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "N2" Always without_create: "What does passwords Migrate do with an address that no Member has?",
        settles ["password.migrated_member_status", "member.create_verifies_email"];
    "N3" Always pending: "When does a pending Member become active, and may it enrol before that?",
        settles [
            "password.migrate_activates",
            "password.login_activates",
            "totp.inactive_members_may_enroll",
        ];
    "N4" Always twice: "What does passwords Migrate do to a Member that has a password, and which hashes does it accept?",
        settles ["password.migrate_replaces", "password.upper_case_hash_accepted"];
    "N5" Always failed_logins: "How are failed logins refused?", settles [];
};

fn without_create(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.organization(Optional)?;
    let mut joe = Person {
        id: String::new(),
        address: format!("{}@example.com", lab.bench.fresh_name()),
        password: random_password()?,
        organization: organization.clone(),
    };
    let mut made = lab.migrate_password("passwords Migrate, no Member", &joe)?;
    if !made.accepted() {
        lab.bench.known.sha_1 = true;
        made = lab.migrate_password("passwords Migrate, by SHA-1", &joe)?;
    }
    // Without passwords, no other experiment can run.
    let made = made.needed("passwords Migrate").map_err(ends_the_run)?;
    joe.id = text(&made, "/member/member_id");
    lab.bench.people.add(&joe);
    let status = lab.send("get", &joe.get())?.at("/member/status");
    let login = lab.login(&joe).map_err(ends_the_run)?;
    if matches!(login, Session::Intermediate(_)) {
        return Err(Halt::run(
            "a login requires MFA where it is optional: this project cannot be used",
        ));
    }
    lab.bench.known.migrate_creates = status == "active";
    lab.send("get, after the login", &joe.get())?;
    let jane = lab.member_of(&organization, json!({ "name": "Jane" }))?;
    lab.send(
        "get, after Member Create and passwords Migrate",
        &jane.get(),
    )?;
    lab.login(&jane)?;
    Ok(())
}

fn ends_the_run(halt: Halt) -> Halt {
    match halt {
        Halt::Experiment(reason) => Halt::Run(reason),
        other => other,
    }
}

fn pending(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.organization(Optional)?;
    let pending = json!({ "create_member_as_pending": true });
    let jane = lab.member_without_password(&organization, pending)?;
    lab.send("Create, pending Member", &jane.create())?;
    lab.send("delete", &jane.delete_totp())?;
    lab.migrate_password("passwords Migrate, pending Member", &jane)?;
    lab.send("get, after passwords Migrate", &jane.get())?;
    lab.send("login, pending Member", &jane.login_with(json!({})))?;
    lab.send("get, after the login", &jane.get())?;
    Ok(())
}

fn twice(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    lab.migrate_password("the same hash again", &jane)?;
    let other = Person {
        password: random_password()?,
        ..jane
    };
    lab.migrate_password("another hash", &other)?;
    let organization = lab.organization(Optional)?;
    let upper = lab.member_without_password(&organization, json!({}))?;
    let hash = hash::<Sha512>(&upper.password).to_uppercase();
    let migrate = |hash_type: &str, hash: &str| {
        let body = json!({
            "organization_id": upper.organization.id,
            "email_address": upper.address,
            "hash": hash,
            "hash_type": hash_type,
        });
        Plain::post("/v1/b2b/passwords/migrate", body)
    };
    lab.send(
        "a SHA-512 hash that is too short",
        &migrate("sha_512", "abc"),
    )?;
    lab.send("a SHA-1 hash that is too short", &migrate("sha_1", "abc"))?;
    lab.send("a type that does not exist", &migrate("rot_13", "abc"))?;
    lab.send("a hash in upper case", &migrate("sha_512", &hash))?;
    Ok(())
}

fn failed_logins(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let wrong = Person {
        password: random_password()?,
        ..jane.clone()
    };
    lab.send("wrong password", &wrong.login_with(json!({})))?;
    lab.login(&jane)?;
    let nobody = Person {
        id: id_of_nothing("member"),
        address: format!("{}@example.com", lab.bench.fresh_name()),
        ..jane.clone()
    };
    lab.send("unknown address", &nobody.login_with(json!({})))?;
    let organization = lab.organization(Optional)?;
    let joe = lab.member_without_password(&organization, json!({}))?;
    lab.send("Member without a password", &joe.login_with(json!({})))?;
    let elsewhere = Person {
        organization: lab.organization(Required)?,
        ..jane.clone()
    };
    lab.send(
        "right password, other Organization",
        &elsewhere.login_with(json!({})),
    )?;
    let gone = lab.member(Optional)?;
    lab.send("Member Delete", &gone.delete())?;
    lab.send("deleted Member", &gone.login_with(json!({})))?;
    let links_only = lab.new_organization(
        "Organization Create, magic links only",
        json!({
            "auth_methods": "RESTRICTED",
            "allowed_auth_methods": ["magic_link"],
            "email_invites": "ALL_ALLOWED",
        }),
    )?;
    let linked = lab.member_in(&links_only)?;
    lab.send("passwords are not allowed", &linked.login_with(json!({})))?;
    Ok(())
}
