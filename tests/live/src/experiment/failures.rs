//! Simple failures: T1.

use serde_json::{Value, json};

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::lab::people::{With as _, merged};
use crate::lab::world::id_of_nothing;
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T1" Always failures: "How are wrong and malformed codes refused?", settles [];
    "T1i" Always ids: "How are unknown ids and missing fields refused?", settles [];
};

fn failures(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.send(
        "no TOTP at all",
        &jane.authenticate("000000").with(&session),
    )?;
    lab.send("get", &jane.get())?;
    lab.create("Create", &jane, &session)?
        .needed("TOTP Create")?;
    let wrong = lab.wrong_code(&jane);
    lab.send(
        "pending: a wrong code",
        &jane.authenticate(&wrong).with(&session),
    )?;
    lab.authenticate("pending: the right code after a wrong one", &jane, &session)?;
    let wrong = lab.wrong_code(&jane);
    lab.send(
        "active: a wrong code",
        &jane.authenticate(&wrong).with(&session),
    )?;
    lab.login(&jane)?;

    let (joe, session) = lab.enrolled(Optional)?;
    let codes: [(&str, Value); 6] = [
        ("five digits", json!("12345")),
        ("seven digits", json!("1234567")),
        ("letters", json!("abcdef")),
        ("a space inside", json!("12 345")),
        ("empty", json!("")),
        ("a number", json!(123_456)),
    ];
    for (label, code) in codes {
        let body = merged(joe.ids_and(json!({ "code": code })), session.argument());
        lab.send(label, &Plain::post("/v1/b2b/totp/authenticate", body))?;
    }
    Ok(())
}

fn ids(lab: &mut Lab<'_>) -> Outcome {
    let (jane, session) = lab.enrolled(Optional)?;
    let create = |body| Plain::post("/v1/b2b/totp", body);
    for (label, id) in [
        ("an unknown Member id", id_of_nothing("member")),
        ("a malformed Member id", "nonsense".to_owned()),
        (
            "a Member id without a UUID",
            "member-test-nonsense".to_owned(),
        ),
    ] {
        lab.send(label, &create(jane.ids_and(json!({ "member_id": id }))))?;
    }
    for (label, id) in [
        ("an unknown Organization id", id_of_nothing("organization")),
        (
            "a malformed Organization id",
            "nonsense-nonsense".to_owned(),
        ),
        (
            "an Organization id without a UUID",
            "organization-test-nonsense".to_owned(),
        ),
    ] {
        lab.send(
            label,
            &create(jane.ids_and(json!({ "organization_id": id }))),
        )?;
    }
    let code = lab.wrong_code(&jane);
    let whole = merged(jane.ids_and(json!({ "code": code })), session.argument());
    for name in ["organization_id", "member_id", "code"] {
        let mut body = whole.clone();
        body[name] = Value::Null;
        let label = format!("{name} is null");
        lab.send(
            &label,
            &Plain::post("/v1/b2b/totp/authenticate", body.clone()),
        )?;
        if let Some(fields) = body.as_object_mut() {
            fields.remove(name);
        }
        let label = format!("without {name}");
        lab.send(&label, &Plain::post("/v1/b2b/totp/authenticate", body))?;
    }
    Ok(())
}
