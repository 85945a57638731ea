//! The state that all requests share.

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

/// The service: the client of Stytch, and the state between two pages.
#[derive(Clone)]
pub struct App {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) organization_id: OrganizationId,
    pub(crate) organization_name: String,
    /// Checks sessions locally, or at Stytch if the JWT is older than a minute.
    pub(crate) sessions: SessionVerifier<Client>,
    /// Checks sessions at Stytch each time, for sensitive actions.
    pub(crate) sessions_now: SessionVerifier<Client>,
    pub(crate) browsers: Browsers,
    csrf_key: hmac::Key,
    random: SystemRandom,
    pub(crate) is_https: bool,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

impl App {
    /// Connects to Stytch, and gets the Organization whose Members sign in. A wrong secret is an
    /// error here and not at the first login.
    ///
    /// `is_https` is whether browsers use HTTPS. `clock` must be the clock of the server that signs
    /// the sessions.
    ///
    /// # Errors
    ///
    /// If Stytch cannot be reached, or refuses the call.
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
        let key = random_bytes(&random);
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

    /// Returns a new id for a browser.
    pub(crate) fn random_id(&self) -> String {
        BASE64URL.encode(random_bytes(&self.random))
    }

    /// Returns the token in the forms of this browser. Another site can neither read it, nor
    /// compute it without the key.
    pub(crate) fn csrf_token(&self, browser: &str) -> String {
        BASE64URL.encode(hmac::sign(&self.csrf_key, browser.as_bytes()))
    }

    /// Checks a form token, in constant time.
    pub(crate) fn is_csrf_token(&self, browser: &str, token: &str) -> bool {
        BASE64URL
            .decode(token)
            .is_ok_and(|tag| hmac::verify(&self.csrf_key, browser.as_bytes(), &tag).is_ok())
    }

    /// Returns the name of a cookie. Browsers accept a cookie with `__Host-` only from this host,
    /// and only over HTTPS.
    pub(crate) fn cookie_name(&self, cookie: CookieKind) -> &'static str {
        match (cookie, self.is_https) {
            (CookieKind::Browser, true) => "__Host-browser",
            (CookieKind::Browser, false) => "browser",
            (CookieKind::Session, true) => "__Host-session",
            (CookieKind::Session, false) => "session",
        }
    }

    /// Returns a cookie that ends when the browser is closed. The session has its own expiry.
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

#[allow(clippy::expect_used, reason = "without random numbers nothing is safe")]
fn random_bytes(random: &SystemRandom) -> [u8; 32] {
    let mut bytes = [0; 32];
    random
        .fill(&mut bytes)
        .expect("the system has no random numbers");
    bytes
}

/// The cookies of the service.
#[derive(Clone, Copy)]
pub(crate) enum CookieKind {
    /// The id of the browser, to which its state and its forms are bound.
    Browser,
    /// The session JWT.
    Session,
}
