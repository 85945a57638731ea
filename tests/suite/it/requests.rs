//! Tests of the requests on the wire, and of parameters that are refused before anything is sent.

use std::net::Ipv4Addr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::Uri;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};
use totps_core::{
    AuthenticateParams, ConfigError, CreateParams, Error, LIVE_BASE_URL, MfaEnrollment,
    MigrateParams, Operation, Project, ProjectSecret, RecoveryCode, Request, TEST_BASE_URL,
    TotpCode, TotpSecret,
};
use totps_tests::fixtures::fixture;

const ORGANIZATION: &str = "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931";
const MEMBER: &str = "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f";
const SECRET: &str = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";
const INTERMEDIATE: &str = "SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4=";
const SESSION_TOKEN: &str = "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q";

const TEST_ID: &str = "project-test-11111111-2222-4333-8444-555555555555";
const LIVE_ID: &str = "project-live-11111111-2222-4333-8444-555555555555";

fn project() -> Project {
    Project::new(TEST_ID, ProjectSecret::new("secret-test-abc=")).unwrap()
}

fn create() -> CreateParams {
    CreateParams::new(ORGANIZATION, MEMBER)
}

fn authenticate() -> AuthenticateParams {
    AuthenticateParams::new(ORGANIZATION, MEMBER, "012345")
}

fn migrate() -> MigrateParams {
    MigrateParams::new(ORGANIZATION, MEMBER, SECRET)
}

fn claims() -> Map<String, Value> {
    let full = fixture("requests/authenticate-full").value();
    full["session_custom_claims"].as_object().unwrap().clone()
}

fn uri(text: &str) -> Uri {
    text.parse()
        .unwrap_or_else(|error| panic!("{text} must be a URI for this test: {error}"))
}

fn json_of(request: &Request) -> Value {
    serde_json::from_slice(request.body().as_bytes()).expect("the body must be JSON")
}

/// Returns the JSON that a call sends.
fn sent(params: &impl Operation) -> Value {
    json_of(&project().request(params).unwrap())
}

#[track_caller]
fn assert_golden(request: Result<Request, Error>, path: &str, golden: &str) {
    let request = request.unwrap();
    assert_eq!(request.method(), "POST", "{golden}: method");
    assert_eq!(
        request.uri().to_string(),
        format!("https://test.stytch.com{path}"),
        "{golden}: URL"
    );
    let mut headers: Vec<(&str, &str)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    headers.sort_unstable();
    let authorization = format!(
        "Basic {}",
        BASE64.encode(format!("{TEST_ID}:secret-test-abc="))
    );
    let user_agent = format!("totps/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        headers,
        [
            ("accept", "application/json"),
            ("accept-encoding", "identity"),
            ("authorization", &authorization),
            ("content-type", "application/json"),
            ("user-agent", &user_agent),
        ],
        "{golden}: headers"
    );
    assert!(
        request.headers()["authorization"].is_sensitive(),
        "{golden}: Authorization must be marked sensitive"
    );
    assert_eq!(json_of(&request), fixture(golden).value(), "{golden}: body");
}

#[test]
fn golden_requests() {
    let create_full = create()
        .expiration_minutes(30)
        .intermediate_session_token(INTERMEDIATE)
        .session_token(SESSION_TOKEN)
        .session_jwt("example_jwt");
    let authenticate_full = authenticate()
        .intermediate_session_token(INTERMEDIATE)
        .session_token(SESSION_TOKEN)
        .session_jwt("example_jwt")
        .session_duration_minutes(527_040)
        .session_custom_claims(claims())
        .set_mfa_enrollment(MfaEnrollment::Enroll)
        .set_default_mfa(true)
        .telemetry_id("026ac93b-8cdf-4fcb-bfa6-36a31cfecac1");
    let migrate_full = migrate().recovery_codes(["ckss-2skx-ebow", "spbc-424h-usy0"]);

    let project = project();
    for (params, golden) in [
        (create(), "requests/create-minimal"),
        (create_full, "requests/create-full"),
    ] {
        assert_golden(project.request(&params), "/v1/b2b/totp", golden);
    }
    for (params, golden) in [
        (authenticate(), "requests/authenticate-minimal"),
        (authenticate_full, "requests/authenticate-full"),
    ] {
        assert_golden(
            project.request(&params),
            "/v1/b2b/totp/authenticate",
            golden,
        );
    }
    for (params, golden) in [
        (migrate(), "requests/migrate-minimal"),
        (migrate_full, "requests/migrate-full"),
    ] {
        assert_golden(project.request(&params), "/v1/b2b/totp/migrate", golden);
    }
}

