//! Any request gets a response in JSON, and the next call works.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use totps_emulator::ENDPOINTS;

use crate::client::{accept, ask_control, call, control};
use crate::scenes::{CREATE, SECRET, created, ids, with};

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
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let fields: Vec<&str> = ENDPOINTS
        .iter()
        .flat_map(|it| it.fields())
        .copied()
        .collect();
    let mut past_lookup: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..100 {
        // An earlier round may have deleted the Organization or locked the Member.
        emulator.reset().unwrap();
        accept(&emulator, CREATE, &ids(&emulator));
        for endpoint in ENDPOINTS {
            let mut body = ids(&emulator);
            for _ in 0..random.next_u32() % 6 {
                let name = fields[random.next_u32() as usize % fields.len()];
                body = with(body, json!({ name: value(&mut random, 3) }));
            }
            let mut id = |right: &str| {
                let ids = [right, right, right, "%00", "..", "a%2Fb"];
                ids[random.next_u32() as usize % ids.len()].to_owned()
            };
            let (organization, member) = (emulator.organization_id(), emulator.member_id());
            let path = endpoint.path();
            let path = path.replace("{organization_id}", &id(organization));
            let path = path.replace("{member_id}", &id(member));
            let path = path.replace("{project_id}", &id(emulator.project_id()));
            let path = format!(
                "{path}?organization_id={}&member_id={}",
                id(organization),
                id(member)
            );
            let method = endpoint.method().as_str();
            let (status, response) = call(&emulator, method, &path, body.to_string());
            assert!((200..500).contains(&status), "{status} {response}");
            assert_eq!(response["status_code"], status, "{response}");
            if status != 404 {
                *past_lookup.entry(endpoint.name()).or_default() += 1;
            }
        }
        let recorded = emulator.requests();
        assert_eq!(recorded.len(), 1 + ENDPOINTS.len());
        assert!(recorded.iter().all(|request| request.endpoint.is_some()));
    }
    for endpoint in ENDPOINTS {
        let name = endpoint.name();
        let number = past_lookup.get(name).copied().unwrap_or_default();
        assert!(
            number >= 5,
            "expected at least 5 of 100 calls of {name} to find their target, got {number}"
        );
    }
}

#[test]
fn arbitrary_control_requests_get_a_response() {
    let emulator = created();
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let member = emulator.member_id();
    let session = json!({ "member_id": member, "factors": ["password", "totp"] });
    let routes = [
        ("POST", "/clock", json!({ "advance_seconds": 30 })),
        ("POST", "/clock", json!({ "now": "2026-01-01T00:00:00Z" })),
        (
            "POST",
            "/organizations",
            json!({ "organization_name": "Acme", "members": [{ "name": "Jane" }] }),
        ),
        (
            "POST",
            "/members",
            json!({ "name": "Jane", "totp_secret": SECRET, "mfa_enrolled": true }),
        ),
        ("POST", "/sessions", session.clone()),
        ("POST", "/intermediate_sessions", session),
        (
            "POST",
            "/faults",
            json!({ "fault": "response", "status": 503, "body": "", "times": 2 }),
        ),
        (
            "PATCH",
            "/settings",
            json!({
                "http": { "success_status": 201 },
                "lock": { "minutes": 5 },
                "totp": null,
            }),
        ),
    ];
    for (method, path, valid) in routes {
        let mut statuses = BTreeSet::new();
        for _ in 0..50 {
            let mut body = valid.clone();
            for name in valid.as_object().unwrap().keys() {
                match random.next_u32() % 6 {
                    0 => body[name] = value(&mut random, 2),
                    1 => drop(body.as_object_mut().unwrap().remove(name)),
                    _ => {}
                }
            }
            let (status, response) = ask_control(&emulator, method, path, &body);
            assert!([200, 400, 404].contains(&status), "{status} {response}");
            statuses.insert(status);
        }
        assert!(
            statuses.contains(&200) && statuses.contains(&400),
            "expected {path} to accept some bodies and refuse others, got {statuses:?}"
        );
    }
    control(&emulator, "POST", "/reset", &json!({}));
    accept(&emulator, CREATE, &ids(&emulator));
}
