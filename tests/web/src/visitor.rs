//! Who sends a request: the browser, and the session if somebody is signed in.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, RawForm, Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use totps_hyper::{Reason, RecoveryCode, SessionJwt, VerifiedSession};

use crate::app::{App, CookieKind, Shared};
use crate::messages::{Doing, Message, explain};
use crate::pages::{self, Page, View};
use crate::pending::{Login, Pending, SetUp};
use crate::stytch::{self, Account, Proof};

/// A browser.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) app: Arc<Shared>,
    id: String,
    pub(crate) session: Option<SignedIn>,
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
        match stytch::check_session(&app.sessions, &jwt, app.now()).await {
            Ok((session, fresh)) => {
                if let Some(fresh) = &fresh {
                    set(&mut to_set, app.session_cookie(fresh));
                }
                let jwt = fresh.unwrap_or(jwt);
                visitor.session = Some(SignedIn { session, jwt });
            }
            Err(error) if error.is_refused() => {
                set(&mut to_set, app.no_cookie(CookieKind::Session));
                let message = Some(Message::session_ended());
                refusal = Some(pages::sign_in(&visitor.view(), "", message));
            }
            Err(error) => {
                // Nothing is known about the session: the person stays signed in.
                tracing::warn!(%error);
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

    /// The session; without one, the handler stops and goes to the sign-in.
    pub(crate) fn signed_in(&self) -> Result<&SignedIn, Stop> {
        Ok(self
            .session
            .as_ref()
            .ok_or_else(|| Redirect::to("/sign-in"))?)
    }

    /// A login that lacks its second factor; without one, the handler stops: it is done already, or it
    /// took too long.
    pub(crate) fn login(&self) -> Result<Login, Stop> {
        match self.pending().login {
            Some(login) => Ok(login),
            None if self.session.is_some() => Err(Redirect::to("/"))?,
            None => Err(self.begin_again(explain(&Reason::LoginExpired, Doing::Code)))?,
        }
    }

    /// Whose TOTP it is about, and what was proved: a session, or a login that lacks its second factor.
    pub(crate) fn proof(&self) -> Result<(Account, Proof), Stop> {
        if let Some(signed_in) = &self.session {
            return Ok((signed_in.account(), Proof::Session(signed_in.jwt.clone())));
        }
        let login = self.login()?;
        Ok((login.account, Proof::Login(login.token)))
    }

    /// The set-up of this account that waits for its first code.
    pub(crate) fn set_up(&self, account: &Account) -> Option<SetUp> {
        self.pending()
            .set_up
            .filter(|set_up| set_up.account == *account)
    }

    /// The set-up of this account is done: takes its recovery codes.
    pub(crate) fn finish_set_up(&self, account: &Account) -> Option<Vec<RecoveryCode>> {
        let set_up = self.remember(|pending| pending.set_up.take());
        let set_up = set_up.filter(|set_up| set_up.account == *account);
        set_up.map(|set_up| set_up.recovery_codes)
    }

    /// The login or the session is of no use any more. A set-up stays: its first code may have arrived,
    /// and its recovery codes were not shown yet.
    pub(crate) fn begin_again(&self, notice: Message) -> Response {
        self.remember(|pending| pending.login = None);
        let mut response = self.go("/sign-in", notice);
        set(
            response.headers_mut(),
            self.app.no_cookie(CookieKind::Session),
        );
        response
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

    /// Puts a new JWT of the same session into the cookie, unless the response ends the session.
    pub(crate) fn renew(&self, jwt: &SessionJwt, mut response: Response) -> Response {
        if !response.headers().contains_key(SET_COOKIE) {
            set(response.headers_mut(), self.app.session_cookie(jwt));
        }
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

/// Another response than the one that the handler was to make.
pub(crate) struct Stop(Box<Response>);

impl From<Response> for Stop {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl From<Redirect> for Stop {
    fn from(redirect: Redirect) -> Self {
        redirect.into_response().into()
    }
}

impl From<Page> for Stop {
    fn from(page: Page) -> Self {
        page.into_response().into()
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        *self.0
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
