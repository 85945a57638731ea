//! Tests of calls that are not in the script, and of recorded requests.

use std::error::Error as _;
use std::thread;

use totps_core::test_util::{Created, Endpoint, Script, ScriptError, SentRequest};
use totps_core::{
    AuthenticateParams, CreateParams, DeleteTotpParams, Delivery, Error, ErrorType,
    GetMemberParams, Project, Reason, RevokeSessionsParams, TransportErrorKind,
};

use super::both;

fn create() -> CreateParams {
    CreateParams::new("acme", "ada")
}

fn authenticate() -> AuthenticateParams {
    AuthenticateParams::new("acme", "ada", "123456")
}

/// Returns the message of the script in the error of a call.
fn message(error: &Error) -> String {
    assert_eq!(error.reason(), Reason::Configuration);
    assert_eq!(error.delivery(), Delivery::NotSent);
    let Error::Transport(error) = error else {
        panic!("expected an error of the transport, got {error:?}");
    };
    assert_eq!(error.kind(), TransportErrorKind::Refused);
    let source = error
        .source()
        .and_then(|source| source.downcast_ref::<ScriptError>());
    source.expect("a `ScriptError`").to_string()
}

#[test]
fn a_call_after_the_last_step_is_refused() {
    let script = Script::new().lost();
    let client = script.client();
    let _ = client.create(&create());
    let error = client.authenticate(&authenticate()).unwrap_err();
    let expected = "request 2 (`authenticate`) came after the last step of the script";
    assert_eq!(message(&error), expected);
    // `finish` reports it even if the code under test hides the error.
    assert_eq!(script.finish().unwrap_err().to_string(), expected);
}

#[test]
fn a_call_for_another_endpoint_is_refused() {
    let script = Script::new().lost().created("BTGN");
    let client = script.client();
    let _ = client.create(&create());
    let error = smol::block_on(script.async_client().authenticate(&authenticate())).unwrap_err();
    let expected = "request 2 (`authenticate`) came instead of step 2 (success for `create`)";
    assert_eq!(message(&error), expected);
    // The step is not used and is played to the right call.
    assert_eq!(client.create(&create()).unwrap().secret.expose(), "BTGN");
    assert_eq!(script.finish().unwrap_err().to_string(), expected);
}

#[test]
fn any_step_can_be_bound_to_an_endpoint() {
    let script = || {
        Script::new()
            .refused(ErrorType::BadRequest)
            .at(Endpoint::GetMember)
    };
    for result in both(script, &GetMemberParams::by_id("acme", "ada")) {
        assert_eq!(
            result.unwrap_err().error_type(),
            Some(&ErrorType::BadRequest)
        );
    }
    let script = script();
    let error = script.client().create(&create()).unwrap_err();
    assert_eq!(
        message(&error),
        "request 1 (`create`) came instead of step 1 (refused (bad_request) for `get_member`)"
    );
    let script = Script::new()
        .lost()
        .at_path("/v1/b2b/passwords/authenticate");
    let error = script.client().create(&create()).unwrap_err();
    assert_eq!(
        message(&error),
        "request 1 (`create`) came instead of step 1 (lost for /v1/b2b/passwords/authenticate)"
    );
}

#[test]
fn in_any_order_a_call_plays_a_step_for_its_endpoint() {
    let script = Script::new()
        .in_any_order()
        .created("first")
        .refused(ErrorType::BadRequest)
        .at(Endpoint::Authenticate)
        .created("second");
    let client = script.client();
    let error = client.authenticate(&authenticate()).unwrap_err();
    assert_eq!(error.error_type(), Some(&ErrorType::BadRequest));
    let error = client.authenticate(&authenticate()).unwrap_err();
    assert_eq!(
        message(&error),
        "request 2 (`authenticate`) came, and none of the steps left is for it"
    );
    for secret in ["first", "second"] {
        assert_eq!(client.create(&create()).unwrap().secret.expose(), secret);
    }
}

#[test]
#[should_panic(expected = "expected a step to be played")]
fn at_without_a_step_panics() {
    let _ = Script::new().at(Endpoint::Create);
}

#[test]
fn finish_reports_the_steps_left() {
    let script = Script::new()
        .lost()
        .created("BTGN")
        .timed_out()
        .refused("x y");
    let _ = script.client().create(&create());
    assert_eq!(
        script.finish().unwrap_err().to_string(),
        "step 2 (success for `create`) was not played; step 3 (timed_out) was not played; \
         step 4 (refused ((not shown))) was not played"
    );
}