#[test]
fn public_fields_can_be_set_instead_of_calling_setters() {
    let mut params = migrate();
    params.recovery_codes = Some(vec!["ckss-2skx-ebow".into(), "spbc-424h-usy0".into()]);
    assert_eq!(sent(&params), fixture("requests/migrate-full").value());
}

#[test]
fn zero_values_are_sent_when_they_are_set() {
    let unenroll = authenticate()
        .set_mfa_enrollment(MfaEnrollment::Unenroll)
        .set_default_mfa(false)
        .session_duration_minutes(0)
        .session_custom_claims(Map::new());
    let json = sent(&unenroll);
    assert_eq!(json["set_mfa_enrollment"], "unenroll");
    assert_eq!(json["set_default_mfa"], false);
    assert_eq!(json["session_duration_minutes"], 0);
    assert_eq!(json["session_custom_claims"], json!({}));

    assert_eq!(
        sent(&create().expiration_minutes(0))["expiration_minutes"],
        0
    );

    let no_codes: [&str; 0] = [];
    let json = sent(&migrate().recovery_codes(no_codes));
    assert_eq!(json["recovery_codes"], json!([]));
}

#[test]
fn claims_come_from_any_object() {
    #[derive(Serialize)]
    struct Claims {
        plan: &'static str,
        seats: Option<u32>,
    }
    let claims = Claims {
        plan: "enterprise",
        seats: None,
    };
    let params = authenticate().session_claims_from(&claims).unwrap();
    assert_eq!(
        sent(&params)["session_custom_claims"],
        json!({"plan": "enterprise", "seats": null}),
        "a null deletes a claim, so it must be sent"
    );
}

#[test]
fn claims_that_are_not_an_object_are_refused() {
    struct Failing;
    impl Serialize for Failing {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("canary"))
        }
    }
    let not_string_keys = std::collections::BTreeMap::from([(vec![1], 1)]);
    for (case, refused) in [
        ("a list", authenticate().session_claims_from(&[1, 2])),
        ("a string", authenticate().session_claims_from("text")),
        ("null", authenticate().session_claims_from(&())),
        ("a number", authenticate().session_claims_from(&1)),
        (
            "keys that are not strings",
            authenticate().session_claims_from(&not_string_keys),
        ),
        ("an error", authenticate().session_claims_from(&Failing)),
    ] {
        let error = refused.expect_err(case);
        assert_eq!(error.field(), "session_custom_claims", "{case}");
        let text = Error::from(error).to_string();
        assert!(
            text.contains("session_custom_claims") && text.contains("JSON object"),
            "{case}: the text must name the field and the rule: {text}"
        );
        assert!(!text.contains("canary"), "{case}: {text}");
    }
}

