//! Rules that concern the library only.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use totps_emulator::{Builder, Config, Emulator, Factor, Fault, MemberStatus, StartError};
use ureq::http::Request;

use crate::client::{Run as _, accept, refuse, start};
use crate::scenes::{CREATE, SESSION, fixed, ids, start_of_time};

#[test]
fn the_emulator_can_be_used_inside_a_change_of_settings() {
    let emulator = fixed().run();
    let change = emulator.change_settings(|settings| {
        assert_eq!(emulator.now(), start_of_time());
        settings.totp.qr_issuer = Some(emulator.member_id().to_owned());
    });
    change.unwrap();
    assert_eq!(
        emulator.settings().totp.qr_issuer.as_deref(),
        Some(emulator.member_id())
    );
    let change = emulator.change_settings(|settings| {
        settings.totp.qr_issuer = None;
        settings.http.success_status = 7;
    });
    assert_eq!(change.unwrap_err().path(), "http.success_status");
    assert!(
        emulator.settings().totp.qr_issuer.is_some(),
        "expected an invalid change to change no setting"
    );
}

#[test]
fn the_clock_can_be_set_stopped_and_switched_to_real_time() {
    let emulator = start();
    emulator.set_clock(start_of_time());
    assert_eq!(emulator.now(), start_of_time());
    emulator.advance(Duration::from_secs(7));
    assert_eq!(emulator.now(), start_of_time() + Duration::from_secs(7));
    emulator.use_real_clock();
    assert!(emulator.now() > start_of_time() + Duration::from_secs(1_000_000));
    emulator.stop_clock();
    assert_eq!(emulator.now(), emulator.now());
}

#[test]
fn a_reset_goes_back_to_the_start() {
    let emulator = fixed().run();
    let secret = accept(&emulator, CREATE, &ids(&emulator))["secret"].clone();
    emulator.set(|settings| settings.http.success_status = 201);
    emulator.add_fault(5, Fault::reset());
    emulator.advance(Duration::from_secs(7));
    emulator.reset().unwrap();
    assert_eq!(emulator.now(), start_of_time());
    assert_eq!(emulator.code(emulator.member_id()), None);
    assert_eq!(accept(&emulator, CREATE, &ids(&emulator))["secret"], secret);
}

#[test]
fn faults_can_be_cleared() {
    let emulator = fixed().run();
    emulator.add_fault(5, Fault::reset());
    assert_eq!(emulator.faults(), [(5, Fault::reset())]);
    emulator.clear_faults();
    assert!(emulator.faults().is_empty());
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn each_request_is_logged_with_its_fault() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let teller = Arc::clone(&told);
    let emulator = fixed()
        .log(move |entry| teller.lock().unwrap().push(entry.clone()))
        .run();
    emulator.add_fault(1, Fault::response(503).endpoint("totp.create"));
    let _ = emulator.exchange(
        Request::builder()
            .method("POST")
            .uri(CREATE)
            .body(String::new())
            .unwrap(),
    );
    accept(&emulator, CREATE, &ids(&emulator));
    // Requests to the control interface are not logged.
    crate::client::control(&emulator, "GET", "/clock", &json!({}));
    let told = told.lock().unwrap();
    let seen: Vec<_> = told
        .iter()
        .map(|entry| (entry.endpoint, entry.status, entry.fault))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("totp.create"), 503, true),
            (Some("totp.create"), 200, false)
        ]
    );
    assert_eq!(told[1].at, "2023-11-14T22:13:20Z");
    assert!(told[0].to_string().ends_with(" 503 (fault)"), "{}", told[0]);
}

#[test]
fn an_organization_is_created_with_its_members() {
    let emulator = fixed().run();
    let acme = emulator.create_organization(|new| {
        new.organization_slug = Some("acme".to_owned());
        for name in ["jane", "joe"] {
            let mut member = totps_emulator::NewMember::default();
            member.external_id = Some(name.to_owned());
            new.members.push(member);
        }
    });
    let acme = acme.unwrap();
    assert_eq!(acme.organization_slug, "acme");
    assert_eq!(acme.members.len(), 2);
    for (name, member) in ["jane", "joe"].iter().zip(&acme.members) {
        let body = json!({ "organization_id": "acme", "member_id": name });
        let response = accept(&emulator, CREATE, &body);
        assert_eq!(response["member_id"], member.member_id);
        assert_eq!(member.organization_id, acme.organization_id);
    }
}

