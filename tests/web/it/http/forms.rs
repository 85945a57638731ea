//! Forged and malformed forms.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, COOKIE};
use tower::ServiceExt as _;

use super::browser::Browser;

const FORMS: [&str; 13] = [
    "/sign-in",
    "/code",
    "/recover",
    "/enrol",
    "/enrol/code",
    "/recovery-codes",
    "/confirm",
    "/account/remove-app",
    "/account/replace-app",
    "/account/recovery-codes",
    "/account/end-session",
    "/account/sign-out-everywhere",
    "/sign-out",
];

/// The fields of all forms.
const FIELDS: &str = "email=grace%40example.com&password=x&code=000000&recovery_code=x&session=x";

#[tokio::test]
async fn a_form_without_the_token_of_this_browser_is_refused() {
    let mut browser = Browser::new().await;
    let mut other = Browser::of(&browser.router, &browser.emulator);
    other.get("/sign-in").await;
    let of_another = other.csrf_token();
    assert!(!of_another.is_empty());
    for signed_in in [false, true] {
        if signed_in {
            browser.sign_in().await;
        } else {
            browser.password("grace@example.com").await;
        }
        browser.calls();
        for path in FORMS {
            for token in [
                "",
                "csrf_token=",
                "csrf_token=AAAA",
                &format!("csrf_token={of_another}"),
            ] {
                browser
                    .send("POST", path, Some(format!("{token}&{FIELDS}")))
                    .await;
                assert_eq!(browser.status, 403, "POST {path} with {token:?}");
                assert_eq!(browser.heading(), "This form is too old");
                assert_eq!(
                    browser.calls(),
                    [""; 0],
                    "calls of POST {path} with {token:?}"
                );
            }
        }
    }
    browser.get("/").await;
    assert_eq!(browser.heading(), "Welcome", "expected to be signed in");
}

/// A link or an image of another site can only open pages.
#[tokio::test]
async fn opening_a_page_changes_nothing() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.calls();
    for path in FORMS {
        browser.get(path).await;
        for call in browser.calls() {
            assert!(
                ["members.get", "sessions.get"].contains(&call),
                "GET {path} calls {call}"
            );
        }
    }
    assert_eq!(browser.get("/sign-out").await.status, 405);
}

#[tokio::test]
async fn a_malformed_form_is_refused() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.get("/confirm").await;
    let token = browser.csrf_token();
    let cookies: Vec<_> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    browser.calls();
    let long = format!("csrf_token={token}&code={}", "1".repeat(20_000));
    for (content_type, body, status) in [
        (
            "application/x-www-form-urlencoded",
            format!("csrf_token={token}"),
            400,
        ),
        (
            "application/x-www-form-urlencoded",
            format!("csrf_token={token}&code=1&code=2"),
            400,
        ),
        ("application/x-www-form-urlencoded", long, 413),
        ("text/plain", format!("csrf_token={token}&code=1"), 415),
        (
            "application/json",
            format!("{{\"csrf_token\": \"{token}\", \"code\": \"1\"}}"),
            415,
        ),
    ] {
        let request = Request::post("/confirm")
            .header(COOKIE, cookies.join("; "))
            .header(CONTENT_TYPE, content_type)
            .body(Body::from(body.clone()))
            .unwrap();
        let response = browser.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{content_type}: {:.100}", body);
        assert!(browser.calls().is_empty());
    }
}

/// A double click, and a form that the button *Back* restored.
#[tokio::test]
async fn a_form_that_is_sent_again_sends_no_second_code() {
    let mut browser = Browser::new().await;
    browser.password("grace@example.com").await;
    let (token, cookies) = (browser.csrf_token(), browser.cookies.clone());
    let code = browser.emulator.code("grace").unwrap();
    let form = format!("csrf_token={token}&code={code}");
    browser.send("POST", "/code", Some(form.clone())).await;
    assert!(browser.cookies.contains_key("session"));
    browser.calls();

    // A second click, before the browser has the cookies of the first response. The second response
    // comes last.
    let signed_in = std::mem::replace(&mut browser.cookies, cookies);
    browser.send("POST", "/code", Some(form.clone())).await;
    browser.cookies = signed_in;
    browser.store_cookies();
    assert_eq!(browser.location().as_deref(), Some("/sign-in"));
    browser.get("/sign-in").await;
    assert_eq!(
        browser.heading(),
        "Welcome",
        "expected the session of the first click"
    );

    // The old page, restored.
    browser.send("POST", "/code", Some(form)).await;
    assert_eq!(
        (browser.status.as_u16(), browser.heading()),
        (403, "This form is too old")
    );
    browser.get("/account").await;
    browser.post("/code", &[("code", &code)]).await;
    assert_eq!(
        browser.heading(),
        "Welcome",
        "expected that the login is complete"
    );
    assert!(!browser.calls().contains(&"totp.authenticate"));
}
