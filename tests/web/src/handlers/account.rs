//! The pages and actions of a user who is signed in.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use totps_hyper::{Error, MemberSessionId, SessionJwt};

use crate::handlers::login::Code;
use crate::handlers::{Outcome, enrolment, failed, no_session, show, typed};
use crate::messages::{Doing, Message, log, report};
use crate::pages::{self, Action};
use crate::stytch::{self, Account, Proof};
use crate::visitor::{Button, Posted, Visitor};

/// Shows the first page. It needs no call, because the session was checked locally.
pub(super) async fn home(visitor: Visitor) -> Outcome {
    let session = &visitor.signed_in()?.session;
    // A user who left the page with the codes too early is sent back to it.
    let codes = visitor.pending().recovery_codes;
    if codes.is_some_and(|(of, _)| of.member_id == session.member_id) {
        return Ok(Redirect::to("/recovery-codes").into_response());
    }
    show(pages::home(&visitor.view(), session, visitor.notice()))
}

pub(super) async fn overview(visitor: Visitor) -> Outcome {
    let signed_in = visitor.signed_in()?;
    let (client, account) = (&visitor.app.client, signed_in.account());
    let member = stytch::member(client, &account);
    let (member, sessions) = tokio::join!(member, stytch::sessions(client, &account));
    let (view, sessions) = (visitor.view(), sessions.inspect_err(log).ok());
    let member = member.map_err(|error| {
        log(&error);
        let text = "Your account cannot be shown now. Nothing was changed. Try again in a moment.";
        let message = Message::error(StatusCode::SERVICE_UNAVAILABLE, text);
        pages::trouble(&view, "Your account", &message)
    })?;
    let (session, notice) = (&signed_in.session, visitor.notice());
    show(pages::account(
        &view,
        &member,
        sessions.as_deref(),
        session,
        notice,
    ))
}

/// Asks for a confirmation of the action. If the last code is too old, asks for a code first.
pub(super) async fn ask(visitor: Visitor, action: Action) -> Outcome {
    match stytch::has_fresh_code(&visitor.signed_in()?.session) {
        true => show(pages::sure(&visitor.view(), action, visitor.notice())),
        false => Ok(to_confirm(&visitor, action)),
    }
}

fn to_confirm(visitor: &Visitor, action: Action) -> Response {
    visitor.remember(|pending| pending.after_confirm = Some(action.path()));
    Redirect::to("/confirm").into_response()
}

pub(super) async fn act(visitor: Visitor, action: Action, _: Posted<Button>) -> Outcome {
    let signed_in = visitor.signed_in_now().await?;
    let response = if stytch::has_fresh_code(&signed_in.session) {
        let again = |message| pages::sure(&visitor.view(), action, Some(message));
        let done = carry_out(&visitor, signed_in.account(), action, &signed_in.jwt).await;
        done.unwrap_or_else(|error| failed(&visitor, &error, Doing::Other, again))
    } else {
        to_confirm(&visitor, action)
    };
    Ok(visitor.renew(&signed_in.jwt, response))
}

async fn carry_out(
    visitor: &Visitor,
    account: Account,
    action: Action,
    session: &SessionJwt,
) -> Result<Response, Error> {
    let client = &visitor.app.client;
    if action == Action::RecoveryCodes {
        let codes = stytch::new_recovery_codes(client, &account).await?;
        visitor.remember(|pending| pending.recovery_codes = Some((account, codes)));
        return Ok(Redirect::to("/recovery-codes").into_response());
    }
    stytch::remove_totp(client, &account, session).await?;
    if action == Action::RemoveApp {
        // If this fails, the next login requires a set-up, which is harmless.
        let stopped = stytch::stop_asking(client, &account).await;
        stopped.unwrap_or_else(|error| log(&error));
        let text =
            "The app is removed. Delete the entry in the app, too: it does not work any more.";
        return Ok(visitor.go("/account", Message::done(text)));
    }
    match stytch::begin_set_up(client, &account, &Proof::Session(session.clone())).await {
        Ok(created) => Ok(enrolment::keep(visitor, account, created)),
        Err(error) => {
            log(&error);
            let text = "Your old app is removed, but there is no QR code for the new one yet. \
                        Press the button to get one, at once or in a few minutes.";
            let message = Message::error(StatusCode::SERVICE_UNAVAILABLE, text);
            Ok(visitor.go("/enrol", message))
        }
    }
}

pub(super) async fn confirm_form(visitor: Visitor) -> Outcome {
    visitor.signed_in()?;
    show(pages::confirm(&visitor.view(), visitor.notice()))
}

/// Adds a fresh code to the session.
pub(super) async fn confirm(visitor: Visitor, Posted(form): Posted<Code>) -> Outcome {
    let signed_in = visitor.signed_in()?;
    let again = |message| pages::confirm(&visitor.view(), Some(message));
    let code = typed(&form.code).map_err(again)?;
    let (client, proof) = (&visitor.app.client, Proof::Session(signed_in.jwt.clone()));
    match stytch::check_code(client, &signed_in.account(), code, &proof).await {
        Ok(Some(session)) => {
            let to = visitor.remember(|pending| pending.after_confirm.take());
            let to = Redirect::to(to.unwrap_or("/account"));
            Ok(visitor.renew(&session, to.into_response()))
        }
        Ok(None) => show(again(no_session())),
        Err(error) => Ok(failed(&visitor, &error, Doing::Code, again)),
    }
}

#[derive(Deserialize)]
pub(super) struct OneSession {
    session: MemberSessionId,
}

pub(super) async fn end_session(visitor: Visitor, Posted(form): Posted<OneSession>) -> Outcome {
    let account = visitor.signed_in_now().await?.account();
    let notice = match stytch::end_session(&visitor.app.client, &account, &form.session).await {
        Ok(()) => Message::done("That session is ended."),
        Err(error) => report(&error, Doing::Other),
    };
    Ok(visitor.go("/account", notice))
}

pub(super) async fn sign_out_everywhere(visitor: Visitor, _: Posted<Button>) -> Outcome {
    let account = visitor.signed_in_now().await?.account();
    match stytch::sign_out_everywhere(&visitor.app.client, &account).await {
        Ok(()) => Ok(visitor.sign_out(Message::done("You are signed out everywhere."))),
        Err(error) => Ok(visitor.go("/account", report(&error, Doing::Other))),
    }
}

pub(super) async fn sign_out(visitor: Visitor, _: Posted<Button>) -> Response {
    let mut notice = Message::done("You are signed out.");
    if let Some(jwt) = &visitor.jwt {
        if let Err(error) = stytch::sign_out(&visitor.app.client, jwt).await {
            log(&error);
            let text = "You are signed out in this browser, but it is not known whether the session \
                        ended. To be sure, sign in again and sign out everywhere.";
            notice = Message::error(StatusCode::SERVICE_UNAVAILABLE, text);
        }
    }
    visitor.sign_out(notice)
}
