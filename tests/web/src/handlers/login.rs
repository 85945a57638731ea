//! From the password to the session.

use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use totps_hyper::{Reason, RecoveryCode, TotpCode};

use crate::handlers::{begin_again, no_session};
use crate::messages::{Doing, Message, explain, log};
use crate::pages;
use crate::pending::Login;
use crate::stytch::{self, Next, Proof};
use crate::visitor::{Posted, SignedIn, Visitor};

pub(super) async fn sign_in_form(visitor: Visitor, signed_in: Option<SignedIn>) -> Response {
    match signed_in {
        Some(_) => Redirect::to("/").into_response(),
        None => pages::sign_in(&visitor.view(), "", visitor.notice()).into_response(),
    }
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: String,
}

pub(super) async fn sign_in(visitor: Visitor, Posted(form): Posted<Credentials>) -> Response {
    let email = form.email.trim();
    let again = |message| pages::sign_in(&visitor.view(), email, Some(message)).into_response();
    if email.is_empty() || form.password.is_empty() {
        return again(Message::invalid(
            "Enter your e-mail address and your password.",
        ));
    }
    let app = &visitor.app;
    let next = stytch::check_password(&app.client, &app.organization_id, email, &form.password);
    let (account, token, to) = match next.await {
        Ok(Next::SignedIn(session)) => return visitor.sign_in(&session, "/"),
        Ok(Next::Code(account, token)) => (account, token, "/code"),
        Ok(Next::Enrol(account, token)) => (account, token, "/enrol"),
        Ok(Next::Refused) => return again(explain(&Reason::NotAllowed, Doing::Password)),
        Err(error) if stytch::is_wrong_password(&error) => {
            log(&error);
            return again(Message::invalid(
                "The e-mail address or the password is not right.",
            ));
        }
        Err(error) => {
            log(&error);
            return again(explain(&error.reason(), Doing::Password));
        }
    };
    visitor.remember(|pending| {
        // With a TOTP, a set-up of this browser may be the one that made it: its recovery codes are not
        // shown yet. Without one, it is over.
        let is_of_account = pending
            .set_up
            .as_ref()
            .is_some_and(|set_up| set_up.account == account);
        if !is_of_account || to == "/enrol" {
            pending.set_up = None;
        }
        pending.login = Some(Login { account, token });
    });
    Redirect::to(to).into_response()
}

pub(super) async fn code_form(visitor: Visitor, signed_in: Option<SignedIn>) -> Response {
    match visitor.pending().login {
        Some(_) => pages::code(&visitor.view(), visitor.notice()).into_response(),
        None => begin_again(&visitor, signed_in.as_ref()),
    }
}

#[derive(Deserialize)]
pub(super) struct Code {
    pub(super) code: String,
}

/// Reads a code as it was typed.
pub(super) fn typed(code: &str) -> Result<TotpCode, Message> {
    let rule = "A code has six digits. Enter the one that your app shows now.";
    TotpCode::parse(code).map_err(|_| Message::invalid(rule))
}

pub(super) async fn code(
    visitor: Visitor,
    signed_in: Option<SignedIn>,
    Posted(form): Posted<Code>,
) -> Response {
    let pending = visitor.pending();
    let Some(Login { account, token }) = pending.login else {
        return begin_again(&visitor, signed_in.as_ref());
    };
    let again = |message| pages::code(&visitor.view(), Some(message)).into_response();
    let code = match typed(&form.code) {
        Ok(code) => code,
        Err(message) => return again(message),
    };
    let client = &visitor.app.client;
    match stytch::check_code(client, &account, code, &Proof::Login(token)).await {
        Ok(Some(session)) => {
            // The set-up was finished by a code whose response was lost.
            let set_up = pending.set_up.filter(|set_up| set_up.account == account);
            let to = if set_up.is_some() {
                "/recovery-codes"
            } else {
                "/"
            };
            visitor.remember(|pending| {
                pending.set_up = None;
                pending.recovery_codes = set_up.map(|set_up| (account, set_up.recovery_codes));
            });
            visitor.sign_in(&session, to)
        }
        Ok(None) => again(no_session()),
        Err(error) => {
            log(&error);
            match stytch::reason_of_code(&error) {
                Reason::LoginExpired => begin_again(&visitor, None),
                Reason::NotEnrolled => {
                    visitor.go("/enrol", explain(&Reason::NotEnrolled, Doing::Code))
                }
                reason => again(explain(&reason, Doing::Code)),
            }
        }
    }
}

pub(super) async fn recover_form(visitor: Visitor, signed_in: Option<SignedIn>) -> Response {
    match visitor.pending().login {
        Some(_) => pages::recover(&visitor.view(), visitor.notice()).into_response(),
        None => begin_again(&visitor, signed_in.as_ref()),
    }
}

#[derive(Deserialize)]
pub(super) struct Recovery {
    recovery_code: String,
}

pub(super) async fn recover(
    visitor: Visitor,
    signed_in: Option<SignedIn>,
    Posted(form): Posted<Recovery>,
) -> Response {
    let Some(Login { account, token }) = visitor.pending().login else {
        return begin_again(&visitor, signed_in.as_ref());
    };
    let again = |message| pages::recover(&visitor.view(), Some(message)).into_response();
    let Ok(code) = RecoveryCode::parse(form.recovery_code.trim()) else {
        return again(Message::invalid("Enter one of your recovery codes."));
    };
    let client = &visitor.app.client;
    let error = match stytch::recover(client, &account, code.clone(), token).await {
        Ok(recovered) => {
            let Some(session) = recovered.session else {
                return again(no_session());
            };
            let left = match recovered.codes_left {
                Some(1) => "You have one recovery code left. ".to_owned(),
                Some(left) => format!("You have {left} recovery codes left. "),
                None => String::new(),
            };
            visitor.remember(|pending| {
                let text = format!("You are signed in, and that recovery code is used up. {left}");
                pending.notice = Some(Message::done(text + "If your phone is lost, go on here."));
            });
            return visitor.sign_in(&session, "/account/replace-app");
        }
        Err(error) => error,
    };
    log(&error);
    match stytch::reason_of_code(&error) {
        Reason::LoginExpired => begin_again(&visitor, None),
        Reason::NotEnrolled => {
            visitor.go("/enrol", explain(&Reason::NotEnrolled, Doing::RecoveryCode))
        }
        Reason::Unclear => match stytch::codes_left_without(client, &account, &code).await {
            Ok(Some(left)) => used_up(&visitor, left),
            Ok(None) => again(explain(&Reason::NotReached, Doing::RecoveryCode)),
            Err(error) => {
                log(&error);
                again(explain(&Reason::Unclear, Doing::RecoveryCode))
            }
        },
        reason => again(explain(&reason, Doing::RecoveryCode)),
    }
}

/// The recovery code arrived, and the session that it made did not come back.
fn used_up(visitor: &Visitor, left: usize) -> Response {
    let next = match left {
        0 => {
            "It was your last one: use your app, or ask your administrator to remove it.".to_owned()
        }
        1 => "Sign in again with your last one.".to_owned(),
        left => format!("Sign in again with another one: you have {left} left."),
    };
    let text = "The connection broke after your recovery code had arrived. You are not signed in, and \
                that code is used up: cross it off your list. ";
    visitor.remember(|pending| pending.login = None);
    let message = Message::error(
        axum::http::StatusCode::SERVICE_UNAVAILABLE,
        text.to_owned() + &next,
    );
    visitor.go("/sign-in", message)
}
