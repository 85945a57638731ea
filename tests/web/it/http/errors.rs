//! Every kind of error of a call: the status and the message of the page, and that the user can
//! continue.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use totps_emulator::{Fault, NewMember, RateLimitError};
use totps_hyper::{OrganizationId, Project};
use totps_web::App;

use super::browser::Browser;
use crate::service::{self, PASSWORD, RECOVERY_CODES, TOTP_SECRET};

fn api(status: u16, error_type: &str) -> Fault {
    let body =
        json!({ "status_code": status, "error_type": error_type, "error_message": "SENTINEL" });
    Fault::response(status).body(body)
}

#[tokio::test]
async fn after_an_error_of_a_code_the_user_can_continue() {
    for (fault, status, heading, text) in [
        (
            api(401, "unable_to_authenticate_totp"),
            422,
            "Enter the code",
            "not right",
        ),
        // Stytch's own mock returns the same response for a wrong code as for a wrong secret of the
        // project.
        (
            api(401, "unauthorized_credentials"),
            422,
            "Enter the code",
            "not right",
        ),
        (
            api(400, "totp_code_already_authenticated"),
            422,
            "Enter the code",
            "used already",
        ),
        (
            api(404, "intermediate_session_not_found"),
            200,
            "Sign in",
            "sign in again",
        ),
        (
            api(404, "totp_not_found"),
            200,
            "Set up an authenticator app",
            "took too long",
        ),
        (
            api(403, "organization_suspended"),
            403,
            "Enter the code",
            "your administrator",
        ),
        (
            api(429, "too_many_requests"),
            429,
            "Enter the code",
            "too many requests",
        ),
        (
            api(404, "organization_not_found"),
            500,
            "Enter the code",
            "wrong on our side",
        ),
        (
            api(400, "brand_new_error"),
            500,
            "Enter the code",
            "wrong on our side",
        ),
        (
            api(500, "internal_server_error"),
            503,
            "Enter the code",
            "next code",
        ),
        (
            Fault::response(502).body("<html>SENTINEL"),
            503,
            "Enter the code",
            "next code",
        ),
        (
            Fault::response(200).body("<html>SENTINEL"),
            503,
            "Enter the code",
            "next code",
        ),
        (Fault::reset(), 503, "Enter the code", "next code"),
        (Fault::close_after(40), 503, "Enter the code", "next code"),
    ] {
        let what = format!("{fault:?}");
        let mut browser = Browser::new().await;
        browser.password("grace@example.com").await;
        browser
            .emulator
            .inject(1, fault.endpoint("totp.authenticate"))
            .unwrap();
        let code = browser.emulator.code("grace").unwrap();
        browser.post("/code", &[("code", &code)]).await;
        assert_eq!(browser.status, status, "{what}: {}", browser.html);
        assert!(
            browser.heading().starts_with(heading),
            "{what}: {}",
            browser.heading()
        );
        assert!(browser.html.contains(text), "{what}: {}", browser.html);
        assert!(
            !browser.html.contains("SENTINEL"),
            "{what}: the server's text is shown"
        );

        // She tries again, and gets in.
        browser.emulator.advance(Duration::from_secs(30));
        browser.password("grace@example.com").await;
        let code = browser.emulator.code("grace").unwrap();
        browser.post("/code", &[("code", &code)]).await;
        assert_eq!(browser.heading(), "Welcome", "{what}");
    }
}

