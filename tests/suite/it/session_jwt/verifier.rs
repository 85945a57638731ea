//! Tests of when a verifier fetches the keys, and when it asks the API.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::json;
use smol::block_on;
use totps_core::*;
use totps_forge::{Forge, base64url};

use super::{FIVE_MINUTES, claims_later, forge, of_next_key_later};

/// Stands in for the API.
struct Server {
    /// The key set, or `None` if the API cannot be reached.
    jwks: Mutex<Option<String>>,
    session: Mutex<(u16, String)>,
    fetched: AtomicUsize,
    asked: AtomicUsize,
}

impl Server {
    fn new(jwks: impl Into<Option<String>>) -> Arc<Self> {
        Arc::new(Self {
            jwks: Mutex::new(jwks.into()),
            session: Mutex::new((404, r#"{"error_type": "session_not_found"}"#.to_owned())),
            fetched: AtomicUsize::new(0),
            asked: AtomicUsize::new(0),
        })
    }

    fn respond(&self, request: &Request) -> io::Result<http::Response<String>> {
        let is_authorized = request.headers().contains_key("authorization");
        let (status, body) = if request.uri().path().contains("/jwks/") {
            assert!(!is_authorized, "the key set needs no credentials");
            self.fetched.fetch_add(1, SeqCst);
            let jwks = self.jwks.lock().unwrap().clone();
            (200, jwks.ok_or(io::ErrorKind::ConnectionRefused)?)
        } else {
            assert_eq!(request.uri().path(), "/v1/b2b/sessions/authenticate");
            assert!(is_authorized, "the API needs credentials");
            self.asked.fetch_add(1, SeqCst);
            self.session.lock().unwrap().clone()
        };
        Ok(http::Response::builder().status(status).body(body).unwrap())
    }

    fn set_jwks(&self, jwks: impl Into<Option<String>>) {
        *self.jwks.lock().unwrap() = jwks.into();
    }

    #[track_caller]
    fn assert_fetched(&self, expected: usize, when: &str) {
        assert_eq!(self.fetched.load(SeqCst), expected, "fetches {when}");
    }
}

/// The methods of a verifier, blocking for both clients.
trait Verifier {
    fn verify(&self, jwt: &str, now: SystemTime) -> Result<VerifiedSession, SessionError>;
    fn authenticate(
        &self,
        jwt: &str,
        now: SystemTime,
    ) -> Result<AuthenticatedSession, SessionError>;
    fn refresh(&self, now: SystemTime) -> Result<(), SessionError>;
}

macro_rules! verifier {
    ($bound:ident, $client:ident, |$call:ident| $result:expr) => {
        impl<T: $bound + 'static> Verifier for SessionVerifier<$client<T>> {
            fn verify(&self, jwt: &str, now: SystemTime) -> Result<VerifiedSession, SessionError> {
                let jwt = SessionJwt::new(jwt);
                let $call = self.verify(&jwt, now);
                $result
            }

            fn authenticate(
                &self,
                jwt: &str,
                now: SystemTime,
            ) -> Result<AuthenticatedSession, SessionError> {
                let jwt = SessionJwt::new(jwt);
                let $call = self.authenticate(&jwt, now);
                $result
            }

            fn refresh(&self, now: SystemTime) -> Result<(), SessionError> {
                let $call = self.refresh(now);
                $result
            }
        }
    };
}

verifier!(Transport, Client, |call| call);
verifier!(AsyncTransport, AsyncClient, |call| block_on(call));

/// Runs a test with a verifier of each client, each with its own server.
fn with_both(
    jwks: impl Fn(&Forge) -> Option<String>,
    options: VerifyOptions,
    test: impl Fn(&Forge, &Server, &dyn Verifier),
) {
    let forge = forge();
    let server = Server::new(jwks(&forge));
    let of_closure = Arc::clone(&server);
    let send = move |request: Request| of_closure.respond(&request);
    let client = Client::new(forge.project(), send);
    test(
        &forge,
        &server,
        &SessionVerifier::with_options(client, options.clone()),
    );

    let server = Server::new(jwks(&forge));
    let of_closure = Arc::clone(&server);
    let send = move |request: Request| {
        let response = of_closure.respond(&request);
        async move {
            // Make the future pending once.
            smol::future::yield_now().await;
            response
        }
    };
    let client = AsyncClient::new(forge.project(), send);
    test(
        &forge,
        &server,
        &SessionVerifier::with_options(client, options),
    );
}

fn one_key(forge: &Forge) -> Option<String> {
    Some(json!({"keys": [forge.key.jwk()]}).to_string())
}

fn both_keys(forge: &Forge) -> Option<String> {
    Some(forge.jwks().to_string())
}

fn unreachable(_: &Forge) -> Option<String> {
    None
}

/// Returns a valid JWT of the key that the project rotates to.
fn of_next_key(forge: &Forge) -> String {
    let header = json!({"alg": "RS256", "kid": forge.next.kid(), "typ": "JWT"});
    forge.next.sign(&header, &forge.claims())
}

/// Returns forged JWTs, each with another unknown `kid`. Their signatures are invalid, but without
/// a key they are not checked.
fn jwts_with_unknown_keys(forge: &Forge) -> impl Iterator<Item = String> {
    let jwt = forge.jwt();
    let (_, rest) = jwt.split_once('.').unwrap();
    let rest = rest.to_owned();
    (0..10_000).map(move |number| {
        let header = json!({"alg": "RS256", "kid": format!("jwk-test-unknown-{number}")});
        format!("{}.{rest}", base64url(header.to_string()))
    })
}

fn error_of<T>(result: Result<T, SessionError>) -> Result<T, String> {
    result.map_err(|error| format!("{error:?}"))
}

#[track_caller]
fn assert_unknown<T>(result: Result<T, SessionError>) {
    match result {
        Err(SessionError::Jwt(JwtError::UnknownKey)) => {}
        Err(other) => panic!("expected an unknown key, got {other:?}"),
        Ok(_) => panic!("expected an unknown key, got a session"),
    }
}

#[test]
fn keys_are_fetched_once_at_the_first_need() {
    with_both(
        both_keys,
        VerifyOptions::new(),
        |forge, server, verifier| {
            server.assert_fetched(0, "before any check");
            // These JWTs are refused before a key is needed.
            for case in forge.forged() {
                let needs_key = !matches!(
                    case.expected,
                    Err(JwtError::TooLong
                        | JwtError::Algorithm
                        | JwtError::NoKeyId
                        | JwtError::Type
                        | JwtError::CriticalHeader
                        | JwtError::Malformed {
                            part: JwtPart::Whole | JwtPart::Header
                        }
                        | JwtError::DuplicateKey {
                            part: JwtPart::Header
                        })
                );
                if !needs_key {
                    verifier.verify(&case.jwt, forge.time()).unwrap_err();
                }
            }
            server.assert_fetched(0, "for JWTs that are refused without a key");
            for _ in 0..100 {
                error_of(verifier.verify(&forge.jwt(), forge.time())).unwrap();
            }
            server.assert_fetched(1, "after a hundred checks");
        },
    );
}

#[test]
fn many_unknown_keys_at_the_start_cause_one_fetch() {
    with_both(
        both_keys,
        VerifyOptions::new(),
        |forge, server, verifier| {
            for jwt in jwts_with_unknown_keys(forge) {
                assert_unknown(verifier.verify(&jwt, forge.time()));
            }
            server.assert_fetched(1, "for many unknown keys at the start");
            error_of(verifier.verify(&forge.jwt(), forge.time())).unwrap();
            server.assert_fetched(1, "for a known key after them");
        },
    );
}

#[test]
fn many_unknown_keys_cause_one_fetch_in_five_minutes() {
    with_both(
        both_keys,
        VerifyOptions::new(),
        |forge, server, verifier| {
            verifier.refresh(forge.time()).unwrap();
            server.assert_fetched(1, "before the unknown keys");
            let just_before = forge.time() + FIVE_MINUTES - Duration::from_secs(1);
            for jwt in jwts_with_unknown_keys(forge) {
                assert_unknown(verifier.verify(&jwt, just_before));
            }
            server.assert_fetched(1, "for unknown keys within five minutes");
            for jwt in jwts_with_unknown_keys(forge) {
                assert_unknown(verifier.verify(&jwt, forge.time() + FIVE_MINUTES));
            }
            server.assert_fetched(2, "for unknown keys after five minutes");
        },
    );
}

/// A fetch that fails counts like one that succeeds.
#[test]
fn many_unknown_keys_cause_one_fetch_while_the_api_is_down() {
    with_both(
        both_keys,
        VerifyOptions::new(),
        |forge, server, verifier| {
            verifier.refresh(forge.time()).unwrap();
            server.set_jwks(None);
            let later = forge.time() + FIVE_MINUTES;
            for (number, jwt) in jwts_with_unknown_keys(forge).enumerate() {
                // The clocks of threads can differ a little.
                let now = later + Duration::from_millis(number as u64 % 7);
                let error = verifier.verify(&jwt, now).unwrap_err();
                assert!(matches!(error, SessionError::Keys(_)), "got {error:?}");
                assert!(!error.is_refused(), "nothing is known about the session");
            }
            server.assert_fetched(2, "for unknown keys while the API is down");
        },
    );
}

#[test]
fn a_rotated_key_is_fetched_after_five_minutes() {
    with_both(one_key, VerifyOptions::new(), |forge, server, verifier| {
        let now = forge.time();
        error_of(verifier.verify(&forge.jwt(), now)).unwrap();
        server.set_jwks(both_keys(forge));
        assert_unknown(verifier.verify(&of_next_key(forge), now));
        server.assert_fetched(1, "within five minutes of the first fetch");

        error_of(verifier.verify(&of_next_key_later(forge), now + FIVE_MINUTES)).unwrap();
        server.assert_fetched(2, "after five minutes");
        // The old key is valid only while it is in the key set.
        let old = forge.key.sign(&forge.header(), &claims_later(forge));
        error_of(verifier.verify(&old, now + FIVE_MINUTES)).unwrap();
        server.set_jwks(json!({"keys": [forge.next.jwk()]}).to_string());
        verifier.refresh(now + FIVE_MINUTES).unwrap();
        server.assert_fetched(3, "after a refresh");
        assert_unknown(verifier.verify(&old, now + FIVE_MINUTES));
        server.assert_fetched(3, "for a key that was withdrawn");
    });
}

#[test]
fn old_keys_are_used_while_the_api_is_down() {
    with_both(one_key, VerifyOptions::new(), |forge, server, verifier| {
        verifier.refresh(forge.time()).unwrap();
        let empty = r#"{"keys": []}"#.to_owned();
        for response in [None, Some("<html>".to_owned()), Some(empty)] {
            server.set_jwks(response.clone());
            let _ = verifier.refresh(forge.time());
            error_of(verifier.verify(&forge.jwt(), forge.time())).unwrap();
            let later = forge.time() + FIVE_MINUTES * 2;
            let missing = verifier.verify(&of_next_key(forge), later);
            let is_expected = match missing {
                Err(SessionError::Jwt(JwtError::UnknownKey)) => true,
                Err(SessionError::Keys(_)) => response.is_none_or(|body| body == "<html>"),
                _ => false,
            };
            assert!(is_expected, "expected an unknown key or a failed fetch");
            error_of(verifier.verify(&forge.jwt(), forge.time())).unwrap();
        }
    });
}

/// The user cannot help it: a new login would fail in the same way.
#[test]
fn a_key_set_without_keys_is_a_fault_of_the_service() {
    let empty = |_: &Forge| Some(r#"{"keys": []}"#.to_owned());
    with_both(empty, VerifyOptions::new(), |forge, _, verifier| {
        let error = verifier.verify(&forge.jwt(), forge.time()).unwrap_err();
        assert!(matches!(error, SessionError::NoKeys), "got {error:?}");
        assert!(!error.is_refused(), "expected no new login");
    });
}

#[test]
fn only_errors_about_the_session_ask_for_a_new_login() {
    for (status, error_type, is_refused) in [
        (404, "session_not_found", true),
        (400, "invalid_session_token", true),
        (400, "unable_to_parse_session_jwt", true),
        (403, "session_authorization_error", true),
        (400, "invalid_argument", false),
        (400, "bad_request", false),
        (400, "organization_not_found", false),
        (400, "a_type_of_the_future", false),
        (401, "unauthorized_credentials", false),
        (429, "too_many_requests", false),
        (500, "session_not_found", false),
    ] {
        let json = json!({"status_code": status, "error_type": error_type}).to_string();
        let mut response = http::Response::new(json);
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        let error = AuthenticateSessionResponse::try_from(response).unwrap_err();
        assert_eq!(
            SessionError::Api(error).is_refused(),
            is_refused,
            "status {status}, {error_type}"
        );
    }
}

/// Without a key nothing can be verified, so the pause before the next fetch is short.
#[test]
fn a_failed_first_fetch_is_retried_after_ten_seconds() {
    with_both(
        unreachable,
        VerifyOptions::new(),
        |forge, server, verifier| {
            let now = forge.time();
            for _ in 0..100 {
                let error = verifier.verify(&forge.jwt(), now).unwrap_err();
                assert!(matches!(error, SessionError::Keys(_)), "got {error:?}");
                assert!(!error.is_refused());
            }
            server.assert_fetched(1, "in the first ten seconds");
            server.set_jwks(one_key(forge));
            verifier
                .verify(&forge.jwt(), now + Duration::from_secs(9))
                .unwrap_err();
            server.assert_fetched(1, "after nine seconds");
            error_of(verifier.verify(&forge.jwt(), now + Duration::from_secs(10))).unwrap();
            server.assert_fetched(2, "after ten seconds");
        },
    );
}

#[test]
fn a_failed_refresh_can_be_repeated_at_once() {
    with_both(
        unreachable,
        VerifyOptions::new(),
        |forge, server, verifier| {
            let error = verifier.refresh(forge.time()).unwrap_err();
            assert!(matches!(error, SessionError::Keys(_)), "got {error:?}");
            server.set_jwks(one_key(forge));
            verifier.refresh(forge.time()).unwrap();
            error_of(verifier.verify(&forge.jwt(), forge.time())).unwrap();
            server.assert_fetched(2, "in total");
        },
    );
}

#[test]
fn a_clock_that_is_set_back_does_not_prevent_a_fetch() {
    with_both(one_key, VerifyOptions::new(), |forge, server, verifier| {
        let wrong = forge.time() + Duration::from_secs(365 * 86_400);
        verifier.refresh(wrong).unwrap();
        assert_unknown(verifier.verify(&of_next_key(forge), wrong - Duration::from_secs(1)));
        server.assert_fetched(1, "a second before the last fetch");
        server.set_jwks(both_keys(forge));
        error_of(verifier.verify(&of_next_key(forge), forge.time())).unwrap();
        server.assert_fetched(2, "a year before the last fetch");
    });
}

/// Returns the response of the API for an active session.
fn alive(forge: &Forge) -> (u16, String) {
    let claims = forge.claims();
    let session = &claims["https://stytch.com/session"];
    let body = json!({
        "member_session": {
            "member_session_id": session["id"],
            "member_id": totps_forge::MEMBER_ID,
            "started_at": session["started_at"],
            "last_accessed_at": session["last_accessed_at"],
            "expires_at": session["expires_at"],
            "authentication_factors": session["authentication_factors"],
            "roles": session["roles"],
            "organization_id": "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931",
            "organization_slug": "acme",
            "custom_claims": {"plan": "enterprise"},
        },
        "session_token": "fresh token",
        "session_jwt": "fresh jwt",
    });
    (200, body.to_string())
}

#[test]
fn the_api_is_asked_only_about_stale_jwts() {
    with_both(one_key, VerifyOptions::new(), |forge, server, verifier| {
        *server.session.lock().unwrap() = alive(forge);
        let authenticated = error_of(verifier.authenticate(&forge.jwt(), forge.time())).unwrap();
        assert!(
            authenticated.response.is_none(),
            "the API must not be asked"
        );
        let local = authenticated.session;

        for case in forge.forged() {
            let before = server.asked.load(SeqCst);
            let result = verifier.authenticate(&case.jwt, forge.time());
            let asked = server.asked.load(SeqCst) - before;
            let is_stale = case.expected.is_err_and(|error| error.is_stale());
            assert_eq!(asked, usize::from(is_stale), "case: {}", case.name);
            assert_eq!(result.is_ok(), is_stale, "case: {}", case.name);
        }

        let later = forge.time() + FIVE_MINUTES;
        verifier.verify(&forge.jwt(), later).unwrap_err();
        let authenticated = error_of(verifier.authenticate(&forge.jwt(), later)).unwrap();
        let response = authenticated.response.unwrap();
        assert_eq!(response.session_jwt.unwrap().expose(), "fresh jwt");
        let asked = authenticated.session;
        assert_eq!(asked.issued_at, None);
        assert_eq!(
            (
                &asked.member_session_id,
                &asked.member_id,
                &asked.organization_id
            ),
            (
                &local.member_session_id,
                &local.member_id,
                &local.organization_id
            )
        );
        assert_eq!(asked.organization_slug, local.organization_slug);
        assert_eq!(asked.authentication_factors, local.authentication_factors);
        assert_eq!(
            (&asked.roles, &asked.expires_at),
            (&local.roles, &local.expires_at)
        );
        assert_eq!(asked.custom_claims, local.custom_claims);
        let totp = [AuthenticationFactorType::Totp];
        assert!(asked.has_factor(&totp, FIVE_MINUTES));
        assert!(!asked.has_factor(&totp, FIVE_MINUTES - Duration::from_secs(1)));
    });
}

#[test]
fn a_maximum_age_of_zero_always_asks_the_api() {
    let options = VerifyOptions::new().max_age(Duration::ZERO);
    with_both(one_key, options, |forge, server, verifier| {
        *server.session.lock().unwrap() = alive(forge);
        let error = verifier.verify(&forge.jwt(), forge.time()).unwrap_err();
        assert!(
            matches!(error, SessionError::Jwt(JwtError::TooOld)),
            "{error:?}"
        );
        error_of(verifier.authenticate(&forge.jwt(), forge.time())).unwrap();
        assert_eq!(server.asked.load(SeqCst), 1);
    });
}

#[test]
fn is_refused_depends_on_the_response_of_the_api() {
    let ids_missing = r#"{"member_id": "m", "member_session": {}, "session_jwt": "fresh jwt"}"#;
    let no_session = r#"{"member_id": "m", "member_session": null, "session_jwt": "fresh jwt"}"#;
    for (status, body, is_refused) in [
        (404, r#"{"error_type": "session_not_found"}"#, true),
        (
            400,
            r#"{"error_type": "unable_to_parse_session_jwt"}"#,
            true,
        ),
        (403, r#"{"error_type": "organization_suspended"}"#, true),
        (401, r#"{"error_type": "unauthorized_credentials"}"#, false),
        (429, r#"{"error_type": "too_many_requests"}"#, false),
        (500, "", false),
        (200, ids_missing, false),
        (200, no_session, false),
        (200, "{}", false),
    ] {
        with_both(one_key, VerifyOptions::new(), |forge, server, verifier| {
            *server.session.lock().unwrap() = (status, body.to_owned());
            let later = forge.time() + FIVE_MINUTES;
            let error = verifier.authenticate(&forge.jwt(), later).unwrap_err();
            assert_eq!(error.is_refused(), is_refused, "{status} {body}: {error:?}");
            // The response is not lost.
            if let SessionError::Unreadable(response) = error {
                assert_eq!(response.session_jwt.unwrap().expose(), "fresh jwt");
            }
        });
    }
}

#[test]
fn verifiers_can_be_shared_and_stored() {
    fn assert_shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn assert_send<T: Send>(future: T) -> T {
        future
    }
    struct State {
        _blocking: SessionVerifier<totps_ureq::Client>,
        tokio: SessionVerifier<totps_hyper::Client>,
    }

    let project = forge().project();
    let state = State {
        _blocking: SessionVerifier::new(totps_ureq::client(project.clone())),
        tokio: SessionVerifier::new(totps_hyper::client(project)),
    };
    assert_shared(&state._blocking);
    assert_shared(&state.tokio);
    let jwt = SessionJwt::new("x");
    drop(assert_send(state.tokio.verify(&jwt, SystemTime::now())));
    drop(assert_send(
        state.tokio.authenticate(&jwt, SystemTime::now()),
    ));
    drop(assert_send(state.tokio.refresh(SystemTime::now())));
}

#[test]
fn clones_share_the_keys() {
    let forge = forge();
    let server = Server::new(one_key(&forge));
    let of_closure = Arc::clone(&server);
    let send = move |request: Request| of_closure.respond(&request);
    let verifier = SessionVerifier::new(Client::new(forge.project(), send));
    let other = verifier.clone();
    other.refresh(forge.time()).unwrap();
    let jwt = SessionJwt::new(forge.jwt());
    verifier.verify(&jwt, forge.time()).unwrap();
    server.assert_fetched(1, "by a verifier and its clone");
    assert_eq!(verifier.jwks().kids().collect::<Vec<_>>(), ["jwk-test-1"]);
}