#[test]
fn empty_required_fields_are_refused() {
    let project = project();
    for (call, field, refused) in [
        (
            "create",
            "organization_id",
            project.request(&CreateParams::new("", MEMBER)),
        ),
        (
            "create",
            "member_id",
            project.request(&CreateParams::new(ORGANIZATION, "")),
        ),
        (
            "authenticate",
            "organization_id",
            project.request(&AuthenticateParams::new("", MEMBER, "012345")),
        ),
        (
            "authenticate",
            "member_id",
            project.request(&AuthenticateParams::new(ORGANIZATION, "", "012345")),
        ),
        (
            "authenticate",
            "code",
            project.request(&AuthenticateParams::new(ORGANIZATION, MEMBER, "")),
        ),
        (
            "migrate",
            "organization_id",
            project.request(&MigrateParams::new("", MEMBER, SECRET)),
        ),
        (
            "migrate",
            "member_id",
            project.request(&MigrateParams::new(ORGANIZATION, "", SECRET)),
        ),
        (
            "migrate",
            "secret",
            project.request(&MigrateParams::new(ORGANIZATION, MEMBER, "")),
        ),
    ] {
        match refused {
            Err(Error::InvalidParams(error)) => {
                assert_eq!(error.field(), field, "{call}");
                let text = error.to_string();
                assert!(
                    text.contains(&format!("`{field}`")) && text.contains("empty"),
                    "{call}: the text must name `{field}` and the rule: {text}"
                );
            }
            other => panic!("{call} with an empty {field} must be refused: {other:?}"),
        }
    }
}

#[test]
fn only_emptiness_is_checked() {
    // Slugs and external ids are valid. The server checks ranges and the form of codes.
    let params = AuthenticateParams::new("acme", "42", "not a code").session_duration_minutes(1);
    assert_eq!(
        sent(&params),
        json!({
            "organization_id": "acme",
            "member_id": "42",
            "code": "not a code",
            "session_duration_minutes": 1,
        })
    );
    let minutes = sent(&create().expiration_minutes(u32::MAX));
    assert_eq!(minutes["expiration_minutes"], u32::MAX);
}

/// Bodies that are smaller and larger than the initial capacity of their buffer.
#[test]
fn bodies_are_whole_whatever_their_length() {
    for codes in [0, 1, 40, 100, 10_000] {
        let codes = vec!["ckss-2skx-ebow\n\u{1f600}"; codes];
        let request = migrate().recovery_codes(codes.clone());
        let body = project().request(&request).unwrap().into_body();
        let sent: Value = serde_json::from_slice(body.as_bytes()).unwrap();
        assert_eq!(sent["recovery_codes"], json!(codes));
    }
}

#[test]
fn typed_codes_are_six_digits_or_refused() {
    for (typed, expected) in [
        ("012345", Some("012345")),
        ("000000", Some("000000")),
        ("012 345", Some("012345")),
        ("012-345", Some("012345")),
        (" 0-1 2-3 4-5 ", Some("012345")),
        ("", None),
        ("12345", None),
        ("1234567", None),
        ("12345a", None),
        ("+12345", None),
        ("-12345", None),
        ("12.345", None),
        ("1e2345", None),
        ("١٢٣٤٥٦", None),
        ("１２３４５６", None),
        ("012\u{a0}345", None),
        ("012\u{2013}345", None),
        ("ckss-2skx-ebow", None),
    ] {
        let code = TotpCode::parse(typed).ok();
        assert_eq!(
            code.as_ref().map(TotpCode::expose),
            expected,
            "{typed:?} by `parse`"
        );
        let code = typed.parse::<TotpCode>().ok();
        assert_eq!(
            code.as_ref().map(TotpCode::expose),
            expected,
            "{typed:?} by `FromStr`"
        );
    }
}

/// The parsed text is canonical: parsing it again gives the same text and the same key.
#[test]
fn secrets_of_every_length_are_written_and_read() {
    for length in 10..70_u8 {
        let key: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(89)).collect();
        let secret = TotpSecret::from_key(&key).unwrap();
        let text = secret.expose();
        let expected = base32(&key);
        assert_eq!(text, expected, "{length} bytes");
        let spaced: String = text.chars().flat_map(|letter| [letter, ' ', '-']).collect();
        for form in [text.to_owned(), text.to_lowercase(), format!("{spaced}===")] {
            let again = TotpSecret::parse(&form).unwrap();
            assert_eq!(again.expose(), text, "{form}");
        }
    }
}

