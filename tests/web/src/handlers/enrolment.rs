//! Setting up an authenticator app.

use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use totps_hyper::{CreateResponse, Reason};

use crate::handlers::login::Code;
use crate::handlers::{Outcome, failed, no_session, show, typed};
use crate::messages::{Doing, Message};
use crate::pages::{self, Page};
use crate::pending::SetUp;
use crate::stytch::{self, Account};
use crate::visitor::{Button, Posted, Visitor};

pub(super) async fn form(visitor: Visitor) -> Outcome {
    let (account, _) = visitor.proof()?;
    show(page(&visitor, &account, visitor.notice()))
}

/// Returns the page of the set-up: with the QR code, or with the button that begins it.
fn page(visitor: &Visitor, account: &Account, message: Option<Message>) -> Page {
    match visitor.set_up(account) {
        Some(set_up) => pages::scan(&visitor.view(), &set_up, message),
        None => pages::set_up(&visitor.view(), message),
    }
}

pub(super) async fn begin(visitor: Visitor, _: Posted<Button>) -> Outcome {
    let (account, proof) = visitor.proof()?;
    match stytch::begin_set_up(&visitor.app.client, &account, &proof).await {
        Ok(created) => Ok(keep(&visitor, account, created)),
        Err(error) => {
            // A new secret may have replaced the one of the QR code. After any other error the
            // set-up is kept: its recovery codes were not shown yet.
            if error.reason() == Reason::Unclear {
                visitor.remember(|pending| pending.set_up = None);
            }
            let again = |message| page(&visitor, &account, Some(message));
            Ok(failed(&visitor, &error, Doing::SetUp, again))
        }
    }
}

/// Stores what the next two pages show, and redirects to the first one.
pub(super) fn keep(visitor: &Visitor, account: Account, created: CreateResponse) -> Response {
    let qr_code = created.qr_code.png().ok().map(|png| BASE64.encode(png));
    let (secret, recovery_codes) = (created.secret, created.recovery_codes);
    visitor.remember(|pending| {
        pending.set_up = Some(SetUp {
            account,
            secret,
            qr_code,
            recovery_codes,
        });
    });
    Redirect::to("/enrol").into_response()
}

pub(super) async fn finish(visitor: Visitor, Posted(form): Posted<Code>) -> Outcome {
    let (account, proof) = visitor.proof()?;
    let set_up = visitor
        .set_up(&account)
        .ok_or_else(|| Redirect::to("/enrol"))?;
    let again = |message| pages::scan(&visitor.view(), &set_up, Some(message));
    let code = typed(&form.code).map_err(again)?;
    match stytch::check_code(&visitor.app.client, &account, code, &proof).await {
        Ok(Some(session)) => {
            let codes = visitor.finish_set_up(&account).unwrap_or_default();
            visitor.remember(|pending| pending.recovery_codes = Some((account, codes)));
            Ok(visitor.sign_in(&session, "/recovery-codes"))
        }
        Ok(None) => show(again(no_session())),
        Err(error) => Ok(failed(&visitor, &error, Doing::Code, again)),
    }
}

pub(super) async fn codes(visitor: Visitor) -> Outcome {
    let account = visitor.signed_in()?.account();
    let codes = visitor.pending().recovery_codes;
    let codes = codes.filter(|(of, _)| *of == account);
    let (_, codes) = codes.ok_or_else(|| Redirect::to("/account"))?;
    show(pages::recovery_codes(
        &visitor.view(),
        &codes,
        visitor.notice(),
    ))
}

pub(super) async fn codes_saved(visitor: Visitor, _: Posted<Button>) -> Outcome {
    visitor.signed_in()?;
    visitor.remember(|pending| pending.recovery_codes = None);
    let text = "You are done. The next time you sign in, you need a code from your app.";
    Ok(visitor.go("/", Message::done(text)))
}
