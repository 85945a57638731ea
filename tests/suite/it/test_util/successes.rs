//! Tests of successes: they have all fields, are read without loss, and use the ids of the request.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io::Cursor;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use totps_core::test_util::{
    Authenticated, Created, FirstFactor, MemberFound, Migrated, Recovered, RecoveryCodes, Script,
    SessionAuthenticated, SessionsRevoked, TotpDeleted,
};
use totps_core::{
    AuthenticateParams, AuthenticateSessionParams, AuthorizationCheck, Call, CreateParams,
    DeleteTotpParams, GetMemberParams, GetRecoveryCodesParams, IntermediateSessionToken,
    InvalidParams, Json, Member, MfaEnrollment, MigrateParams, Operation, RecoverParams,
    RevokeSessionsParams, RotateRecoveryCodesParams, SessionToken, Transport,
};
use totps_tests::fixtures::fixture;

use super::{MEMBER, ORGANIZATION, both, ids, project};

fn create() -> CreateParams {
    let (organization, member) = ids();
    CreateParams::new(organization, member)
}

fn authenticate() -> AuthenticateParams {
    let (organization, member) = ids();
    AuthenticateParams::new(organization, member, "123456")
}

fn migrate() -> MigrateParams {
    let (organization, member) = ids();
    MigrateParams::new(organization, member, "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS")
}

fn delete() -> DeleteTotpParams {
    let (organization, member) = ids();
    DeleteTotpParams::new(organization, member)
}

fn get_member() -> GetMemberParams {
    let (organization, member) = ids();
    GetMemberParams::by_id(organization, member)
}

fn get_codes() -> GetRecoveryCodesParams {
    let (organization, member) = ids();
    GetRecoveryCodesParams::new(organization, member)
}

fn rotate() -> RotateRecoveryCodesParams {
    let (organization, member) = ids();
    RotateRecoveryCodesParams::new(organization, member)
}

fn recover() -> RecoverParams {
    let (organization, member) = ids();
    RecoverParams::new(organization, member, "ckss-2skx-ebow")
}

fn check_session() -> AuthenticateSessionParams {
    AuthenticateSessionParams::session_token("the-token-of-the-request")
}

/// Returns the body that a script plays to a request.
fn body<P: Operation>(script: Script, params: &P) -> Value {
    let response = Transport::send(&script, project().request(params).unwrap()).unwrap();
    assert_eq!(response.status(), 200);
    serde_json::from_slice(response.body().as_bytes()).unwrap()
}

/// Collects the paths of all fields, with `*` for the elements of a list.
fn paths(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let at = format!("{at}/{name}");
                paths(value, &at, found);
                found.insert(at);
            }
        }
        // The factors of a session differ in the fixtures and are not compared.
        Value::Array(_) if at.ends_with("/authentication_factors") => {}
        Value::Array(list) => list
            .iter()
            .for_each(|value| paths(value, &format!("{at}/*"), found)),
        _ => {}
    }
}

/// Asserts that a response has exactly the fields of a fixture, which has all fields of the API.
fn assert_whole<P: Operation>(name: &str, script: Script, params: &P)
where
    P::Response: Debug,
{
    let mut played = BTreeSet::new();
    paths(&body(script, params), "", &mut played);
    let mut sent = BTreeSet::new();
    paths(&fixture(name).value(), "", &mut sent);
    let differ: Vec<_> = played.symmetric_difference(&sent).collect();
    assert!(
        differ.is_empty(),
        "expected the fields of the fixture {name}, but not {differ:?}"
    );
}

#[test]
fn responses_have_every_field() {
    let new = Script::new;
    assert_whole(
        "create/live-shape",
        new().created(Created::default()),
        &create(),
    );
    assert_whole(
        "authenticate/live-shape",
        new().authenticated(Authenticated::default()),
        &authenticate(),
    );
    assert_whole(
        "migrate/live-shape",
        new().migrated(Migrated::default()),
        &migrate(),
    );
    assert_whole(
        "delete_totp/live-shape",
        new().totp_deleted(TotpDeleted::default()),
        &delete(),
    );
    assert_whole(
        "get_member/live-shape",
        new().member_found(MemberFound::default()),
        &get_member(),
    );
    assert_whole(
        "get_recovery_codes/live-shape",
        new().recovery_codes(RecoveryCodes::default()),
        &get_codes(),
    );
    assert_whole(
        "rotate_recovery_codes/live-shape",
        new().recovery_codes_rotated(RecoveryCodes::default()),
        &rotate(),
    );
    assert_whole(
        "recover/live-shape",
        new().recovered(Recovered::default()),
        &recover(),
    );
    assert_whole(
        "authenticate_session/live-shape",
        new().session_authenticated(SessionAuthenticated::default()),
        &check_session(),
    );
    assert_whole(
        "revoke_sessions/full",
        new().sessions_revoked(SessionsRevoked::default()),
        &RevokeSessionsParams::member_id(MEMBER),
    );
}

