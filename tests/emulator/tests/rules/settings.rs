//! Settings that no other file tests.

use std::time::Duration;

use serde_json::{Value, json};
use totps_emulator::{Algorithm, Emulator, ErrorAnswer, ReplayScope, Situation};
use ureq::http::Request;

use crate::client::{
    AUTHENTICATE, CREATE, MIGRATE, accept, assert_error, authenticated, call, created, fixed, ids,
    login, refuse, send, start_of_time, with, with_session, wrong_code,
};

#[test]
fn errors_can_be_answered_otherwise() {
    let emulator = created();
    emulator.change_settings(|settings| {
        let answer = ErrorAnswer::new(418, "teapot", "Short and stout.");
        settings.errors.insert(Situation::WrongCode, answer);
    });
    let body = with(login(&emulator), json!({ "code": wrong_code(&emulator) }));
    let (status, answer) = crate::client::post(&emulator, AUTHENTICATE, &body);
    assert_error(status, &answer, 418, "teapot");
    assert_eq!(answer["error_message"], "Short and stout.");
}

#[test]
fn success_may_have_another_status_and_headers() {
    let emulator = fixed()
        .settings(|settings| {
            settings.success_status = 201;
            settings
                .response_headers
                .insert("x-test".to_owned(), "yes".to_owned());
        })
        .start()
        .unwrap();
    let (status, answer) = crate::client::post(&emulator, CREATE, &ids(&emulator));
    assert_eq!((status, &answer["status_code"]), (201, &json!(201)));
    let response = ureq::get(format!(
        "{}/v1/b2b/sessions/jwks/{}",
        emulator.base_url(),
        emulator.project_id()
    ))
    .call()
    .unwrap();
    assert_eq!(response.headers()["x-test"], "yes");
}

#[test]
fn strange_bodies_are_accepted_or_refused() {
    let emulator = fixed().start().unwrap();
    let member = emulator.member_id();
    let unknown = with(ids(&emulator), json!({ "color": "red" })).to_string();
    let twice = with(ids(&emulator), json!({ "member_id": "x" })).to_string();
    let twice = twice.replace("\"x\"", &format!("\"x\",\"member_id\":\"{member}\""));
    let post = |body: &String| call(&emulator, "POST", CREATE, body.clone());
    assert_eq!(post(&unknown).0, 200);
    assert_eq!(post(&twice).0, 200);
    emulator.change_settings(|settings| settings.refuse_unknown_fields = true);
    let (status, answer) = post(&unknown);
    assert_error(status, &answer, 400, "bad_request");
    emulator.change_settings(|settings| settings.refuse_duplicate_keys = true);
    let (status, answer) = post(&twice);
    assert_error(status, &answer, 400, "bad_request");
}

#[test]
fn other_content_types_are_accepted_or_refused() {
    let emulator = fixed().start().unwrap();
    let post = |content_type: &str| {
        let request = Request::builder()
            .method("POST")
            .uri(format!("{}{CREATE}", emulator.base_url()))
            .header(
                "Authorization",
                crate::client::basic(emulator.project_id(), emulator.secret()),
            )
            .header("Content-Type", content_type);
        send(request.body(ids(&emulator).to_string()).unwrap())
    };
    assert_eq!(post("text/plain").0, 200);
    emulator.change_settings(|settings| settings.require_json_content_type = true);
    assert_eq!(post("application/json; charset=utf-8").0, 200);
    let (status, answer) = post("text/plain");
    assert_error(status, &answer, 400, "bad_request");
}

#[test]
fn the_algorithm_of_the_codes() {
    let emulator = fixed().start().unwrap();
    let secret = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";
    accept(
        &emulator,
        MIGRATE,
        &with(ids(&emulator), json!({ "secret": secret })),
    );
    let code = || emulator.code(emulator.member_id()).unwrap();
    let sha1 = code();
    for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
        emulator.change_settings(|settings| settings.totp_algorithm = algorithm);
        assert_ne!(code(), sha1);
    }
    accept(&emulator, AUTHENTICATE, &login(&emulator));
}

#[test]
fn the_window_of_the_codes() {
    let emulator = created();
    emulator.change_settings(|settings| settings.code_window_steps = 0);
    let late = login(&emulator);
    emulator.advance(Duration::from_secs(30));
    refuse(
        &emulator,
        AUTHENTICATE,
        &late,
        401,
        "unable_to_authenticate_totp",
    );
    emulator.change_settings(|settings| settings.code_window_steps = 3);
    emulator.advance(Duration::from_secs(60));
    accept(&emulator, AUTHENTICATE, &late);
}

#[test]
fn older_steps_count_as_replayed_by_a_setting() {
    for (scope, accepted) in [
        (ReplayScope::AcceptedCodes, true),
        (ReplayScope::OlderSteps, false),
    ] {
        let (emulator, answer) =
            authenticated(fixed().settings(|settings| settings.replay_scope = scope));
        let older = with_session(&emulator, &answer);
        emulator.advance(Duration::from_secs(30));
        accept(&emulator, AUTHENTICATE, &with_session(&emulator, &answer));
        if accepted {
            accept(&emulator, AUTHENTICATE, &older);
        } else {
            refuse(
                &emulator,
                AUTHENTICATE,
                &older,
                401,
                "totp_code_already_authenticated",
            );
        }
    }
}

