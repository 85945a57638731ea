//! The pages, as HTML that needs no script.

mod account;
mod enrolment;
mod login;

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

pub(crate) use self::account::{Action, account, confirm, home, sure};
pub(crate) use self::enrolment::{recovery_codes, scan, set_up};
pub(crate) use self::login::{code, recover, sign_in};
use crate::headers::POLICY_WITH_QR_CODE;
use crate::messages::Message;

/// The data that all pages show.
pub(crate) struct View {
    pub(crate) organization: String,
    pub(crate) csrf_token: String,
    pub(crate) is_signed_in: bool,
}

/// A page with its status.
pub(crate) struct Page {
    status: StatusCode,
    html: Markup,
    has_qr_code: bool,
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut response = (self.status, Html(self.html.into_string())).into_response();
        if self.has_qr_code {
            let policy = HeaderValue::from_static(POLICY_WITH_QR_CODE);
            response
                .headers_mut()
                .insert(CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

impl View {
    /// A page with a heading, a message if there is one, and a body.
    fn page(&self, heading: &str, message: Option<&Message>, body: &Markup) -> Page {
        let is_error = message.is_some_and(|message| message.is_error);
        let html = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { @if is_error { "Error: " } (heading) " – " (self.organization) }
                    link rel="stylesheet" href="/assets/style.css";
                    link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                    script src="/assets/page.js" defer {}
                }
                body {
                    header {
                        a.brand href="/" { (self.organization) }
                        @if self.is_signed_in {
                            nav aria-label="Account" {
                                a href="/account" { "Account" }
                                (self.form("/sign-out", &html! {
                                    button.link type="submit" { "Sign out" }
                                }))
                            }
                        }
                    }
                    main {
                        h1 { (heading) }
                        @if let Some(message) = message {
                            // Screen readers read it at once.
                            div.message.error[is_error] id="message" role=(if is_error { "alert" } else { "status" }) {
                                p { (message.text) }
                            }
                        }
                        (body)
                    }
                }
            }
        };
        Page {
            status: message.map_or(StatusCode::OK, |message| message.status),
            html,
            has_qr_code: false,
        }
    }

    /// Returns a form with the token against forged forms.
    fn form(&self, action: &str, fields: &Markup) -> Markup {
        html! {
            form method="post" action=(action) {
                input type="hidden" name="csrf_token" value=(self.csrf_token);
                (fields)
            }
        }
    }
}

/// Returns a field for a code. Screen readers read an error message with it. It gets the focus
/// after an error, or if `is_first`: if there is nothing to read before it.
fn code_field(name: &str, hint: &str, is_first: bool, message: Option<&Message>) -> Markup {
    let is_error = message.is_some_and(|message| message.is_error);
    let has_digits = name == "code";
    let label = if has_digits { "Code" } else { "Recovery code" };
    html! {
        label for=(name) { (label) }
        p.hint id="hint" { (hint) }
        input.code id=(name) name=(name) type="text" required autofocus[is_first || is_error]
            spellcheck="false"
            autocapitalize="none" inputmode=[has_digits.then_some("numeric")]
            autocomplete=(if has_digits { "one-time-code" } else { "off" })
            aria-describedby=(if is_error { "hint message" } else { "hint" })
            aria-invalid=[is_error.then_some("true")];
    }
}

/// Returns the page for a request that was not carried out: a form without a valid token, an
/// unknown page, or a malformed request.
pub(crate) fn refused(view: &View, status: StatusCode) -> Page {
    let (heading, text) = match status {
        StatusCode::FORBIDDEN => (
            "This form is too old",
            "Nothing was done. The form was open for too long, was sent from another site, or your \
             browser does not keep cookies for this site. Go to the start and try again.",
        ),
        StatusCode::NOT_FOUND => (
            "There is no such page",
            "Check the address, or go to the start.",
        ),
        _ => (
            "This request cannot be understood",
            "Nothing was done. Go to the start and try again.",
        ),
    };
    let mut page = view.page(
        heading,
        None,
        &html! {
            p { (text) }
            p { a href="/" { "Go to the start" } }
        },
    );
    page.status = status;
    page
}

/// Returns a page for a message that no other page can show.
pub(crate) fn trouble(view: &View, heading: &str, message: &Message) -> Page {
    let back = html! { p { a href="/account" { "Your account" } } };
    view.page(heading, Some(message), &back)
}

/// Returns the page for a session that could not be checked.
pub(crate) fn unavailable(view: &View) -> Page {
    let body = html! {
        p {
            "There is no connection to the service that checks whether you are signed in. You were \
             not signed out. Nothing was done. Try again in a moment."
        }
        // Not the same address: that of a form may have no page.
        p { a.button href="/" { "Go to the start" } }
    };
    let mut page = view.page("Your session cannot be checked now", None, &body);
    page.status = StatusCode::SERVICE_UNAVAILABLE;
    page
}
