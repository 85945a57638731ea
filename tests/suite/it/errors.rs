//! Tests of error responses and of the texts of errors.

use std::error::Error as StdError;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use totps_core::{
    ApiError, AuthenticateParams, BodyTooLarge, ClaimsError, Client, ConfigError, CreateParams,
    CreateResponse, DecodeError, Delivery, Error, ErrorType, InvalidParams, InvalidTimestamp,
    InvalidTotpCode, Project, QrCodeError, Reason, TransportError, TransportErrorKind,
};
use totps_tests::fixtures::{ERROR, fixture};

use super::requests::any_json;

/// Returns the error of a response with this status.
fn error(status: u16, body: impl AsRef<[u8]>) -> Error {
    let response = http::Response::builder().status(status).body(body);
    CreateResponse::try_from(response.unwrap()).expect_err("an error is expected")
}

#[track_caller]
fn api_error(status: u16, body: impl AsRef<[u8]>) -> ApiError {
    match error(status, body) {
        Error::Api(error) => *error,
        other => panic!("{status} must be an API error: {other:?}"),
    }
}

#[test]
fn every_documented_error_is_read() {
    for fixture in ERROR {
        let error = error(fixture.status(), fixture.json);
        assert_eq!(error.delivery(), Delivery::Answered, "{}", fixture.name);
        let api = error.api().unwrap_or_else(|| panic!("{}", fixture.name));
        let json = fixture.value();
        let text = |name: &str| json[name].as_str();
        assert_eq!(api.status().as_u16(), fixture.status(), "{}", fixture.name);
        assert_eq!(json["status_code"], fixture.status(), "{}", fixture.name);
        let error_type = api.error_type().expect(fixture.name);
        assert_eq!(
            Some(error_type.as_str()),
            text("error_type"),
            "{}",
            fixture.name
        );
        assert!(
            !matches!(error_type, ErrorType::Unknown(_)),
            "{}: {error_type:?} must be a known variant",
            fixture.name
        );
        assert_eq!(api.message(), text("error_message"), "{}", fixture.name);
        assert_eq!(api.url(), text("error_url"), "{}", fixture.name);
        assert_eq!(api.request_id(), text("request_id"), "{}", fixture.name);
        assert_eq!(api.error_details(), None, "{}", fixture.name);
        assert_eq!(api.retry_after(), None, "{}", fixture.name);
        assert_eq!(api.body(), fixture.json.as_bytes(), "{}", fixture.name);
        assert_eq!(
            error.to_string(),
            format!(
                "the API responded with {} {}, request id {}",
                fixture.status(),
                error_type.as_str(),
                api.request_id().unwrap_or_default()
            ),
            "{}",
            fixture.name
        );
        let body = error.into_body().expect(fixture.name);
        assert_eq!(body.as_bytes(), fixture.json.as_bytes(), "{}", fixture.name);
    }
}

#[test]
fn oauth_field_names_are_also_read() {
    let api = api_error(
        401,
        r#"{"status_code": 401, "request_id": "r", "error": "unauthorized_credentials",
            "error_description": "Unauthorized.", "error_uri": "https://stytch.com/docs"}"#,
    );
    assert_eq!(api.error_type(), Some(&ErrorType::UnauthorizedCredentials));
    assert_eq!(api.message(), Some("Unauthorized."));
    assert_eq!(api.url(), Some("https://stytch.com/docs"));
    assert_eq!(api.request_id(), Some("r"));
}

#[test]
fn oauth_field_names_replace_unset_fields() {
    for unset in [r#""""#, "null", "5", "{}"] {
        let api = api_error(
            400,
            format!(
                r#"{{"error_type": {unset}, "error_message": {unset}, "error_url": {unset},
                    "error": "bad_request", "error_description": "m", "error_uri": "u"}}"#
            ),
        );
        assert_eq!(api.error_type(), Some(&ErrorType::BadRequest), "{unset}");
        assert_eq!(
            (api.message(), api.url()),
            (Some("m"), Some("u")),
            "{unset}"
        );
    }
    let api = api_error(
        400,
        r#"{"error": "invalid_code", "error_type": "bad_request"}"#,
    );
    assert_eq!(
        api.error_type(),
        Some(&ErrorType::BadRequest),
        "Stytch's own name has precedence"
    );
}

