//! What somebody who is signed in can do.

use std::time::Duration;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use totps_hyper::{
    AuthenticationFactorType, Error, MemberSessionId, Reason, SessionJwt, VerifiedSession,
};

use crate::handlers::login::{Code, typed};
use crate::handlers::{enrolment, no_session};
use crate::messages::{Doing, Message, explain, log};
use crate::pages::{self, Action};
use crate::stytch::{self, Proof};
use crate::visitor::{Button, Posted, SignedIn, Visitor};

/// How old the code may be that is needed for what is sensitive.
const FRESH: Duration = Duration::from_secs(10 * 60);

fn is_fresh(session: &VerifiedSession) -> bool {
    let second_factors = [
        AuthenticationFactorType::Totp,
        AuthenticationFactorType::RecoveryCodes,
    ];
    session.has_factor(&second_factors, FRESH)
}

/// The session was checked locally: this page takes no call.
pub(super) async fn home(visitor: Visitor, signed_in: SignedIn) -> Response {
    pages::home(&visitor.view(), &signed_in.session, visitor.notice()).into_response()
}

pub(super) async fn show(visitor: Visitor, signed_in: SignedIn) -> Response {
    let (client, account) = (&visitor.app.client, signed_in.account());
    let (member, sessions) = tokio::join!(
        stytch::member(client, &account),
        stytch::sessions(client, &account)
    );
    let sessions = sessions.inspect_err(log).ok();
    match member {
        Ok(member) => {
            let (view, notice) = (visitor.view(), visitor.notice());
            pages::account(
                &view,
                &member,
                sessions.as_deref(),
                &signed_in.session,
                notice,
            )
            .into_response()
        }
        Err(error) => {
            log(&error);
            let text =
                "Your account cannot be shown now. Nothing was changed. Try again in a moment.";
            let message = Message::error(StatusCode::SERVICE_UNAVAILABLE, text);
            pages::trouble(&visitor.view(), "Your account", &message).into_response()
        }
    }
}

/// Asks whether it shall be done, and for a code before that if the last one is too old.
pub(super) async fn ask(
    visitor: Visitor,
    signed_in: SignedIn,
    Path(action): Path<Action>,
) -> Response {
    if is_fresh(&signed_in.session) {
        pages::sure(&visitor.view(), action, visitor.notice()).into_response()
    } else {
        to_confirm(&visitor, action)
    }
}

fn to_confirm(visitor: &Visitor, action: Action) -> Response {
    visitor.remember(|pending| pending.after_confirm = Some(action.path()));
    Redirect::to("/confirm").into_response()
}

pub(super) async fn act(
    visitor: Visitor,
    signed_in: SignedIn,
    Path(action): Path<Action>,
    Posted(Button {}): Posted<Button>,
) -> Response {
    // Locally, a session that was ended a moment ago is still good.
    let app = &visitor.app;
    let checked = match app
        .sessions_now
        .authenticate(&signed_in.jwt, app.now())
        .await
    {
        Ok(checked) => checked,
        Err(error) if error.is_refused() => return ended(&visitor),
        Err(error) => {
            eprintln!("{error}");
            return pages::unavailable(&visitor.view()).into_response();
        }
    };
    let fresh = checked.response.and_then(|response| response.session_jwt);
    let session = fresh.unwrap_or_else(|| signed_in.jwt.clone());
    let response = if is_fresh(&checked.session) {
        let done = carry_out(&visitor, &signed_in, action, &session).await;
        done.unwrap_or_else(|error| {
            log(&error);
            let message = explain(&error.reason(), Doing::Other);
            pages::sure(&visitor.view(), action, Some(message)).into_response()
        })
    } else {
        to_confirm(&visitor, action)
    };
    visitor.renew(&session, response)
}

