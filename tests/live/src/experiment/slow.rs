//! Expiry: S1. All that expires is in one experiment, so that a run waits only once: ten minutes.

use serde_json::json;
use totps_ureq::SessionJwt;

use super::Experiment;
use super::intermediate::ready;
use super::rbac::{foreign_key, with_totp};
use crate::bench::Kind::Optional;
use crate::lab::people::{With as _, jwt};
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "S1" Slow expiry: "When do registrations, session JWTs and intermediate session tokens expire?",
        settles ["session.accept_expired_jwt", "session.intermediate_minutes"];
};

fn expiry(lab: &mut Lab<'_>) -> Outcome {
    // A registration for five minutes, and one for 0 minutes.
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    let five = jane.create().with(&session).expiration_minutes(5);
    let created = lab
        .send("Create for 5 minutes", &five)?
        .needed("TOTP Create")?;
    lab.learn_secret(&jane, created.text("secret"));
    let kate = lab.member(Optional)?;
    let kates = lab.login(&kate)?;
    let body = kate.ids_and(json!({ "expiration_minutes": 0 }));
    let none = lab.send("Create for 0 minutes", &Plain::post("/v1/b2b/totp", body))?;
    lab.learn_secret(&kate, none.text("secret"));
    // JWTs, which live for five minutes.
    let (joe, header) = with_totp(lab)?;
    let mary = lab.member(Optional)?;
    let argument = lab.login(&mary)?;
    lab.create("Create", &mary, &argument)?;
    // The two intermediate session tokens last, because they are measured most precisely.
    let (anne, beth) = (ready(lab)?, ready(lab)?);
    let start = lab.now();
    let (early, late) = (lab.login(&anne)?, lab.login(&beth)?);

    lab.wait_until(start, 5.5)?;
    lab.authenticate(
        "5.5 minutes: a code of the registration for 5",
        &jane,
        &session,
    )?;
    lab.send("5.5 minutes: get", &jane.get())?;
    lab.create("5.5 minutes: Create again", &jane, &session)?;

    lab.wait_until(start, 6.5)?;
    if none.accepted() {
        lab.authenticate(
            "6.5 minutes: a code of the registration for 0",
            &kate,
            &kates,
        )?;
    }
    let delete = joe.delete_totp().session_jwt(jwt(&header));
    lab.send("6.5 minutes: an expired JWT as a header", &delete)?;
    let code = lab.fresh_code(&mary)?;
    let foreign = SessionJwt::from(foreign_key(argument.jwt()).as_str());
    let params = mary.authenticate(&code);
    lab.send(
        "6.5 minutes: a JWT of a foreign key",
        &params.clone().session_jwt(foreign),
    )?;
    lab.send(
        "6.5 minutes: an expired JWT",
        &params.session_jwt(jwt(&argument)),
    )?;

    lab.wait_until(start, 9.5)?;
    lab.authenticate("9.5 minutes: the intermediate session", &anne, &early)?;
    lab.wait_until(start, 10.5)?;
    lab.authenticate("10.5 minutes: the intermediate session", &beth, &late)?;
    Ok(())
}
