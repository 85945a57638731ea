//! What all requests share.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::http::HeaderValue;
use axum_extra::extract::cookie::{Cookie, SameSite};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use totps_hyper::{Client, OrganizationId, Project, SessionJwt, SessionVerifier};

use crate::pending::Browsers;
use crate::stytch;

/// The service: the client of Stytch, and what is remembered between two pages.
#[derive(Clone)]
pub struct App {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) organization_id: OrganizationId,
    pub(crate) organization_name: String,
    /// Checks sessions locally for a minute, and asks Stytch then.
    pub(crate) sessions: SessionVerifier<Client>,
    /// Asks Stytch each time, before what is sensitive.
    pub(crate) sessions_now: SessionVerifier<Client>,
    pub(crate) browsers: Browsers,
    csrf_key: hmac::Key,
    random: SystemRandom,
    is_https: bool,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

impl App {
    /// Connects to Stytch, and gets the Organization whose Members sign in: so a wrong secret shows now
    /// and not at the first login.
    ///
    /// `is_https` says what browsers see. `clock` must be that of the server that signs the sessions.
    ///
    /// # Errors
    ///
    /// If Stytch cannot be reached or refuses.
    ///
    /// # Panics
    ///
    /// If the system has no random numbers.
    pub async fn connect(
        project: Project,
        organization_id: &OrganizationId,
        is_https: bool,
        clock: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> Result<Self, Box<dyn Error>> {
        let client = totps_hyper::client(project);
        let organization = stytch::organization(&client, organization_id).await?;
        let now = clock();
        let sessions = stytch::session_verifier(&client, stytch::NOTICED_AFTER, now).await?;
        let sessions_now = stytch::session_verifier(&client, Duration::ZERO, now).await?;
        let random = SystemRandom::new();
        let mut key = [0; 32];
        #[allow(clippy::expect_used, reason = "without random numbers nothing is safe")]
        random
            .fill(&mut key)
            .expect("the system has no random numbers");
        Ok(Self {
            shared: Arc::new(Shared {
                organization_id: organization.organization_id,
                organization_name: organization.organization_name,
                sessions,
                sessions_now,
                client,
                browsers: Browsers::default(),
                csrf_key: hmac::Key::new(hmac::HMAC_SHA256, &key),
                random,
                is_https,
                clock: Box::new(clock),
            }),
        })
    }
}

impl Shared {
    pub(crate) fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// A new id for a browser, or nothing if the system has no random numbers.
    pub(crate) fn random_id(&self) -> Option<String> {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes).ok()?;
        Some(BASE64URL.encode(bytes))
    }

    /// The token in each form of this browser. Another site cannot read it, nor make it without the key.
    pub(crate) fn csrf_token(&self, browser: &str) -> String {
        BASE64URL.encode(hmac::sign(&self.csrf_key, browser.as_bytes()))
    }

    /// In constant time.
    pub(crate) fn is_csrf_token(&self, browser: &str, token: &str) -> bool {
        BASE64URL
            .decode(token)
            .is_ok_and(|tag| hmac::verify(&self.csrf_key, browser.as_bytes(), &tag).is_ok())
    }

    /// The name of a cookie. With `__Host-`, browsers take it from this very host over HTTPS alone.
    pub(crate) fn cookie_name(&self, cookie: CookieKind) -> &'static str {
        match (cookie, self.is_https) {
            (CookieKind::Browser, true) => "__Host-browser",
            (CookieKind::Browser, false) => "browser",
            (CookieKind::Session, true) => "__Host-session",
            (CookieKind::Session, false) => "session",
        }
    }

    /// A cookie that ends with the browser. The session behind it ends by itself.
    pub(crate) fn cookie(&self, kind: CookieKind, value: &str) -> Option<HeaderValue> {
        self.set_cookie(Cookie::new(self.cookie_name(kind), value.to_owned()))
    }

    pub(crate) fn session_cookie(&self, jwt: &SessionJwt) -> Option<HeaderValue> {
        self.cookie(CookieKind::Session, jwt.expose())
    }

    pub(crate) fn no_cookie(&self, kind: CookieKind) -> Option<HeaderValue> {
        let mut cookie = Cookie::from(self.cookie_name(kind));
        cookie.make_removal();
        self.set_cookie(cookie)
    }

    fn set_cookie(&self, mut cookie: Cookie<'_>) -> Option<HeaderValue> {
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        cookie.set_secure(self.is_https);
        cookie.set_path("/");
        HeaderValue::from_str(&cookie.to_string()).ok()
    }
}

/// The cookies of the service.
#[derive(Clone, Copy)]
pub(crate) enum CookieKind {
    /// The id by which a browser is remembered, and to which forms are bound.
    Browser,
    /// The session JWT.
    Session,
}