#[test]
fn both_clients_read_every_success_without_loss() {
    macro_rules! whole {
        ($($step:ident($response:expr), $params:expr;)+) => {$(
            for response in both(|| Script::new().$step($response), &$params) {
                let response = response.unwrap();
                assert!(response.undecoded().is_empty(), "{}", stringify!($step));
                assert_eq!(response.status_code, 200, "{}", stringify!($step));
                assert!(response.request_id.is_some(), "{}", stringify!($step));
            }
        )+};
    }
    whole! {
        created(Created::default()), create();
        authenticated(Authenticated::default()), authenticate();
        migrated(Migrated::default()), migrate();
        totp_deleted(TotpDeleted::default()), delete();
        member_found(MemberFound::default()), get_member();
        recovery_codes(RecoveryCodes::default()), get_codes();
        recovery_codes_rotated(RecoveryCodes::default()), rotate();
        recovered(Recovered::default()), recover();
        session_authenticated(SessionAuthenticated::default()), check_session();
        sessions_revoked(SessionsRevoked::default()), RevokeSessionsParams::member_id(MEMBER);
    }
}

#[test]
fn endpoints_are_named_like_the_methods_of_the_client() {
    let script = Script::new();
    let client = script.client();
    macro_rules! named {
        ($($method:ident($params:expr);)+) => {$(
            assert!(client.$method(&$params).is_err(), "expected an error without a step");
            let request = script.requests().pop().unwrap();
            let endpoint = request.endpoint().map(|endpoint| endpoint.to_string());
            assert_eq!(endpoint.as_deref(), Some(stringify!($method)));
        )+};
    }
    named! {
        create(create());
        authenticate(authenticate());
        migrate(migrate());
        delete_totp(delete());
        get_member(get_member());
        get_recovery_codes(get_codes());
        rotate_recovery_codes(rotate());
        recover(recover());
        authenticate_session(check_session());
        revoke_sessions(RevokeSessionsParams::member_id(MEMBER));
    }
}

#[test]
fn values_of_the_script_are_in_the_response() {
    let client = Script::new()
        .created("BTGNX5RK")
        .migrated(["one", "two"])
        .authenticated(SessionToken::new("three"))
        .recovered("four".to_owned())
        .recovery_codes(vec!["five".to_owned()])
        .recovery_codes_rotated(["six"])
        .session_authenticated("seven")
        .client();
    assert_eq!(
        client.create(&create()).unwrap().secret.expose(),
        "BTGNX5RK"
    );
    let codes = client.migrate(&migrate()).unwrap().recovery_codes;
    assert_eq!(
        codes.iter().map(|code| code.expose()).collect::<Vec<_>>(),
        ["one", "two"]
    );
    let token = client.authenticate(&authenticate()).unwrap().session_token;
    assert_eq!(token.unwrap().expose(), "three");
    let token = client.recover(&recover()).unwrap().session_token;
    assert_eq!(token.unwrap().expose(), "four");
    let codes = client.get_recovery_codes(&get_codes()).unwrap();
    assert_eq!(codes.recovery_codes[0].expose(), "five");
    let codes = client.rotate_recovery_codes(&rotate()).unwrap();
    assert_eq!(codes.recovery_codes[0].expose(), "six");
    let token = client.authenticate_session(&check_session()).unwrap();
    assert_eq!(token.session_token.unwrap().expose(), "seven");
}

#[test]
fn every_setter_sets_its_field() {
    let created = Created::default()
        .secret("one")
        .qr_code("two")
        .totp_registration_id("three")
        .recovery_codes(["four"]);
    let client = Script::new()
        .created(created)
        .migrated(Migrated::default().totp_registration_id("five"))
        .authenticated(Authenticated::from("six").session_jwt("seven"))
        .recovered(Recovered::default().recovery_codes_remaining(0))
        .member_found(MemberFound::without_totp().set("member/is_locked", true))
        .client();
    let created = client.create(&create()).unwrap();
    assert_eq!(created.secret.expose(), "one");
    assert_eq!(created.qr_code.expose(), "two");
    assert_eq!(created.totp_registration_id, "three");
    assert_eq!(created.recovery_codes[0].expose(), "four");
    let migrated = client.migrate(&migrate()).unwrap();
    assert_eq!(migrated.totp_registration_id, "five");
    let authenticated = client.authenticate(&authenticate()).unwrap();
    assert_eq!(authenticated.session_token.unwrap().expose(), "six");
    assert_eq!(authenticated.session_jwt.unwrap().expose(), "seven");
    let recovered = client.recover(&recover()).unwrap();
    assert_eq!(recovered.recovery_codes_remaining, Some(0));
    let member = client.get_member(&get_member()).unwrap().member;
    assert!(!member.has_totp());
    assert_eq!(member.mfa_enrolled, Some(false));
    assert_eq!(member.is_locked, Some(true));
}