#[tokio::test]
async fn after_an_error_of_a_recovery_code_the_user_can_continue() {
    for (fault, status, text) in [
        (
            api(401, "unable_to_authenticate_recovery_code"),
            422,
            "was used before",
        ),
        (api(401, "unauthorized_credentials"), 422, "was used before"),
        (
            api(404, "recovery_codes_not_found"),
            409,
            "no recovery codes",
        ),
        (api(429, "user_lock_limit_reached"), 429, "locked"),
        (api(400, "brand_new_error"), 500, "wrong on our side"),
        (api(500, "internal_server_error"), 503, "try it once more"),
    ] {
        let what = format!("{fault:?}");
        let mut browser = Browser::new().await;
        browser.password("grace@example.com").await;
        browser.get("/recover").await;
        let fault = fault.endpoint("recovery_codes.recover");
        browser.emulator.inject(1, fault).unwrap();
        let form = [("recovery_code", RECOVERY_CODES[0])];
        browser.post("/recover", &form).await;
        assert_eq!(
            (browser.status.as_u16(), browser.heading()),
            (status, "Use a recovery code"),
            "{what}"
        );
        assert!(browser.html.contains(text), "{what}: {}", browser.html);
        browser.post("/recover", &form).await;
        assert_eq!(browser.heading(), "Set up a new app", "{what}");
    }
}

#[tokio::test]
async fn a_recovery_code_that_may_be_used_up_can_be_tried_again() {
    let mut browser = Browser::new().await;
    browser.password("grace@example.com").await;
    browser.get("/recover").await;
    let fault = Fault::lost_response().endpoint("recovery_codes.recover");
    browser.emulator.inject(1, fault).unwrap();
    browser
        .post("/recover", &[("recovery_code", RECOVERY_CODES[0])])
        .await;
    assert_eq!(
        (browser.status.as_u16(), browser.heading()),
        (503, "Use a recovery code")
    );
    browser.assert_shows("may be used up");
    browser
        .post("/recover", &[("recovery_code", RECOVERY_CODES[0])])
        .await;
    assert_eq!(browser.heading(), "Sign in");
    browser.password("grace@example.com").await;
    browser.get("/recover").await;
    browser
        .post("/recover", &[("recovery_code", RECOVERY_CODES[1])])
        .await;
    assert_eq!(browser.heading(), "Set up a new app");
}

/// The API refuses the code, and the response is lost.
#[tokio::test]
async fn a_mistyped_recovery_code_is_not_called_used() {
    let mut browser = Browser::new().await;
    browser.password("grace@example.com").await;
    browser.get("/recover").await;
    let fault = Fault::lost_response().endpoint("recovery_codes.recover");
    browser.emulator.inject(1, fault).unwrap();
    browser
        .post("/recover", &[("recovery_code", "ckss-2skx-ebov")])
        .await;
    assert_eq!(
        (browser.status.as_u16(), browser.heading()),
        (503, "Use a recovery code"),
        "expected that the login continues"
    );
    browser.assert_shows("may be used up");
    browser
        .post("/recover", &[("recovery_code", RECOVERY_CODES[0])])
        .await;
    assert_eq!(browser.heading(), "Set up a new app");
}

/// The session in an otherwise malformed response is not lost.
#[tokio::test]
async fn a_session_in_a_malformed_response_is_rescued() {
    let mut browser = Browser::new().await;
    browser.password("grace@example.com").await;
    let factors = [
        totps_emulator::Factor::Password,
        totps_emulator::Factor::Totp,
    ];
    let session = browser.emulator.create_session("grace", &factors).unwrap();
    let body = format!(
        "{{\"member_id\": null, \"session_jwt\": \"{}\", \"member\": ",
        session.session_jwt
    );
    let fault = Fault::response(200)
        .body(body)
        .endpoint("totp.authenticate");
    browser.emulator.inject(1, fault).unwrap();
    browser.post("/code", &[("code", "123456")]).await;
    assert_eq!(browser.heading(), "Welcome");
}

/// The page shows the key, and the recovery codes are read from Stytch.
#[tokio::test]
async fn a_set_up_without_a_picture_and_without_recovery_codes() {
    let mut browser = Browser::new().await;
    browser.password("grace@example.com").await;
    let body = json!({
        "totp_registration_id": "member-totp-test-1", "secret": TOTP_SECRET,
        "qr_code": "data:image/gif;base64,SENTINEL", "recovery_codes": null,
    });
    let fault = Fault::response(200).body(body).endpoint("totp.create");
    browser.emulator.inject(1, fault).unwrap();
    browser.get("/enrol").await;
    browser.post("/enrol", &[]).await;
    assert_eq!(browser.heading(), "Scan the QR code");
    assert!(!browser.html.contains("<img"), "{}", browser.html);
    assert!(!browser.html.contains("SENTINEL"), "{}", browser.html);
    browser.assert_shows("BTGN X5RK");
    let code = browser.emulator.code("grace").unwrap();
    browser.post("/enrol/code", &[("code", &code)]).await;
    assert_eq!(browser.heading(), "Save your recovery codes");
    browser.assert_shows(RECOVERY_CODES[0]);
}

