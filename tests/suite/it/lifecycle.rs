//! Tests of the requests of all endpoints except Create, Authenticate and Migrate: method, URL,
//! headers and body, and parameters that are refused before anything is sent.

use std::sync::Mutex;

use proptest::prelude::*;
use serde_json::{Value, json};
use totps_core::{
    AsyncClient, AuthenticateSessionParams, AuthorizationCheck, Client, DeleteTotpParams, Delivery,
    Error, GetMemberParams, GetRecoveryCodesParams, InvalidParams, Member, MfaMethod, Operation,
    Organization, Project, Reason, RecoverParams, Request, RevokeSessionsParams,
    RotateRecoveryCodesParams, http,
};
use totps_tests::fixtures::fixture;

use crate::requests::any_text;

const ORGANIZATION: &str = "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931";
const MEMBER: &str = "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f";
const SESSION_TOKEN: &str = "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q";
const SESSION: &str = "session-test-fe6c042b-6286-479f-8a4f-b046a6c46509";

fn project() -> Project {
    Project::new("project-test-1", "secret-test-1").unwrap()
}

fn delete() -> DeleteTotpParams {
    DeleteTotpParams::new(ORGANIZATION, MEMBER)
}

fn recover() -> RecoverParams {
    RecoverParams::new(ORGANIZATION, MEMBER, "ckss-2skx-ebow")
}

/// Checks the parts of a request that are not the same in every request.
#[track_caller]
fn assert_request(
    params: &impl Operation,
    method: &str,
    path_and_query: &str,
    rbac: &[(&str, &str)],
    golden: Option<&str>,
) {
    let request = project().request(params).unwrap();
    let what = format!("{method} {path_and_query}");
    assert_eq!(request.method(), method, "{what}");
    assert_eq!(
        request.uri().to_string(),
        format!("https://test.stytch.com{path_and_query}")
    );
    let mut names = vec!["accept", "accept-encoding", "authorization", "user-agent"];
    names.extend(rbac.iter().map(|(name, _)| *name));
    match golden {
        Some(golden) => {
            names.push("content-type");
            assert_eq!(
                request.headers()["content-type"],
                "application/json",
                "{what}"
            );
            let body: Value = serde_json::from_slice(request.body().as_bytes()).unwrap();
            let golden = fixture(&format!("requests/{golden}"));
            assert_eq!(body, golden.value(), "{what}: {}", golden.name);
        }
        None => assert!(request.body().is_empty(), "{what} must have no body"),
    }
    names.sort_unstable();
    let mut sent: Vec<_> = request
        .headers()
        .keys()
        .map(http::HeaderName::as_str)
        .collect();
    sent.sort_unstable();
    assert_eq!(sent, names, "{what}: headers");
    for (name, value) in rbac {
        assert_eq!(request.headers()[*name], value, "{what}");
        assert!(
            request.headers()[*name].is_sensitive(),
            "{what}: {name} must be sensitive"
        );
    }
}

