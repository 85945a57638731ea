//! Setting up an authenticator app.

use maud::html;
use totps_hyper::RecoveryCode;

use super::{Page, View, code_field};
use crate::messages::Message;
use crate::pending::SetUp;

pub(crate) fn set_up(view: &View, message: Option<Message>) -> Page {
    let begin = html! { button type="submit" { "Show the QR code" } };
    view.page("Set up an authenticator app", message.as_ref(), &html! {
        p {
            "From now on you sign in with your password and a code from your phone. You need an \
             authenticator app, such as Google Authenticator, Microsoft Authenticator, Aegis or a \
             password manager."
        }
        p { "Then this page shows a QR code to scan. Nobody else should see it." }
        (view.form("/enrol", &begin))
    })
}

pub(crate) fn scan(view: &View, set_up: &SetUp, message: Option<Message>) -> Page {
    let message = message.as_ref();
    let hint = "Six digits, from the new entry of your app.";
    let fields = html! {
        (code_field("code", hint, false, message))
        button type="submit" { "Continue" }
    };
    let mut page = view.page("Scan the QR code", message, &html! {
        ol.steps {
            li {
                p { "Scan this with your authenticator app. If it has an older entry for this site, remove that." }
                @match &set_up.qr_code {
                    Some(png) => {
                        img.qr width="200" height="200" src={ "data:image/png;base64," (png) }
                            alt="QR code for your authenticator app. If you cannot scan it, type in the key below.";
                    }
                    None => p { "There is no QR code this time. Type the key into your app." }
                }
            }
            li {
                p id="key-label" { "If you cannot scan it, type this key into the app:" }
                p { code.key aria-labelledby="key-label" role="group" data-copy { (in_groups(set_up.secret.expose())) } }
            }
            li {
                p { "Enter the code that the app shows now." }
                (view.form("/enrol/code", &fields))
            }
        }
        h2 { "Did that not work?" }
        (view.form("/enrol", &html! { button.link type="submit" { "Get a new QR code" } }))
    });
    page.has_qr_code = set_up.qr_code.is_some();
    page
}

pub(crate) fn recovery_codes(
    view: &View,
    codes: &[RecoveryCode],
    message: Option<Message>,
) -> Page {
    let saved = html! { button type="submit" { "I have saved them" } };
    view.page(
        "Save your recovery codes",
        message.as_ref(),
        &html! {
            p {
                "If you lose your phone, sign in with one of these codes in place of the app. Each \
                 one works once. " strong { "They are shown only this time." }
                " Print them or write them down, and do not keep them with your phone."
            }
            ol.codes data-copy aria-label="Recovery codes" {
                @for code in codes { li { code { (code.expose()) } } }
            }
            @if codes.is_empty() {
                p { "There are no codes this time. Get new ones on the page of your account." }
            }
            // Only the script shows these buttons. Without it, users print and copy with their
            // browser.
            p.tools hidden {
                button.secondary type="button" data-print { "Print" } " "
                button.secondary type="button" data-copies="codes" { "Copy" }
                " " span role="status" data-copied {}
            }
            (view.form("/recovery-codes", &saved))
        },
    )
}

/// Returns the key in groups of four characters, which are easier to type. Apps ignore the spaces.
fn in_groups(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    let groups = characters.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(" ")
}
