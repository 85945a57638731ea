//! Set-up, logins and recovery, as users do them.

use std::time::Duration;

use totps_emulator::{MfaPolicy, authenticator_code};

use super::{in_browser, in_browser_with, qr_code};
use crate::service::RECOVERY_CODES;

#[test]
fn a_person_scans_the_qr_code_and_signs_in() {
    in_browser(true, async |page, emulator| {
        page.sign_in("ada@example.com").await;
        page.expect("Set up an authenticator app").await;
        page.press("Show the QR code").await;
        page.expect("Scan the QR code").await;
        let secret = qr_code::secret(&page.screenshot().await);
        let typed = page.texts(".key").await.join("").replace(' ', "");
        assert_eq!(typed, secret, "the key to type in is that of the QR code");

        page.enter(&authenticator_code(&secret, emulator.now()).unwrap())
            .await;
        page.expect("Save your recovery codes").await;
        assert_eq!(page.texts(".codes code").await.len(), 10);
        page.follow("Example").await;
        page.expect("Save your recovery codes").await;
        page.press("I have saved them").await;
        page.expect("Welcome").await;
        page.expect_message("You are done.").await;
        assert!(page.text().await.contains("password and authenticator app"));

        page.press("Sign out").await;
        page.expect_message("You are signed out.").await;
        emulator.advance(Duration::from_secs(30));
        page.sign_in("ada@example.com").await;
        page.expect("Enter the code of your authenticator app")
            .await;
        page.enter(&authenticator_code(&secret, emulator.now()).unwrap())
            .await;
        page.expect("Welcome").await;
    });
}

#[test]
fn without_scripts_everything_works() {
    in_browser(false, async |page, emulator| {
        page.sign_in("ada@example.com").await;
        page.expect("Set up an authenticator app").await;
        page.press("Show the QR code").await;
        page.expect("Scan the QR code").await;
        let secret = qr_code::secret(&page.screenshot().await);
        page.enter(&authenticator_code(&secret, emulator.now()).unwrap())
            .await;
        page.expect("Save your recovery codes").await;
        let text = page.text().await;
        assert!(
            !text.contains("Copy"),
            "a button that does nothing:\n{text}"
        );
        page.press("I have saved them").await;
        page.follow("Your account").await;
        page.expect("Your account").await;
        page.press("Sign out everywhere").await;
        page.expect_message("You are signed out everywhere.").await;
    });
}

#[test]
fn scripts_show_the_buttons_to_print_and_to_copy() {
    in_browser(true, async |page, emulator| {
        page.sign_in("ada@example.com").await;
        page.press("Show the QR code").await;
        page.expect("Scan the QR code").await;
        page.enter(&emulator.code("ada").unwrap()).await;
        page.expect("Save your recovery codes").await;
        let copy = page
            .wait("//button[normalize-space()='Copy']", "the button to copy")
            .await;
        copy.click().await.unwrap();
        let said = page
            .wait("//*[@data-copied][normalize-space()]", "a text about it")
            .await;
        let said = said.text().await.unwrap();
        assert!(
            said.starts_with("Copied.") || said.contains("does not allow"),
            "said: {said}"
        );
        // The printed page has the codes and the Organization, and no buttons.
        page.on_paper().await;
        let paper = page.text().await;
        let codes = page.texts(".codes code").await;
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| paper.contains(code)), "{paper}");
        assert!(paper.contains("Example"), "{paper}");
        for button in ["Copy", "I have saved them", "Sign out"] {
            assert!(!paper.contains(button), "{paper}");
        }
    });
}

/// After Esc the page stays, and its form is sent again.
#[test]
fn a_double_click_sends_a_form_once_and_a_later_click_again() {
    in_browser(true, async |page, _| {
        page.go("/sign-in").await;
        page.expect("Sign in").await;
        let click = "document.forms[0].dispatchEvent(new Event('submit', { cancelable: true }))";
        let twice = format!("return [{click}, {click}]");
        let sent = page.client.execute(&twice, Vec::new()).await.unwrap();
        assert_eq!(sent, serde_json::json!([true, false]), "the double click");
        page.until("a later click sends the form", async || {
            let later = format!("return {click}");
            page.client.execute(&later, Vec::new()).await.unwrap() == true
        })
        .await;
    });
}

#[test]
fn a_wrong_password_does_not_tell_who_has_an_account() {
    in_browser(true, async |page, _| {
        for (email, password) in [
            ("grace@example.com", "wrong"),
            ("nobody@example.com", "wrong"),
        ] {
            page.go("/sign-in").await;
            page.fill("E-mail address", email).await;
            page.fill("Password", password).await;
            page.press("Sign in").await;
            page.expect_message("The e-mail address or the password is not right.")
                .await;
        }
    });
}