#[test]
fn any_status_but_a_success_is_an_api_error() {
    let bodies: [&[u8]; 14] = [
        b"",
        b" \n",
        b"<html><body><h1>502 Bad Gateway</h1></body></html>",
        b"[]",
        b"[\"bad_request\", \"bad_request\"]",
        b"null",
        b"5",
        b"\"bad_request\"",
        b"{}",
        b"{\"error_type\": 5, \"error_message\": [], \"error_url\": {}, \"request_id\": true}",
        b"{\"error_type\": null, \"error_message\": null, \"error_url\": null, \"request_id\": null}",
        b"{\"error_type\": \"\", \"error_message\": \"\", \"error_url\": \"\", \"request_id\": \"\"}",
        b"\xff\xfe\x00",
        b"upstream connect error",
    ];
    for body in bodies {
        for status in [
            100, 301, 302, 304, 307, 400, 401, 404, 418, 429, 500, 502, 503, 599, 999,
        ] {
            let api = api_error(status, body);
            let what = format!("{status}: {}", body.escape_ascii());
            assert_eq!(api.status().as_u16(), status, "{what}");
            assert_eq!(api.error_type(), None, "{what}");
            assert_eq!(api.message(), None, "{what}");
            assert_eq!(api.url(), None, "{what}");
            assert_eq!(api.request_id(), None, "{what}");
            assert_eq!(api.body(), body, "{what}");
            assert_eq!(
                api.to_string(),
                format!("the API responded with {status}"),
                "{what}"
            );
        }
    }
}