#[test]
fn responses_use_the_ids_and_values_of_the_request() {
    let client = Script::new()
        .created(Created::default())
        .totp_deleted(TotpDeleted::default())
        .member_found(MemberFound::default())
        .member_found(MemberFound::default())
        .recovery_codes(RecoveryCodes::default())
        .authenticated(Authenticated::default())
        .migrated(Migrated::default())
        .session_authenticated(SessionAuthenticated::default())
        .client();
    let created = client.create(&create()).unwrap();
    assert_eq!(created.member_id.unwrap(), MEMBER);
    assert_eq!(created.organization.unwrap().organization_id, ORGANIZATION);
    // Ids from a path, without escapes.
    let params = DeleteTotpParams::new("the/org", "ä 1");
    let member = client.delete_totp(&params).unwrap().member.unwrap();
    assert_eq!(member.organization_id, "the/org");
    assert_eq!(member.member_id, "ä 1");
    assert!(!member.has_totp());
    // Values from a query.
    assert_eq!(
        client.get_member(&get_member()).unwrap().member.member_id,
        MEMBER
    );
    let by_email = GetMemberParams::by_email(ORGANIZATION, "grace+1@example.com");
    let member = client.get_member(&by_email).unwrap().member;
    assert_eq!(member.email_address, "grace+1@example.com");
    assert_eq!(
        client
            .get_recovery_codes(&get_codes())
            .unwrap()
            .member_id
            .unwrap(),
        MEMBER
    );

    let claims = Map::from_iter([
        ("plan".to_owned(), json!("pro")),
        ("gone".to_owned(), json!(null)),
    ]);
    let params = authenticate()
        .session_token("that-of-the-request")
        .session_custom_claims(claims)
        .set_mfa_enrollment(MfaEnrollment::Unenroll);
    let response = client.authenticate(&params).unwrap();
    assert_eq!(response.claims::<Value>().unwrap(), json!({"plan": "pro"}));
    assert_eq!(response.member.unwrap().mfa_enrolled, Some(false));
    assert_eq!(
        response.session_token.unwrap().expose(),
        "that-of-the-request"
    );
    let session = response.member_session.unwrap();
    assert_eq!(session.member_id.unwrap(), MEMBER);

    let params = migrate().recovery_codes(["imported-1"]);
    let codes = client.migrate(&params).unwrap().recovery_codes;
    assert_eq!(codes[0].expose(), "imported-1");

    let check = AuthorizationCheck::new(ORGANIZATION, "documents", "read");
    let checked = client
        .authenticate_session(&check_session().authorization_check(check))
        .unwrap();
    assert_eq!(checked.verdict.unwrap().authorized, Some(true));
    assert_eq!(
        checked.session_token.unwrap().expose(),
        "the-token-of-the-request"
    );
}

#[test]
fn the_qr_code_contains_the_secret() {
    let client = Script::new().created(Created::default()).client();
    let created = client.create(&create()).unwrap();
    let png = created.qr_code.png().unwrap();
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, height) = (info.width as usize, info.height as usize);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        pixels[y * info.line_size + x]
    });
    let (_, content) = image.detect_grids()[0].decode().unwrap();
    let parameter = format!("secret={}", created.secret.expose());
    assert!(content.starts_with("otpauth://totp/"), "{content}");
    assert!(
        content.contains(&parameter),
        "expected {parameter} in {content}"
    );
}

/// A first factor as the user's own operation.
#[derive(Serialize)]
struct Password {
    organization_id: &'static str,
    email_address: &'static str,
}

#[derive(Debug, Deserialize)]
struct FirstFactorResponse {
    member_authenticated: bool,
    member: Member,
    session_token: Option<SessionToken>,
    intermediate_session_token: Option<IntermediateSessionToken>,
}

impl Operation for Password {
    type Response = Json<FirstFactorResponse>;

    fn describe(&self) -> Result<Call, InvalidParams> {
        Call::post("/v1/b2b/passwords/authenticate").json(self)
    }
}

#[test]
fn a_login_with_a_custom_first_factor_can_be_scripted() {
    let script = Script::new()
        .first_factor(FirstFactor::mfa_required("intermediate-1"))
        .at_path("/v1/b2b/passwords/authenticate")
        .authenticated("session-1")
        .first_factor(FirstFactor::complete("session-2"));
    let client = script.client();
    let password = Password {
        organization_id: ORGANIZATION,
        email_address: "grace@example.com",
    };
    let Json(first) = client.call(&password).unwrap();
    assert!(!first.member_authenticated);
    assert_eq!(
        first.session_token.unwrap().expose(),
        "",
        "as the API sends it"
    );
    assert!(first.member.has_totp());
    assert_eq!(first.member.email_address, "grace@example.com");
    let token = first.intermediate_session_token.unwrap();
    assert_eq!(token.expose(), "intermediate-1");
    let params = authenticate().intermediate_session_token(token);
    let session = client.authenticate(&params).unwrap().session_token.unwrap();
    assert_eq!(session.expose(), "session-1");

    let Json(first) = client.call(&password).unwrap();
    assert!(first.member_authenticated);
    assert_eq!(first.session_token.unwrap().expose(), "session-2");
    assert_eq!(first.intermediate_session_token.unwrap().expose(), "");
    script.assert_finished();
    let requests = script.requests();
    assert_eq!(
        requests[1].json()["intermediate_session_token"],
        "intermediate-1"
    );
}
