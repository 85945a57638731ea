//! Member Get and the searches: L3 and L4.

use serde_json::{Value, json};
use totps_ureq::GetMemberParams;

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::lab::world::id_of_nothing;
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "L3" Always get: "Which Member does Get find?", settles ["member.get_with_both"];
    "L4" Always search: "Which filters and operators does Members Search have?",
        settles [
            "search.or_works",
            "search.totp_filter",
            "search.unknown_organization_refused",
            "search.show_total",
        ];
};

fn get(lab: &mut Lab<'_>) -> Outcome {
    let (jane, joe) = (lab.member(Optional)?, lab.member(Optional)?);
    let organization = jane.organization.id.as_str();
    let get = || {
        let path = "/v1/b2b/organizations";
        Plain::get(path).segment(organization).path("/member")
    };
    let both =
        |id: &str, address: &str| get().query("member_id", id).query("email_address", address);
    lab.send("by id", &jane.get())?;
    let by_email = GetMemberParams::by_email(organization, jane.address.as_str());
    lab.send("by address", &by_email)?;
    lab.send(
        "by address in upper case",
        &get().query("email_address", &jane.address.to_uppercase()),
    )?;
    lab.send("by id and address", &both(&jane.id, &jane.address))?;
    lab.send("by id and another's address", &both(&jane.id, &joe.address))?;
    lab.send("without a Member", &get())?;
    lab.send(
        "by an unknown id",
        &get().query("member_id", &id_of_nothing("member")),
    )?;
    lab.send(
        "by an unknown address",
        &get().query("email_address", "totps-live-nobody@example.com"),
    )?;
    Ok(())
}

/// Possible names of the filter, the most likely one first.
const FILTERS: [&str; 3] = [
    "member_totp_exists",
    "totp_exists",
    "member_totp_registration_exists",
];

fn search(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.new_organization("Organization Create", json!({}))?;
    let jane = lab.member_in(&organization)?;
    let joe = lab.member_in(&organization)?;
    let session = lab.login(&joe)?;
    lab.create("Create", &joe, &session)?;
    lab.authenticate("first code", &joe, &session)?;
    let search = |organizations: Value, more: Value| {
        let body = json!({ "organization_ids": organizations });
        let body = crate::lab::people::merged(body, more);
        Plain::post("/v1/b2b/organizations/members/search", body)
    };
    let here = json!([organization.id]);
    let query = |operator: &str, operands: Value| json!({ "query": { "operator": operator, "operands": operands } });
    let filter = |name: &str, value: Value| json!({ "filter_name": name, "filter_value": value });
    lab.send("all", &search(here.clone(), json!({})))?;
    for name in FILTERS {
        let operands = json!([filter(name, json!(true))]);
        let label = format!("the filter {name}");
        if lab
            .send(&label, &search(here.clone(), query("AND", operands)))?
            .accepted()
        {
            lab.note("search.totp_filter", name);
            break;
        }
    }
    let nonsense = json!([filter("member_nonsense", json!(true))]);
    lab.send(
        "an unknown filter",
        &search(here.clone(), query("AND", nonsense)),
    )?;
    let either = json!([
        filter("member_ids", json!([jane.id])),
        filter("member_ids", json!([joe.id])),
    ]);
    lab.send("OR", &search(here.clone(), query("OR", either)))?;
    lab.send(
        "an unknown operator",
        &search(here.clone(), query("XOR", json!([]))),
    )?;
    lab.send("a limit of 0", &search(here.clone(), json!({ "limit": 0 })))?;
    lab.send(
        "a limit of 1000",
        &search(here.clone(), json!({ "limit": 1_000 })),
    )?;
    lab.send("a limit of 1001", &search(here, json!({ "limit": 1_001 })))?;
    lab.send("no Organization", &search(json!([]), json!({})))?;
    let nowhere = json!([id_of_nothing("organization")]);
    lab.send("an unknown Organization", &search(nowhere, json!({})))?;
    let operands = json!([filter("organization_nonsense", json!("x"))]);
    let body = query("AND", operands);
    let organizations = Plain::post("/v1/b2b/organizations/search", body);
    lab.send("Organization Search, unknown filter", &organizations)?;
    Ok(())
}
