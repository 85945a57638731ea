//! Setting up an authenticator app.

use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use totps_hyper::{CreateResponse, Reason};

use crate::handlers::login::{Code, typed};
use crate::handlers::{begin_again, no_session, proof};
use crate::messages::{Doing, Message, explain, log};
use crate::pages;
use crate::pending::SetUp;
use crate::stytch::{self, Account};
use crate::visitor::{Button, Posted, SignedIn, Visitor};

pub(super) async fn show(visitor: Visitor, signed_in: Option<SignedIn>) -> Response {
    let Some((account, _)) = proof(&visitor, signed_in.as_ref()) else {
        return begin_again(&visitor, None);
    };
    let set_up = visitor.pending().set_up;
    match set_up.filter(|set_up| set_up.account == account) {
        Some(set_up) => pages::scan(&visitor.view(), &set_up, visitor.notice()).into_response(),
        None => pages::set_up(&visitor.view(), visitor.notice()).into_response(),
    }
}

pub(super) async fn begin(
    visitor: Visitor,
    signed_in: Option<SignedIn>,
    Posted(Button {}): Posted<Button>,
) -> Response {
    let Some((account, proof)) = proof(&visitor, signed_in.as_ref()) else {
        return begin_again(&visitor, None);
    };
    match stytch::begin_set_up(&visitor.app.client, &account, &proof).await {
        Ok(created) => {
            remember(&visitor, account, created);
            Redirect::to("/enrol").into_response()
        }
        Err(error) => {
            log(&error);
            visitor.remember(|pending| pending.set_up = None);
            match error.reason() {
                Reason::LoginExpired => begin_again(&visitor, None),
                Reason::AlreadyEnrolled => {
                    let to = if signed_in.is_some() {
                        "/account"
                    } else {
                        "/code"
                    };
                    visitor.go(to, explain(&Reason::AlreadyEnrolled, Doing::SetUp))
                }
                reason => {
                    let message = explain(&reason, Doing::SetUp);
                    pages::set_up(&visitor.view(), Some(message)).into_response()
                }
            }
        }
    }
}

/// Keeps what the next two pages show.
pub(super) fn remember(visitor: &Visitor, account: Account, created: CreateResponse) {
    let qr_code = created.qr_code.png().ok().map(|png| BASE64.encode(png));
    visitor.remember(|pending| {
        pending.set_up = Some(SetUp {
            account,
            secret: created.secret,
            qr_code,
            recovery_codes: created.recovery_codes,
        });
    });
}

pub(super) async fn finish(
    visitor: Visitor,
    signed_in: Option<SignedIn>,
    Posted(form): Posted<Code>,
) -> Response {
    let Some((account, proof)) = proof(&visitor, signed_in.as_ref()) else {
        return begin_again(&visitor, None);
    };
    let set_up = visitor.pending().set_up;
    let Some(set_up) = set_up.filter(|set_up| set_up.account == account) else {
        return Redirect::to("/enrol").into_response();
    };
    let again = |message| pages::scan(&visitor.view(), &set_up, Some(message)).into_response();
    let code = match typed(&form.code) {
        Ok(code) => code,
        Err(message) => return again(message),
    };
    match stytch::check_code(&visitor.app.client, &account, code, &proof).await {
        Ok(Some(session)) => {
            visitor.remember(|pending| {
                pending.recovery_codes = Some((account, set_up.recovery_codes));
                pending.set_up = None;
            });
            visitor.sign_in(&session, "/recovery-codes")
        }
        Ok(None) => again(no_session()),
        Err(error) => {
            log(&error);
            match stytch::reason_of_code(&error) {
                Reason::LoginExpired => begin_again(&visitor, None),
                Reason::NotEnrolled => {
                    visitor.remember(|pending| pending.set_up = None);
                    visitor.go("/enrol", explain(&Reason::NotEnrolled, Doing::Code))
                }
                reason => again(explain(&reason, Doing::Code)),
            }
        }
    }
}

pub(super) async fn recovery_codes(visitor: Visitor, signed_in: SignedIn) -> Response {
    let codes = visitor.pending().recovery_codes;
    match codes.filter(|(account, _)| *account == signed_in.account()) {
        Some((_, codes)) => {
            pages::recovery_codes(&visitor.view(), &codes, visitor.notice()).into_response()
        }
        None => Redirect::to("/account").into_response(),
    }
}

pub(super) async fn saved(
    visitor: Visitor,
    _signed_in: SignedIn,
    Posted(Button {}): Posted<Button>,
) -> Response {
    visitor.remember(|pending| pending.recovery_codes = None);
    let text = "You are done. The next time you sign in, you are asked for a code of your app.";
    visitor.go("/", Message::done(text))
}