#[test]
fn a_failed_creation_leaves_nothing_behind() {
    let emulator = fixed().run();
    let create = |secret: &str| {
        emulator.create_organization(|new| {
            new.organization_slug = Some("acme".to_owned());
            for secret in ["BTGNX5RKJRMQWQFR", secret] {
                let mut member = totps_emulator::NewMember::default();
                member.totp_secret = Some(secret.to_owned());
                new.members.push(member);
            }
        })
    };
    let error = create("1").unwrap_err();
    assert_eq!(error.path(), "members[1].totp_secret");
    // The slug is free, and the failed call used none of the seed's values.
    let created = create("BTGNX5RKJRMQWQFR").unwrap();
    let other = fixed().run();
    let same = other.create_organization(|_| {}).unwrap();
    assert_eq!(created.organization_id, same.organization_id);
}

#[test]
fn a_deleted_member_is_not_found() {
    let emulator = fixed()
        .member(|member| member.external_id = Some("jane".to_owned()))
        .member(|member| {
            member.external_id = Some("gone".to_owned());
            member.status = MemberStatus::Deleted;
        })
        .run();
    let body = json!({ "organization_id": emulator.organization_id(), "member_id": "gone" });
    refuse(&emulator, CREATE, &body, 404, "member_not_found");
    assert_eq!(emulator.code("gone"), None);
    let error = emulator
        .create_session("gone", &[Factor::MagicLink])
        .unwrap_err();
    assert_eq!(error.path(), "member_id");
    // The external id can be used again.
    emulator
        .create_member(emulator.organization_id(), |new| {
            new.external_id = Some("gone".to_owned())
        })
        .unwrap();
    accept(&emulator, CREATE, &body);
}

#[test]
fn suspension_and_the_rate_limit_apply_to_sessions_too() {
    let emulator = fixed().run();
    let session = emulator
        .create_session(emulator.member_id(), &[Factor::MagicLink])
        .unwrap();
    let body = json!({ "session_token": session.session_token });
    emulator.set(|settings| settings.rate_limit.calls_per_hour = Some(1));
    accept(&emulator, SESSION, &body);
    refuse(&emulator, SESSION, &body, 429, "too_many_requests");

    let suspended = fixed().organization(|new| new.suspended = true).run();
    let session = suspended
        .create_session(suspended.member_id(), &[Factor::MagicLink])
        .unwrap();
    let body = json!({ "session_token": session.session_token });
    refuse(&suspended, SESSION, &body, 403, "organization_suspended");
}

#[test]
fn calls_by_slug_and_by_id_count_together_for_the_rate_limit() {
    let emulator = fixed()
        .organization(|new| new.organization_slug = Some("acme".to_owned()))
        .settings(|settings| settings.rate_limit.calls_per_hour = Some(1))
        .run();
    let path = |organization: &str| {
        format!(
            "/v1/b2b/recovery_codes/{organization}/{}",
            emulator.member_id()
        )
    };
    let get =
        |organization| crate::client::call(&emulator, "GET", &path(organization), String::new());
    assert_eq!(get("acme").0, 200);
    assert_eq!(get(emulator.organization_id()).0, 429);
}

#[test]
fn a_start_that_fails_says_why() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Emulator::builder().port(port).start().unwrap_err();
    assert!(matches!(error, StartError::Listen { .. }), "{error:?}");
    let expected = format!("cannot listen on 127.0.0.1:{port}");
    assert_eq!(error.to_string(), expected);
    assert!(std::error::Error::source(&error).is_some());

    let error = Emulator::builder()
        .project("a:b", "secret")
        .start()
        .unwrap_err();
    assert!(error.to_string().contains("project_id"), "{error}");
}

