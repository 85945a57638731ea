//! Prints the key set and all JWTs, good and forged, as JSON, so that programs in other languages can
//! verify them. Each JWT has the result that totps gives now.

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
    let result = |case: &Case| {
        let jwt = SessionJwt::new(&*case.jwt);
        match jwks.verify(&jwt, &project, forge.time(), &VerifyOptions::new()) {
            Ok(session) => json!({
                "member_id": session.member_id,
                "custom_claims": session.custom_claims,
            }),
            Err(error) => json!({"refused": format!("{error:?}")}),
        }
    };
    let cases = |cases: Vec<Case>, is_good: bool| -> Vec<Value> {
        let cases = cases.iter().map(|case| {
            json!({"name": case.name, "good": is_good, "jwt": case.jwt, "result": result(case)})
        });
        cases.collect()
    };
    let all = [cases(forge.good(), true), cases(forge.forged(), false)].concat();
    println!(
        "{}",
        json!({"project_id": PROJECT_ID, "jwks": forge.jwks(), "cases": all})
    );
    Ok(())
}