async fn carry_out(
    visitor: &Visitor,
    signed_in: &SignedIn,
    action: Action,
    session: &SessionJwt,
) -> Result<Response, Error> {
    let (client, account) = (&visitor.app.client, signed_in.account());
    match action {
        Action::RecoveryCodes => {
            let codes = stytch::new_recovery_codes(client, &account).await?;
            visitor.remember(|pending| pending.recovery_codes = Some((account, codes)));
            Ok(Redirect::to("/recovery-codes").into_response())
        }
        Action::RemoveApp => {
            stytch::remove_totp(client, &account, session).await?;
            // If this fails, the next login ends at a set-up, which is no harm.
            stytch::stop_asking(client, &account)
                .await
                .unwrap_or_else(|error| log(&error));
            let text = "The app is removed. Delete the entry in the app too: it is of no use now.";
            Ok(visitor.go("/account", Message::done(text)))
        }
        Action::ReplaceApp => {
            stytch::remove_totp(client, &account, session).await?;
            let proof = Proof::Session(session.clone());
            match stytch::begin_set_up(client, &account, &proof).await {
                Ok(created) => {
                    enrolment::remember(visitor, account, created);
                    Ok(Redirect::to("/enrol").into_response())
                }
                Err(error) => {
                    log(&error);
                    Ok(visitor.go("/enrol", explain(&error.reason(), Doing::SetUp)))
                }
            }
        }
    }
}

pub(super) async fn confirm_form(visitor: Visitor, _signed_in: SignedIn) -> Response {
    pages::confirm(&visitor.view(), visitor.notice()).into_response()
}

/// Adds a fresh code to the session.
pub(super) async fn confirm(
    visitor: Visitor,
    signed_in: SignedIn,
    Posted(form): Posted<Code>,
) -> Response {
    let again = |message| pages::confirm(&visitor.view(), Some(message)).into_response();
    let code = match typed(&form.code) {
        Ok(code) => code,
        Err(message) => return again(message),
    };
    let (client, proof) = (&visitor.app.client, Proof::Session(signed_in.jwt.clone()));
    match stytch::check_code(client, &signed_in.account(), code, &proof).await {
        Ok(Some(session)) => {
            let to = visitor.remember(|pending| pending.after_confirm.take());
            let to = Redirect::to(to.unwrap_or("/account"));
            visitor.renew(&session, to.into_response())
        }
        Ok(None) => again(no_session()),
        Err(error) => {
            log(&error);
            match stytch::reason_of_code(&error) {
                Reason::LoginExpired => ended(&visitor),
                Reason::NotEnrolled => {
                    visitor.go("/account", explain(&Reason::NotEnrolled, Doing::Code))
                }
                reason => again(explain(&reason, Doing::Code)),
            }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct OneSession {
    session: MemberSessionId,
}

pub(super) async fn end_session(
    visitor: Visitor,
    signed_in: SignedIn,
    Posted(form): Posted<OneSession>,
) -> Response {
    let (client, account) = (&visitor.app.client, signed_in.account());
    let notice = match stytch::end_session(client, &account, &form.session).await {
        Ok(()) => Message::done("That session is ended."),
        Err(error) => {
            log(&error);
            explain(&error.reason(), Doing::Other)
        }
    };
    visitor.go("/account", notice)
}

pub(super) async fn sign_out_everywhere(
    visitor: Visitor,
    signed_in: SignedIn,
    Posted(Button {}): Posted<Button>,
) -> Response {
    let (client, account) = (&visitor.app.client, signed_in.account());
    match stytch::sign_out_everywhere(client, &account).await {
        Ok(()) => visitor.sign_out(Message::done("You are signed out everywhere.")),
        Err(error) => {
            log(&error);
            visitor.go("/account", explain(&error.reason(), Doing::Other))
        }
    }
}

pub(super) async fn sign_out(
    visitor: Visitor,
    signed_in: Option<SignedIn>,
    Posted(Button {}): Posted<Button>,
) -> Response {
    if let Some(signed_in) = signed_in {
        let ended = stytch::sign_out(&visitor.app.client, &signed_in.jwt).await;
        // It ends by itself. This browser forgets it now.
        ended.unwrap_or_else(|error| log(&error));
    }
    visitor.sign_out(Message::done("You are signed out."))
}

/// The session was ended elsewhere, or is over.
fn ended(visitor: &Visitor) -> Response {
    let text = "Your session has ended. Please sign in again.";
    visitor.sign_out(Message::error(StatusCode::UNAUTHORIZED, text))
}
