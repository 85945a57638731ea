//! The handlers of all URLs.

mod account;
mod enrolment;
mod login;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use totps_hyper::{Error, Reason, TotpCode};

use crate::app::App;
use crate::messages::{Doing, Message, explain, log};
use crate::pages::{self, Action, Page};
use crate::stytch;
use crate::visitor::{Button, Posted, Stop, Visitor};

pub(crate) fn pages() -> Router<App> {
    let mut router = Router::new();
    for action in [Action::RecoveryCodes, Action::ReplaceApp, Action::RemoveApp] {
        let ask = move |visitor: Visitor| account::ask(visitor, action);
        let act = move |visitor: Visitor, form: Posted<Button>| account::act(visitor, action, form);
        router = router.route(action.path(), get(ask).post(act));
    }
    router
        .route("/", get(account::home))
        .route("/sign-in", get(login::sign_in_form).post(login::sign_in))
        .route("/code", get(login::code_form).post(login::code))
        .route("/recover", get(login::recover_form).post(login::recover))
        .route("/enrol", get(enrolment::form).post(enrolment::begin))
        .route(
            "/enrol/code",
            get(|| async { Redirect::to("/enrol") }).post(enrolment::finish),
        )
        .route(
            "/recovery-codes",
            get(enrolment::codes).post(enrolment::codes_saved),
        )
        .route("/account", get(account::overview))
        .route("/account/end-session", post(account::end_session))
        .route(
            "/account/sign-out-everywhere",
            post(account::sign_out_everywhere),
        )
        .route(
            "/confirm",
            get(account::confirm_form).post(account::confirm),
        )
        .route("/sign-out", post(account::sign_out))
        .fallback(async |visitor: Visitor| pages::refused(&visitor.view(), StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async |visitor: Visitor| {
            pages::refused(&visitor.view(), StatusCode::METHOD_NOT_ALLOWED)
        })
}

pub(crate) fn assets() -> Router<App> {
    let asset =
        |kind: &'static str, text: &'static str| get(async move || ([(CONTENT_TYPE, kind)], text));
    let (css, js) = ("text/css; charset=utf-8", "text/javascript; charset=utf-8");
    Router::new()
        .route(
            "/assets/style.css",
            asset(css, include_str!("../assets/style.css")),
        )
        .route(
            "/assets/page.js",
            asset(js, include_str!("../assets/page.js")),
        )
        .route(
            "/assets/icon.svg",
            asset("image/svg+xml", include_str!("../assets/icon.svg")),
        )
}

/// The result of a handler. `?` ends it with another response.
type Outcome = Result<Response, Stop>;

fn show(page: Page) -> Outcome {
    Ok(page.into_response())
}

/// Returns the response to a failed call: a redirect to the page where the user can continue, or
/// the same page with a message.
fn failed(
    visitor: &Visitor,
    error: &Error,
    doing: Doing,
    again: impl FnOnce(Message) -> Page,
) -> Response {
    log(error);
    let reason = match doing {
        Doing::Code | Doing::RecoveryCode => stytch::reason_of_code(error),
        Doing::SetUp => stytch::reason_of_set_up(error),
        Doing::Password | Doing::Other => error.reason(),
    };
    let message = explain(&reason, doing);
    match reason {
        Reason::LoginExpired => visitor.begin_again(message),
        Reason::NotEnrolled if doing != Doing::RecoveryCode => {
            visitor.remember(|pending| pending.set_up = None);
            visitor.go("/enrol", message)
        }
        Reason::AlreadyEnrolled if visitor.session.is_some() => visitor.go("/account", message),
        Reason::AlreadyEnrolled => visitor.go("/code", message),
        _ => again(message).into_response(),
    }
}

/// Reads a code that a user typed.
fn typed(code: &str) -> Result<TotpCode, Message> {
    let rule = "A code has six digits. Enter the one that your app shows now.";
    TotpCode::parse(code).map_err(|_| Message::invalid(rule))
}

/// Returns the message for a code that was right, if there is no session.
fn no_session() -> Message {
    let text =
        "The code was right, but you are not signed in. Please sign in again with another code.";
    Message::error(StatusCode::BAD_GATEWAY, text)
}
