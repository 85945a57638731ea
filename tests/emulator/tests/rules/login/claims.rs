//! `session_custom_claims`

use serde_json::{Value, json};
use totps_emulator::ReservedClaims;

use crate::client::{Client, accept, post, refuse};
use crate::login::session::jwt_claims;
use crate::scenes::{AUTHENTICATE, STEP, authenticated, created, fixed, login, with, with_session};

fn claims(value: Value) -> Value {
    json!({ "session_custom_claims": value, "session_duration_minutes": 30 })
}

/// Authenticates again in the same session and returns the claims of the session after that.
fn change(emulator: &Client, response: &Value, changes: Value) -> Value {
    let body = with(with_session(emulator, response), claims(changes));
    let response = accept(emulator, AUTHENTICATE, &body);
    emulator.advance(STEP);
    response["member_session"]["custom_claims"].clone()
}

#[test]
fn claims_are_in_the_session_and_the_jwt() {
    let emulator = created();
    let body = with(
        login(&emulator),
        claims(json!({ "plan": "gold", "n": [1, 2.5, null] })),
    );
    let response = accept(&emulator, AUTHENTICATE, &body);
    let expected = json!({ "plan": "gold", "n": [1, 2.5, null] });
    assert_eq!(response["member_session"]["custom_claims"], expected);
    let jwt = jwt_claims(&response);
    assert_eq!(
        (&jwt["plan"], &jwt["n"]),
        (&expected["plan"], &expected["n"])
    );
}

#[test]
fn a_new_session_gets_claims_only_with_a_duration() {
    let given = json!({ "session_custom_claims": { "plan": "gold" } });
    let emulator = created();
    let response = accept(
        &emulator,
        AUTHENTICATE,
        &with(login(&emulator), given.clone()),
    );
    assert_eq!(response["member_session"]["custom_claims"], json!({}));

    let emulator = created();
    emulator.set(|settings| settings.claims.need_session_duration = false);
    let response = accept(&emulator, AUTHENTICATE, &with(login(&emulator), given));
    assert_eq!(
        response["member_session"]["custom_claims"],
        json!({ "plan": "gold" })
    );
}

#[test]
fn claims_are_merged_overwritten_and_deleted() {
    let (emulator, response) = authenticated(fixed());
    let first = json!({ "keep": 1, "over": 1, "gone": 1, "in": { "keep": 1, "gone": 1 } });
    assert_eq!(change(&emulator, &response, first.clone()), first);
    let second = json!({ "over": "2", "gone": null, "in": { "gone": null, "new": { "x": null } } });
    assert_eq!(
        change(&emulator, &response, second),
        json!({ "keep": 1, "over": "2", "in": { "keep": 1, "new": {} } })
    );
    let third = json!({ "keep": { "now": "an object" }, "in": "a text" });
    assert_eq!(
        change(&emulator, &response, third),
        json!({ "keep": { "now": "an object" }, "over": "2", "in": "a text" })
    );
}

#[test]
fn four_kilobytes_are_the_limit() {
    // {"a":"…"} has eight bytes beside the text.
    let sized = |size: usize| claims(json!({ "a": "x".repeat(size - 8) }));
    let emulator = created();
    let large = with(login(&emulator), sized(4097));
    refuse(
        &emulator,
        AUTHENTICATE,
        &large,
        400,
        "custom_claims_too_large",
    );
    accept(
        &emulator,
        AUTHENTICATE,
        &with(login(&emulator), sized(4096)),
    );
}

#[test]
fn reserved_claims_are_ignored() {
    let emulator = created();
    let given = json!({
        "iss": "x", "sub": "x", "aud": "x", "exp": 1, "nbf": 1, "iat": 1, "jti": "x",
        "https://stytch.com/session": {}, "https://stytch.com/other": 1, "mine": 1,
    });
    let response = accept(
        &emulator,
        AUTHENTICATE,
        &with(login(&emulator), claims(given)),
    );
    assert_eq!(
        response["member_session"]["custom_claims"],
        json!({ "mine": 1 })
    );
    assert_eq!(jwt_claims(&response)["sub"], emulator.member_id());
}

#[test]
fn a_setting_refuses_reserved_claims() {
    let emulator = created();
    emulator.set(|settings| settings.claims.reserved = ReservedClaims::Refuse);
    for (name, kind) in [
        ("jti", "reserved_claims_in_custom_claims"),
        ("https://stytch.com/x", "stytch_claims_in_custom_claims"),
    ] {
        let body = with(login(&emulator), claims(json!({ name: 1 })));
        refuse(&emulator, AUTHENTICATE, &body, 400, kind);
    }
}

#[test]
fn claims_must_be_an_object() {
    let emulator = created();
    for wrong in [json!([]), json!("x"), json!(1)] {
        let body = with(login(&emulator), claims(wrong));
        refuse(&emulator, AUTHENTICATE, &body, 400, "invalid_argument");
    }
    assert_eq!(
        post(
            &emulator,
            AUTHENTICATE,
            &with(login(&emulator), claims(Value::Null))
        )
        .0,
        200
    );
}

#[test]
fn a_setting_changes_the_limit() {
    let emulator = created();
    emulator.set(|settings| settings.claims.max_bytes = 9);
    let sized = |text: &str| with(login(&emulator), claims(json!({ "a": text })));
    let kind = "custom_claims_too_large";
    refuse(&emulator, AUTHENTICATE, &sized("xx"), 400, kind);
    accept(&emulator, AUTHENTICATE, &sized("x"));
}

#[test]
fn a_setting_makes_the_limit_count_characters() {
    let given = || claims(json!({ "k": "é".repeat(3_000) }));
    let emulator = created();
    let body = with(login(&emulator), given());
    refuse(
        &emulator,
        AUTHENTICATE,
        &body,
        400,
        "custom_claims_too_large",
    );
    emulator.set(|settings| settings.claims.count_characters = true);
    accept(&emulator, AUTHENTICATE, &with(login(&emulator), given()));
}
