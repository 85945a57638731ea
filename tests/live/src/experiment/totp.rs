//! TOTP registrations: the numbers T1 to T7.

use serde_json::json;

use super::{Experiment, experiments};
use crate::bench::Kind::{Optional, Required};
use crate::lab::people::{Session, With as _};
use crate::lab::{Lab, Outcome};

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T3" Always second_create: "What does a second Create do to a pending registration?",
        settles ["totp.second_create"];
    "T4" Always shown: "When does `totp_registration_id` appear on the Member?",
        settles ["totp.pending_registration_shown"];
};

fn second_create(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    let first = lab.create("C", &jane, &session)?.needed("the first Create")?;
    lab.create("C, while one is pending", &jane, &session)?;
    lab.learn_secret(&jane, first.text("secret"));
    lab.authenticate("code of the first secret", &jane, &session)?;
    lab.send("codes", &jane.recovery_codes())?;
    Ok(())
}

fn shown(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.create("C", &jane, &session)?;
    lab.send("get, pending", &jane.get())?;
    lab.authenticate("first code", &jane, &session)?;
    lab.send("get, active", &jane.get())?;
    let _ = (json!({}), Required, Session::None, jane.create().with(&session));
    Ok(())
}