#[test]
fn golden_requests() {
    let path = format!("/v1/b2b/organizations/{ORGANIZATION}/members/{MEMBER}/totp");
    let by_token = ("x-stytch-member-session", SESSION_TOKEN);
    let by_jwt = ("x-stytch-member-sessionjwt", "example_jwt");
    assert_request(&delete(), "DELETE", &path, &[], None);
    let with_token = delete().session_token(SESSION_TOKEN);
    assert_request(&with_token, "DELETE", &path, &[by_token], None);
    let with_jwt = delete().session_jwt("example_jwt");
    assert_request(&with_jwt, "DELETE", &path, &[by_jwt], None);

    let member = |params: &GetMemberParams, query: &str| {
        let path = format!("/v1/b2b/organizations/{ORGANIZATION}/member?{query}");
        assert_request(params, "GET", &path, &[], None);
    };
    let by_id = GetMemberParams::by_id(ORGANIZATION, MEMBER);
    member(&by_id, &format!("member_id={MEMBER}"));
    let by_email = GetMemberParams::by_email(ORGANIZATION, "ada+1@example.com");
    member(&by_email, "email_address=ada%2B1%40example.com");

    let get = GetRecoveryCodesParams::new(ORGANIZATION, MEMBER);
    let path = format!("/v1/b2b/recovery_codes/{ORGANIZATION}/{MEMBER}");
    assert_request(&get, "GET", &path, &[], None);

    let rotate = RotateRecoveryCodesParams::new(ORGANIZATION, MEMBER);
    let path = "/v1/b2b/recovery_codes/rotate";
    assert_request(&rotate, "POST", path, &[], Some("rotate-recovery-codes"));

    let path = "/v1/b2b/recovery_codes/recover";
    assert_request(&recover(), "POST", path, &[], Some("recover-minimal"));
    let claims = fixture("requests/recover-full").value()["session_custom_claims"].take();
    let full = recover()
        .intermediate_session_token("SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4=")
        .session_token(SESSION_TOKEN)
        .session_jwt("example_jwt")
        .session_duration_minutes(527_040)
        .session_custom_claims(claims.as_object().unwrap().clone())
        .telemetry_id("026ac93b-8cdf-4fcb-bfa6-36a31cfecac1");
    assert_request(&full, "POST", path, &[], Some("recover-full"));
    let from = recover().session_claims_from(&claims).unwrap();
    let request = project().request(&from).unwrap();
    let body: Value = serde_json::from_slice(request.body().as_bytes()).unwrap();
    assert_eq!(body["session_custom_claims"], claims);

    let path = "/v1/b2b/sessions/authenticate";
    let token = AuthenticateSessionParams::session_token(SESSION_TOKEN);
    assert_request(
        &token,
        "POST",
        path,
        &[],
        Some("authenticate-session-token"),
    );
    let jwt = AuthenticateSessionParams::session_jwt("example_jwt")
        .session_duration_minutes(527_040)
        .session_claims_from(&claims)
        .unwrap()
        .authorization_check(AuthorizationCheck::new(ORGANIZATION, "documents", "write"));
    assert_request(&jwt, "POST", path, &[], Some("authenticate-session-jwt"));

    let path = "/v1/b2b/sessions/revoke";
    for (params, golden) in [
        (RevokeSessionsParams::session_id(SESSION), "session-id"),
        (
            RevokeSessionsParams::session_token(SESSION_TOKEN),
            "session-token",
        ),
        (
            RevokeSessionsParams::session_jwt("example_jwt"),
            "session-jwt",
        ),
        (RevokeSessionsParams::member_id(MEMBER), "member-id"),
    ] {
        let golden = format!("revoke-sessions-{golden}");
        assert_request(&params, "POST", path, &[], Some(&golden));
        let rbac = params
            .rbac_session_token(SESSION_TOKEN)
            .rbac_session_jwt("example_jwt");
        assert_request(&rbac, "POST", path, &[by_token, by_jwt], Some(&golden));
    }
}

#[test]
fn ids_are_escaped_once() {
    let request = project()
        .request(&DeleteTotpParams::new("a/b", "x|y%7C"))
        .unwrap();
    assert_eq!(
        request.uri().path(),
        "/v1/b2b/organizations/a%2Fb/members/x%7Cy%257C/totp"
    );
    let request = project()
        .request(&GetMemberParams::by_id("ä", "x|y&z=1"))
        .unwrap();
    assert_eq!(
        request.uri(),
        "https://test.stytch.com/v1/b2b/organizations/%C3%A4/member?member_id=x%7Cy%26z%3D1"
    );
    let request = project()
        .request(&GetRecoveryCodesParams::new("a..b", "..."))
        .unwrap();
    assert_eq!(request.uri().path(), "/v1/b2b/recovery_codes/a..b/...");
    // In a body, only the escapes of JSON apply.
    let request = project()
        .request(&RotateRecoveryCodesParams::new("..", "x|y"))
        .unwrap();
    let body: Value = serde_json::from_slice(request.body().as_bytes()).unwrap();
    assert_eq!(body, json!({"organization_id": "..", "member_id": "x|y"}));
}