#[test]
#[should_panic(expected = "step 1 (lost) was not played")]
fn assert_finished_names_the_steps_left() {
    Script::new().lost().assert_finished();
}

#[test]
fn changing_a_missing_field_is_an_error() {
    let script = Script::new().created(Created::default().without("secrt"));
    let error = script.client().create(&create()).unwrap_err();
    assert_eq!(
        message(&error),
        "the response has no field `secrt` to change"
    );
    assert!(script.finish().is_err());
}

#[test]
fn requests_are_recorded() {
    let script = Script::new()
        .lost()
        .lost()
        .lost()
        .respond_with(|request: &SentRequest| {
            assert_eq!(request.json()["member_id"], "ada");
            Ok::<_, std::io::Error>(http::Response::new("{}"))
        });
    let project = Project::at("http://localhost:1/stytch", "project", "secret").unwrap();
    let client = totps_ureq::Client::new(project, script.clone());
    let _ = client.authenticate(&authenticate().session_duration_minutes(5));
    let _ = client.get_member(&GetMemberParams::by_email("acme", "a+b@c.de"));
    let _ = client.delete_totp(&DeleteTotpParams::new("a/b", "ada").session_token("mZAY"));
    client
        .revoke_sessions(&RevokeSessionsParams::member_id("ada"))
        .unwrap();
    let [authenticate, get_member, delete_totp, revoke] = &script.requests()[..] else {
        panic!("expected four requests");
    };
    assert_eq!(authenticate.endpoint(), Some(Endpoint::Authenticate));
    assert_eq!(authenticate.method(), "POST");
    assert_eq!(authenticate.path(), "/stytch/v1/b2b/totp/authenticate");
    assert_eq!(authenticate.json()["code"], "123456");
    assert_eq!(authenticate.json()["session_duration_minutes"], 5);
    assert_eq!(
        authenticate.header("content-type"),
        Some("application/json")
    );
    assert_eq!(authenticate.organization_id().unwrap(), "acme");
    assert_eq!(authenticate.member_id().unwrap(), "ada");
    assert_eq!(get_member.endpoint(), Some(Endpoint::GetMember));
    assert_eq!(
        get_member.query("email_address").as_deref(),
        Some("a+b@c.de")
    );
    assert_eq!(get_member.member_id(), None);
    assert!(get_member.json().is_null() && get_member.body().is_empty());
    assert_eq!(delete_totp.endpoint(), Some(Endpoint::DeleteTotp));
    assert_eq!(delete_totp.organization_id().unwrap(), "a/b");
    assert_eq!(delete_totp.header("x-stytch-member-session"), Some("mZAY"));
    assert_eq!(revoke.endpoint(), Some(Endpoint::RevokeSessions));
    assert_eq!(
        format!("{revoke:?}"),
        r#"SentRequest { method: POST, path: "/stytch/v1/b2b/sessions/revoke", body: Body(19 bytes), .. }"#
    );
}

#[test]
fn a_test_may_add_steps_while_calls_are_made() {
    let script = Script::new().lost();
    let client = script.client();
    assert!(client.create(&create()).is_err());
    script.clone().created("BTGN");
    assert_eq!(client.create(&create()).unwrap().secret.expose(), "BTGN");
    script.assert_finished();
}

#[test]
fn threads_share_a_script() {
    fn assert_shared<T: Clone + Send + Sync + 'static>(_: &T) {}

    const CALLS: usize = 64;
    let script = (0..CALLS).fold(Script::new(), |script, number| {
        script.created(Created::default().totp_registration_id(number.to_string()))
    });
    assert_shared(&script);
    assert_shared(&script.client());
    assert_shared(&script.async_client());
    let client = script.client();
    let mut ids: Vec<usize> = thread::scope(|scope| {
        let calls: Vec<_> = (0..CALLS)
            .map(|_| scope.spawn(|| client.create(&create()).unwrap().totp_registration_id))
            .collect();
        let ids = calls.into_iter().map(|call| call.join().unwrap());
        ids.map(|id| id.as_str().parse().unwrap()).collect()
    });
    ids.sort_unstable();
    assert_eq!(
        ids,
        (0..CALLS).collect::<Vec<_>>(),
        "each step must be played once"
    );
    script.assert_finished();
    assert_eq!(script.requests().len(), CALLS);
}
