//! Prints the key set and all JWTs, good and forged, as JSON, so that programs in other languages can
//! verify them. Each JWT has the result that totps gives now: what it reads, or why it refuses.

#![allow(clippy::print_stdout, reason = "the program prints JSON")]

use std::time::SystemTime;

use serde_json::{Value, json};
use totps_core::{Jwks, SessionJwt, VerifyOptions, http};
use totps_forge::{Case, Forge, PROJECT_ID};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base_url = std::env::args()
        .nth(1)
        .ok_or("usage: totps-forge BASE_URL")?;
    let forge = Forge::new(SystemTime::now(), &base_url);
    let jwks = Jwks::try_from(http::Response::new(forge.jwks().to_string()))?;
    let project = forge.project();
    let read = |case: &Case, is_good: bool| {
        let jwt = SessionJwt::new(&*case.jwt);
        let verified = jwks.verify(&jwt, &project, forge.time(), &VerifyOptions::new());
        let mut read =
            json!({"name": case.name, "good": is_good, "jwt": case.jwt, "refused": null});
        match verified {
            Ok(session) => {
                read["member_id"] = json!(session.member_id.as_str());
                read["custom_claims"] = json!(*session.custom_claims);
            }
            Err(error) => read["refused"] = json!(format!("{error:?}")),
        }
        read
    };
    let cases = |cases: Vec<Case>, is_good: bool| -> Vec<Value> {
        cases.iter().map(|case| read(case, is_good)).collect()
    };
    let all = [cases(forge.good(), true), cases(forge.forged(), false)].concat();
    println!(
        "{}",
        json!({"project_id": PROJECT_ID, "jwks": forge.jwks(), "cases": all})
    );
    Ok(())
}
