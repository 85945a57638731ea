//! Every page is accessible, in light and dark mode, on a screen and on a phone, and by keyboard.

use std::time::Duration;

use fantoccini::Locator;
use fantoccini::key::Key;
use totps_emulator::{Fault, MfaPolicy};

use super::page::Page;
use super::{accessibility, in_browser, in_browser_with};
use crate::service::{PASSWORD, RECOVERY_CODES};

/// The pictures of the README: name, dark, width.
const PICTURES: [(&str, bool, u32); 8] = [
    ("sign-in", false, 500),
    ("set-up", false, 500),
    ("scan", false, 500),
    ("scan", true, 320),
    ("recovery-codes", false, 500),
    ("code-refused", true, 500),
    ("recover", false, 500),
    ("account", false, 500),
];

/// Checks the open page in light and dark mode, wide and narrow. With `TOTPS_SCREENSHOTS=write`,
/// saves the pictures of the README.
async fn check(page: &Page, name: &str) {
    for (dark, width) in [(false, 800), (true, 800), (false, 320), (true, 320)] {
        page.look(dark, width, 740).await;
        let look = format!("{name}, {} {width}", if dark { "dark" } else { "light" });
        accessibility::check(page, &look).await;
        let script = "return document.documentElement.scrollWidth - window.innerWidth";
        let overflow = page.client.execute(script, Vec::new()).await.unwrap();
        assert!(
            overflow.as_i64().unwrap() <= 0,
            "{look}: {overflow} pixels too wide"
        );
    }
    if std::env::var_os("TOTPS_SCREENSHOTS").is_some_and(|value| value == "write") {
        for (_, dark, width) in PICTURES.into_iter().filter(|(of, ..)| *of == name) {
            let phone = if dark && width < 500 { "-phone" } else { "" };
            page.save(&format!("{name}{phone}"), dark, width).await;
        }
    }
    page.look(false, 800, 740).await;
}

#[test]
fn every_page_of_a_set_up_is_accessible() {
    in_browser(true, async |page, emulator| {
        page.go("/sign-in").await;
        check(page, "sign-in").await;
        page.fill("E-mail address", "ada@example.com").await;
        page.fill("Password", "wrong").await;
        page.press("Sign in").await;
        page.expect_message("not right").await;
        check(page, "sign-in-refused").await;
        page.sign_in("ada@example.com").await;
        page.expect("Set up an authenticator app").await;
        check(page, "set-up").await;
        page.press("Show the QR code").await;
        page.expect("Scan the QR code").await;
        check(page, "scan").await;
        page.enter("000").await;
        page.expect_message("six digits").await;
        check(page, "scan-refused").await;
        page.enter(&page.code("ada")).await;
        page.expect("Save your recovery codes").await;
        check(page, "recovery-codes").await;
        page.press("I have saved them").await;
        page.expect("Welcome").await;
        check(page, "welcome").await;
        emulator
            .create_session("ada", &[totps_emulator::Factor::Password])
            .unwrap();
        page.go("/account").await;
        check(page, "account").await;
        page.go("/account/recovery-codes").await;
        check(page, "new-recovery-codes").await;
        page.go("/account/replace-app").await;
        check(page, "replace-app").await;
        page.go("/account/remove-app").await;
        check(page, "remove-app").await;
        page.go("/confirm").await;
        page.expect("Confirm that it is you").await;
        check(page, "confirm").await;
        page.enter("000").await;
        page.expect_message("six digits").await;
        check(page, "confirm-refused").await;
    });
}

#[test]
fn every_page_of_a_login_is_accessible() {
    in_browser(true, async |page, _| {
        page.sign_in("grace@example.com").await;
        page.expect("Enter the code of your authenticator app")
            .await;
        check(page, "code").await;
        page.enter("000").await;
        page.expect_message("six digits").await;
        check(page, "code-refused").await;
        page.follow("Your phone is lost: use a recovery code").await;
        page.expect("Use a recovery code").await;
        check(page, "recover").await;
        page.fill("Recovery code", "nonsense").await;
        page.press("Continue").await;
        page.expect_message("not right").await;
        check(page, "recover-refused").await;
        page.fill("Recovery code", RECOVERY_CODES[0]).await;
        page.press("Continue").await;
        page.expect_message("2 recovery codes left").await;
        check(page, "recovered").await;
        page.press("Sign out").await;
        page.expect_message("You are signed out.").await;
        check(page, "signed-out").await;
    });
}

