//! Sessions are checked locally, and never confused.

use std::sync::Arc;
use std::time::Duration;

use totps_emulator::{Factor, Fault};
use totps_hyper::{OrganizationId, Project};
use totps_web::App;

use super::browser::Browser;
use crate::service;

#[tokio::test]
async fn the_first_page_makes_no_call() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.calls();
    for _ in 0..3 {
        browser.get("/").await;
        assert_eq!(browser.heading(), "Welcome");
    }
    assert_eq!(browser.calls(), [""; 0]);
}

/// Then a JWT of Stytch is slightly in the future.
#[tokio::test]
async fn a_clock_may_be_a_little_behind() {
    let emulator = service::emulator();
    let project = Project::at(
        emulator.base_url(),
        emulator.project_id(),
        emulator.secret(),
    );
    let organization = OrganizationId::new(emulator.organization_id());
    let clock = Arc::clone(&emulator);
    let behind = move || clock.now() - Duration::from_secs(5);
    let app = App::connect(project.unwrap(), &organization, false, behind).await;
    let mut browser = Browser::of(&totps_web::router(app.unwrap()), &emulator);
    browser.sign_in().await;
    browser.get("/account/remove-app").await;
    assert_eq!(browser.heading(), "Remove the app");
}

#[tokio::test]
async fn an_old_jwt_is_renewed() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.calls();
    for seconds in [70, 400] {
        let before = browser.cookies["session"].clone();
        browser.emulator.advance(Duration::from_secs(seconds));
        browser.get("/").await;
        assert_eq!(browser.heading(), "Welcome");
        assert_eq!(browser.calls(), ["sessions.authenticate"]);
        assert_ne!(browser.cookies["session"], before);
        browser.get("/").await;
        assert_eq!(browser.calls(), [""; 0]);
    }
    browser.emulator.advance(Duration::from_secs(8 * 60 * 60));
    browser.get("/").await;
    assert_eq!(
        (browser.status.as_u16(), browser.heading()),
        (403, "Sign in")
    );
}

#[tokio::test]
async fn nobody_is_signed_out_if_a_session_cannot_be_checked() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.emulator.advance(Duration::from_secs(70));
    let fault = Fault::lost_response().endpoint("sessions.authenticate");
    browser.emulator.inject(1, fault).unwrap();
    browser.get("/").await;
    assert_eq!(
        (browser.status.as_u16(), browser.heading()),
        (503, "Your session cannot be checked now")
    );
    browser.get("/").await;
    assert_eq!(browser.heading(), "Welcome");
}

/// The address of a form may have no page of its own.
#[tokio::test]
async fn after_a_failed_check_of_the_session_the_user_can_continue() {
    for path in [
        "/account/end-session",
        "/account/sign-out-everywhere",
        "/account/remove-app",
    ] {
        let mut browser = Browser::new().await;
        browser.sign_in().await;
        browser.get("/account").await;
        browser.emulator.advance(Duration::from_secs(70));
        let fault = Fault::response(503).endpoint("sessions.authenticate");
        browser.emulator.inject(1, fault).unwrap();
        browser.post(path, &[("session", "x")]).await;
        assert_eq!(
            (browser.status.as_u16(), browser.heading()),
            (503, "Your session cannot be checked now"),
            "{path}"
        );
        let link = browser.html.split_once("class=\"button\" href=\"").unwrap();
        let to = match link.1.split('"').next().unwrap() {
            "" => path,
            to => to,
        }
        .to_owned();
        browser.get(&to).await;
        assert_eq!(browser.heading(), "Welcome", "{path}: GET {to}");
    }
}

/// The JWT is too old for a local check, and Stytch cannot be reached.
#[tokio::test]
async fn a_user_can_sign_out_although_the_session_cannot_be_checked() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.emulator.advance(Duration::from_secs(70));
    for endpoint in [
        "sessions.authenticate",
        "sessions.authenticate",
        "sessions.revoke",
    ] {
        let fault = Fault::response(503).endpoint(endpoint);
        browser.emulator.inject(1, fault).unwrap();
    }
    browser.get("/").await;
    assert_eq!(browser.heading(), "Your session cannot be checked now");
    assert!(
        browser.html.contains("action=\"/sign-out\""),
        "expected the button to sign out: {}",
        browser.html
    );
    browser.post("/sign-out", &[]).await;
    assert_eq!(browser.heading(), "Sign in");
    assert!(
        browser
            .html
            .contains("it is not known whether the session ended"),
        "{}",
        browser.html
    );
    assert!(
        !browser.cookies.contains_key("session"),
        "expected that the cookie is removed"
    );
}