#[track_caller]
fn refused(params: &impl Operation) -> InvalidParams {
    match project().request(params) {
        Err(Error::InvalidParams(error)) => error,
        other => panic!("expected the parameters to be refused, not {other:?}"),
    }
}

#[test]
fn ids_that_would_change_the_endpoint_are_refused() {
    for id in ["", ".", ".."] {
        for (field, error) in [
            (
                "organization_id",
                refused(&DeleteTotpParams::new(id, MEMBER)),
            ),
            (
                "member_id",
                refused(&DeleteTotpParams::new(ORGANIZATION, id)),
            ),
            (
                "organization_id",
                refused(&GetRecoveryCodesParams::new(id, MEMBER)),
            ),
            (
                "member_id",
                refused(&GetRecoveryCodesParams::new(ORGANIZATION, id)),
            ),
            (
                "organization_id",
                refused(&GetMemberParams::by_id(id, MEMBER)),
            ),
            (
                "organization_id",
                refused(&GetMemberParams::by_email(id, "a@b.c")),
            ),
        ] {
            assert_eq!(error.field(), field, "{id:?}: {error}");
        }
    }
}

#[test]
fn empty_required_fields_are_refused() {
    let check = |organization, resource, action| {
        let check = AuthorizationCheck::new(organization, resource, action);
        refused(&AuthenticateSessionParams::session_token("t").authorization_check(check))
    };
    for (field, error) in [
        (
            "member_id",
            refused(&GetMemberParams::by_id(ORGANIZATION, "")),
        ),
        (
            "email_address",
            refused(&GetMemberParams::by_email(ORGANIZATION, "")),
        ),
        (
            "organization_id",
            refused(&RotateRecoveryCodesParams::new("", MEMBER)),
        ),
        (
            "member_id",
            refused(&RotateRecoveryCodesParams::new(ORGANIZATION, "")),
        ),
        (
            "organization_id",
            refused(&RecoverParams::new("", MEMBER, "code")),
        ),
        (
            "member_id",
            refused(&RecoverParams::new(ORGANIZATION, "", "code")),
        ),
        (
            "recovery_code",
            refused(&RecoverParams::new(ORGANIZATION, MEMBER, "")),
        ),
        (
            "session_token",
            refused(&AuthenticateSessionParams::session_token("")),
        ),
        (
            "session_jwt",
            refused(&AuthenticateSessionParams::session_jwt("")),
        ),
        ("authorization_check.organization_id", check("", "r", "a")),
        ("authorization_check.resource_id", check("o", "", "a")),
        ("authorization_check.action", check("o", "r", "")),
        (
            "member_session_id",
            refused(&RevokeSessionsParams::session_id("")),
        ),
        (
            "session_token",
            refused(&RevokeSessionsParams::session_token("")),
        ),
        (
            "session_jwt",
            refused(&RevokeSessionsParams::session_jwt("")),
        ),
        ("member_id", refused(&RevokeSessionsParams::member_id(""))),
        ("session_token", refused(&delete().session_token(""))),
        ("session_jwt", refused(&delete().session_jwt(""))),
    ] {
        assert_eq!(error.field(), field);
        assert!(error.to_string().contains("must not be empty"), "{error}");
    }
}

#[test]
fn tokens_that_would_change_the_headers_are_refused() {
    for token in ["a\r\nHost: b", "a\nb", "a\0", "é", "\u{7f}"] {
        for (field, error) in [
            ("session_token", refused(&delete().session_token(token))),
            ("session_jwt", refused(&delete().session_jwt(token))),
            (
                "rbac_session_token",
                refused(&RevokeSessionsParams::member_id("m").rbac_session_token(token)),
            ),
            (
                "rbac_session_jwt",
                refused(&RevokeSessionsParams::member_id("m").rbac_session_jwt(token)),
            ),
        ] {
            assert_eq!(error.field(), field, "{token:?}");
            assert!(!error.to_string().contains(token), "{error}");
        }
    }
}

