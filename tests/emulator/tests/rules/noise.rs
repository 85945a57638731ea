//! Whatever comes in, there is an answer in JSON, and the next call works.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::client::{
    AUTHENTICATE, CREATE, MIGRATE, RECOVER, accept, ask_control, call, created, ids, with,
};

const FIELDS: [&str; 14] = [
    "organization_id",
    "member_id",
    "code",
    "secret",
    "recovery_code",
    "recovery_codes",
    "expiration_minutes",
    "intermediate_session_token",
    "session_token",
    "session_jwt",
    "session_duration_minutes",
    "session_custom_claims",
    "set_mfa_enrollment",
    "authorization_check",
];

fn value(random: &mut ChaCha8Rng, depth: u32) -> Value {
    let kinds = if depth == 0 { 6 } else { 8 };
    match random.next_u32() % kinds {
        0 => Value::Null,
        1 => json!(random.next_u32() % 2 == 0),
        2 => json!(random.next_u64() as i64),
        3 => json!(f64::from(random.next_u32()) / 7.0),
        4 => json!(["", "\u{0}", "🦀", "123456", "aaaa-bbbb-cccc"][random.next_u32() as usize % 5]),
        5 => json!("A".repeat(random.next_u32() as usize % 3000)),
        6 => (0..random.next_u32() % 4)
            .map(|_| value(random, depth - 1))
            .collect(),
        _ => {
            let names = ["iss", "a", "", "https://stytch.com/x"];
            let names = names.iter().take(random.next_u32() as usize % 5);
            let object = names.map(|name| ((*name).to_owned(), value(random, depth - 1)));
            Value::Object(object.collect())
        }
    }
}

#[test]
fn arbitrary_json_is_answered() {
    let emulator = created();
    emulator.change_settings(|settings| settings.failures_lock = false);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let paths = [
        CREATE,
        AUTHENTICATE,
        MIGRATE,
        RECOVER,
        "/v1/b2b/recovery_codes/rotate",
        "/v1/b2b/sessions/authenticate",
    ];
    for round in 0..600 {
        let mut body = ids(&emulator);
        for _ in 0..random.next_u32() % 6 {
            let name = FIELDS[random.next_u32() as usize % FIELDS.len()];
            body = with(body, json!({ name: value(&mut random, 3) }));
        }
        let path = paths[round % paths.len()];
        let (status, answer) = call(&emulator, "POST", path, body.to_string());
        assert!((200..500).contains(&status), "{status} {answer}");
        assert_eq!(answer["status_code"], status, "{answer}");
    }
    assert_eq!(emulator.requests().len(), 601);
}

#[test]
fn arbitrary_control_is_answered() {
    let emulator = created();
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let paths = [
        "/clock",
        "/organizations",
        "/members",
        "/sessions",
        "/faults",
        "/settings",
    ];
    for round in 0..300 {
        let body = json!({
            "members": value(&mut random, 2),
            "now": value(&mut random, 1),
            "success_status": value(&mut random, 0),
        });
        let method = if round % 7 == 0 { "PATCH" } else { "POST" };
        let (status, answer) = ask_control(&emulator, method, paths[round % paths.len()], &body);
        assert!([200, 400, 404].contains(&status), "{status} {answer}");
    }
    accept(&emulator, "/v1/b2b/totp", &ids(&emulator));
}
