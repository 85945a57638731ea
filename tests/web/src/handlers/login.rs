//! The login, from the password to the session.

use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use totps_hyper::{Reason, RecoveryCode};

use crate::handlers::{Outcome, failed, no_session, show, typed};
use crate::messages::{Doing, Message, explain, log, report};
use crate::pages;
use crate::pending::Login;
use crate::stytch::{self, Next, Proof};
use crate::visitor::{Posted, Visitor};

pub(super) async fn sign_in_form(visitor: Visitor) -> Response {
    if visitor.session.is_some() {
        return Redirect::to("/").into_response();
    }
    pages::sign_in(&visitor.view(), "", visitor.notice()).into_response()
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: String,
}

pub(super) async fn sign_in(visitor: Visitor, Posted(form): Posted<Credentials>) -> Outcome {
    let email = form.email.trim();
    let again = |message| pages::sign_in(&visitor.view(), email, Some(message));
    if email.is_empty() || form.password.is_empty() {
        let text = "Enter your e-mail address and your password.";
        return show(again(Message::invalid(text)));
    }
    let app = &visitor.app;
    let next = stytch::check_password(&app.client, &app.organization_id, email, &form.password);
    let (account, token, to) = match next.await {
        Ok(Next::SignedIn(session)) => return Ok(visitor.sign_in(&session, "/")),
        Ok(Next::Code(account, token)) => (account, token, "/code"),
        Ok(Next::Enrol(account, token)) => (account, token, "/enrol"),
        Ok(Next::Refused) => return show(again(explain(&Reason::NotAllowed, Doing::Password))),
        Err(error) if stytch::is_wrong_password(&error) => {
            log(&error);
            let text = "The e-mail address or the password is not right.";
            return show(again(Message::invalid(text)));
        }
        Err(error) => return show(again(report(&error, Doing::Password))),
    };
    visitor.remember(|pending| {
        // A set-up of this account is kept: its QR code may have been scanned, and its first code
        // may have arrived.
        pending.set_up.take_if(|set_up| set_up.account != account);
        pending.login = Some(Login { account, token });
    });
    Ok(Redirect::to(to).into_response())
}

pub(super) async fn code_form(visitor: Visitor) -> Outcome {
    visitor.login()?;
    show(pages::code(&visitor.view(), visitor.notice()))
}

#[derive(Deserialize)]
pub(super) struct Code {
    pub(super) code: String,
}

pub(super) async fn code(visitor: Visitor, Posted(form): Posted<Code>) -> Outcome {
    let Login { account, token } = visitor.login()?;
    let again = |message| pages::code(&visitor.view(), Some(message));
    let code = typed(&form.code).map_err(again)?;
    let client = &visitor.app.client;
    match stytch::check_code(client, &account, code, &Proof::Login(token)).await {
        Ok(Some(session)) => {
            // The first code of this set-up had arrived, but its response was lost.
            if let Some(codes) = visitor.finish_set_up(&account) {
                if stytch::are_valid(client, &account, &codes).await {
                    visitor.remember(|pending| pending.recovery_codes = Some((account, codes)));
                }
            }
            Ok(visitor.sign_in(&session, "/"))
        }
        Ok(None) => show(again(no_session())),
        Err(error) => Ok(failed(&visitor, &error, Doing::Code, again)),
    }
}

pub(super) async fn recover_form(visitor: Visitor) -> Outcome {
    visitor.login()?;
    show(pages::recover(&visitor.view(), visitor.notice()))
}

#[derive(Deserialize)]
pub(super) struct Recovery {
    recovery_code: String,
}

pub(super) async fn recover(visitor: Visitor, Posted(form): Posted<Recovery>) -> Outcome {
    let Login { account, token } = visitor.login()?;
    let again = |message| pages::recover(&visitor.view(), Some(message));
    let code = RecoveryCode::parse(form.recovery_code.trim())
        .map_err(|_| again(Message::invalid("Enter one of your recovery codes.")))?;
    let client = &visitor.app.client;
    let recovered = match stytch::recover(client, &account, code, token).await {
        Ok(recovered) => recovered,
        Err(error) => return Ok(failed(&visitor, &error, Doing::RecoveryCode, again)),
    };
    let session = recovered.session.ok_or_else(|| again(no_session()))?;
    let left = match recovered.codes_left {
        Some(1) => "You have one recovery code left. ".to_owned(),
        Some(left) => format!("You have {left} recovery codes left. "),
        None => String::new(),
    };
    let text = format!(
        "You are signed in, and that recovery code is used up. {left}If your phone is lost, \
         continue here."
    );
    visitor.remember(|pending| pending.notice = Some(Message::done(text)));
    Ok(visitor.sign_in(&session, "/account/replace-app"))
}