/// Both clients have a method for each endpoint.
#[test]
fn every_method_calls_its_endpoint() {
    fn response(request: &Request) -> http::Response<&'static str> {
        let folder = match (request.method().as_str(), request.uri().path()) {
            ("DELETE", _) => "delete_totp",
            ("GET", path) if path.ends_with("/member") => "get_member",
            ("GET", _) => "get_recovery_codes",
            ("POST", "/v1/b2b/recovery_codes/rotate") => "rotate_recovery_codes",
            ("POST", "/v1/b2b/recovery_codes/recover") => "recover",
            ("POST", "/v1/b2b/sessions/authenticate") => "authenticate_session",
            ("POST", "/v1/b2b/sessions/revoke") => "revoke_sessions",
            (method, path) => panic!("an unknown endpoint: {method} {path}"),
        };
        http::Response::new(fixture(&format!("{folder}/full")).json)
    }
    let paths = Mutex::new(Vec::new());
    let client = Client::new(project(), |request: Request| {
        paths
            .lock()
            .unwrap()
            .push(format!("{} {}", request.method(), request.uri()));
        Ok::<_, std::io::Error>(response(&request))
    });
    let sent = Mutex::new(Vec::new());
    let async_client = AsyncClient::new(project(), |request: Request| {
        sent.lock()
            .unwrap()
            .push(format!("{} {}", request.method(), request.uri()));
        std::future::ready(Ok::<_, std::io::Error>(response(&request)))
    });
    macro_rules! both {
        ($method:ident, $params:expr, $read:ident => $check:expr) => {{
            let params = $params;
            let $read = client.$method(&params).unwrap();
            assert!($check, "{}", stringify!($check));
            let $read = smol::block_on(async_client.$method(&params)).unwrap();
            assert!($check, "{}", stringify!($check));
        }};
    }
    both!(delete_totp, delete(), read => !read.member.as_ref().unwrap().has_totp());
    both!(get_member, GetMemberParams::by_id(ORGANIZATION, MEMBER), read => read.member.has_totp());
    both!(get_recovery_codes, GetRecoveryCodesParams::new(ORGANIZATION, MEMBER),
        read => read.recovery_codes.len() == 10);
    both!(rotate_recovery_codes, RotateRecoveryCodesParams::new(ORGANIZATION, MEMBER),
        read => read.recovery_codes.len() == 10);
    both!(recover, recover(), read => read.recovery_codes_remaining == Some(9));
    both!(authenticate_session, AuthenticateSessionParams::session_token(SESSION_TOKEN),
        read => read.member_id == MEMBER);
    both!(revoke_sessions, RevokeSessionsParams::session_id(SESSION), read => read.status_code == 200);
    let (paths, sent) = (paths.into_inner().unwrap(), sent.into_inner().unwrap());
    assert_eq!(paths.len(), 7);
    assert_eq!(paths, sent, "both clients must send the same");
}

#[test]
fn a_lost_response_is_unknown_for_every_call() {
    let client = Client::new(project(), |_: Request| {
        Err::<http::Response<Vec<u8>>, _>(std::io::Error::other("broken"))
    });
    let get = client.get_recovery_codes(&GetRecoveryCodesParams::new("o", "m"));
    let recover = client.recover(&recover());
    for error in [get.unwrap_err(), recover.unwrap_err()] {
        assert_eq!(error.delivery(), Delivery::Unknown);
        assert_eq!(error.reason(), Reason::Unclear);
    }
}

