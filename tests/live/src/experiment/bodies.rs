//! How request bodies are read: T16 and L8. The calls of T16 only read a session.

use serde_json::json;
use totps_ureq::http::{Method, header};

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::halt::Halt;
use crate::lab::codes::base32;
use crate::lab::people::Session;
use crate::lab::{Lab, Outcome};
use crate::plain::{Bent, Plain};

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T16" Always json: "Which request bodies are accepted?",
        settles [
            "http.refuse_unknown_fields",
            "http.refuse_duplicate_keys",
            "http.first_duplicate_counts",
            "http.ignore_key_case",
            "http.ignore_trailing_text",
            "http.ignore_byte_order_mark",
        ];
    "T16t" Always types: "Which content types and which paths are accepted?",
        settles [
            "http.require_json_content_type",
            "http.refuse_charset",
            "http.ignore_trailing_slash",
        ];
    "T16b" Always large: "How large may a body be?", settles ["http.max_body_bytes"];
    "L8" Always unneeded: "Is the body of a GET or a DELETE read?",
        settles ["http.read_unneeded_bodies"];
};

/// Returns a session, and a valid sessions Authenticate to be modified.
fn look(lab: &mut Lab<'_>) -> Result<(Session, Plain), Halt> {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    let body = json!({ "session_token": session.token() });
    let plain = Plain::post("/v1/b2b/sessions/authenticate", body);
    lab.send("unmodified", &plain)?;
    Ok((session, plain))
}

fn json(lab: &mut Lab<'_>) -> Outcome {
    let (session, plain) = look(lab)?;
    let token = session.token();
    let whole = format!(r#"{{"session_token":"{token}"}}"#);
    for (label, body) in [
        (
            "an unknown field",
            format!(r#"{{"session_token":"{token}","nonsense":1}}"#),
        ),
        (
            "an invalid token, then the token",
            format!(r#"{{"session_token":"x","session_token":"{token}"}}"#),
        ),
        (
            "the token, then an invalid token",
            format!(r#"{{"session_token":"{token}","session_token":"x"}}"#),
        ),
        (
            "the field name in another case",
            format!(r#"{{"Session_Token":"{token}"}}"#),
        ),
        ("text after the JSON", format!("{whole} x")),
        ("a byte order mark", format!("\u{feff}{whole}")),
        ("a list", "[]".to_owned()),
        ("not JSON", "session_token".to_owned()),
        ("empty", String::new()),
        ("a number as the token", r#"{"session_token":1}"#.to_owned()),
    ] {
        let bent = lab.bend(&plain)?.body(body);
        lab.send_bent(label, bent)?;
    }
    let query = plain.clone().query("nonsense", "1");
    lab.send("an unknown query parameter", &query)?;
    Ok(())
}

fn types(lab: &mut Lab<'_>) -> Outcome {
    let (_, plain) = look(lab)?;
    for (label, value) in [
        ("no content type", None),
        ("text/plain", Some("text/plain")),
        (
            "JSON with a charset",
            Some("application/json; charset=utf-8"),
        ),
        ("a form", Some("application/x-www-form-urlencoded")),
    ] {
        let bent = lab.bend(&plain)?.header(header::CONTENT_TYPE, value);
        lab.send_bent(label, bent)?;
    }
    let bent = lab.bend(&plain)?.path_ending("/");
    lab.send_bent("a slash at the end", bent)?;
    let bent = lab.bend(&plain)?.method(Method::GET).body(Vec::new());
    lab.send_bent("GET", bent)?;
    lab.send("an unknown path", &Plain::get("/v1/b2b/nothing"))?;
    Ok(())
}

fn large(lab: &mut Lab<'_>) -> Outcome {
    let (session, plain) = look(lab)?;
    for size in [65_536, 1_048_576, 4_194_304] {
        let mut body = json!({ "session_token": session.token() }).to_string();
        let padding = " ".repeat(size - body.len());
        body.insert_str(1, &padding);
        let bent = lab.bend(&plain)?.body(body);
        if !lab.send_bent(&format!("{size} bytes"), bent)?.accepted() {
            break;
        }
    }
    Ok(())
}

fn unneeded(lab: &mut Lab<'_>) -> Outcome {
    let (jane, joe) = (lab.member(Optional)?, lab.member(Optional)?);
    lab.send(
        "Migrate for another Member",
        &joe.migrate(&base32(&[6; 20])),
    )?;
    let other = joe.ids().to_string();
    let bent = |lab: &Lab<'_>, body: &str| -> Result<(Bent, Bent), Halt> {
        let json = |bent: Bent| {
            bent.body(body)
                .header(header::CONTENT_TYPE, Some("application/json"))
        };
        let get = json(lab.bend(&jane.recovery_codes())?);
        Ok((get, json(lab.bend(&jane.delete_totp())?)))
    };
    let (get, delete) = bent(lab, &other)?;
    lab.send_bent("get the codes, with another Member in the body", get)?;
    lab.send_bent("delete the TOTP, with another Member in the body", delete)?;
    lab.send("get the other Member", &joe.get())?;
    let (get, delete) = bent(lab, "no JSON")?;
    lab.send_bent("get the codes, with a body that is not JSON", get)?;
    lab.send_bent("delete the TOTP, with a body that is not JSON", delete)?;
    Ok(())
}