/// Encodes base32 with another algorithm, bit by bit.
fn base32(key: &[u8]) -> String {
    let bits: String = key.iter().map(|byte| format!("{byte:08b}")).collect();
    let letters = bits.as_bytes().chunks(5).map(|bits| {
        let bits = format!("{:0<5}", std::str::from_utf8(bits).unwrap());
        let value = u8::from_str_radix(&bits, 2).unwrap();
        char::from(if value < 26 {
            b'A' + value
        } else {
            b'2' + value - 26
        })
    });
    letters.collect()
}

#[test]
fn typed_codes_are_sent_as_digits() {
    let code = TotpCode::parse(" 012-345 ").unwrap();
    let params = AuthenticateParams::new(ORGANIZATION, MEMBER, code);
    assert_eq!(sent(&params)["code"], "012345");
}

#[test]
fn the_project_id_chooses_the_base_url() {
    for (id, secret, base_url) in [
        (TEST_ID, "secret-test-abc", TEST_BASE_URL),
        (LIVE_ID, "secret-live-abc", LIVE_BASE_URL),
        (LIVE_ID, "any other secret", LIVE_BASE_URL),
    ] {
        let request = Project::new(id, secret)
            .unwrap()
            .request(&create())
            .unwrap();
        assert_eq!(
            request.uri().to_string(),
            format!("{base_url}/v1/b2b/totp"),
            "{id}"
        );
    }
    assert_eq!(LIVE_BASE_URL, "https://api.stytch.com");
    assert_eq!(TEST_BASE_URL, "https://test.stytch.com");
}

#[test]
fn project_at_accepts_any_id() {
    for id in [
        "project-test-x",
        "project-live-x",
        "emulator",
        "é",
        "project-",
    ] {
        let project = Project::at(uri("https://stytch.acme.com"), id, "secret").unwrap();
        assert_eq!(project.id(), id);
        let request = project.request(&create()).unwrap();
        let expected = format!("Basic {}", BASE64.encode(format!("{id}:secret")));
        assert_eq!(request.headers()["authorization"], expected, "{id}");
        assert_eq!(request.uri(), "https://stytch.acme.com/v1/b2b/totp", "{id}");
    }
}

#[test]
fn valid_base_urls_are_accepted() {
    for (base_url, expected) in [
        (
            "https://login.acme.com",
            "https://login.acme.com/v1/b2b/totp",
        ),
        (
            "https://login.acme.com/",
            "https://login.acme.com/v1/b2b/totp",
        ),
        (
            "https://login.acme.com:8443",
            "https://login.acme.com:8443/v1/b2b/totp",
        ),
        (
            "https://login.acme.com/stytch",
            "https://login.acme.com/stytch/v1/b2b/totp",
        ),
        (
            "https://login.acme.com/stytch/",
            "https://login.acme.com/stytch/v1/b2b/totp",
        ),
        (
            "https://login.acme.com/a/b%20c/",
            "https://login.acme.com/a/b%20c/v1/b2b/totp",
        ),
        (
            "HTTPS://login.acme.com",
            "https://login.acme.com/v1/b2b/totp",
        ),
        (
            "https://[2001:db8::1]:8443",
            "https://[2001:db8::1]:8443/v1/b2b/totp",
        ),
        ("http://localhost", "http://localhost/v1/b2b/totp"),
        (
            "http://localhost:8080/x",
            "http://localhost:8080/x/v1/b2b/totp",
        ),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/b2b/totp"),
        ("http://127.8.9.10", "http://127.8.9.10/v1/b2b/totp"),
        ("http://[::1]:8080", "http://[::1]:8080/v1/b2b/totp"),
    ] {
        let other = project().with_base_url(uri(base_url)).unwrap();
        let at = Project::at(uri(base_url), "emulator", "secret").unwrap();
        for project in [other, at] {
            let request = project.request(&create()).unwrap();
            assert_eq!(request.uri().to_string(), expected, "base URL {base_url}");
        }
    }
}