#[test]
fn a_wrong_or_used_code_is_refused() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.expect("Enter the code of your authenticator app")
            .await;
        page.enter("12345").await;
        page.expect_message("A code has six digits.").await;
        let right = page.code("grace");
        let wrong = if right == "000000" {
            "000001"
        } else {
            "000000"
        };
        page.enter(wrong).await;
        page.expect_message("That code is not right.").await;
        page.enter(&format!("{} {}", &right[..3], &right[3..]))
            .await;
        page.expect("Welcome").await;

        page.press("Sign out").await;
        page.expect_message("You are signed out.").await;
        page.sign_in("grace@example.com").await;
        page.enter(&right).await;
        page.expect_message("That code was used already").await;
        emulator.advance(Duration::from_secs(30));
        page.enter(&page.code("grace")).await;
        page.expect("Welcome").await;
    });
}

#[test]
fn too_many_wrong_codes_lock_the_account_for_a_while() {
    in_browser(true, async |page, emulator| {
        emulator
            .change_settings(|settings| settings.lock.after_failures = 2)
            .unwrap();
        page.sign_in("grace@example.com").await;
        for message in [
            "That code is not right.",
            "That code is not right.",
            "this account is locked",
        ] {
            let right = page.code("grace");
            page.enter(if right == "000000" {
                "000001"
            } else {
                "000000"
            })
            .await;
            page.expect_message(message).await;
        }
        page.enter(&page.code("grace")).await;
        page.expect_message("this account is locked").await;
        page.follow("Your phone is lost: use a recovery code").await;
        page.fill("Recovery code", RECOVERY_CODES[0]).await;
        page.press("Continue").await;
        page.expect_message("this account is locked").await;

        emulator.advance(Duration::from_secs(61 * 60));
        page.sign_in("grace@example.com").await;
        page.enter(&page.code("grace")).await;
        page.expect("Welcome").await;
    });
}

#[test]
fn a_lost_phone_is_replaced_with_a_recovery_code() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.follow("Your phone is lost: use a recovery code").await;
        page.expect("Use a recovery code").await;
        page.fill(
            "Recovery code",
            &RECOVERY_CODES[0].to_uppercase().replace('-', " "),
        )
        .await;
        page.press("Continue").await;
        page.expect("Set up a new app").await;
        page.expect_message("You have 2 recovery codes left.").await;
        page.press("Set up a new app").await;
        page.expect("Scan the QR code").await;
        let secret = qr_code::secret(&page.screenshot().await);
        page.enter(&authenticator_code(&secret, emulator.now()).unwrap())
            .await;
        page.expect("Save your recovery codes").await;
        assert_eq!(page.texts(".codes code").await.len(), 10);
        page.press("I have saved them").await;
        page.expect("Welcome").await;

        page.press("Sign out").await;
        page.sign_in("grace@example.com").await;
        emulator.advance(Duration::from_secs(30));
        page.enter(&authenticator_code(&secret, emulator.now()).unwrap())
            .await;
        page.expect("Welcome").await;
    });
}

#[test]
fn a_recovery_code_works_once() {
    in_browser(true, async |page, _| {
        for (code, outcome) in [
            (RECOVERY_CODES[0], Ok("Set up a new app")),
            (
                RECOVERY_CODES[0],
                Err("it was used before: each one works once"),
            ),
            ("  ", Err("Enter one of your recovery codes.")),
            (RECOVERY_CODES[1], Ok("Set up a new app")),
        ] {
            page.sign_in("grace@example.com").await;
            page.expect("Enter the code of your authenticator app")
                .await;
            page.follow("Your phone is lost: use a recovery code").await;
            page.fill("Recovery code", code).await;
            page.press("Continue").await;
            match outcome {
                Ok(heading) => {
                    page.expect(heading).await;
                    page.press("Sign out").await;
                    page.expect_message("You are signed out.").await;
                }
                Err(message) => page.expect_message(message).await,
            }
        }
    });
}

#[test]
fn the_factor_is_removed_after_a_fresh_code() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.enter(&page.code("grace")).await;
        page.expect("Welcome").await;
        emulator.advance(Duration::from_secs(11 * 60));
        page.follow("Your account").await;
        page.follow("Remove the app").await;
        page.expect("Confirm that it is you").await;
        page.enter(&page.code("grace")).await;
        page.expect("Remove the app").await;
        page.press("Remove the app").await;
        page.expect("Your account").await;
        page.expect_message("The app is removed.").await;
        assert!(page.text().await.contains("No app is set up"));

        // The policy requires one.
        page.press("Sign out").await;
        page.sign_in("grace@example.com").await;
        page.expect("Set up an authenticator app").await;
    });
}