#[test]
fn members_and_organizations_describe_the_second_factor() {
    let member = |json: Value| serde_json::from_value::<Member>(json).unwrap();
    let organization = |json: Value| serde_json::from_value::<Organization>(json).unwrap();
    for (json, has_totp, has_phone, first) in [
        (json!({}), false, false, None),
        (json!({"totp_registration_id": ""}), false, false, None),
        (
            json!({"totp_registration_id": null, "mfa_phone_number": null}),
            false,
            false,
            None,
        ),
        (
            json!({"totp_registration_id": "any-form"}),
            true,
            false,
            Some(MfaMethod::Totp),
        ),
        (
            json!({"totp_registration_id": "t", "default_mfa_method": "sms_otp"}),
            true,
            false,
            Some(MfaMethod::Totp),
        ),
        (
            json!({"mfa_phone_number": "+1", "default_mfa_method": "totp"}),
            false,
            true,
            Some(MfaMethod::SmsOtp),
        ),
        (
            json!({"totp_registration_id": "t", "mfa_phone_number": "+1",
                "default_mfa_method": "sms_otp"}),
            true,
            true,
            Some(MfaMethod::SmsOtp),
        ),
        (
            json!({"totp_registration_id": "t", "mfa_phone_number": "+1"}),
            true,
            true,
            None,
        ),
    ] {
        let member = member(json.clone());
        assert_eq!(member.has_totp(), has_totp, "{json}");
        assert_eq!(member.has_mfa_phone_number(), has_phone, "{json}");
        assert_eq!(member.first_mfa_method(), first, "{json}");
    }
    for (enrolled, policy, requires) in [
        (json!(true), json!("OPTIONAL"), Some(true)),
        (json!(true), json!(null), Some(true)),
        (json!(false), json!("REQUIRED_FOR_ALL"), Some(true)),
        (json!(null), json!("REQUIRED_FOR_ALL"), Some(true)),
        (json!(false), json!("OPTIONAL"), Some(false)),
        (json!(null), json!("OPTIONAL"), None),
        (json!(false), json!("NEW_POLICY"), None),
        (json!(false), json!(""), None),
    ] {
        let member = member(json!({"mfa_enrolled": enrolled}));
        let organization = organization(json!({"mfa_policy": policy}));
        assert_eq!(
            member.requires_mfa(&organization),
            requires,
            "{enrolled} {policy}"
        );
    }
    for (methods, allowed, allows) in [
        ("ALL_ALLOWED", json!([]), Some(true)),
        ("RESTRICTED", json!(["totp"]), Some(true)),
        ("RESTRICTED", json!(["sms_otp"]), Some(false)),
        ("RESTRICTED", json!(null), Some(false)),
        ("NOT_ALLOWED", json!(["totp"]), Some(false)),
        ("NEW", json!(["totp"]), None),
        ("", json!([]), None),
    ] {
        let json = json!({"mfa_methods": methods, "allowed_mfa_methods": allowed});
        assert_eq!(
            organization(json).allows_totp(),
            allows,
            "{methods} {allowed}"
        );
    }
}

proptest! {
    #[test]
    fn any_ids_stay_in_their_place(organization in any_text(), member in any_text()) {
        let read = |escaped: &str| -> Vec<u8> { percent_encoding::percent_decode_str(escaped).collect() };
        let is_legal = |id: &str| !["", ".", ".."].contains(&id);
        match project().request(&DeleteTotpParams::new(&organization, &member)) {
            Ok(request) => {
                let segments: Vec<_> = request.uri().path().split('/').collect();
                prop_assert_eq!(segments.len(), 8, "{:?}", segments);
                prop_assert_eq!(read(segments[4]), organization.as_bytes());
                prop_assert_eq!(read(segments[6]), member.as_bytes());
                prop_assert_eq!(segments[7], "totp");
                // Any other program must parse the same URL.
                let again = request.uri().to_string().parse::<http::Uri>().unwrap();
                prop_assert_eq!(&again, request.uri());
            }
            Err(error) => prop_assert!(!is_legal(&organization) || !is_legal(&member), "{}", error),
        }
        if let Ok(request) = project().request(&GetMemberParams::by_email(&organization, &member)) {
            let query = request.uri().query().unwrap();
            let value = query.strip_prefix("email_address=").unwrap();
            prop_assert_eq!(read(value), member.as_bytes());
        }
    }
}