#[test]
fn base_urls_are_accepted_as_text_and_uri() {
    let url = "https://login.acme.com";
    let text = url.to_owned();
    for project in [
        Project::at(url, "emulator", "secret"),
        Project::at(&text, "emulator", "secret"),
        Project::at(text.clone(), "emulator", "secret"),
        Project::at(uri(url), "emulator", "secret"),
        project().with_base_url(url),
        project().with_base_url(text),
        project().with_base_url(uri(url)),
    ] {
        let request = project.unwrap().request(&create()).unwrap();
        assert_eq!(request.uri(), "https://login.acme.com/v1/b2b/totp");
    }
    for no_url in ["", " ", "https://a b", "https://[", "ht tp://a", "\0", "é"] {
        for refused in [
            Project::at(no_url, "emulator", "secret"),
            project().with_base_url(no_url),
        ] {
            let error = refused.expect_err("an invalid URL must be refused");
            assert_eq!(error.setting(), "base URL", "{no_url:?}");
            assert!(
                error.to_string().contains("https://"),
                "{no_url:?}: {error}"
            );
        }
    }
}

#[test]
fn base_urls_that_are_refused() {
    for (base_url, hint) in [
        ("http://stytch.com", "https"),
        ("http://localhost.evil.com", "https"),
        ("http://127.0.0.1.evil.com", "https"),
        ("http://0.0.0.0", "https"),
        ("http://10.0.0.1", "https"),
        ("http://[::2]", "https"),
        ("ftp://localhost", "https"),
        ("https://user@stytch.com", "user info"),
        ("https://user:password@stytch.com", "user info"),
        ("http://127.0.0.1@evil.com", "user info"),
        ("https://stytch.com?query", "query"),
        ("https://stytch.com/path?", "query"),
        ("stytch.com", "scheme"),
        ("/path", "scheme"),
        ("https://:443", "host"),
        ("https://[]", "host"),
        ("https://[::1]x:80", "port"),
        ("https://stytch.com:", "port"),
        ("https://stytch.com:65536", "port"),
        ("https://stytch.com:https", "port"),
        ("https://stytch.com:+443", "port"),
    ] {
        for refused in [
            project().with_base_url(uri(base_url)),
            Project::at(uri(base_url), "emulator", "secret"),
        ] {
            let error = refused
                .map(|project| {
                    project
                        .request(&create())
                        .map(|request| request.uri().clone())
                })
                .expect_err(&format!("{base_url} must be refused"));
            assert_eq!(error.setting(), "base URL", "{base_url}");
            assert!(
                error.to_string().contains(hint),
                "{base_url}: the text must name the {hint}: {error}"
            );
        }
    }
}

#[test]
fn invalid_ids_and_secrets_are_refused() {
    const TEST_SECRET: &str = "secret-test-abc";
    const LIVE_SECRET: &str = "secret-live-abc";
    for (id, secret, setting, hint) in [
        ("project-test-a:b", TEST_SECRET, "project id", "`:`"),
        ("project-live-\n", LIVE_SECRET, "project id", "control"),
        ("project-test-\u{85}", TEST_SECRET, "project id", "control"),
        ("project-test-\0", TEST_SECRET, "project id", "control"),
        ("", TEST_SECRET, "project id", "empty"),
        (TEST_ID, "", "project secret", "empty"),
        (TEST_ID, "secret-test-abc\r\n", "project secret", "control"),
        (LIVE_ID, TEST_SECRET, "project secret", "same project"),
        (TEST_ID, LIVE_SECRET, "project secret", "same project"),
    ] {
        for refused in [
            Project::new(id, secret),
            Project::at(uri("https://stytch.acme.com"), id, secret),
        ] {
            let error = refused.expect_err(&format!("id {id:?}, secret {secret:?}"));
            assert_eq!(error.setting(), setting, "id {id:?}, secret {secret:?}");
            assert!(
                error.to_string().contains(hint),
                "id {id:?}, secret {secret:?}: the text must name {hint}: {error}"
            );
        }
    }
}

