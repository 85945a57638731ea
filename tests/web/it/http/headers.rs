//! Headers, and what pages and URLs must not contain.

use std::collections::BTreeSet;

use serde_json::Value;

use super::browser::Browser;
use crate::service::{self, PASSWORD, RECOVERY_CODES};

const PATHS: [&str; 16] = [
    "/",
    "/sign-in",
    "/code",
    "/recover",
    "/enrol",
    "/enrol/code",
    "/recovery-codes",
    "/account",
    "/account/remove-app",
    "/account/nonsense",
    "/confirm",
    "/sign-out",
    "/nothing-here",
    "/assets/style.css",
    "/assets/page.js",
    "/assets/icon.svg",
];

fn assert_headers(browser: &Browser, what: &str) {
    let header = |name| {
        browser
            .headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    };
    assert_eq!(header("cache-control"), "no-store", "{what}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("x-frame-options"), "DENY", "{what}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{what}");
    let policy = header("content-security-policy");
    for directive in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(
            policy.split("; ").any(|other| other == directive),
            "{what}: {directive} in {policy}"
        );
    }
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    // Only the picture of the QR code is inline.
    let has_qr_code = browser.html.contains("data:image/png;base64,");
    assert_eq!(policy.contains("data:"), has_qr_code, "{what}: {policy}");
    for inline in [
        "<style",
        " style=",
        "<script>",
        " onclick=",
        " onsubmit=",
        "javascript:",
    ] {
        assert!(
            !browser.html.contains(inline),
            "{what}: {inline} is refused by the policy"
        );
    }
}

#[tokio::test]
async fn every_response_has_the_security_headers() {
    let mut browser = Browser::new().await;
    for signed_in in [false, true] {
        if signed_in {
            browser.sign_in().await;
        }
        for path in PATHS {
            browser.send("GET", path, None).await;
            assert_headers(&browser, &format!("GET {path}"));
            browser.send("HEAD", path, None).await;
            assert!(browser.html.is_empty());
            assert_headers(&browser, &format!("HEAD {path}"));
            browser.send("DELETE", path, None).await;
            assert_headers(&browser, &format!("DELETE {path}"));
            browser
                .send("POST", path, Some("nonsense".to_owned()))
                .await;
            assert_headers(&browser, &format!("POST {path}"));
        }
    }
}

#[tokio::test]
async fn browsers_use_only_https_if_the_service_does() {
    let emulator = service::emulator();
    for is_https in [false, true] {
        let router = service::app(&emulator, is_https).await;
        let mut browser = Browser::of(&router, &emulator);
        for path in PATHS {
            browser.send("GET", path, None).await;
            let header = browser.headers.get("strict-transport-security");
            let header = header.map(|value| value.to_str().unwrap());
            assert_eq!(
                header,
                is_https.then_some("max-age=31536000"),
                "GET {path}, HTTPS: {is_https}"
            );
        }
    }
}

#[tokio::test]
async fn every_refusal_is_a_page() {
    let mut browser = Browser::new().await;
    for (method, path, status) in [
        ("GET", "/nothing-here", 404),
        ("GET", "/account/nonsense", 404),
        ("POST", "/nothing-here", 404),
        ("GET", "/sign-out", 405),
        ("PUT", "/code", 405),
        ("POST", "/code", 403),
    ] {
        let form = (method == "POST").then(|| "code=1".to_owned());
        browser.send(method, path, form).await;
        assert_eq!(browser.status, status, "{method} {path}");
        assert!(
            browser.html.contains("Go to the start"),
            "{method} {path}: {}",
            browser.html
        );
    }
}

/// Collects secrets during a set-up and two logins.
#[tokio::test]
async fn no_secret_is_in_a_url() {
    let mut browser = Browser::new().await;
    let mut secrets: BTreeSet<String> = RECOVERY_CODES.map(str::to_owned).into();
    let mut pages = Vec::new();
    secrets.insert(PASSWORD.to_owned());

    browser.password("ada@example.com").await;
    browser.post("/enrol", &[]).await;
    assert_eq!(browser.heading(), "Scan the QR code");
    assert_headers(&browser, "the QR code");
    pages.push(browser.html.clone());
    let secret = browser.html.split_once("data-copy>").unwrap().1;
    let secret: String = secret.split('<').next().unwrap().replace(' ', "");
    assert_eq!(secret.len(), 32, "expected the TOTP secret: {secret}");
    secrets.insert(secret);
    let sent = browser.emulator.requests();
    let create = sent
        .iter()
        .find(|call| call.endpoint == Some("totp.create"));
    let create: Value = serde_json::from_slice(&create.unwrap().body).unwrap();
    let token = create["intermediate_session_token"].as_str().unwrap();
    assert!(!token.is_empty(), "expected an intermediate session token");
    secrets.insert(token.to_owned());
    let code = browser.emulator.code("ada").unwrap();
    browser.post("/enrol/code", &[("code", &code)]).await;
    assert_eq!(browser.heading(), "Save your recovery codes");
    pages.push(browser.html.clone());
    secrets.extend(
        browser
            .html
            .split("<li><code>")
            .skip(1)
            .map(|rest| rest[..14].to_owned()),
    );
    browser.post("/recovery-codes", &[]).await;
    browser.get("/account").await;
    pages.push(browser.html.clone());
    secrets.extend(browser.cookies.values().cloned());
    browser.post("/sign-out", &[]).await;
    browser.password("grace@example.com").await;
    browser
        .post("/recover", &[("recovery_code", RECOVERY_CODES[0])])
        .await;
    pages.push(browser.html.clone());
    secrets.extend(browser.cookies.values().cloned());
    secrets.insert(code);
    // The password, three old and ten new recovery codes, the TOTP secret, the intermediate session
    // token, a code, and two pairs of cookies.
    assert_eq!(secrets.len(), 21, "{secrets:?}");

    for address in &browser.addresses {
        assert!(!address.contains('?'), "expected no query: {address}");
        for secret in &secrets {
            assert!(!address.contains(secret.as_str()), "{secret} in {address}");
        }
    }
    for page in pages {
        for attribute in ["href=\"", "action=\"", "src=\"/"] {
            for address in page
                .split(attribute)
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap())
            {
                assert!(!address.contains('?'), "expected no query: {address}");
                assert!(
                    !secrets
                        .iter()
                        .any(|secret| address.contains(secret.as_str())),
                    "{address}"
                );
            }
        }
    }
}

#[tokio::test]
async fn input_of_a_user_is_escaped() {
    let mut browser = Browser::new().await;
    browser.get("/sign-in").await;
    let hostile = "\"><script>alert(1)</script>@example.com";
    browser
        .post("/sign-in", &[("email", hostile), ("password", "wrong")])
        .await;
    assert_eq!(browser.status, 422);
    browser.assert_shows("&lt;script&gt;");
    assert!(!browser.html.contains("<script>"), "{}", browser.html);
}