/// The removal of the old app succeeds.
#[tokio::test]
async fn if_the_new_app_fails_the_page_says_that_the_old_one_is_removed() {
    for fault in [api(429, "too_many_requests"), Fault::lost_response()] {
        let what = format!("{fault:?}");
        let mut browser = Browser::new().await;
        browser.sign_in().await;
        browser.get("/account/replace-app").await;
        browser
            .emulator
            .inject(1, fault.endpoint("totp.create"))
            .unwrap();
        browser.post("/account/replace-app", &[]).await;
        assert_eq!(browser.heading(), "Set up an authenticator app", "{what}");
        for (text, expected) in [
            ("Your old app is removed", true),
            ("Nothing was changed", false),
        ] {
            assert_eq!(
                browser.html.contains(text),
                expected,
                "{what}: {text:?} in {}",
                browser.html
            );
        }
        browser.post("/enrol", &[]).await;
        assert_eq!(browser.heading(), "Scan the QR code", "{what}");
    }
}

/// The response to the removal is lost, and the Member cannot be read.
#[tokio::test]
async fn a_removal_that_is_unclear_is_not_called_undone() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.get("/account/remove-app").await;
    for (fault, endpoint) in [
        (Fault::lost_response(), "totp.delete"),
        (api(429, "too_many_requests"), "members.get"),
    ] {
        let fault = fault.endpoint(endpoint);
        browser.emulator.inject(1, fault).unwrap();
    }
    browser.post("/account/remove-app", &[]).await;
    assert_eq!(
        (browser.status.as_u16(), browser.heading()),
        (503, "Remove the app")
    );
    browser.assert_shows("this may or may not have been done");
}

#[tokio::test]
async fn a_session_without_times_is_listed() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    let session = json!({ "member_session_id": "session-test-1", "authentication_factors": [] });
    let body = json!({ "member_sessions": [session] });
    let fault = Fault::response(200).body(body).endpoint("sessions.get");
    browser.emulator.inject(1, fault).unwrap();
    browser.get("/account").await;
    for text in ["Since an unknown time", "last used at an unknown time"] {
        browser.assert_shows(text);
    }
}

/// The service does not offer text messages.
#[tokio::test]
async fn a_member_with_a_phone_number_cannot_set_up_an_app() {
    let mut browser = Browser::new().await;
    let organization = browser.emulator.organization_id();
    let describe = |member: &mut NewMember| {
        member.email_address = Some("joan@example.com".to_owned());
        member.password = Some(PASSWORD.to_owned());
        member.mfa_phone_number = Some("+12025550162".to_owned());
        member.mfa_enrolled = true;
    };
    browser
        .emulator
        .create_member(organization, describe)
        .unwrap();
    browser.password("joan@example.com").await;
    assert_eq!(browser.heading(), "Set up an authenticator app");
    browser.post("/enrol", &[]).await;
    browser.assert_shows("If it is a phone number");
}

#[tokio::test]
async fn a_lock_message_has_the_duration() {
    for (seconds, text) in [
        (Some(30), "for a minute"),
        (Some(601), "for 11 minutes"),
        (None, "for a while"),
    ] {
        let mut browser = Browser::new().await;
        browser.password("grace@example.com").await;
        let mut fault =
            Fault::rate_limited(RateLimitError::UserLockLimitReached).endpoint("totp.authenticate");
        if let Some(seconds) = seconds {
            fault = fault.retry_after(Duration::from_secs(seconds));
        }
        browser.emulator.inject(1, fault).unwrap();
        browser.post("/code", &[("code", "000000")]).await;
        assert_eq!(browser.status, 429);
        browser.assert_shows(text);
    }
}

