//! Who sends a request: the browser, and the session if somebody is signed in.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{
    FromRequest, FromRequestParts, OptionalFromRequestParts, RawForm, Request, State,
};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use totps_hyper::{SessionJwt, VerifiedSession};

use crate::app::{App, CookieKind, Shared};
use crate::messages::Message;
use crate::pages::{self, View};
use crate::pending::Pending;
use crate::stytch::Account;

/// A browser.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) app: Arc<Shared>,
    id: String,
    session: Option<SignedIn>,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) session: VerifiedSession,
    pub(crate) jwt: SessionJwt,
}

impl SignedIn {
    pub(crate) fn account(&self) -> Account {
        Account {
            organization_id: self.session.organization_id.clone(),
            member_id: self.session.member_id.clone(),
        }
    }
}

/// Finds out who sends a request, and keeps the cookies up to date.
///
/// The session is checked locally. Only if its JWT is too old, Stytch is asked, and the new JWT goes
/// into the cookie.
pub(crate) async fn recognize(
    State(App { shared: app }): State<App>,
    cookies: CookieJar,
    mut request: Request,
    next: Next,
) -> Response {
    let mut to_set = HeaderMap::new();
    let cookie = |kind| {
        cookies
            .get(app.cookie_name(kind))
            .map(|cookie| cookie.value())
    };

    let id = match cookie(CookieKind::Browser) {
        Some(id) if id.len() == 43 && id.is_ascii() => id.to_owned(),
        _ => {
            let Some(id) = app.random_id() else {
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            };
            set(&mut to_set, app.cookie(CookieKind::Browser, &id));
            id
        }
    };
    let mut visitor = Visitor {
        app: Arc::clone(&app),
        id,
        session: None,
    };
    let mut refusal = None;
    if let Some(jwt) = cookie(CookieKind::Session).map(SessionJwt::new) {
        match app.sessions.authenticate(&jwt, app.now()).await {
            Ok(checked) => {
                let fresh = checked.response.and_then(|response| response.session_jwt);
                if let Some(fresh) = &fresh {
                    set(&mut to_set, app.session_cookie(fresh));
                }
                let jwt = fresh.unwrap_or(jwt);
                visitor.session = Some(SignedIn {
                    session: checked.session,
                    jwt,
                });
            }
            Err(error) if error.is_refused() => {
                set(&mut to_set, app.no_cookie(CookieKind::Session));
                let ended = "Your session has ended. Please sign in again.";
                let message = Message::error(StatusCode::UNAUTHORIZED, ended);
                refusal = Some(pages::sign_in(&visitor.view(), "", Some(message)));
            }
            Err(error) => {
                // Nothing is known about the session: the person stays signed in.
                eprintln!("{error}");
                refusal = Some(pages::unavailable(&visitor.view()));
            }
        }
    }
    let mut response = match refusal {
        Some(page) => page.into_response(),
        None => {
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
    };
    for cookie in to_set.get_all(SET_COOKIE) {
        // What a handler sets is newer.
        let name = cookie.as_bytes().split(|byte| *byte == b'=').next();
        let is_newer =
            |other: &HeaderValue| other.as_bytes().split(|byte| *byte == b'=').next() == name;
        if !response.headers().get_all(SET_COOKIE).iter().any(is_newer) {
            response.headers_mut().append(SET_COOKIE, cookie.clone());
        }
    }
    response
}

fn set(headers: &mut HeaderMap, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        headers.append(SET_COOKIE, cookie);
    }
}

impl Visitor {
    /// What is remembered of this browser.
    pub(crate) fn pending(&self) -> Pending {
        self.app.browsers.get(&self.id, self.app.now())
    }

    pub(crate) fn remember<R>(&self, change: impl FnOnce(&mut Pending) -> R) -> R {
        self.app.browsers.change(&self.id, self.app.now(), change)
    }

    /// The message for the next page, which is taken.
    pub(crate) fn notice(&self) -> Option<Message> {
        // The page is what was asked for, whatever happened before it.
        let notice = self.remember(|pending| pending.notice.take());
        notice.map(|notice| Message {
            status: StatusCode::OK,
            ..notice
        })
    }

    /// Goes to another page, which begins with a message.
    pub(crate) fn go(&self, to: &'static str, notice: Message) -> Response {
        self.remember(|pending| pending.notice = Some(notice));
        Redirect::to(to).into_response()
    }

    /// What all pages show.
    pub(crate) fn view(&self) -> View {
        View {
            organization: self.app.organization_name.clone(),
            csrf_token: self.app.csrf_token(&self.id),
            is_signed_in: self.session.is_some(),
        }
    }

    /// Signs in and goes to another page. The browser gets a new id, so that one which somebody else knew
    /// before is worth nothing now.
    pub(crate) fn sign_in(&self, jwt: &SessionJwt, to: &'static str) -> Response {
        let mut response = Redirect::to(to).into_response();
        let before = self.remember(std::mem::take);
        if let Some(id) = self.app.random_id() {
            let now = self.app.now();
            self.app.browsers.change(&id, now, |pending| {
                *pending = Pending {
                    login: None,
                    ..before
                };
            });
            set(
                response.headers_mut(),
                self.app.cookie(CookieKind::Browser, &id),
            );
            set(response.headers_mut(), self.app.session_cookie(jwt));
        }
        response
    }

    /// Puts a new JWT of the same session into the cookie.
    pub(crate) fn renew(&self, jwt: &SessionJwt, mut response: Response) -> Response {
        set(response.headers_mut(), self.app.session_cookie(jwt));
        response
    }

    /// Forgets the session and everything about this browser.
    pub(crate) fn sign_out(&self, notice: Message) -> Response {
        self.remember(std::mem::take);
        let mut response = self.go("/sign-in", notice);
        set(
            response.headers_mut(),
            self.app.no_cookie(CookieKind::Session),
        );
        response
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let visitor = parts.extensions.get().cloned();
        visitor.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// Nobody is signed in: go to the sign-in.
impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Redirect> {
        let visitor: Option<&Visitor> = parts.extensions.get();
        let session = visitor.and_then(|visitor| visitor.session.clone());
        session.ok_or_else(|| Redirect::to("/sign-in"))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for SignedIn {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        let visitor: Option<&Visitor> = parts.extensions.get();
        Ok(visitor.and_then(|visitor| visitor.session.clone()))
    }
}

/// A form that this service gave to this very browser.
pub(crate) struct Posted<T>(pub(crate) T);

#[derive(Deserialize)]
struct CsrfToken {
    csrf_token: String,
}

/// A form without fields of its own.
#[derive(Deserialize)]
pub(crate) struct Button {}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Posted<T> {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor = <Visitor as FromRequestParts<S>>::from_request_parts(&mut parts, state).await;
        let visitor = visitor.map_err(IntoResponse::into_response)?;
        request = Request::from_parts(parts, body);
        let form = RawForm::from_request(request, state).await;
        let RawForm(form) = form.map_err(|rejection| {
            pages::refused(&visitor.view(), rejection.status()).into_response()
        })?;
        let token: Option<CsrfToken> = serde_urlencoded::from_bytes(&form).ok();
        if !token.is_some_and(|token| visitor.app.is_csrf_token(&visitor.id, &token.csrf_token)) {
            return Err(pages::refused(&visitor.view(), StatusCode::FORBIDDEN).into_response());
        }
        serde_urlencoded::from_bytes(&form)
            .map(Self)
            .map_err(|_| pages::refused(&visitor.view(), StatusCode::BAD_REQUEST).into_response())
    }
}
