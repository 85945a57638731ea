//! Creating and changing Members: L5, E2 and E4.

use serde_json::{Value, json};

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "L5" Always null: "What does `null` in an Update mean, field by field?",
        settles ["update.null_resets", "update.metadata_is_merged"];
    "L5m" Always mfa: "Which changes does Update accept for a Member without a second factor?",
        settles ["member.default_mfa_needs_factor", "member.enrolment_needs_factor"];
    "E2" Always names: "Which addresses, external ids and roles may a Member have?",
        settles ["rbac.roles"];
    "E4" Always address: "What happens to the old address if the address of a Member changes?",
        settles ["member.email_change_unverifies", "member.email_change_retires"];
};

fn null(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.organization(Optional)?;
    let jane = lab.member_of(
        &organization,
        json!({
            "name": "Jane",
            "trusted_metadata": { "plan": "gold", "seats": 1 },
            "untrusted_metadata": { "theme": "dark" },
            "is_breakglass": true,
            "mfa_enrolled": true,
        }),
    )?;
    let metadata = json!({ "trusted_metadata": { "plan": "red", "seats": null, "more": true } });
    lab.send("other metadata", &jane.update(metadata))?;
    for name in [
        "name",
        "trusted_metadata",
        "untrusted_metadata",
        "is_breakglass",
        "mfa_enrolled",
        "default_mfa_method",
        "roles",
        "external_id",
    ] {
        let label = format!("{name} is null");
        lab.send(&label, &jane.update(json!({ name: Value::Null })))?;
    }
    lab.send("get", &jane.get())?;
    Ok(())
}

fn mfa(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    lab.send(
        "mfa_enrolled",
        &jane.update(json!({ "mfa_enrolled": true })),
    )?;
    lab.send("login", &jane.login_with(json!({})))?;
    lab.send(
        "default_mfa_method: totp",
        &jane.update(json!({ "default_mfa_method": "totp" })),
    )?;
    lab.send(
        "default_mfa_method: an unknown value",
        &jane.update(json!({ "default_mfa_method": "bogus" })),
    )?;
    lab.send("get", &jane.get())?;
    Ok(())
}

fn names(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.organization(Optional)?;
    let external_id = lab.bench.fresh_name();
    let jane = lab.member_without_password(&organization, json!({ "external_id": external_id }))?;
    let fresh = |lab: &mut Lab<'_>| format!("{}@example.com", lab.bench.fresh_name());
    let create = |body: Value| {
        let path = "/v1/b2b/organizations";
        Plain::post(path, body)
            .segment(&organization.id)
            .path("/members")
    };
    lab.send(
        "an address that is taken",
        &create(json!({ "email_address": jane.address })),
    )?;
    lab.send(
        "a malformed address",
        &create(json!({ "email_address": "totps-live" })),
    )?;
    lab.send("no address", &create(json!({ "name": "Nobody" })))?;
    for (label, field, value) in [
        (
            "an external id that is taken",
            "external_id",
            json!(external_id),
        ),
        ("a malformed external id", "external_id", json!("a b")),
        ("the default role", "roles", json!(["stytch_member"])),
        ("the admin role", "roles", json!(["stytch_admin"])),
        ("an unknown role", "roles", json!(["nonsense"])),
    ] {
        let mut body = json!({ "email_address": fresh(lab) });
        body[field] = value;
        lab.send(label, &create(body))?;
    }
    Ok(())
}

fn address(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let address = format!("{}@example.com", lab.bench.fresh_name());
    lab.send(
        "another address",
        &jane.update(json!({ "email_address": address })),
    )?;
    lab.send("get", &jane.get())?;
    lab.send("login with the old address", &jane.login_with(json!({})))?;
    Ok(())
}