#[test]
fn pending_registrations_may_be_shown() {
    let emulator = created();
    emulator.change_settings(|settings| settings.pending_registration_shown = true);
    let answer = accept(&emulator, CREATE, &ids(&emulator));
    assert_eq!(
        answer["member"]["totp_registration_id"],
        answer["totp_registration_id"]
    );
}

#[test]
fn inactive_members_may_enroll_by_a_setting() {
    let emulator = fixed()
        .member(|member| member.status = totps_emulator::MemberStatus::Pending)
        .settings(|settings| settings.inactive_members_may_enroll = true)
        .start()
        .unwrap();
    assert_eq!(
        accept(&emulator, CREATE, &ids(&emulator))["member"]["status"],
        "pending"
    );
}

#[test]
fn create_may_use_up_the_intermediate_session() {
    let create = |emulator: &Emulator| {
        let token = emulator.intermediate_session_token();
        with(
            ids(emulator),
            json!({ "intermediate_session_token": token }),
        )
    };
    let emulator = fixed().start().unwrap();
    accept(&emulator, CREATE, &create(&emulator));
    accept(&emulator, AUTHENTICATE, &login(&emulator));

    let emulator = fixed().start().unwrap();
    emulator.change_settings(|settings| settings.create_consumes_intermediate_session = true);
    accept(&emulator, CREATE, &create(&emulator));
    refuse(
        &emulator,
        AUTHENTICATE,
        &login(&emulator),
        404,
        "intermediate_session_not_found",
    );
}

#[test]
fn a_migrated_totp_may_wait_for_its_first_code() {
    let emulator = fixed().start().unwrap();
    emulator.change_settings(|settings| settings.migrate_is_active = false);
    let migrate = with(
        ids(&emulator),
        json!({ "secret": "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS" }),
    );
    assert_eq!(
        accept(&emulator, MIGRATE, &migrate)["member"]["totp_registration_id"],
        ""
    );
    accept(&emulator, AUTHENTICATE, &login(&emulator));
}

#[test]
fn secrets_of_other_forms_are_accepted_or_refused() {
    let migrate = |emulator: &Emulator, secret: &str| {
        let body = with(ids(emulator), json!({ "secret": secret }));
        crate::client::post(emulator, MIGRATE, &body).0
    };
    let written = "btgn x5rk jrmq wqfr qktg 34jc f6xd rhzs";
    assert_eq!(migrate(&fixed().start().unwrap(), written), 200);
    let emulator = fixed().start().unwrap();
    emulator.change_settings(|settings| {
        settings.migrate_secret_lenient = false;
        settings.migrate_secret_min_bytes = 1;
        settings.migrate_secret_max_bytes = 5;
    });
    assert_eq!(migrate(&emulator, written), 400);
    assert_eq!(migrate(&emulator, "BTGNX5RKJRMQWQFR"), 400);
    assert_eq!(migrate(&emulator, "BTGNX5RK"), 200);
}

#[test]
fn zero_minutes_may_mean_the_default() {
    let emulator = fixed().start().unwrap();
    emulator.change_settings(|settings| settings.zero_expiration_is_default = true);
    let create = with(ids(&emulator), json!({ "expiration_minutes": 0 }));
    accept(&emulator, CREATE, &create);
    assert_eq!(emulator.now(), start_of_time());
}

#[test]
fn the_qr_code_may_have_another_issuer_and_size() {
    let emulator = fixed().start().unwrap();
    emulator.change_settings(|settings| {
        settings.qr_issuer = Some("Acme: Ltd".to_owned());
        settings.qr_pixels = 10;
    });
    let (side, text) = crate::create::scan(&accept(&emulator, CREATE, &ids(&emulator)));
    assert!(side > 10, "the code does not fit into ten pixels");
    assert!(text.contains("issuer=Acme%3A%20Ltd"), "{text}");
}

#[test]
fn a_telemetry_id_shows_the_device() {
    let (emulator, answer) = authenticated(fixed());
    let mut devices = Vec::new();
    for telemetry_id in ["one", "one", "two"] {
        let body = with(
            with_session(&emulator, &answer),
            json!({ "telemetry_id": telemetry_id }),
        );
        devices.push(accept(&emulator, AUTHENTICATE, &body)["member_device"].clone());
        emulator.advance(crate::client::STEP);
    }
    let details = |index: usize| devices[index]["visitor_id_details"].clone();
    assert_eq!(devices[0]["ip_address"], "127.0.0.1");
    assert_eq!(devices[0]["ip_geo_country"], Value::Null);
    assert_eq!(details(0)["is_new"], true);
    assert_eq!(details(1)["is_new"], false);
    assert_eq!(details(1)["first_seen_at"], details(0)["first_seen_at"]);
    assert_ne!(details(1)["last_seen_at"], details(0)["last_seen_at"]);
    assert_eq!(devices[1]["visitor_id"], devices[0]["visitor_id"]);
    assert_ne!(devices[2]["visitor_id"], devices[0]["visitor_id"]);
}