#[test]
fn the_http_status_has_precedence_over_the_body() {
    for status_code in ["200", "400", "\"400\"", "null", "1e400", "-1"] {
        let body = format!(r#"{{"status_code": {status_code}, "error_type": "bad_request"}}"#);
        let api = api_error(503, &body);
        assert_eq!(api.status().as_u16(), 503, "{body}");
        assert_eq!(api.error_type(), Some(&ErrorType::BadRequest), "{body}");
        assert!(api.to_string().contains("503"), "{api}");
    }
}

#[test]
fn one_bad_field_does_not_lose_the_others() {
    for bad in [
        r#""error_message": 5"#,
        r#""error_message": "\ud83d""#,
        r#""error_details": 1e400"#,
        r#""error_url": ["https://stytch.com"]"#,
        r#""new": {"error_type": "invalid_code"}"#,
    ] {
        for body in [
            format!(r#"{{{bad}, "error_type": "bad_request", "request_id": "r"}}"#),
            format!("\u{feff}{{\"error_type\": \"bad_request\", {bad}, \"request_id\": \"r\"}}"),
        ] {
            let api = api_error(400, &body);
            assert_eq!(api.error_type(), Some(&ErrorType::BadRequest), "{body}");
            assert_eq!(api.request_id(), Some("r"), "{body}");
        }
    }
    let body = b"{\"error_message\": \"Ren\xe9\", \"error_type\": \"bad_request\"}";
    let api = api_error(400, body);
    assert_eq!(api.error_type(), Some(&ErrorType::BadRequest));
    assert_eq!(api.body(), body, "the body must be kept unchanged");
}

#[test]
fn whole_fields_of_a_cut_response_are_read() {
    let whole = fixture("error/400-active-totp-exists").json;
    for end in 0..=whole.len() {
        let api = api_error(400, &whole[..end]);
        assert_eq!(api.body(), &whole.as_bytes()[..end], "cut at {end}");
        // A value is whole if its closing quote is there.
        let is_whole = |name: &str| {
            let value = fixture("error/400-active-totp-exists").value()[name].to_string();
            whole
                .find(&value)
                .is_some_and(|start| start + value.len() <= end)
        };
        for (name, read) in [
            ("error_type", api.error_type().map(ErrorType::as_str)),
            ("error_message", api.message()),
            ("error_url", api.url()),
            ("request_id", api.request_id()),
        ] {
            let expected = fixture("error/400-active-totp-exists").value()[name].clone();
            let expected = expected.as_str().filter(|_| is_whole(name));
            assert_eq!(read, expected, "{name} of a response cut at {end}");
        }
    }
}

#[test]
fn details_are_any_json() {
    for details in [
        json!({"field": "member_id"}),
        json!({"nested": {"list": [1, null, {"deep": true}]}}),
        json!("text"),
        json!(["a"]),
        json!(5),
        json!(false),
    ] {
        let api = api_error(400, json!({"error_details": details}).to_string());
        assert_eq!(api.error_details(), Some(&details));
    }
    assert_eq!(
        api_error(400, r#"{"error_details": null}"#).error_details(),
        None
    );
    let deep = format!(
        r#"{{"error_type": "bad_request", "error_details": {}{}}}"#,
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    let api = api_error(400, &deep);
    assert_eq!(
        api.error_details(),
        None,
        "too deep for a value, but kept in the body"
    );
    assert_eq!(api.error_type(), Some(&ErrorType::BadRequest));
    assert_eq!(api.body(), deep.as_bytes());
}

#[test]
fn retry_after_is_read_in_seconds() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for (header, expected) in [
        ("120", seconds(120)),
        ("0", seconds(0)),
        (" 7 ", seconds(7)),
        ("007", seconds(7)),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("1e3", None),
        ("soon", None),
        ("99999999999999999999999", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ] {
        let response = http::Response::builder()
            .status(429)
            .header("Retry-After", header)
            .body(fixture("error/429").json);
        let Err(Error::Api(api)) = CreateResponse::try_from(response.unwrap()) else {
            panic!("429 must be an API error")
        };
        assert_eq!(api.retry_after(), expected, "{header:?}");
        assert_eq!(api.retry_after_text(), Some(header), "{header:?}");
        assert_eq!(
            api.error_type(),
            Some(&ErrorType::TooManyRequests),
            "{header:?}"
        );
    }
    let api = api_error(429, fixture("error/429").json);
    assert_eq!((api.retry_after(), api.retry_after_text()), (None, None));
}

#[test]
fn display_shows_only_well_formed_types_and_request_ids() {
    let longest = "a".repeat(128);
    let too_long = "a".repeat(129);
    for (error_type, rest) in [
        ("bad_request", "x"),
        // A known type is shown although it has a digit.
        (
            "invalid_b2b_endpoint",
            "test-b05c992f-ebdc-489d-a754-c7e70ba13141",
        ),
        ("x", "0"),
        ("a_new_type", "live-1"),
        (&longest, &longest),
    ] {
        let request_id = format!("request-id-{rest}");
        let body = json!({"error_type": error_type, "request_id": request_id}).to_string();
        let text = api_error(400, body).to_string();
        assert_eq!(
            text,
            format!("the API responded with 400 {error_type}, request id {request_id}")
        );
    }
    for hidden in [
        "ckss-2skx-ebow",
        "012345",
        "new_type_2",
        "request-id-",
        "request-id-ABC",
        "request-id-a_b",
        "request-idx-1",
        &format!("request-id-{too_long}"),
        "Bad_Request",
        "bad request",
        "bad.request",
        "bad\nrequest",
        "bad\u{7f}",
        "büd",
        "bad/request",
        "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q",
        "a=",
        "a:b",
        "\u{1b}[31m",
        too_long.as_str(),
    ] {
        let body = json!({"error_type": hidden, "request_id": hidden}).to_string();
        let api = api_error(400, body);
        assert_eq!(
            api.error_type().map(ErrorType::as_str),
            Some(hidden),
            "the text must be kept"
        );
        assert_eq!(api.request_id(), Some(hidden), "the text must be kept");
        let text = api.to_string();
        assert!(
            !text.contains(hidden),
            "{hidden:?} must not be shown: {text}"
        );
        assert_eq!(
            text.matches("not shown").count(),
            2,
            "placeholders are expected: {text}"
        );
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(!format!("{api:?}").contains(hidden), "{hidden:?}: {api:?}");
    }
}

#[test]
fn every_error_is_one_line() {
    let transport = TransportError::other("a\nb");
    let errors: [(&str, Error); 5] = [
        ("api", error(500, "a\nb")),
        ("decode", error(200, "a\nb")),
        ("empty", error(204, "")),
        ("transport", transport.into()),
        (
            "params",
            AuthenticateParams::new("o", "m", "c")
                .session_claims_from("text")
                .expect_err("a text is not an object")
                .into(),
        ),
    ];
    for (what, error) in errors {
        assert_eq!(error.to_string().lines().count(), 1, "{what}: {error}");
        let source = error.source().map(ToString::to_string);
        assert!(
            source.is_none_or(|source| !error.to_string().contains(&source)),
            "{what}: the text must not repeat its source: {error}"
        );
    }
}

#[test]
fn delivery_is_known_for_every_error() {
    let transport = |error: TransportError| Error::from(error);
    for (what, error, expected) in [
        (
            "invalid parameters",
            Project::new("project-test-x", "secret")
                .unwrap()
                .request(&CreateParams::new("", "m"))
                .expect_err("an empty id"),
            Delivery::NotSent,
        ),
        (
            "not sent",
            transport(TransportError::not_sent("x")),
            Delivery::NotSent,
        ),
        (
            "timed out",
            transport(TransportError::timed_out("x")),
            Delivery::Unknown,
        ),
        (
            "too large",
            transport(TransportError::too_large("x")),
            Delivery::Unknown,
        ),
        (
            "other",
            transport(TransportError::other("x")),
            Delivery::Unknown,
        ),
        (
            "timed out while connecting",
            transport(TransportError::timed_out("x").with_delivery(Delivery::NotSent)),
            Delivery::NotSent,
        ),
        ("401", error(401, ""), Delivery::Answered),
        ("500", error(500, "<html>"), Delivery::Answered),
        ("302", error(302, ""), Delivery::Answered),
        (
            "unreadable success",
            error(200, "<html>"),
            Delivery::Answered,
        ),
        ("success without a body", error(204, ""), Delivery::Answered),
    ] {
        assert_eq!(error.delivery(), expected, "{what}");
    }
}

#[test]
fn transport_errors_keep_their_kind_and_cause() {
    for (error, kind) in [
        (
            TransportError::not_sent("the cause"),
            TransportErrorKind::Connect,
        ),
        (
            TransportError::timed_out("the cause"),
            TransportErrorKind::Timeout,
        ),
        (
            TransportError::too_large("the cause"),
            TransportErrorKind::TooLarge,
        ),
        (
            TransportError::other("the cause"),
            TransportErrorKind::Other,
        ),
    ] {
        assert_eq!(error.kind(), kind);
        let source = error.source().map(ToString::to_string);
        assert_eq!(source.as_deref(), Some("the cause"), "{kind:?}");
        // `Error` must not add a link to the chain of sources.
        let error = Error::from(error);
        let source = error.source().map(ToString::to_string);
        assert_eq!(source.as_deref(), Some("the cause"), "{kind:?}");
        assert!(error.into_body().is_none(), "{kind:?}");
    }
}

#[test]
fn errors_reach_the_caller_of_a_client() {
    let project = Project::new("project-test-x", "secret").unwrap();
    let client = Client::new(project, |_: totps_core::Request| {
        let response = http::Response::builder().status(404);
        response.body(fixture("error/404-organization-not-found").json)
    });
    let error = client
        .create(&CreateParams::new("o", "m"))
        .expect_err("404");
    assert_eq!(error.error_type(), Some(&ErrorType::OrganizationNotFound));
}

#[test]
fn every_error_type_of_the_api_is_a_variant() {
    let names = "
        unauthorized_credentials too_many_requests internal_server_error organization_not_found
        active_totp_exists action_available_only_for_active_members
        action_available_only_once_primary_authentication_is_met bad_request invalid_argument
        invalid_session_token invalid_token too_many_session_arguments
        invalid_project_id_authentication invalid_b2b_endpoint intermediate_session_not_found
        session_not_found route_not_found attribute_mismatch organization_suspended
        session_authorization_error session_authorization_tenancy_error use_https
        user_lock_limit_reached too_few_tokens_authenticated
        totp_code_already_authenticated invalid_code invalid_session_duration_minutes
        invalid_session_duration stale_factors server_unavailable unauthorized_action
        insufficient_factors captcha_failed captcha_required
        invalid_totp_code invalid_totp_id unable_to_authenticate_totp totp_not_found
        totps_not_found_for_user expired_totp pending_totp_exists recovery_code_used_as_totp_code
        totp_code_used_as_recovery_code invalid_recovery_code unable_to_authenticate_recovery_code
        recovery_codes_already_exist recovery_codes_not_found no_active_recovery_code_backed_factor
        secondary_factor_not_found invalid_expiration
        invalid_mfa_default_method default_mfa_member_missing_factor
        operation_restricted_by_organization_mfa_methods
        member_not_found member_does_not_exist_in_organization invalid_organization_id invalid_id
        no_session_arguments incompatible_session_type
        invalid_intermediate_session_token_for_organization invalid_session_missing_primary_factor
        invalid_session_fields session_must_have_at_least_one_active_factor
        session_not_mutable_impersonated unable_to_parse_session_jwt jwt_invalid_audience
        jwt_invalid_claims jwt_invalid_issuer
        custom_claims_too_large reserved_claims_in_custom_claims stytch_claims_in_custom_claims
        unable_to_represent_custom_claims_json
        invalid_authorization_header invalid_secret_authentication unauthorized_project_id_live
        unauthorized_project_id_test live_id_used_in_test_environment
        test_id_used_in_live_environment project_not_found method_not_allowed";
    for name in names.split_whitespace() {
        let error_type = ErrorType::from(name);
        assert!(
            !matches!(error_type, ErrorType::Unknown(_)),
            "{name} must be a known variant"
        );
        assert_eq!(error_type.as_str(), name);
        let json = serde_json::to_value(&error_type).unwrap();
        assert_eq!(json, name);
        assert_eq!(
            serde_json::from_value::<ErrorType>(json).unwrap(),
            error_type
        );
    }
}

#[test]
fn unknown_error_types_keep_their_text() {
    for name in [
        "brand_new_type",
        "Not A Constant",
        "BAD_REQUEST",
        " bad_request",
    ] {
        let api = api_error(400, json!({"error_type": name}).to_string());
        let error_type = api.error_type().expect(name);
        assert!(matches!(error_type, ErrorType::Unknown(_)), "{name}");
        assert_eq!(error_type.as_str(), name);
    }
}

#[test]
fn errors_implement_error() {
    fn assert_error<E: StdError + Send + Sync + 'static>() {}
    assert_error::<Error>();
    assert_error::<ApiError>();
    assert_error::<BodyTooLarge>();
    assert_error::<ClaimsError>();
    assert_error::<ConfigError>();
    assert_error::<DecodeError>();
    assert_error::<InvalidParams>();
    assert_error::<InvalidTimestamp>();
    assert_error::<InvalidTotpCode>();
    assert_error::<QrCodeError>();
    assert_error::<TransportError>();
}

proptest! {
    #[test]
    fn any_error_response_is_an_api_error(
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            any_json().prop_map(|json| json.to_string().into_bytes()),
            any_json().prop_map(|json| json!({"error_type": json, "error_details": json})
                .to_string()
                .into_bytes()),
        ],
        status in prop_oneof![100..200_u16, 300..1000_u16],
    ) {
        let api = api_error(status, &body);
        prop_assert_eq!(api.body(), &body[..]);
        prop_assert_eq!(api.status().as_u16(), status);
        prop_assert_eq!(api.to_string().lines().count(), 1, "{}", api);
        if let Ok(Value::Object(sent)) = serde_json::from_slice(&body) {
            let details = sent.get("error_details").filter(|details| !details.is_null());
            prop_assert_eq!(api.error_details(), details);
        }
    }
}

#[test]
fn api_error_try_from_refuses_only_successes() {
    let response = |status: u16, body: &'static str| {
        http::Response::builder().status(status).body(body).unwrap()
    };
    for status in [100, 204, 302, 400, 503, 999] {
        let (body, made) = ("<html>", ApiError::try_from(response(status, "<html>")));
        match made {
            Ok(error) => {
                assert!(!(200..300).contains(&status), "{status} is a success");
                assert_eq!(error.status(), status);
                assert_eq!(error.body(), body.as_bytes());
                assert_eq!(Error::from(error).delivery(), Delivery::Answered);
            }
            Err(response) => {
                assert!((200..300).contains(&status), "{status} is not a success");
                assert_eq!(
                    (response.status().as_u16(), *response.body()),
                    (status, body)
                );
            }
        }
    }
    let body = fixture("error/429").json.as_bytes().to_vec();
    let response = http::Response::builder()
        .status(429)
        .header("Retry-After", "7")
        .body(body);
    let error = ApiError::try_from(response.unwrap()).unwrap();
    assert_eq!(error.error_type(), Some(&ErrorType::TooManyRequests));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
}

#[test]
fn an_error_in_a_list_of_one_is_read() {
    let error =
        r#"{"error_type": "bad_request", "error_message": "m", "request_id": "request-id-1"}"#;
    for (body, is_read) in [
        (format!("[{error}]"), true),
        (format!("\u{feff} [ {error} ]\n"), true),
        (format!("[{error}, {error}]"), false),
        (format!("[[{error}]]"), false),
        ("[]".to_owned(), false),
        ("[5]".to_owned(), false),
        (format!("[{error}"), false),
    ] {
        let api = api_error(400, body.clone());
        assert_eq!(api.error_type().is_some(), is_read, "{body}");
        assert_eq!(api.message(), is_read.then_some("m"), "{body}");
        assert_eq!(api.body(), body.as_bytes());
    }
}

fn reason(status: u16, body: impl Into<String>) -> Reason {
    Error::from(api_error(status, body.into())).reason()
}

#[test]
fn errors_without_a_response_have_reasons() {
    let delivered = |error: TransportError| Error::from(error).reason();
    assert_eq!(delivered(TransportError::not_sent("x")), Reason::NotReached);
    assert_eq!(
        delivered(TransportError::refused("x")),
        Reason::Configuration
    );
    assert_eq!(delivered(TransportError::timed_out("x")), Reason::Unclear);
    assert_eq!(delivered(TransportError::too_large("x")), Reason::Unclear);
    assert_eq!(delivered(TransportError::other("x")), Reason::Unclear);
    assert_eq!(delivered(TransportError::tls("x")), Reason::Unclear);
    let tls = TransportError::tls("x").with_delivery(Delivery::NotSent);
    assert_eq!(delivered(tls), Reason::NotReached);

    let invalid = Error::from(InvalidParams::new("member_id", "must not be empty"));
    assert!(
        matches!(invalid.reason(), Reason::InvalidRequest { field: Some(field), .. } if field == "member_id")
    );
    let Err(unreadable) = CreateResponse::try_from(http::Response::new("")) else {
        panic!("an empty body is unreadable")
    };
    assert_eq!(unreadable.reason(), Reason::Unclear);
}

#[test]
fn documented_errors_have_reasons() {
    for (name, expected) in [
        (
            "400-action-available-only-for-active-members",
            Reason::NotAllowed,
        ),
        (
            "400-action-available-only-once-primary-authentication-is-met",
            Reason::LoginExpired,
        ),
        ("400-active-totp-exists", Reason::AlreadyEnrolled),
        ("401", Reason::Configuration),
        ("403-organization-suspended", Reason::NotAllowed),
        ("404-intermediate-session-not-found", Reason::LoginExpired),
        ("404-route-not-found", Reason::Configuration),
        ("404-session-not-found", Reason::LoginExpired),
        ("429", Reason::RateLimited),
        ("500", Reason::Unclear),
    ] {
        let fixture = fixture(&format!("error/{name}"));
        assert_eq!(reason(fixture.status(), fixture.json), expected, "{name}");
    }
    let locked = fixture("error/429-user-lock-limit-reached").json;
    assert!(matches!(
        reason(429, locked),
        Reason::Locked {
            retry_after: None,
            ..
        }
    ));
    let response = http::Response::builder()
        .status(429)
        .header("Retry-After", "60")
        .body(locked);
    let error = Error::from(ApiError::try_from(response.unwrap()).unwrap());
    let minute = Duration::from_secs(60);
    assert!(
        matches!(error.reason(), Reason::Locked { retry_after: Some(wait), .. } if wait == minute)
    );
}

#[test]
fn without_a_known_type_the_status_decides_the_reason() {
    for (status, expected) in [
        (302, "Other"),
        (400, "InvalidRequest { field: None }"),
        (401, "Configuration"),
        (403, "NotAllowed"),
        (404, "Other"),
        (408, "Unclear"),
        (409, "Other"),
        (422, "InvalidRequest { field: None }"),
        (429, "RateLimited"),
        (500, "Unclear"),
        (502, "Unclear"),
        (503, "Unclear"),
    ] {
        for body in [
            "",
            "<html>",
            "{}",
            r#"{"error_type": "brand_new"}"#,
            r#"{"error_type": 5}"#,
        ] {
            assert_eq!(
                format!("{:?}", reason(status, body)),
                expected,
                "{status} {body}"
            );
        }
    }
}

#[test]
fn a_server_error_is_unclear_whatever_its_type() {
    for error_type in [
        "unable_to_authenticate_totp",
        "user_lock_limit_reached",
        "session_not_found",
    ] {
        let body = json!({"error_type": error_type}).to_string();
        assert_eq!(reason(503, body), Reason::Unclear, "{error_type}");
    }
}

#[test]
fn reasons_do_not_depend_on_messages() {
    let body = json!({
        "error_type": "totp_code_already_authenticated",
        "error_message": "user_lock_limit_reached unauthorized_credentials",
        "error_url": "https://stytch.com/docs/api/errors/401#session_not_found",
        "error_details": {"error_type": "session_not_found"},
    });
    assert_eq!(reason(400, body.to_string()), Reason::CodeAlreadyUsed);
}
