//! Custom claims: T10.

use serde_json::{Value, json};

use super::Experiment;
use crate::bench::Kind::{Optional, Required};
use crate::lab::people::{Session, With as _, merged};
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T10" Always reserved: "Are reserved claims ignored or refused?", settles ["claims.reserved"];
    "T10s" Always size: "How large may claims be, and are bytes or characters counted?",
        settles ["claims.max_bytes", "claims.count_characters"];
    "T10d" Always duration: "Are claims of a new session kept without a duration?",
        settles ["claims.need_session_duration"];
};

const RESERVED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

fn authenticate(session: &Session, claims: Value) -> Plain {
    let body = json!({ "session_token": session.token(), "session_custom_claims": claims });
    Plain::post("/v1/b2b/sessions/authenticate", body)
}

fn reserved(lab: &mut Lab<'_>) -> Outcome {
    let (jane, session) = lab.enrolled(Optional)?;
    for name in RESERVED {
        let label = format!("the claim {name}");
        lab.send(&label, &authenticate(&session, json!({ name: "x" })))?;
    }
    let stytch = json!({ "https://stytch.com/x": "x" });
    lab.send(
        "a claim in Stytch's namespace",
        &authenticate(&session, stytch),
    )?;
    let both = json!({ "sub": "x", "free": "y" });
    lab.send(
        "a reserved claim and a free one",
        &authenticate(&session, both.clone()),
    )?;
    let code = lab.fresh_code(&jane)?;
    let claims = both.as_object().cloned().unwrap_or_default();
    let params = jane
        .authenticate(&code)
        .with(&session)
        .session_custom_claims(claims);
    lab.send("the same claims, with a code", &params)?;
    Ok(())
}

/// Returns claims of this length as compact JSON, in bytes.
fn of_length(length: usize) -> Value {
    let around = json!({ "k": "" }).to_string().len();
    json!({ "k": "a".repeat(length - around) })
}

fn size(lab: &mut Lab<'_>) -> Outcome {
    let (jane, session) = lab.enrolled(Optional)?;
    let mut longest = 0;
    for length in [4_000, 4_095, 4_096, 4_097, 5_000] {
        let label = format!("{length} bytes");
        if lab
            .send(&label, &authenticate(&session, of_length(length)))?
            .accepted()
        {
            longest = length;
        }
    }
    let half = "é".repeat(longest.max(100) - 50);
    lab.send(
        "fewer characters, more bytes",
        &authenticate(&session, json!({ "k": half })),
    )?;
    let escaped = "\n".repeat(longest.max(100) - 50);
    lab.send(
        "fewer bytes, more with escapes",
        &authenticate(&session, json!({ "k": escaped })),
    )?;
    lab.send(
        "2500 bytes, in one call",
        &authenticate(&session, of_length(2_500)),
    )?;
    let second = json!({ "l": "a".repeat(2_500) });
    lab.send(
        "2500 bytes more, in another call",
        &authenticate(&session, second),
    )?;
    let code = lab.fresh_code(&jane)?;
    let body = jane.ids_and(json!({ "code": code, "session_custom_claims": of_length(6_000) }));
    let params = Plain::post(
        "/v1/b2b/totp/authenticate",
        merged(body, session.argument()),
    );
    lab.send("6000 bytes with a code", &params)?;
    Ok(())
}

fn duration(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Required)?;
    let login = lab.login(&jane)?;
    lab.create("Create", &jane, &login)?;
    let login = lab.login(&jane)?;
    let code = lab.fresh_code(&jane)?;
    let claims = json!({ "free": "x" })
        .as_object()
        .cloned()
        .unwrap_or_default();
    let params = jane
        .authenticate(&code)
        .with(&login)
        .session_custom_claims(claims);
    lab.send("a new session with claims, no duration", &params)?;
    Ok(())
}
