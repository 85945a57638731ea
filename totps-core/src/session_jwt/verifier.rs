//! Verifies sessions with a client and cached keys.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::client::{AsyncClient, Client};
use crate::error::Error;
use crate::operation::sessions::authenticate::{
    AuthenticateSessionParams, AuthenticateSessionResponse,
};
use crate::operation::sessions::jwks::GetJwks;
use crate::project::Project;
use crate::session_jwt::error::JwtError;
use crate::session_jwt::jwks::Jwks;
use crate::session_jwt::key_cache::KeyCache;
use crate::session_jwt::options::VerifyOptions;
use crate::session_jwt::session::{AuthenticatedSession, VerifiedSession};
use crate::session_jwt::session_error::SessionError;
use crate::session_jwt::shared_fetch::SharedFetch;
use crate::transport::{AsyncTransport, Transport};
use crate::value::secret::SessionJwt;

/// Verifies sessions for a service: caches the keys, checks JWTs locally, and calls the API when
/// needed.
///
/// `T` is the client, a [`Client`] or an [`AsyncClient`]; with the latter the same methods are
/// `async`. Create one verifier and clone it: clones share the keys, and cloning is cheap.
///
/// ```
/// use std::time::SystemTime;
/// use totps_core::{Client, SessionVerifier, SessionJwt, Transport, VerifyOptions};
///
/// fn may_enter<T: Transport>(verifier: &SessionVerifier<Client<T>>, cookie: &str) -> bool {
///     let jwt = SessionJwt::new(cookie);
///     verifier.verify(&jwt, SystemTime::now()).is_ok()
/// }
/// ```
///
/// # Revoked sessions
///
/// A session that is revoked, or whose Member is deleted, **still passes the local check for up to
/// five minutes**, until its JWT expires. Where that is too long, call the API
/// ([`authenticate_session`](Client::authenticate_session)), or set a shorter
/// [`max_age`](VerifyOptions::max_age) and call [`authenticate`](Self::authenticate).
///
/// # When the keys are fetched
///
/// - At the first check that needs them. While that fetch fails, there is a pause of 10 seconds
///   between two attempts, and checks in between fail with [`SessionError::Keys`].
/// - Again for a `kid` that is not among them, but at most once in five minutes, whatever an
///   attacker sends and whether the fetch succeeds or not. In between, an unknown `kid` gets an
///   error at once: [`SessionError::Keys`] if the last fetch failed, else
///   [`JwtError::UnknownKey`](crate::JwtError::UnknownKey).
/// - When [`refresh`](Self::refresh) is called.
///
/// Only a check whose key is missing waits for a fetch, and checks that miss a key at the same time
/// wait for the same one. Nothing happens in the background. Old keys stay in use while the API
/// cannot be reached, and until a fetch returns a set without them. To notice a key that Stytch
/// withdraws, call `refresh` from a timer, such as once an hour.
pub struct SessionVerifier<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    /// Shared with the fetch in progress.
    client: Arc<T>,
    options: VerifyOptions,
    keys: KeyCache,
    fetch: SharedFetch,
}

impl<T> SessionVerifier<T> {
    /// Creates a verifier with the default options: no leeway, so your clock must not be behind
    /// Stytch's. Nothing is fetched yet.
    pub fn new(client: T) -> Self {
        Self::with_options(client, VerifyOptions::new())
    }

