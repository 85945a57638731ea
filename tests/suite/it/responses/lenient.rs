//! Tests of values that are tolerated, and of parts that are set aside.

use serde_json::json;
use totps_core::{
    AuthenticationFactorType as Type, DeviceInfo, EmailFactor, Factor, Member, MemberSession,
    MemberStatus, Organization,
};

use super::{Seen, authenticate, authenticated_with, encoded_again, model, time};

#[test]
fn an_empty_object_is_the_default_of_every_part() {
    let authenticated = authenticate(
        r#"{"member_id": "m", "member": {}, "organization": {}, "member_session": {}, "member_device": {}}"#,
    );
    let member = authenticated.member.unwrap();
    assert_eq!(member, Member::default());
    assert_eq!(
        (&*member.name, member.status, member.is_locked),
        ("", None, None)
    );
    assert_eq!(member.roles, []);
    let organization = authenticated.organization.unwrap();
    assert_eq!(organization, Organization::default());
    assert_eq!(organization.mfa_policy, None);
    let session = authenticated.member_session.unwrap();
    assert_eq!(session, MemberSession::default());
    assert_eq!((session.expires_at, session.custom_claims), (None, None));
    assert_eq!(authenticated.member_device, Some(DeviceInfo::default()));
}

#[test]
fn parts_that_are_missing_null_or_an_empty_list_are_none() {
    for part in ["member", "organization", "member_session", "member_device"] {
        for raw in ["null", "[]"] {
            let authenticated = authenticate(authenticated_with(part, raw));
            assert!(authenticated.undecoded().is_empty(), "{part}: {raw}");
            let seen = Seen::from(authenticated);
            assert_eq!(seen.parts[part], None, "{part}: {raw}");
            assert_eq!(seen.texts["session_token"], "TOKEN", "{part}: {raw}");
        }
    }
    let seen = Seen::from(authenticate(r#"{"member_id": "m"}"#));
    assert!(seen.parts.values().all(Option::is_none), "{:?}", seen.parts);
}

#[test]
fn tokens_that_are_missing_null_or_empty_are_none() {
    for body in [
        r#"{"member_id": "m"}"#,
        r#"{"member_id": "m", "session_token": null, "session_jwt": null}"#,
        r#"{"member_id": "m", "session_token": "", "session_jwt": ""}"#,
    ] {
        let authenticated = authenticate(body);
        assert!(authenticated.session_token.is_none(), "{body}");
        assert!(authenticated.session_jwt.is_none(), "{body}");
        assert!(authenticated.undecoded().is_empty(), "{body}");
    }
}

#[test]
fn tokens_of_another_kind_are_set_aside() {
    for field in ["session_token", "session_jwt"] {
        for raw in [
            "5",
            "true",
            "[]",
            "{}",
            r#"["TOKEN"]"#,
            r#"{"token": "TOKEN"}"#,
        ] {
            let body =
                format!(r#"{{"member_id": "m", "{field}": {raw}, "member": {{"name": "N"}}}}"#);
            let authenticated = authenticate(&body);
            let [part] = authenticated.undecoded() else {
                panic!("{field}: {raw} must be set aside: {authenticated:?}")
            };
            assert_eq!((part.name(), part.json()), (field, raw));
            assert_eq!(authenticated.member_id, "m", "{field}: {raw}");
            assert_eq!(authenticated.member.unwrap().name, "N", "{field}: {raw}");
        }
    }
}

#[test]
fn unreadable_parts_are_set_aside() {
    for (part, raw) in [
        ("member", "5"),
        ("member", r#""text""#),
        ("member", "[1]"),
        ("member", r#"{ "name" : 5 , "status": "active" }"#),
        ("member", r#"{"roles": {}}"#),
        ("organization", "true"),
        ("organization", r#"{"mfa_policy": 5}"#),
        ("organization", r#"{"created_at": 1777135029}"#),
        (
            "member_session",
            r#"{"authentication_factors": [{"email_factor": 5}]}"#,
        ),
        ("member_session", r#"{"custom_claims": "text"}"#),
        ("member_session", r#"{"roles": [5]}"#),
        ("member_device", r#"{"visitor_id_details": [5]}"#),
        ("member_device", r#"{"visitor_id": "a", "visitor_id": "b"}"#),
        ("request_id", "5"),
    ] {
        let other = if part == "organization" {
            "member"
        } else {
            "organization"
        };
        let body = authenticated_with(part, &format!(r#"{raw}, "{other}": {{}}"#));
        let authenticated = authenticate(&body);
        let [set_aside] = authenticated.undecoded() else {
            panic!("{part}: {raw} must be set aside: {authenticated:?}")
        };
        assert_eq!((set_aside.name(), set_aside.json()), (part, raw));
        let shown = format!("{set_aside:?}");
        assert!(shown.contains(part) && !shown.contains(raw), "{shown}");
        let seen = Seen::from(authenticated);
        assert_eq!(seen.texts["session_token"], "TOKEN", "{part}: {raw}");
        assert_eq!(seen.texts["session_jwt"], "JWT", "{part}: {raw}");
        if let Some(read) = seen.parts.get(part) {
            assert_eq!(read, &None, "{part}: {raw}");
        }
        assert!(
            seen.parts[other].is_some(),
            "{part}: {raw} must not lose {other}"
        );
    }
}

#[test]
fn several_parts_can_be_set_aside() {
    let authenticated = authenticate(
        r#"{"member": 1, "session_token": "TOKEN", "organization": 2, "member_session": 3,
            "member_device": 4, "request_id": 5, "session_jwt": 6, "member_id": "m"}"#,
    );
    let seen = Seen::from(authenticated);
    let expected = [
        ("member", "1"),
        ("organization", "2"),
        ("member_session", "3"),
        ("member_device", "4"),
        ("request_id", "5"),
        ("session_jwt", "6"),
    ];
    assert_eq!(
        seen.undecoded,
        expected.map(|(name, json)| (name, json.into())).into()
    );
    assert_eq!(seen.texts["session_token"], "TOKEN");
}

#[test]
fn unknown_values_of_enums_are_kept_as_text() {
    let authenticated = authenticate(authenticated_with(
        "member_session",
        r#"{"authentication_factors": [{"type": "telepathy", "delivery_method": "Brain Waves!"}]}"#,
    ));
    let session = authenticated.member_session.unwrap();
    let [factor] = &session.authentication_factors[..] else {
        panic!("expected one factor: {session:?}")
    };
    let (Some(r#type), Some(method)) = (&factor.r#type, &factor.delivery_method) else {
        panic!("expected a type and a delivery method: {factor:?}")
    };
    assert!(matches!(r#type, Type::Unknown(_)), "{type:?}");
    assert_eq!(
        (r#type.as_str(), method.as_str()),
        ("telepathy", "Brain Waves!")
    );
    assert_eq!(encoded_again(&session), session);

    let authenticated = authenticate(authenticated_with(
        "member",
        r#"{"status": "ACTIVE", "default_mfa_method": ""}"#,
    ));
    let member = authenticated.member.unwrap();
    assert!(
        matches!(member.status, Some(MemberStatus::Unknown(_))),
        "case matters"
    );
    assert_eq!(member.default_mfa_method, None, "an empty value is unset");
}

#[test]
fn bad_timestamps_are_kept_as_text() {
    for text in ["", "soon", "2026-02-30T00:00:00Z", "1777135029"] {
        let raw = json!({"expires_at": text}).to_string();
        let authenticated = authenticate(authenticated_with("member_session", &raw));
        let session = authenticated.member_session.unwrap();
        assert_eq!(session.expires_at, time(text), "{text:?}");
        assert_eq!(encoded_again(&session), session, "{text:?}");
    }
}

#[test]
fn an_empty_list_in_place_of_an_object_is_unset() {
    for field in [
        "scim_registration",
        "trusted_metadata",
        "untrusted_metadata",
    ] {
        let raw = format!(r#"{{"name": "N", "{field}": []}}"#);
        let authenticated = authenticate(authenticated_with("member", &raw));
        assert!(authenticated.undecoded().is_empty(), "{field}");
        assert_eq!(
            authenticated.member,
            Some(model!(Member { name: "N".into() })),
            "{field}"
        );
    }
}

/// Returns the factor of a session with one authentication factor, given as raw JSON.
fn read_factor(raw: &str) -> Option<Factor> {
    let raw = format!(r#"{{"authentication_factors": [{raw}]}}"#);
    let authenticated = authenticate(authenticated_with("member_session", &raw));
    assert!(authenticated.undecoded().is_empty(), "{raw}");
    let mut session = authenticated.member_session.unwrap();
    assert_eq!(encoded_again(&session), session, "{raw}: decode(encode(x))");
    session.authentication_factors.pop().unwrap().factor
}

#[test]
fn the_first_known_factor_object_is_read() {
    let email = |id: &str| {
        Some(Factor::Email(model!(EmailFactor {
            email_id: id.into()
        })))
    };
    for (raw, expected) in [
        (r#"{"email_factor": {"email_id": "1"}}"#, email("1")),
        (
            r#"{"email_factor": {"email_id": "1"}, "phone_number_factor": {"phone_id": "2"}}"#,
            email("1"),
        ),
        (
            r#"{"new_factor": {"id": "0"}, "email_factor": {"email_id": "1"}, "webauthn_factor": {}}"#,
            email("1"),
        ),
        (
            r#"{"phone_number_factor": null, "webauthn_factor": [], "email_factor": {"email_id": "1"}}"#,
            email("1"),
        ),
        (r#"{"email_factor": {}}"#, email("")),
        (r#"{"email_factor": null, "phone_number_factor": []}"#, None),
        (r#"{"sequence_order": "PRIMARY"}"#, None),
        (r#"{"new_factor": null}"#, None),
    ] {
        assert_eq!(read_factor(raw), expected, "{raw}");
    }
}

#[test]
fn the_first_unknown_factor_is_kept() {
    match read_factor(r#"{"b_factor": null, "a_factor": {"id": "1"}, "c_factor": {"id": "2"}}"#) {
        Some(Factor::Unknown(unknown)) => assert_eq!(unknown.name(), "a_factor"),
        other => panic!("expected an unknown factor: {other:?}"),
    }
}

#[test]
fn unknown_factors_are_kept() {
    for (name, json) in [
        (
            "retina_factor",
            json!({"retina_id": "1", "nested": [{"deep": null}]}),
        ),
        ("myspace_oauth_factor", json!({"id": "1"})),
        ("google_oauth_token_factor", json!({"id": "1"})),
        ("_factor", json!("text")),
        ("empty_factor", json!([])),
    ] {
        let raw = json!({"type": "totp", name: json, "x_factor_y": 1}).to_string();
        match read_factor(&raw) {
            Some(Factor::Unknown(unknown)) => {
                assert_eq!((unknown.name(), unknown.json()), (name, &json));
            }
            other => panic!("{raw} must be an unknown factor: {other:?}"),
        }
    }
}
