//! Any request gets a response in JSON, and the next call works.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use totps_emulator::ENDPOINTS;

use crate::client::{accept, ask_control, call};
use crate::scenes::{created, ids, with};

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
fn arbitrary_json_gets_a_response() {
    let emulator = created();
    emulator.set(|settings| settings.lock.count_totp_failures = false);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let fields: Vec<&str> = ENDPOINTS
        .iter()
        .flat_map(|it| it.fields())
        .copied()
        .collect();
    let rounds = 100 * ENDPOINTS.len();
    for round in 0..rounds {
        let endpoint = ENDPOINTS[round % ENDPOINTS.len()];
        let mut body = ids(&emulator);
        for _ in 0..random.next_u32() % 6 {
            let name = fields[random.next_u32() as usize % fields.len()];
            body = with(body, json!({ name: value(&mut random, 3) }));
        }
        let ids = [
            emulator.organization_id(),
            emulator.member_id(),
            "%00",
            "..",
            "a%2Fb",
        ];
        let mut id = || ids[random.next_u32() as usize % ids.len()];
        let path = endpoint.path().replace("{organization_id}", id());
        let path = path.replace("{member_id}", id());
        let path = format!("{}?{}={}", path.replace("{project_id}", id()), id(), id());
        let method = endpoint.method().as_str();
        let (status, response) = call(&emulator, method, &path, body.to_string());
        assert!((200..500).contains(&status), "{status} {response}");
        assert_eq!(response["status_code"], status, "{response}");
    }
    let recorded = emulator.requests();
    assert_eq!(recorded.len(), rounds + 1);
    assert!(recorded.iter().all(|request| request.endpoint.is_some()));
}

#[test]
fn arbitrary_control_requests_get_a_response() {
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
        let (status, response) = ask_control(&emulator, method, paths[round % paths.len()], &body);
        assert!([200, 400, 404].contains(&status), "{status} {response}");
    }
    accept(&emulator, "/v1/b2b/totp", &ids(&emulator));
}