#[tokio::test]
async fn sensitive_actions_need_a_fresh_code() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.emulator.advance(Duration::from_secs(11 * 60));
    for path in [
        "/account/remove-app",
        "/account/replace-app",
        "/account/recovery-codes",
    ] {
        browser.get(path).await;
        assert_eq!(browser.heading(), "Confirm that it is you", "GET {path}");
        browser.calls();
        browser.post(path, &[]).await;
        assert_eq!(browser.heading(), "Confirm that it is you", "POST {path}");
        assert_eq!(browser.calls(), ["sessions.authenticate"], "POST {path}");
    }
    let code = browser.emulator.code("grace").unwrap();
    browser.post("/confirm", &[("code", &code)]).await;
    assert_eq!(
        browser.heading(),
        "Get new recovery codes",
        "expected the action that asked last"
    );
}

#[tokio::test]
async fn sessions_of_other_members_cannot_be_ended() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser
        .emulator
        .create_session("ada", &[Factor::Password])
        .unwrap();
    let mut ada = Browser::of(&browser.router, &browser.emulator);
    ada.password("ada@example.com").await;
    ada.post("/enrol", &[]).await;
    let code = ada.emulator.code("ada").unwrap();
    ada.post("/enrol/code", &[("code", &code)]).await;
    ada.get("/account").await;
    let id = ada.html.split_once("name=\"session\" value=\"").unwrap().1;
    let id = id.split('"').next().unwrap().to_owned();

    browser.get("/account").await;
    browser.calls();
    browser
        .post("/account/end-session", &[("session", &id)])
        .await;
    assert!(!browser.calls().contains(&"sessions.revoke"));
    ada.get("/account").await;
    assert!(
        ada.html.contains(&id),
        "expected that the session is not ended"
    );
}

/// The local check still accepts the session.
#[tokio::test]
async fn a_session_that_was_ended_elsewhere_cannot_end_others() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.get("/account").await;
    let mut thief = Browser::of(&browser.router, &browser.emulator);
    let stolen = browser.cookies.clone();
    browser.post("/account/sign-out-everywhere", &[]).await;
    for path in ["/account/sign-out-everywhere", "/account/end-session"] {
        thief.cookies = stolen.clone();
        thief.get("/").await;
        assert_eq!(thief.heading(), "Welcome");
        browser.calls();
        thief.post(path, &[("session", "x")]).await;
        assert_eq!(
            browser.calls(),
            ["sessions.authenticate"],
            "POST {path} with an ended session"
        );
    }
}

#[tokio::test]
async fn a_failed_sign_out_is_reported() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    let fault = Fault::response(503).endpoint("sessions.revoke");
    browser.emulator.inject(1, fault).unwrap();
    browser.post("/sign-out", &[]).await;
    browser.assert_shows("is not known");
    assert!(!browser.cookies.contains_key("session"));
    browser.emulator.advance(Duration::from_secs(30));
    browser.sign_in().await;
    browser.get("/account").await;
    let fault = Fault::response(503).endpoint("sessions.revoke");
    browser.emulator.inject(1, fault).unwrap();
    browser.post("/account/sign-out-everywhere", &[]).await;
    assert_eq!(
        browser.heading(),
        "Your account",
        "expected to be signed in"
    );
    browser.assert_shows("It does no harm to do it twice.");
}

/// Two people use the same browser, one after the other.
#[tokio::test]
async fn the_state_of_a_member_is_not_shown_to_another() {
    let mut browser = Browser::new().await;
    browser.password("ada@example.com").await;
    browser.post("/enrol", &[]).await;
    let code = browser.emulator.code("ada").unwrap();
    browser.post("/enrol/code", &[("code", &code)]).await;
    assert_eq!(browser.heading(), "Save your recovery codes");
    // Ada leaves, and her session ends.
    browser.cookies.remove("session");
    browser.sign_in().await;
    browser.get("/recovery-codes").await;
    assert_eq!(browser.heading(), "Your account");

    let mut browser = Browser::new().await;
    browser.password("ada@example.com").await;
    browser.post("/enrol", &[]).await;
    assert_eq!(browser.heading(), "Scan the QR code");
    browser.password("grace@example.com").await;
    browser.get("/enrol").await;
    assert_eq!(browser.heading(), "Set up an authenticator app");
}