#[test]
fn after_the_removal_of_an_optional_factor_no_code_is_asked_for() {
    in_browser_with(true, MfaPolicy::Optional, async |page, emulator| {
        page.sign_in("ada@example.com").await;
        page.expect("Welcome").await;
        page.go("/account").await;
        page.follow("Set up an app").await;
        page.press("Show the QR code").await;
        page.expect("Scan the QR code").await;
        page.enter(&page.code("ada")).await;
        page.expect("Save your recovery codes").await;
        page.press("I have saved them").await;
        page.press("Sign out").await;

        page.sign_in("ada@example.com").await;
        page.expect("Enter the code of your authenticator app")
            .await;
        emulator.advance(Duration::from_secs(30));
        page.enter(&page.code("ada")).await;
        page.expect("Welcome").await;
        page.go("/account").await;
        page.follow("Remove the app").await;
        page.press("Remove the app").await;
        page.expect_message("The app is removed.").await;
        page.press("Sign out").await;
        page.sign_in("ada@example.com").await;
        page.expect("Welcome").await;
    });
}

#[test]
fn new_recovery_codes_are_shown_once() {
    in_browser(true, async |page, _| {
        page.sign_in("grace@example.com").await;
        page.enter(&page.code("grace")).await;
        page.expect("Welcome").await;
        page.go("/account").await;
        page.follow("Get new recovery codes").await;
        page.press("Get new recovery codes").await;
        page.expect("Save your recovery codes").await;
        let codes = page.texts(".codes code").await;
        assert_eq!(codes.len(), 10);
        assert!(
            !codes
                .iter()
                .any(|code| RECOVERY_CODES.contains(&code.as_str()))
        );
        page.press("I have saved them").await;
        page.expect("Welcome").await;
        page.go("/recovery-codes").await;
        page.expect("Your account").await;
        page.back().await;
        page.expect("Welcome").await;
        assert!(
            !page.text().await.contains(&codes[0]),
            "the codes are shown again"
        );
    });
}

#[test]
fn sessions_are_listed_and_ended() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.enter(&page.code("grace")).await;
        page.expect("Welcome").await;
        let elsewhere = emulator
            .create_session("grace", &[totps_emulator::Factor::MagicLink])
            .unwrap();
        page.go("/account").await;
        assert_eq!(page.texts(".sessions li").await.len(), 2);
        page.press("End").await;
        page.expect_message("That session is ended.").await;
        assert_eq!(page.texts(".sessions li").await.len(), 1);
        drop(elsewhere);
    });
}

#[test]
fn signed_out_elsewhere_is_noticed_within_a_minute() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.enter(&page.code("grace")).await;
        page.expect("Welcome").await;
        // The session is ended elsewhere.
        let project = totps_hyper::Project::at(
            emulator.base_url(),
            emulator.project_id(),
            emulator.secret(),
        );
        let client = totps_hyper::client(project.unwrap());
        let params = totps_hyper::RevokeSessionsParams::member_id("grace");
        client.revoke_sessions(&params).await.unwrap();
        page.go("/").await;
        page.expect("Welcome").await;
        // A sensitive action checks the session at Stytch.
        page.go("/account/remove-app").await;
        page.press("Remove the app").await;
        page.expect_message("Your session has ended.").await;
        assert!(emulator.code("grace").is_some(), "the TOTP is still there");
    });
}

#[test]
fn the_button_back_does_no_harm() {
    in_browser(true, async |page, emulator| {
        page.sign_in("ada@example.com").await;
        page.press("Show the QR code").await;
        page.expect("Scan the QR code").await;
        let first = qr_code::secret(&page.screenshot().await);
        page.back().await;
        page.go("/enrol").await;
        page.expect("Scan the QR code").await;
        assert_eq!(
            qr_code::secret(&page.screenshot().await),
            first,
            "the same QR code again"
        );
        page.enter(&page.code("ada")).await;
        page.expect("Save your recovery codes").await;
        page.back().await;
        page.expect("Set up an authenticator app").await;
        assert!(
            !page.text().await.contains(&first),
            "the secret is shown again"
        );
        page.go("/").await;
        page.expect("Save your recovery codes").await;
        page.press("I have saved them").await;
        page.expect("Welcome").await;

        // After the login, the page for the code sends no second code.
        emulator.clear_requests();
        page.go("/code").await;
        page.expect("Welcome").await;
        page.press("Sign out").await;
        page.expect_message("You are signed out.").await;
        page.back().await;
        page.expect("Sign in").await;
        let calls = emulator.requests();
        let codes = calls
            .iter()
            .filter(|call| call.endpoint == Some("totp.authenticate"))
            .count();
        assert_eq!(codes, 0, "codes sent by the button Back");
    });
}

#[test]
fn a_login_that_takes_too_long_begins_again() {
    in_browser(true, async |page, emulator| {
        page.sign_in("grace@example.com").await;
        page.expect("Enter the code of your authenticator app")
            .await;
        emulator.advance(Duration::from_secs(11 * 60));
        page.enter(&page.code("grace")).await;
        page.expect("Sign in").await;
        page.expect_message("Your sign-in took too long or was used already.")
            .await;
        page.sign_in("grace@example.com").await;
        page.enter(&page.code("grace")).await;
        page.expect("Welcome").await;
    });
}