#[tokio::test]
async fn after_an_error_of_a_password_the_user_can_continue() {
    for (fault, status, text) in [
        (
            api(401, "unauthorized_credentials"),
            422,
            "The e-mail address or the password is not right.",
        ),
        (
            api(404, "member_not_found"),
            422,
            "The e-mail address or the password is not right.",
        ),
        (
            api(429, "user_lock_limit_reached"),
            429,
            "this account is locked",
        ),
        (
            api(403, "organization_suspended"),
            403,
            "your administrator",
        ),
        (api(500, "internal_server_error"), 503, "try again"),
        (Fault::lost_response(), 503, "try again"),
        (Fault::response(200).body("{}"), 503, "try again"),
    ] {
        let what = format!("{fault:?}");
        let mut browser = Browser::new().await;
        browser
            .emulator
            .inject(1, fault.endpoint("passwords.authenticate"))
            .unwrap();
        browser.password("grace@example.com").await;
        assert_eq!(
            (browser.status.as_u16(), browser.heading()),
            (status, "Sign in"),
            "{what}"
        );
        assert!(browser.html.contains(text), "{what}: {}", browser.html);
        assert!(
            browser.html.contains("value=\"grace@example.com\""),
            "{what}: expected that the address is kept"
        );
        browser.sign_in().await;
    }
}

/// The API accepts the password, and returns neither a session nor an intermediate session token.
#[tokio::test]
async fn a_password_without_a_session_is_refused() {
    let mut browser = Browser::new().await;
    let body = json!({
        "member_id": "member-test-1", "member_authenticated": false, "session_jwt": "",
        "intermediate_session_token": "", "primary_required": { "allowed_auth_methods": ["sso"] },
    });
    let fault = Fault::response(200)
        .body(body)
        .endpoint("passwords.authenticate");
    browser.emulator.inject(1, fault).unwrap();
    browser.password("grace@example.com").await;
    assert_eq!(
        (browser.status.as_u16(), browser.heading()),
        (403, "Sign in")
    );
}

/// Forwards connections to the emulator until the task is aborted.
async fn relay(address: SocketAddr, to: SocketAddr) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((mut from, _)) = listener.accept().await {
            connections.spawn(async move {
                let mut to = TcpStream::connect(to).await.unwrap();
                let _ = copy_bidirectional(&mut from, &mut to).await;
            });
        }
    });
    (address, task)
}

/// Nothing was sent: the same code can be used again.
#[tokio::test]
async fn without_a_connection_the_code_is_not_used_up() {
    let emulator = service::emulator();
    let real = emulator
        .base_url()
        .trim_start_matches("http://")
        .parse()
        .unwrap();
    let (address, running) = relay("127.0.0.1:0".parse().unwrap(), real).await;
    let project = Project::at(
        format!("http://{address}"),
        emulator.project_id(),
        emulator.secret(),
    );
    let router = service::app_of(project.unwrap(), &emulator, false).await;
    let mut browser = Browser::of(&router, &emulator);
    browser.password("grace@example.com").await;
    let code = emulator.code("grace").unwrap();

    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    browser.post("/code", &[("code", &code)]).await;
    assert_eq!(browser.status, 503);
    browser.assert_shows("The code was not used");
    let (_, _running) = relay(address, real).await;
    browser.post("/code", &[("code", &code)]).await;
    assert_eq!(browser.heading(), "Welcome");
}

#[tokio::test]
async fn a_wrong_secret_is_an_error_at_the_start() {
    let emulator = service::emulator();
    let project = Project::at(
        emulator.base_url(),
        emulator.project_id(),
        "secret-test-wrong",
    )
    .unwrap();
    let organization = OrganizationId::new(emulator.organization_id());
    let app = App::connect(project, &organization, false, std::time::SystemTime::now).await;
    let Err(error) = app else {
        panic!("expected an error");
    };
    assert!(!error.to_string().contains("secret-test-wrong"));
}