/// Otherwise anybody could fill the memory for the state of the browsers.
#[tokio::test]
async fn nothing_is_stored_for_a_browser_that_is_not_known() {
    let mut browser = Browser::new().await;
    browser.get("/sign-in").await;
    for (method, path) in [("GET", "/code"), ("POST", "/code"), ("POST", "/sign-out")] {
        match method {
            "GET" => browser.send("GET", path, None).await,
            _ => browser.post_only(path, &[("code", "123456")]).await,
        }
        assert_eq!(browser.location().as_deref(), Some("/sign-in"), "{path}");
        browser.get("/sign-in").await;
        assert!(
            !browser.html.contains("id=\"message\""),
            "expected no message after {method} {path}: {}",
            browser.html
        );
    }
}

/// The first code arrived, and its response was lost. *Get a new QR code* is refused then.
#[tokio::test]
async fn the_recovery_codes_of_a_set_up_are_not_lost() {
    let mut browser = Browser::new().await;
    browser.password("ada@example.com").await;
    browser.post("/enrol", &[]).await;
    let fault = Fault::lost_response().endpoint("totp.authenticate");
    browser.emulator.inject(1, fault).unwrap();
    let code = browser.emulator.code("ada").unwrap();
    browser.post("/enrol/code", &[("code", &code)]).await;
    assert_eq!(browser.heading(), "Scan the QR code");
    browser.post("/enrol", &[]).await;
    assert_eq!(browser.heading(), "Sign in");

    browser.emulator.advance(Duration::from_secs(30));
    browser.password("ada@example.com").await;
    let code = browser.emulator.code("ada").unwrap();
    browser.post("/code", &[("code", &code)]).await;
    assert_eq!(browser.heading(), "Save your recovery codes");
    assert_eq!(browser.html.matches("<li><code>").count(), 10);
}

/// The QR code is still valid.
#[tokio::test]
async fn a_refused_new_qr_code_leaves_the_old_one() {
    let mut browser = Browser::new().await;
    browser.password("ada@example.com").await;
    browser.post("/enrol", &[]).await;
    let fault = Fault::response(429).endpoint("totp.create");
    browser.emulator.inject(1, fault).unwrap();
    browser.post("/enrol", &[]).await;
    assert_eq!(
        (browser.status.as_u16(), browser.heading()),
        (429, "Scan the QR code")
    );
    let code = browser.emulator.code("ada").unwrap();
    browser.post("/enrol/code", &[("code", &code)]).await;
    assert_eq!(browser.heading(), "Save your recovery codes");
}

/// A set-up was finished in another browser, and its recovery codes replaced those of this one.
#[tokio::test]
async fn invalid_recovery_codes_are_not_shown() {
    let mut browser = Browser::new().await;
    browser.password("ada@example.com").await;
    browser.post("/enrol", &[]).await;
    let mut phone = Browser::of(&browser.router, &browser.emulator);
    phone.password("ada@example.com").await;
    phone.post("/enrol", &[]).await;
    let code = phone.emulator.code("ada").unwrap();
    phone.post("/enrol/code", &[("code", &code)]).await;
    assert_eq!(phone.heading(), "Save your recovery codes");

    browser.emulator.advance(Duration::from_secs(30));
    browser.password("ada@example.com").await;
    assert_eq!(
        browser.heading(),
        "Enter the code of your authenticator app"
    );
    let code = browser.emulator.code("ada").unwrap();
    browser.post("/code", &[("code", &code)]).await;
    assert_eq!(browser.heading(), "Welcome");
}

/// A password alone cannot remove a factor, because Stytch creates no second TOTP.
#[tokio::test]
async fn a_password_alone_cannot_replace_the_app() {
    let mut browser = Browser::new().await;
    browser.password("grace@example.com").await;
    assert_eq!(
        browser.heading(),
        "Enter the code of your authenticator app"
    );
    let before = browser.emulator.code("grace");
    browser.get("/enrol").await;
    browser.calls();
    browser.post("/enrol", &[]).await;
    assert_ne!(browser.heading(), "Scan the QR code");
    assert_eq!(browser.calls(), ["totp.create"], "expected no deletion");
    assert_eq!(browser.emulator.code("grace"), before);
    for path in [
        "/account",
        "/account/remove-app",
        "/recovery-codes",
        "/confirm",
    ] {
        browser.get(path).await;
        assert_eq!(browser.heading(), "Sign in", "{path} without a session");
    }
}
