//! Statuses and headers: T17, T14, and the key set L7.

use serde_json::{Value, json};
use totps_ureq::http::header;

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::lab::world::id_of_nothing;
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;
use crate::review::headers::Headers;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T17" Always statuses: "Which statuses do successes have?",
        settles ["http.success_status", "organization.create_status", "member.create_status"];
    "T14" Always headers: "Which headers do all responses have?", settles ["http.response_headers"];
    "L7" Always keys: "What does the key set look like, and does it need credentials?",
        settles ["session.jwks_thumbprint_name", "session.jwks_need_authorization"];
};

fn statuses(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.new_organization("Organization Create", json!({}))?;
    let jane = lab.member_without_password(&organization, json!({}))?;
    lab.send("get", &jane.get())?;
    let created = lab.send("Create", &jane.create())?;
    let said = created.at("/status_code");
    lab.note("`status_code` is the HTTP status", said == created.status());
    let path = "/v1/b2b/organizations";
    lab.send(
        "Organization Get",
        &Plain::get(path).segment(&organization.id),
    )?;
    Ok(())
}

fn headers(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let mut headers = Headers::default();
    let refused =
        json!({ "organization_id": jane.organization.id, "member_id": id_of_nothing("member") });
    let replies = [
        lab.send("get", &jane.get())?,
        lab.send("login", &jane.login_with(json!({})))?,
        lab.send("Create", &jane.create())?,
        lab.send("a refusal", &Plain::post("/v1/b2b/totp", refused))?,
    ];
    for reply in &replies {
        headers.look_at(reply.exchange());
    }
    lab.note("http.response_headers", headers.constant());
    Ok(())
}

fn keys(lab: &mut Lab<'_>) -> Outcome {
    let path = "/v1/b2b/sessions/jwks";
    let id = lab.bench.wire.project.id().as_str().to_owned();
    let of = |id: &str| Plain::get(path).segment(id);
    let reply = lab.send("with credentials", &of(&id))?;
    let open = lab.bend(&of(&id))?.header(header::AUTHORIZATION, None);
    lab.send_bent("without credentials", open)?;
    lab.send("an unknown project", &of(&id_of_nothing("project")))?;
    lab.send("a malformed project id", &of("nonsense"))?;
    let key = reply.at("/keys/0");
    let names: Vec<&String> = key
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
        .collect();
    // `x5t` is the SHA-1 thumbprint.
    let thumbprint = names
        .iter()
        .find(|name| name.starts_with("x5t") && name.len() > 3);
    let thumbprint = thumbprint.map_or(Value::Null, |name| Value::from(name.as_str()));
    lab.note("session.jwks_thumbprint_name", thumbprint);
    lab.note("look: names in a key", json!(names));
    lab.note(
        "look: cache-control",
        reply.header("cache-control").unwrap_or("none"),
    );
    Ok(())
}
