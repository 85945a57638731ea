//! The sender of a request: the browser, and the session if a user is signed in.

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

/// The browser that sent a request.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) app: Arc<Shared>,
    id: String,
    pub(crate) session: Option<SignedIn>,
    /// The session JWT. Signing out needs only this one: if Stytch cannot be reached, it is not
    /// checked.
    pub(crate) jwt: Option<SessionJwt>,
}

/// The session of a user who is signed in.
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

/// Identifies the sender of a request, and updates the cookies.
///
/// The session is checked locally. If its JWT is too old, it is checked at Stytch, and the cookie
/// gets the new JWT.
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
            let id = app.random_id();
            set(&mut to_set, app.cookie(CookieKind::Browser, &id));
            id
        }
    };
    let mut visitor = Visitor {
        app: Arc::clone(&app),
        id,
        session: None,
        jwt: None,
    };
    let mut refusal = None;
    if let Some(jwt) = cookie(CookieKind::Session).map(SessionJwt::new) {
        match stytch::check_session(&app.sessions, &jwt, app.now()).await {
            Ok((session, fresh)) => {
                if let Some(fresh) = &fresh {
                    set(&mut to_set, app.session_cookie(fresh));
                }
                let jwt = fresh.unwrap_or(jwt);
                visitor.jwt = Some(jwt.clone());
                visitor.session = Some(SignedIn { session, jwt });
            }
            Err(error) if error.is_refused() => {
                set(&mut to_set, app.no_cookie(CookieKind::Session));
                let message = Some(Message::session_ended());
                refusal = Some(pages::sign_in(&visitor.view(), "", message));
            }
            Err(error) => {
                // The session could not be checked, so the user stays signed in, but can sign out.
                tracing::warn!(%error);
                visitor.jwt = Some(jwt);
                if request.uri().path() != "/sign-out" {
                    refusal = Some(pages::unavailable(&visitor.view()));
                }
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
        // A cookie that a handler set is newer.
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
    /// Returns the state of this browser.
    pub(crate) fn pending(&self) -> Pending {
        self.app.browsers.get(&self.id, self.app.now())
    }

    pub(crate) fn remember<R>(&self, change: impl FnOnce(&mut Pending) -> R) -> R {
        self.app.browsers.change(&self.id, self.app.now(), change)
    }

    /// Returns the session. Without one, the handler ends with a redirect to the sign-in page.
    pub(crate) fn signed_in(&self) -> Result<&SignedIn, Stop> {
        Ok(self
            .session
            .as_ref()
            .ok_or_else(|| Redirect::to("/sign-in"))?)
    }

    /// Returns the session after a check at Stytch. Actions that cannot be undone need it, because
    /// the local check accepts a session that was ended a moment ago.
    pub(crate) async fn signed_in_now(&self) -> Result<SignedIn, Stop> {
        let jwt = &self.signed_in()?.jwt;
        let (sessions, now) = (&self.app.sessions_now, self.app.now());
        match stytch::check_session(sessions, jwt, now).await {
            Ok((session, fresh)) => Ok(SignedIn {
                session,
                jwt: fresh.unwrap_or_else(|| jwt.clone()),
            }),
            Err(error) if error.is_refused() => Err(self.begin_again(Message::session_ended()))?,
            Err(error) => {
                tracing::warn!(%error);
                Err(pages::unavailable(&self.view()))?
            }
        }
    }

    /// Returns the login that waits for its second factor. Without one, the handler ends with a
    /// redirect: the login is complete, or it took too long.
    pub(crate) fn login(&self) -> Result<Login, Stop> {
        match self.pending().login {
            Some(login) => Ok(login),
            None if self.session.is_some() => Err(Redirect::to("/"))?,
            None => Err(self.begin_again(explain(&Reason::LoginExpired, Doing::Code)))?,
        }
    }

    /// Returns the account of a set-up, and what was proved: the session, or else the login that
    /// waits for its second factor.
    pub(crate) fn proof(&self) -> Result<(Account, Proof), Stop> {
        if let Some(signed_in) = &self.session {
            return Ok((signed_in.account(), Proof::Session(signed_in.jwt.clone())));
        }
        let login = self.login()?;
        Ok((login.account, Proof::Login(login.token)))
    }

    /// Returns the set-up that waits for its first code, if it is of this account.
    pub(crate) fn set_up(&self, account: &Account) -> Option<SetUp> {
        self.pending()
            .set_up
            .filter(|set_up| set_up.account == *account)
    }

    /// Removes the finished set-up. Returns its recovery codes if it is of this account.
    pub(crate) fn finish_set_up(&self, account: &Account) -> Option<Vec<RecoveryCode>> {
        let set_up = self.remember(|pending| pending.set_up.take());
        let set_up = set_up.filter(|set_up| set_up.account == *account);
        set_up.map(|set_up| set_up.recovery_codes)
    }

    /// Removes the login and the session, and redirects to the sign-in page. A set-up is kept: its
    /// first code may have arrived, and its recovery codes were not shown yet.
    pub(crate) fn begin_again(&self, notice: Message) -> Response {
        let mut response = self.go("/sign-in", notice);
        self.remember(|pending| pending.login = None);
        // Without a session in the request, the cookie may be a newer one: of the first click of a
        // double click.
        if self.session.is_some() {
            set(
                response.headers_mut(),
                self.app.no_cookie(CookieKind::Session),
            );
        }
        response
    }

    /// Takes the message for this page.
    pub(crate) fn notice(&self) -> Option<Message> {
        // The message is about an earlier request. This one is a success.
        let notice = self.remember(|pending| pending.notice.take());
        notice.map(|notice| Message {
            status: StatusCode::OK,
            ..notice
        })
    }

    /// Redirects to another page, which shows a message if the browser has a session or a state.
    /// Others could fill the memory with messages.
    pub(crate) fn go(&self, to: &'static str, notice: Message) -> Response {
        if self.jwt.is_some() || !self.pending().is_empty() {
            self.remember(|pending| pending.notice = Some(notice));
        }
        Redirect::to(to).into_response()
    }

    /// Returns the data that all pages show.
    pub(crate) fn view(&self) -> View {
        View {
            organization: self.app.organization_name.clone(),
            csrf_token: self.app.csrf_token(&self.id),
            is_signed_in: self.jwt.is_some(),
        }
    }

    /// Signs in, and redirects to another page. The browser gets a new id, because somebody else
    /// may know the old one.
    pub(crate) fn sign_in(&self, jwt: &SessionJwt, to: &'static str) -> Response {
        let mut response = Redirect::to(to).into_response();
        let before = self.remember(std::mem::take);
        let (id, now) = (self.app.random_id(), self.app.now());
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
        response
    }

    /// Sets the cookie to a new JWT of the same session, unless the response sets a cookie itself,
    /// as it does when it ends the session.
    pub(crate) fn renew(&self, jwt: &SessionJwt, mut response: Response) -> Response {
        if !response.headers().contains_key(SET_COOKIE) {
            set(response.headers_mut(), self.app.session_cookie(jwt));
        }
        response
    }

    /// Removes the session cookie and the state of this browser, and redirects to the sign-in page.
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

/// A response that ends a handler early.
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

/// A form with the token of this browser.
pub(crate) struct Posted<T>(pub(crate) T);

#[derive(Deserialize)]
struct CsrfToken {
    csrf_token: String,
}

/// A form without other fields.
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
