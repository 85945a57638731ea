//! Common starting points of tests.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use totps_emulator::{Builder, Emulator, MemberHandle};

use crate::client::{Client, Run as _, accept};

pub(crate) const CREATE: &str = "/v1/b2b/totp";
pub(crate) const AUTHENTICATE: &str = "/v1/b2b/totp/authenticate";
pub(crate) const MIGRATE: &str = "/v1/b2b/totp/migrate";
pub(crate) const ROTATE: &str = "/v1/b2b/recovery_codes/rotate";
pub(crate) const RECOVER: &str = "/v1/b2b/recovery_codes/recover";
pub(crate) const SESSION: &str = "/v1/b2b/sessions/authenticate";
/// A TOTP secret.
pub(crate) const SECRET: &str = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";
/// The time after which the code changes.
pub(crate) const STEP: Duration = Duration::from_secs(30);

/// Adds members to a JSON object.
pub(crate) fn with(mut object: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        panic!("not an object: {more}");
    };
    object.as_object_mut().unwrap().extend(more);
    object
}

/// Returns the ids of the first Member.
pub(crate) fn ids(emulator: &Client) -> Value {
    json!({
        "organization_id": emulator.organization_id(),
        "member_id": emulator.member_id(),
    })
}

/// Returns the ids of another Member.
pub(crate) fn ids_of(member: &MemberHandle) -> Value {
    json!({
        "organization_id": member.organization_id,
        "member_id": member.member_id,
    })
}

/// Returns the ids, the current code and the intermediate session token of the first Member.
pub(crate) fn login(emulator: &Client) -> Value {
    with(
        ids(emulator),
        json!({
            "code": emulator.code(emulator.member_id()),
            "intermediate_session_token": emulator.intermediate_session_token(),
        }),
    )
}

/// Returns a builder with ids, secrets, codes and a clock that are the same in every run.
pub(crate) fn fixed() -> Builder {
    Emulator::builder().seed(1).clock(start_of_time())
}

/// Returns the time at which the clock of [`fixed`] is stopped: 2023-11-14T22:13:20Z.
pub(crate) fn start_of_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// Starts an emulator whose first Member has a pending TOTP.
pub(crate) fn created() -> Client {
    let emulator = fixed().run();
    accept(&emulator, CREATE, &ids(&emulator));
    emulator
}

/// Returns a wrong code. Seed and clock are fixed, so it is not the code of a neighbouring step by
/// chance.
pub(crate) fn wrong_code(emulator: &Client) -> String {
    let right = emulator.code(emulator.member_id()).unwrap();
    let number: u32 = right.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// Starts an emulator whose first Member has an active TOTP, and returns it with the response that
/// activated the TOTP.
pub(crate) fn authenticated(builder: Builder) -> (Client, Value) {
    let emulator = builder.run();
    accept(&emulator, CREATE, &ids(&emulator));
    let response = accept(&emulator, AUTHENTICATE, &login(&emulator));
    emulator.advance(STEP);
    (emulator, response)
}

/// Returns the ids and the current code of the first Member, with a session instead of an
/// intermediate session.
pub(crate) fn with_session(emulator: &Client, response: &Value) -> Value {
    with(
        ids(emulator),
        json!({
            "code": emulator.code(emulator.member_id()),
            "session_token": response["session_token"],
        }),
    )
}
