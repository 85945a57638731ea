//! The lock after consecutive failed attempts, and the rate limit.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::Request;

use crate::client::{Client, accept, post, refuse};
use crate::scenes::{
    AUTHENTICATE, CREATE, RECOVER, STEP, authenticated, created, fixed, ids, ids_of, login, with,
    with_session, wrong_code,
};

const WRONG: &str = "unable_to_authenticate_totp";
const LOCKED: &str = "user_lock_limit_reached";

fn fail(emulator: &Client, times: u32) {
    let body = with(login(emulator), json!({ "code": wrong_code(emulator) }));
    for _ in 0..times {
        refuse(emulator, AUTHENTICATE, &body, 401, WRONG);
    }
}

#[test]
fn the_tenth_failure_locks_for_an_hour() {
    let emulator = created();
    emulator.set(|settings| settings.session.intermediate_minutes = 100);
    let member = emulator.member_id();
    let factors = [totps_emulator::Factor::MagicLink];
    let token = emulator
        .create_intermediate_session(member, &factors)
        .unwrap();
    let login = || {
        with(
            login(&emulator),
            json!({ "intermediate_session_token": token }),
        )
    };
    fail(&emulator, 10);
    refuse(&emulator, AUTHENTICATE, &login(), 429, LOCKED);
    let recover = with(ids(&emulator), json!({ "recovery_code": "aaaa-bbbb-cccc" }));
    refuse(&emulator, RECOVER, &recover, 429, LOCKED);

    let member = accept(&emulator, CREATE, &ids(&emulator))["member"].clone();
    assert_eq!(member["is_locked"], true);
    assert_eq!(member["lock_created_at"], "2023-11-14T22:13:20Z");
    assert_eq!(member["lock_expires_at"], "2023-11-14T23:13:20Z");

    emulator.advance(Duration::from_secs(60 * 60 - 1));
    refuse(&emulator, AUTHENTICATE, &login(), 429, LOCKED);
    emulator.advance(Duration::from_secs(1));
    let member = accept(&emulator, CREATE, &ids(&emulator))["member"].clone();
    assert_eq!(member["is_locked"], false);
    assert_eq!(member["lock_expires_at"], Value::Null);
    accept(&emulator, AUTHENTICATE, &login());
}

#[test]
fn a_success_resets_the_count_of_failures() {
    let emulator = created();
    fail(&emulator, 9);
    let response = accept(&emulator, AUTHENTICATE, &login(&emulator));
    emulator.advance(STEP);
    let session = json!({
        "session_token": response["session_token"],
        "intermediate_session_token": null,
    });
    let wrong = json!({ "code": wrong_code(&emulator) });
    let body = with(with(login(&emulator), session), wrong);
    for _ in 0..9 {
        refuse(&emulator, AUTHENTICATE, &body, 401, WRONG);
    }
    let right = json!({ "code": emulator.code(emulator.member_id()) });
    accept(&emulator, AUTHENTICATE, &with(body, right));
}

#[test]
fn settings_choose_the_number_and_the_time_or_no_lock() {
    let emulator = created();
    emulator.set(|settings| {
        settings.lock.after_failures = 2;
        settings.lock.minutes = 5;
    });
    fail(&emulator, 2);
    refuse(&emulator, AUTHENTICATE, &login(&emulator), 429, LOCKED);
    emulator.advance(Duration::from_secs(5 * 60));
    accept(&emulator, AUTHENTICATE, &login(&emulator));

    let emulator = created();
    emulator.set(|settings| settings.lock.count_totp_failures = false);
    fail(&emulator, 20);
    accept(&emulator, AUTHENTICATE, &login(&emulator));
}

#[test]
fn a_setting_sends_retry_after() {
    let emulator = created();
    emulator.set(|settings| settings.lock.after_failures = 1);
    fail(&emulator, 1);
    assert_eq!(retry_after(&emulator), None);
    emulator.set(|settings| settings.http.send_retry_after = true);
    emulator.advance(Duration::from_secs(100));
    assert_eq!(retry_after(&emulator).as_deref(), Some("3500"));
}

#[test]
fn the_rate_limit_resets_every_hour() {
    let emulator = created();
    emulator.set(|settings| settings.rate_limit.calls_per_hour = Some(2));
    for _ in 0..2 {
        accept(&emulator, CREATE, &ids(&emulator));
    }
    refuse(&emulator, CREATE, &ids(&emulator), 429, "too_many_requests");
    // Another Member and another endpoint have their own limits.
    accept(&emulator, CREATE, &ids_of(&emulator.another_member()));
    assert_eq!(post(&emulator, AUTHENTICATE, &login(&emulator)).0, 200);
    // It is 22:13:20.
    emulator.advance(Duration::from_secs(46 * 60 + 39));
    let other = "/v1/b2b/recovery_codes/rotate";
    accept(&emulator, other, &ids(&emulator));
    refuse(&emulator, CREATE, &ids(&emulator), 429, "too_many_requests");
    emulator.advance(Duration::from_secs(1));
    refuse(
        &emulator,
        CREATE,
        &ids(&emulator),
        400,
        "active_totp_exists",
    );
}

fn retry_after(emulator: &Client) -> Option<String> {
    let request = Request::builder()
        .method("POST")
        .uri(AUTHENTICATE)
        .header("Authorization", emulator.authorization());
    let response = emulator.exchange(request.body(login(emulator).to_string()).unwrap());
    assert_eq!(response.status(), 429);
    let value = response.headers().get("retry-after")?;
    Some(value.to_str().unwrap().to_owned())
}

#[test]
fn a_setting_decides_whether_a_replay_counts() {
    for (counts, status) in [(false, 401), (true, 429)] {
        let (emulator, session) = authenticated(fixed());
        emulator.set(|settings| {
            settings.lock.after_failures = 1;
            settings.lock.count_replays = counts;
        });
        let body = with_session(&emulator, &session);
        accept(&emulator, AUTHENTICATE, &body);
        let kind = "totp_code_already_authenticated";
        refuse(&emulator, AUTHENTICATE, &body, 401, kind);
        assert_eq!(post(&emulator, AUTHENTICATE, &body).0, status);
    }
}

#[test]
fn a_setting_names_the_endpoints_that_refuse_a_locked_member() {
    let emulator = created();
    emulator.set(|settings| settings.lock.after_failures = 1);
    fail(&emulator, 1);
    accept(&emulator, CREATE, &ids(&emulator));
    emulator.set(|settings| settings.lock.refuses = vec!["totp.create".to_owned()]);
    refuse(&emulator, CREATE, &ids(&emulator), 429, LOCKED);
    accept(&emulator, AUTHENTICATE, &login(&emulator));
    let change = emulator.change_settings(|settings| {
        settings.lock.refuses = vec!["totp.delight".to_owned()];
    });
    assert_eq!(change.unwrap_err().path(), "lock.refuses[0]");
}
