//! The request is carried out, and its response is lost: the page explains how to continue, and
//! nobody is locked out.

use std::time::Duration;

use totps_emulator::{Emulator, Fault, SecondCreate};

use super::in_browser;
use super::page::Page;
use crate::service::RECOVERY_CODES;

fn lose(emulator: &Emulator, endpoint: &str) {
    emulator
        .inject(1, Fault::lost_response().endpoint(endpoint))
        .unwrap();
}

/// Ada begins a set-up, and its response is lost.
async fn the_set_up_is_lost(page: &Page, emulator: &Emulator) {
    page.sign_in("ada@example.com").await;
    lose(emulator, "totp.create");
    page.press("Show the QR code").await;
    page.expect_message("press the button again to get a new one")
        .await;
}

/// Checks that Ada can finish the set-up, and sign in with her app.
async fn ada_gets_in(page: &Page, emulator: &Emulator) {
    page.expect("Scan the QR code").await;
    page.enter(&page.code("ada")).await;
    page.expect("Save your recovery codes").await;
    assert_eq!(page.texts(".codes code").await.len(), 10);
    page.press("I have saved them").await;
    page.press("Sign out").await;
    page.sign_in("ada@example.com").await;
    emulator.advance(Duration::from_secs(30));
    page.enter(&page.code("ada")).await;
    page.expect("Welcome").await;
}

#[test]
fn a_set_up_continues_after_a_lost_response() {
    in_browser(true, async |page, emulator| {
        the_set_up_is_lost(page, emulator).await;
        page.press("Show the QR code").await;
        ada_gets_in(page, emulator).await;
    });
}

/// It is not documented what Stytch does at a second Create. It may refuse the call.
#[test]
fn a_set_up_continues_if_a_second_create_is_refused() {
    in_browser(true, async |page, emulator| {
        emulator
            .change_settings(|settings| settings.totp.second_create = SecondCreate::Refuse)
            .unwrap();
        the_set_up_is_lost(page, emulator).await;
        page.press("Show the QR code").await;
        ada_gets_in(page, emulator).await;
    });
}

/// It is not documented whether the Member shows a TOTP that waits for its first code.
#[test]
fn a_set_up_continues_if_the_member_shows_the_pending_totp() {
    in_browser(true, async |page, emulator| {
        emulator
            .change_settings(|settings| settings.totp.pending_registration_shown = true)
            .unwrap();
        the_set_up_is_lost(page, emulator).await;
        // She leaves the page, and signs in again.
        page.sign_in("ada@example.com").await;
        page.expect("Enter the code of your authenticator app")
            .await;
        page.follow("You never finished the set-up: begin it again")
            .await;
        page.press("Show the QR code").await;
        ada_gets_in(page, emulator).await;
    });
}

#[test]
fn recovery_codes_are_shown_after_a_lost_response_to_the_first_code() {
    in_browser(true, async |page, emulator| {
        page.sign_in("ada@example.com").await;
        page.press("Show the QR code").await;
        page.expect("Scan the QR code").await;
        lose(emulator, "totp.authenticate");
        page.enter(&page.code("ada")).await;
        page.expect_message("there was no response, so it may be used up")
            .await;
        page.enter(&page.next_code("ada")).await;
        page.expect_message("Please sign in again.").await;
        page.sign_in("ada@example.com").await;
        page.expect("Enter the code of your authenticator app")
            .await;
        page.enter(&page.next_code("ada")).await;
        // The recovery codes were not shown yet.
        page.expect("Save your recovery codes").await;
        assert_eq!(page.texts(".codes code").await.len(), 10);
        page.press("I have saved them").await;
        page.expect("Welcome").await;
    });
}

/// It is not documented whether Create uses up the login.
#[test]
fn a_set_up_continues_if_create_uses_up_the_login() {
    in_browser(true, async |page, emulator| {
        emulator
            .change_settings(|settings| settings.totp.create_consumes_intermediate_session = true)
            .unwrap();
        page.sign_in("ada@example.com").await;
        page.press("Show the QR code").await;
        page.expect("Scan the QR code").await;
        page.enter(&page.code("ada")).await;
        page.expect_message("Please sign in again.").await;
        page.sign_in("ada@example.com").await;
        page.expect("Scan the QR code").await;
        page.enter(&page.code("ada")).await;
        page.expect("Save your recovery codes").await;
    });
}

#[test]
fn a_login_continues_after_a_lost_response_to_a_code() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        lose(emulator, "totp.authenticate");
        page.enter(&page.code("grace")).await;
        page.expect_message("Wait until your app shows the next code, and enter that one.")
            .await;
        page.enter(&page.next_code("grace")).await;
        page.expect_message("Please sign in again.").await;
        page.sign_in("grace@example.com").await;
        page.enter(&page.next_code("grace")).await;
        page.expect("Welcome").await;
    });
}

#[test]
fn another_recovery_code_works_after_a_lost_response() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.follow("Your phone is lost: use a recovery code").await;
        lose(emulator, "recovery_codes.recover");
        page.fill("Recovery code", RECOVERY_CODES[0]).await;
        page.press("Continue").await;
        page.expect_message("Check it and try it once more.").await;
        page.fill("Recovery code", RECOVERY_CODES[0]).await;
        page.press("Continue").await;
        page.expect_message("Please sign in again.").await;
        page.sign_in("grace@example.com").await;
        page.follow("Your phone is lost: use a recovery code").await;
        page.fill("Recovery code", RECOVERY_CODES[1]).await;
        page.press("Continue").await;
        page.expect("Set up a new app").await;
    });
}

/// The API fails before it uses the code.
#[test]
fn a_recovery_code_that_was_not_used_works_again() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.follow("Your phone is lost: use a recovery code").await;
        let fault = Fault::response(502)
            .body("<html>")
            .endpoint("recovery_codes.recover");
        emulator.inject(1, fault).unwrap();
        page.fill("Recovery code", RECOVERY_CODES[0]).await;
        page.press("Continue").await;
        page.expect_message("Check it and try it once more.").await;
        page.fill("Recovery code", RECOVERY_CODES[0]).await;
        page.press("Continue").await;
        page.expect("Set up a new app").await;
    });
}

#[test]
fn the_factor_is_removed_although_the_response_is_lost() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.enter(&page.code("grace")).await;
        page.expect("Welcome").await;
        page.go("/account/remove-app").await;
        lose(emulator, "totp.delete");
        page.press("Remove the app").await;
        page.expect_message("The app is removed.").await;
    });
}

#[test]
fn new_recovery_codes_can_be_requested_again_after_a_lost_response() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.enter(&page.code("grace")).await;
        page.expect("Welcome").await;
        page.go("/account/recovery-codes").await;
        lose(emulator, "recovery_codes.rotate");
        page.press("Get new recovery codes").await;
        page.expect_message("It does no harm to do it twice.").await;
        page.press("Get new recovery codes").await;
        page.expect("Save your recovery codes").await;
        assert_eq!(page.texts(".codes code").await.len(), 10);
    });
}

#[test]
fn a_lost_phone_is_replaced_although_a_response_is_lost() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.follow("Your phone is lost: use a recovery code").await;
        page.fill("Recovery code", RECOVERY_CODES[0]).await;
        page.press("Continue").await;
        page.expect("Set up a new app").await;
        lose(emulator, "totp.create");
        page.press("Set up a new app").await;
        page.expect("Set up an authenticator app").await;
        page.expect_message("Your old app is removed").await;
        page.press("Show the QR code").await;
        page.expect("Scan the QR code").await;
        page.enter(&page.code("grace")).await;
        page.expect("Save your recovery codes").await;
    });
}