#[test]
fn every_error_of_a_configuration_names_its_place() {
    let organizations =
        |members: serde_json::Value| json!({ "organizations": [{}, { "members": members }] });
    for (config, place) in [
        (json!({ "port": 70_000 }), "port"),
        (json!({ "clock": "yesterday" }), "clock"),
        (json!({ "color": "red" }), "color"),
        (
            json!({ "settings": { "totp": { "qr_pixels": -1 } } }),
            "settings.totp.qr_pixels",
        ),
        (
            json!({ "settings": { "totp": { "qr_pixels": 5000 } } }),
            "settings.totp.qr_pixels",
        ),
        (
            json!({ "settings": { "errors": { "wrong_code": { "status": "x" } } } }),
            "settings.errors.wrong_code.status",
        ),
        (
            json!({ "organizations": [{ "mfa_policy": "NEVER" }] }),
            "organizations[0].mfa_policy",
        ),
        (
            json!({ "organizations": [{ "organization_slug": "a" }, { "organization_slug": "a" }] }),
            "organizations[1].organization_slug",
        ),
        (
            organizations(json!([{}, { "status": 1 }])),
            "organizations[1].members[1].status",
        ),
        (
            organizations(json!([{}, {}, {}, { "totp_secret": "1" }])),
            "organizations[1].members[3].totp_secret",
        ),
        (
            organizations(json!([{ "external_id": "a" }, { "external_id": "a" }])),
            "organizations[1].members[1].external_id",
        ),
        (
            organizations(json!([{ "email_address": "a@b.c" }, { "email_address": "A@B.c" }])),
            "organizations[1].members[1].email_address",
        ),
    ] {
        let error = match Config::from_json(&config.to_string()) {
            Err(error) => error,
            Ok(config) => match Builder::from(config).start() {
                Err(StartError::Config(error)) => error,
                other => panic!("expected an error at {place}, got {other:?}"),
            },
        };
        assert_eq!(error.path(), place, "{error}");
    }
    let error = Config::from_json("{} x").unwrap_err();
    assert!(error.to_string().contains("line 1"), "{error}");
}

#[test]
fn no_error_of_a_configuration_has_the_value() {
    let members = |member: serde_json::Value| json!({ "organizations": [{ "members": [member] }] });
    for (config, expected) in [
        (
            members(json!({ "password": 815_815 })),
            "organizations[0].members[0].password: invalid type, expected a string",
        ),
        (
            members(json!({ "recovery_codes": "815815, expected 1" })),
            "organizations[0].members[0].recovery_codes: invalid type, expected a sequence",
        ),
        (
            members(json!({ "status": "815815" })),
            "organizations[0].members[0].status: unknown variant, expected one of `pending`",
        ),
        (
            json!({ "port": 815_815 }),
            "port: invalid value, expected u16",
        ),
        (
            json!({ "clock": "815815" }),
            "clock: expected a time in RFC 3339 format",
        ),
        (json!("815815"), "invalid type, expected struct Config"),
        (
            json!({ "organizations": [{ "organization_slug": "815815" }, { "organization_id": "815815" }] }),
            "organizations[1].organization_id: another Organization has this name",
        ),
        (
            json!({ "organizations": [{ "members": [{ "email_address": "815815" }, { "email_address": "815815" }] }] }),
            "organizations[0].members[1].email_address: another Member has this name",
        ),
    ] {
        let error = match Config::from_json(&config.to_string()) {
            Err(error) => error,
            Ok(config) => match Builder::from(config).start() {
                Err(StartError::Config(error)) => error,
                other => panic!("expected the error {expected}, got {other:?}"),
            },
        };
        let error = error.to_string();
        assert!(
            error.starts_with(expected),
            "expected {expected}, got {error}"
        );
        assert!(!error.contains("815815"), "{error}");
    }
}

#[test]
#[cfg(feature = "cli")]
fn errors_in_toml_name_their_place_too() {
    for (toml, place, text) in [
        ("port = 1\ncolor = 2", "color", "line 2"),
        (
            "[[organizations]]\n[[organizations.members]]\nstatus = 1",
            "organizations[0].members[0].status",
            "line 3",
        ),
        ("port = ", "", "line 1"),
        (
            "secret = 815815",
            "secret",
            "secret: invalid type, expected a string at line 1",
        ),
    ] {
        let error = Config::from_toml(toml).unwrap_err();
        assert_eq!(error.path(), place, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}