#[test]
fn an_unknown_environment_error_names_project_at() {
    for id in [
        "project-tset-123",
        "PROJECT-TEST-123",
        " project-test-123",
        "project-test",
        "organization-test-123",
        "x",
    ] {
        let error = Project::new(id, "secret-test-abc").expect_err(id);
        assert_eq!(error.setting(), "project id", "{id}");
        assert!(
            error
                .to_string()
                .contains("Project::at(base_url, id, secret)"),
            "{id}: the text must name Project::at: {error}"
        );
    }
}

#[test]
fn user_agents_are_sent_or_refused() {
    let ours = format!("totps/{}", env!("CARGO_PKG_VERSION"));
    for product in ["acme-login/1.2", "acme", "a!#$%&'*+-.^_`|~/1.0.0-rc.1"] {
        let project = project().with_user_agent(product).unwrap();
        let request = project.request(&create()).unwrap();
        assert_eq!(
            request.headers()["user-agent"],
            format!("{product} {ours}"),
            "{product}"
        );
    }
    for product in [
        "",
        "/",
        "acme/",
        "/1.2",
        "acme login",
        "acme/1/2",
        "acme (linux)",
        "acmé",
        "acme\n",
        "acme/1.2\r\nX-Injected: 1",
        "acme\0",
    ] {
        let error: ConfigError = project().with_user_agent(product).expect_err(product);
        assert_eq!(error.setting(), "user agent", "{product:?}");
    }
}

/// Any text, including control characters.
pub(super) fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 1..40).prop_map(String::from_iter)
}

/// Any JSON.
pub(super) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any_text(), inner, 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

#[track_caller]
fn assert_unmoved(request: &Request, path: &str, json: &Value) {
    assert_eq!(
        request.uri().to_string(),
        format!("https://test.stytch.com{path}"),
        "the URL must not depend on what is sent"
    );
    assert_eq!(
        request.headers().len(),
        5,
        "the headers must not depend on what is sent: {:?}",
        request.headers()
    );
    assert_eq!(
        &json_of(request),
        json,
        "the JSON must have the given values"
    );
}

