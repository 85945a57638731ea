//! Recovery codes: L2 and T11.

use serde_json::json;

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::lab::codes::base32;
use crate::lab::people::With as _;
use crate::lab::{Lab, Outcome};

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "L2" Always without: "What do Get, Rotate and Recover do without an active TOTP?",
        settles [
            "recovery_codes.get_refuses_without_codes",
            "recovery_codes.rotate_needs_active_totp",
            "recovery_codes.recover_needs_active_totp",
        ];
    "L2w" Always wrong: "How are wrong recovery codes refused, and which forms are accepted?",
        settles ["recovery_codes.ignore_case", "recovery_codes.ignore_separators"];
    "T11" Always around: "Do Create, Delete and Migrate keep, replace or delete recovery codes?",
        settles [
            "recovery_codes.deleted_with_totp",
            "recovery_codes.existing_at_create",
            "recovery_codes.existing_at_migrate",
        ];
};

/// A well-formed recovery code of no Member.
const WRONG: &str = "zzzz-zzzz-zzzz";
/// A well-formed recovery code to be imported.
const OWN: &str = "abcd-efgh-ijkl";

fn without(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.send("no TOTP: codes", &jane.recovery_codes())?;
    lab.send("no TOTP: rotate", &jane.rotate())?;
    lab.send("no TOTP: recover", &jane.recover(WRONG).with(&session))?;
    let joe = lab.member(Optional)?;
    let session = lab.login(&joe)?;
    let created = lab
        .create("Create", &joe, &session)?
        .needed("TOTP Create")?;
    lab.send("pending: codes", &joe.recovery_codes())?;
    let code = created
        .texts("recovery_codes")
        .into_iter()
        .next()
        .unwrap_or_default();
    lab.send(
        "pending: recover, right code",
        &joe.recover(&code).with(&session),
    )?;
    lab.send("pending: rotate", &joe.rotate())?;
    Ok(())
}

fn wrong(lab: &mut Lab<'_>) -> Outcome {
    let (jane, session) = lab.enrolled(Optional)?;
    let codes = lab
        .send("codes", &jane.recovery_codes())?
        .texts("recovery_codes");
    let code = |index: usize| codes.get(index).cloned().unwrap_or_default();
    // Each try takes another code of the list, because each may be used up.
    for (label, tried) in [
        ("wrong, right form", WRONG.to_owned()),
        ("four letters", "abcd".to_owned()),
        ("upper case", code(0).to_uppercase()),
        ("without hyphens", code(1).replace('-', "")),
        ("with spaces", code(2).replace('-', " ")),
    ] {
        lab.send(label, &jane.recover(&tried).with(&session))?;
    }
    lab.send("codes, after five tries", &jane.recovery_codes())?;
    let (joe, session) = lab.enrolled(Optional)?;
    let codes = lab.send("codes of another Member", &joe.recovery_codes())?;
    let code = codes
        .texts("recovery_codes")
        .into_iter()
        .next()
        .unwrap_or_default();
    lab.send("a right code", &joe.recover(&code).with(&session))?;
    lab.send("a used code", &joe.recover(&code).with(&session))?;
    let totp_code = lab.wrong_code(&joe);
    lab.send("a TOTP code", &joe.recover(&totp_code).with(&session))?;
    lab.send(
        "a recovery code as TOTP code",
        &joe.authenticate(WRONG).with(&session),
    )?;
    lab.send("codes, at the end", &joe.recovery_codes())?;
    lab.send("rotate", &joe.rotate())?;
    let mary = lab.member(Optional)?;
    let session = lab.login(&mary)?;
    let own = mary.migrate(&base32(&[5; 20])).recovery_codes([OWN]);
    lab.send("Migrate with one code", &own)?;
    lab.send("the last code", &mary.recover(OWN).with(&session))?;
    lab.send("no code is left", &mary.recover(WRONG).with(&session))?;
    Ok(())
}

fn around(lab: &mut Lab<'_>) -> Outcome {
    let (jane, session) = lab.enrolled(Optional)?;
    lab.send("codes", &jane.recovery_codes())?;
    lab.send("delete", &jane.delete_totp())?;
    lab.send("codes, after Delete", &jane.recovery_codes())?;
    lab.create("Create again", &jane, &session)?;
    lab.send("codes, after Create", &jane.recovery_codes())?;
    lab.send("delete, pending", &jane.delete_totp())?;
    let own = jane.migrate(&base32(&[3; 20])).recovery_codes([OWN]);
    lab.send("Migrate with an imported code", &own)?;
    lab.send("codes, after Migrate", &jane.recovery_codes())?;
    lab.send("delete, migrated", &jane.delete_totp())?;
    lab.send("Migrate without codes", &jane.migrate(&base32(&[4; 20])))?;
    lab.send("codes, after Migrate without codes", &jane.recovery_codes())?;
    lab.note(
        "look: calls",
        json!("Create, Delete, Create, Delete, Migrate, Delete, Migrate"),
    );
    Ok(())
}
