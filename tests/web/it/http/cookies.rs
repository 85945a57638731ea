//! Cookies.

use axum::http::header::SET_COOKIE;

use super::browser::Browser;
use crate::service;

fn set_cookies(browser: &Browser) -> Vec<String> {
    let cookies = browser.headers.get_all(SET_COOKIE).iter();
    cookies
        .map(|cookie| cookie.to_str().unwrap().to_owned())
        .collect()
}

async fn attributes(is_https: bool) -> Vec<String> {
    let emulator = service::emulator();
    let router = service::app(&emulator, is_https).await;
    let mut browser = Browser::of(&router, &emulator);
    browser.password("grace@example.com").await;
    let code = emulator.code("grace").unwrap();
    browser.post_only("/code", &[("code", &code)]).await;
    assert_eq!(browser.location().as_deref(), Some("/"));
    let mut cookies = set_cookies(&browser);
    browser.get("/").await;
    browser.post_only("/sign-out", &[]).await;
    cookies.extend(set_cookies(&browser));
    assert!(cookies.len() >= 3, "{cookies:?}");
    cookies
}

#[tokio::test]
async fn scripts_and_other_sites_cannot_use_the_cookies() {
    for cookie in attributes(false).await {
        let attributes: Vec<_> = cookie.split("; ").skip(1).collect();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(
                attributes.contains(&attribute),
                "{attribute} in {attributes:?}"
            );
        }
        assert!(!cookie.contains("Domain="), "{cookie}");
    }
}

#[tokio::test]
async fn over_https_the_cookies_are_bound_to_this_host() {
    for cookie in attributes(true).await {
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        assert!(cookie.contains("; Secure"), "{cookie}");
    }
}

/// Otherwise somebody who had set the cookie of this browser would know its id.
#[tokio::test]
async fn a_browser_gets_a_new_id_when_it_signs_in() {
    let mut browser = Browser::new().await;
    browser.get("/sign-in").await;
    let before = browser.cookies["browser"].clone();
    browser.sign_in().await;
    assert_ne!(browser.cookies["browser"], before);
}

#[tokio::test]
async fn an_invalid_session_cookie_is_removed() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    let jwt = browser.cookies["session"].clone();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    for session in ["nonsense", "", "a.b.c", &forged] {
        browser
            .cookies
            .insert("session".to_owned(), session.to_owned());
        browser.get("/account").await;
        // 401 would need the header `WWW-Authenticate`.
        assert_eq!(browser.status, 403, "{session}");
        assert_eq!(browser.heading(), "Sign in", "{session}");
        assert!(!browser.cookies.contains_key("session"), "{session}");
    }
}
