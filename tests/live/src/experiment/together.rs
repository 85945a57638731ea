//! A Member and an Organization that is not its own: T19.

use serde_json::json;

use super::Experiment;
use crate::bench::Kind::{Optional, Required};
use crate::lab::codes::base32;
use crate::lab::people::{Person, With as _};
use crate::lab::{Lab, Outcome};

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T19" Always apart: "How are calls refused for a Member of another Organization?", settles [];
};

fn apart(lab: &mut Lab<'_>) -> Outcome {
    let mary = lab.member(Required)?;
    let login = lab.login(&mary)?;
    let apart = Person {
        organization: lab.organization(Optional)?,
        ..mary
    };
    lab.send("Create", &apart.create())?;
    lab.send("Authenticate", &apart.authenticate("000000").with(&login))?;
    lab.send("Migrate", &apart.migrate(&base32(&[1; 20])))?;
    lab.send("delete", &apart.delete_totp())?;
    lab.send("codes", &apart.recovery_codes())?;
    lab.send("get", &apart.get())?;
    lab.send("update", &apart.update(json!({ "name": "Mary" })))?;
    let jane = lab.member(Optional)?;
    lab.send(
        "intermediate session of another Organization",
        &jane.create().with(&login),
    )?;
    Ok(())
}
