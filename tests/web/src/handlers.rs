//! What happens at each address.

mod account;
mod enrolment;
mod login;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use totps_hyper::Reason;

use crate::app::App;
use crate::messages::{Doing, Message, explain};
use crate::pages::{self, Page};
use crate::stytch::{Account, Proof};
use crate::visitor::{SignedIn, Visitor};

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/", get(account::home))
        .route("/sign-in", get(login::sign_in_form).post(login::sign_in))
        .route("/code", get(login::code_form).post(login::code))
        .route("/recover", get(login::recover_form).post(login::recover))
        .route("/enrol", get(enrolment::show).post(enrolment::begin))
        .route("/enrol/code", get(to_enrol).post(enrolment::finish))
        .route(
            "/recovery-codes",
            get(enrolment::recovery_codes).post(enrolment::saved),
        )
        .route("/account", get(account::show))
        .route("/account/{action}", get(account::ask).post(account::act))
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
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
}

pub(crate) fn assets() -> Router<App> {
    let asset = |content_type: &'static str, text: &'static str| {
        get(move || async move { ([(CONTENT_TYPE, content_type)], text) })
    };
    Router::new()
        .route(
            "/assets/style.css",
            asset(
                "text/css; charset=utf-8",
                include_str!("../assets/style.css"),
            ),
        )
        .route(
            "/assets/page.js",
            asset(
                "text/javascript; charset=utf-8",
                include_str!("../assets/page.js"),
            ),
        )
        .route(
            "/assets/icon.svg",
            asset("image/svg+xml", include_str!("../assets/icon.svg")),
        )
}

async fn not_found(visitor: Visitor) -> Page {
    pages::refused(&visitor.view(), StatusCode::NOT_FOUND)
}

async fn not_allowed(visitor: Visitor) -> Page {
    pages::refused(&visitor.view(), StatusCode::METHOD_NOT_ALLOWED)
}

/// The address of a form, opened by hand or by the button *Back*.
async fn to_enrol() -> Redirect {
    Redirect::to("/enrol")
}

/// Whose TOTP it is about, and what was proved: the session, or a login that began.
fn proof(visitor: &Visitor, signed_in: Option<&SignedIn>) -> Option<(Account, Proof)> {
    match signed_in {
        Some(signed_in) => Some((signed_in.account(), Proof::Session(signed_in.jwt.clone()))),
        None => {
            let login = visitor.pending().login?;
            Some((login.account, Proof::Login(login.token)))
        }
    }
}

/// There is no login to go on with: it is done already, or it took too long.
fn begin_again(visitor: &Visitor, signed_in: Option<&SignedIn>) -> Response {
    if signed_in.is_some() {
        return Redirect::to("/").into_response();
    }
    // A set-up stays: its first code may have arrived, and its recovery codes are not shown yet.
    visitor.remember(|pending| pending.login = None);
    visitor.go("/sign-in", explain(&Reason::LoginExpired, Doing::Code))
}

/// The code was right, and there is no session.
fn no_session() -> Message {
    let text =
        "The code was right, but you are not signed in. Please sign in again with the next one.";
    Message::error(StatusCode::BAD_GATEWAY, text)
}