proptest! {
    #[test]
    fn nothing_sent_changes_the_url_or_the_headers(
        organization in any_text(),
        member in any_text(),
        secret in any_text(),
        tokens in prop::collection::vec(any_text(), 3),
        codes in prop::collection::vec(any_text(), 0..4),
        claims in prop::collection::btree_map(any_text(), any_json(), 0..4),
    ) {
        let project = project();
        let [intermediate, token, jwt] = &tokens[..] else { unreachable!() };
        let claims: Map<String, Value> = claims.into_iter().collect();

        let params = CreateParams::new(&organization, &member)
            .intermediate_session_token(intermediate.as_str())
            .session_token(token.as_str())
            .session_jwt(jwt.as_str());
        let json = json!({
            "organization_id": organization,
            "member_id": member,
            "intermediate_session_token": intermediate,
            "session_token": token,
            "session_jwt": jwt,
        });
        assert_unmoved(&project.request(&params).unwrap(), "/v1/b2b/totp", &json);

        let params = AuthenticateParams::new(&organization, &member, secret.as_str())
            .session_custom_claims(claims.clone())
            .telemetry_id(token);
        let json = json!({
            "organization_id": organization,
            "member_id": member,
            "code": secret,
            "session_custom_claims": claims,
            "telemetry_id": token,
        });
        let request = project.request(&params).unwrap();
        assert_unmoved(&request, "/v1/b2b/totp/authenticate", &json);

        let params = MigrateParams::new(&organization, &member, secret.as_str())
            .recovery_codes(codes.iter().map(String::as_str));
        let json = json!({
            "organization_id": organization,
            "member_id": member,
            "secret": secret,
            "recovery_codes": codes,
        });
        assert_unmoved(&project.request(&params).unwrap(), "/v1/b2b/totp/migrate", &json);
    }

    #[test]
    fn any_base_url_is_refused_or_only_extended(
        base_url in "(https|http|ftp)://(localhost|127\\.0\\.0\\.1|\\[::1\\]|[a-z@:.\\[\\]-]{0,9})[:@/?%.a-z0-9_~-]{0,9}",
    ) {
        let parsed = base_url.parse::<Uri>().ok();
        let Some(Ok(project)) = parsed.map(|uri| Project::at(uri, "emulator", "secret")) else {
            return Ok(());
        };
        let request = project.request(&create()).unwrap();
        let uri = request.uri();
        prop_assert_eq!(
            uri.to_string(),
            format!("{}/v1/b2b/totp", base_url.trim_end_matches('/')),
            "base URL {}", base_url
        );
        prop_assert!(uri.query().is_none(), "{}", uri);
        prop_assert!(!uri.authority().unwrap().as_str().contains('@'), "{}", uri);
        let host = uri.host().unwrap();
        let is_loopback = ["localhost", "[::1]"].contains(&host)
            || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback());
        prop_assert!(uri.scheme_str() == Some("https") || is_loopback, "{}", uri);
    }

    #[test]
    fn a_typed_code_is_six_digits_or_refused(typed in "[0-9 a\\-é]{0,9}") {
        let digits: String = typed.chars().filter(|typed| !" -".contains(*typed)).collect();
        let is_code = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
        let code = TotpCode::parse(&typed).ok();
        let expected = is_code.then_some(digits);
        prop_assert_eq!(code.as_ref().map(TotpCode::expose), expected.as_deref(), "{:?}", typed);
    }

    #[test]
    fn any_secret_is_canonical_or_refused(text in "[A-Za-z2-9 =-]{0,60}") {
        if let Ok(secret) = TotpSecret::parse(&text) {
            let canonical = secret.expose();
            let is_canonical = |c: char| matches!(c, 'A'..='Z' | '2'..='7');
            prop_assert!(canonical.len() >= 16 && canonical.chars().all(is_canonical));
            let again = TotpSecret::parse(canonical).unwrap();
            prop_assert_eq!(again.expose(), canonical);
            let kept: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
            let but_the_last = &canonical[..canonical.len() - 1];
            prop_assert!(kept.to_uppercase().starts_with(but_the_last), "{} of {}", canonical, text);
        }
    }

    #[test]
    fn any_recovery_code_is_normalised_or_unchanged(typed in "[a-zA-Z0-9 \\-é_]{0,18}") {
        let kept: String = typed.chars().filter(|typed| !" -".contains(*typed)).collect();
        let is_known = kept.len() == 12 && kept.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let Ok(code) = RecoveryCode::parse(&typed) else {
            prop_assert!(typed.trim().is_empty(), "{:?} must not be refused", typed);
            return Ok(());
        };
        if is_known {
            let kept = kept.to_lowercase();
            let expected = [&kept[..4], &kept[4..8], &kept[8..]].join("-");
            prop_assert_eq!(code.expose(), expected);
        } else {
            prop_assert_eq!(code.expose(), typed);
        }
    }

    #[test]
    fn credentials_are_refused_or_sent_unchanged(id in any_text(), secret in any_text()) {
        let id = format!("project-test-{id}");
        match Project::new(id.as_str(), secret.as_str()) {
            Ok(project) => {
                let request = project.request(&create()).unwrap();
                let json = fixture("requests/create-minimal").value();
                assert_unmoved(&request, "/v1/b2b/totp", &json);
                let authorization = request.headers()["authorization"].to_str().unwrap();
                let encoded = authorization.strip_prefix("Basic ").unwrap();
                let credentials = BASE64.decode(encoded).unwrap();
                prop_assert_eq!(credentials, format!("{id}:{secret}").into_bytes());
            }
            Err(error) => prop_assert!(
                id.contains(':')
                    || id.contains(char::is_control)
                    || secret.contains(char::is_control)
                    || secret.starts_with("secret-live-"),
                "{error}"
            ),
        }
    }
}