#[test]
fn every_page_of_an_error_is_accessible() {
    in_browser_with(true, MfaPolicy::Optional, async |page, emulator| {
        page.go("/nothing-here").await;
        page.expect("There is no such page").await;
        check(page, "not-found").await;
        page.sign_in("ada@example.com").await;
        page.expect("Welcome").await;
        page.go("/account").await;
        check(page, "account-without-app").await;
        let fault = || Fault::response(503).endpoint("members.get");
        emulator.inject(1, fault()).unwrap();
        page.go("/account").await;
        page.expect_message("cannot be shown now").await;
        check(page, "account-unavailable").await;
        emulator.advance(Duration::from_secs(2 * 60));
        emulator
            .inject(1, Fault::response(503).endpoint("sessions.authenticate"))
            .unwrap();
        page.go("/").await;
        page.expect("Your session cannot be checked now").await;
        check(page, "session-unavailable").await;
        page.follow("Go to the start").await;
        page.expect("Welcome").await;
        // A form of another browser, or from before a restart.
        page.client.delete_cookie("browser").await.unwrap();
        page.press("Sign out").await;
        page.expect("This form is too old").await;
        check(page, "refused").await;
        emulator.advance(Duration::from_secs(9 * 60 * 60));
        page.go("/account").await;
        page.expect_message("Your session has ended.").await;
        check(page, "session-ended").await;
    });
}

/// Returns the text of the focused element.
async fn focus(page: &Page) -> String {
    let script = "const element = document.activeElement;
        return element.innerText || element.labels?.[0]?.innerText || element.tagName";
    let focus = page.client.execute(script, Vec::new()).await.unwrap();
    focus.as_str().unwrap().trim().to_owned()
}

async fn keys(page: &Page, keys: &str) {
    let focused = page.client.active_element().await.unwrap();
    focused.send_keys(keys).await.unwrap();
}

/// Presses Tab until an element is focused, and checks that the focus is visible.
async fn tab_to(page: &Page, name: &str) {
    let mut passed = Vec::new();
    while focus(page).await != name {
        passed.push(focus(page).await);
        assert!(
            passed.len() < 30,
            "expected that Tab reaches {name:?}: {passed:?}"
        );
        keys(page, &Key::Tab.to_string()).await;
    }
    let script = "return getComputedStyle(document.activeElement).outlineStyle";
    let outline = page.client.execute(script, Vec::new()).await.unwrap();
    assert_ne!(outline, "none", "the focus on {name:?} is not visible");
}

#[test]
fn every_action_works_with_the_keyboard() {
    in_browser(true, async |page, emulator| {
        let (tab, enter) = (Key::Tab.to_string(), Key::Enter.to_string());
        page.go("/sign-in").await;
        assert_eq!(focus(page).await, "E-mail address");
        keys(page, &format!("ada@example.com{tab}")).await;
        keys(page, &format!("{PASSWORD}{enter}")).await;
        page.expect("Set up an authenticator app").await;
        tab_to(page, "Show the QR code").await;
        keys(page, &enter).await;
        page.expect("Scan the QR code").await;
        tab_to(page, "Code").await;
        keys(page, &format!("000{enter}")).await;
        page.expect_message("six digits").await;
        assert_eq!(focus(page).await, "Code");
        keys(page, &format!("{}{enter}", page.code("ada"))).await;
        page.expect("Save your recovery codes").await;
        tab_to(page, "I have saved them").await;
        keys(page, &enter).await;
        page.expect("Welcome").await;
        tab_to(page, "Your account").await;
        keys(page, &enter).await;
        page.expect("Your account").await;
        tab_to(page, "Remove the app").await;
        keys(page, &enter).await;
        page.expect("Remove the app").await;
        tab_to(page, "Remove the app").await;
        keys(page, &enter).await;
        page.expect_message("The app is removed.").await;
        tab_to(page, "Sign out everywhere").await;
        keys(page, &enter).await;
        page.expect_message("You are signed out everywhere.").await;
        assert!(emulator.code("ada").is_none(), "expected no TOTP");
        assert!(page.client.find(Locator::Css("main")).await.is_ok());
    });
}