    /// Creates a verifier with these options. Nothing is fetched yet.
    pub fn with_options(client: T, options: VerifyOptions) -> Self {
        let shared = Shared {
            client: Arc::new(client),
            options,
            keys: KeyCache::default(),
            fetch: SharedFetch::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Returns the client.
    pub fn client(&self) -> &T {
        &self.shared.client
    }

    /// Returns the keys that were fetched last; none at first.
    pub fn jwks(&self) -> Arc<Jwks> {
        self.shared.keys.jwks()
    }

    /// Checks a JWT with these keys; `None` if the JWT needs another key.
    fn check(
        &self,
        jwks: &Jwks,
        project: &Project,
        jwt: &SessionJwt,
        now: SystemTime,
    ) -> Option<Result<VerifiedSession, SessionError>> {
        match jwks.verify(jwt, project, now, &self.shared.options) {
            Err(JwtError::UnknownKey) => None,
            checked => Some(checked.map_err(SessionError::Jwt)),
        }
    }

    /// Checks a JWT with the current keys, after a fetch that may not have been made.
    fn check_again(
        &self,
        project: &Project,
        jwt: &SessionJwt,
        now: SystemTime,
    ) -> Result<VerifiedSession, SessionError> {
        let jwks = self.jwks();
        self.check(&jwks, project, jwt, now).unwrap_or_else(|| {
            self.fetched()?;
            Err(if jwks.is_empty() {
                SessionError::NoKeys
            } else {
                SessionError::Jwt(JwtError::UnknownKey)
            })
        })
    }

    /// Returns the error of the last fetch, if it failed.
    fn fetched(&self) -> Result<(), SessionError> {
        let failure = self.shared.keys.failure();
        failure.map_or(Ok(()), |error| Err(SessionError::Keys(error)))
    }
}

impl<T: Transport> SessionVerifier<Client<T>> {
    /// Checks a session JWT locally, at the time `now`.
    ///
    /// # Errors
    ///
    /// [`SessionError::Jwt`] if it does not pass a check, [`SessionError::Keys`] or
    /// [`SessionError::NoKeys`] if its key is missing and could not be fetched.
    pub fn verify(
        &self,
        jwt: &SessionJwt,
        now: SystemTime,
    ) -> Result<VerifiedSession, SessionError> {
        let project = self.client().project();
        let jwks = self.jwks();
        if let Some(checked) = self.check(&jwks, project, jwt, now) {
            return checked;
        }
        self.fetch(|keys| keys.begin(&jwks, now));
        self.check_again(project, jwt, now)
    }

    /// Checks a session JWT locally, and asks the API if the JWT is refused only for its age
    /// ([`JwtError::is_stale`]).
    ///
    /// The session is not extended. To extend it or to set claims, call [`verify`](Self::verify)
    /// and then [`authenticate_session`](Client::authenticate_session) yourself.
    ///
    /// # Errors
    ///
    /// [`SessionError`].
    pub fn authenticate(
        &self,
        jwt: &SessionJwt,
        now: SystemTime,
    ) -> Result<AuthenticatedSession, SessionError> {
        match self.verify(jwt, now) {
            Err(SessionError::Jwt(error)) if error.is_stale() => {
                let params = AuthenticateSessionParams::session_jwt(jwt.clone());
                from_api(self.client().authenticate_session(&params), now)
            }
            checked => checked.map(AuthenticatedSession::local),
        }
    }

    /// Fetches the keys now.
    ///
    /// # Errors
    ///
    /// [`SessionError::Keys`] if they could not be fetched; the old ones stay in use.
    pub fn refresh(&self, now: SystemTime) -> Result<(), SessionError> {
        self.fetch(|keys| {
            keys.begin_at_once(now);
            true
        });
        self.fetched()
    }

    /// Waits for the fetch in progress, and makes one more if `begin` returns `true`.
    fn fetch(&self, begin: impl FnOnce(&KeyCache) -> bool) {
        let _one_at_a_time = self.shared.fetch.lock();
        if begin(&self.shared.keys) {
            let params = GetJwks::new(self.client().project().id());
            self.shared.keys.finish(self.client().get_jwks(&params));
        }
    }
}

impl<T: AsyncTransport + 'static> SessionVerifier<AsyncClient<T>> {
    /// Checks a session JWT locally, at the time `now`.
    ///
    /// The future may be dropped at any time: the next check that needs the keys continues a fetch
    /// that it began.
    ///
    /// # Errors
    ///
    /// [`SessionError::Jwt`] if it does not pass a check, [`SessionError::Keys`] or
    /// [`SessionError::NoKeys`] if its key is missing and could not be fetched.
    pub async fn verify(
        &self,
        jwt: &SessionJwt,
        now: SystemTime,
    ) -> Result<VerifiedSession, SessionError> {
        let project = self.client().project();
        let jwks = self.jwks();
        if let Some(checked) = self.check(&jwks, project, jwt, now) {
            return checked;
        }
        self.fetch(|keys| keys.begin(&jwks, now)).await;
        self.check_again(project, jwt, now)
    }

    /// Checks a session JWT locally, and asks the API if the JWT is refused only for its age
    /// ([`JwtError::is_stale`]).
    ///
    /// The session is not extended. To extend it or to set claims, call [`verify`](Self::verify)
    /// and then [`authenticate_session`](AsyncClient::authenticate_session) yourself.
    ///
    /// # Errors
    ///
    /// [`SessionError`].
    pub async fn authenticate(
        &self,
        jwt: &SessionJwt,
        now: SystemTime,
    ) -> Result<AuthenticatedSession, SessionError> {
        match self.verify(jwt, now).await {
            Err(SessionError::Jwt(error)) if error.is_stale() => {
                let params = AuthenticateSessionParams::session_jwt(jwt.clone());
                from_api(self.client().authenticate_session(&params).await, now)
            }
            checked => checked.map(AuthenticatedSession::local),
        }
    }

    /// Fetches the keys now.
    ///
    /// # Errors
    ///
    /// [`SessionError::Keys`] if they could not be fetched; the old ones stay in use.
    pub async fn refresh(&self, now: SystemTime) -> Result<(), SessionError> {
        let mut has_begun = false;
        self.fetch(|keys| {
            if !has_begun {
                keys.begin_at_once(now);
            }
            !std::mem::replace(&mut has_begun, true)
        })
        .await;
        self.fetched()
    }

    /// Waits for the fetch in progress, and makes others as long as `begin` returns `true`.
    async fn fetch(&self, mut begin: impl FnMut(&KeyCache) -> bool) {
        let Shared { keys, client, .. } = &*self.shared;
        let begin = || {
            let client = Arc::clone(client);
            begin(keys).then(|| {
                let params = GetJwks::new(client.project().id());
                Box::pin(async move { client.get_jwks(&params).await }) as _
            })
        };
        self.shared.fetch.run(begin, |jwks| keys.finish(jwks)).await;
    }
}

/// Converts the response of the API about a session.
fn from_api(
    response: Result<AuthenticateSessionResponse, Error>,
    now: SystemTime,
) -> Result<AuthenticatedSession, SessionError> {
    let response = Box::new(response.map_err(SessionError::Api)?);
    match VerifiedSession::of_response(&response, now) {
        Some(session) => Ok(AuthenticatedSession {
            session,
            response: Some(response),
        }),
        None => Err(SessionError::Unreadable(response)),
    }
}

impl<T> Clone for SessionVerifier<T> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for SessionVerifier<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionVerifier")
            .field("client", self.client())
            .field("options", &self.shared.options)
            .field("jwks", &self.jwks())
            .finish_non_exhaustive()
    }
}
