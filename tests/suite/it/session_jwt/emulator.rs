//! Tests of JWTs of the emulator, which both clients verify over sockets.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use totps_core::*;
use totps_emulator::{Emulator, Fault};
use totps_ureq::UreqTransport;

use super::FIVE_MINUTES;

const PROJECT_ID: &str = "project-test-33333333-3333-4333-8333-333333333333";
const SECRET: &str = "secret-test-example";
const SECOND_FACTORS: [AuthenticationFactorType; 2] = [
    AuthenticationFactorType::Totp,
    AuthenticationFactorType::RecoveryCodes,
];

/// Starts an emulator. Each seed has its own key id. The clock has whole seconds, like the times in
/// JWTs.
fn emulator(seed: u64) -> Emulator {
    let clock = SystemTime::UNIX_EPOCH + Duration::from_secs(1_777_000_000);
    let emulator = Emulator::builder()
        .seed(seed)
        .project(PROJECT_ID, SECRET)
        .clock(clock);
    emulator.start().unwrap()
}

fn project(emulator: &Emulator) -> Project {
    Project::at(emulator.base_url(), PROJECT_ID, SECRET).unwrap()
}

fn session(emulator: &Emulator, factors: &[totps_emulator::Factor]) -> SessionJwt {
    let session = emulator
        .create_session(emulator.member_id(), factors)
        .unwrap();
    SessionJwt::new(session.session_jwt)
}

fn jwks_requests(emulator: &Emulator) -> usize {
    let requests = emulator.requests();
    requests
        .iter()
        .filter(|request| request.path.contains("/jwks/"))
        .count()
}

/// The same steps for both clients, blocking or awaited.
macro_rules! life {
    ($emulator:ident, $verifier:ident, |$call:ident| $result:expr) => {{
        macro_rules! run {
            ($method:ident, $jwt:expr) => {{
                let jwt = $jwt.clone();
                let $call = $verifier.$method(&jwt, $emulator.now());
                $result
            }};
        }
        use totps_emulator::Factor;
        let jwt = session(&$emulator, &[Factor::MagicLink, Factor::Totp]);
        let verified = run!(verify, jwt).unwrap();
        assert_eq!(verified.member_id, $emulator.member_id());
        assert_eq!(verified.organization_id, $emulator.organization_id());
        assert_eq!(verified.authentication_factors.len(), 2);
        assert!(verified.has_factor(&SECOND_FACTORS, Duration::ZERO));
        assert_eq!(verified.issued_at, Some($emulator.now()));
        let weak = run!(verify, session(&$emulator, &[Factor::MagicLink])).unwrap();
        assert!(!weak.has_factor(&SECOND_FACTORS, Duration::MAX));

        // After five minutes the JWT has expired, and only the API can decide.
        $emulator.advance(FIVE_MINUTES);
        let expired = run!(verify, jwt).unwrap_err();
        assert!(
            matches!(expired, SessionError::Jwt(JwtError::Expired)),
            "{expired:?}"
        );
        let authenticated = run!(authenticate, jwt).unwrap();
        assert_eq!(authenticated.session.member_id, $emulator.member_id());
        assert!(
            authenticated
                .session
                .has_factor(&SECOND_FACTORS, FIVE_MINUTES)
        );
        assert!(
            !authenticated
                .session
                .has_factor(&SECOND_FACTORS, FIVE_MINUTES / 2)
        );
        let fresh = authenticated.response.unwrap().session_jwt.unwrap();
        let again = run!(verify, fresh).unwrap();
        assert_eq!(again.member_session_id, verified.member_session_id);
        assert_eq!(jwks_requests(&$emulator), 1, "the keys were fetched once");

        // A year later the API refuses it, too.
        $emulator.advance(Duration::from_secs(366 * 86_400));
        let ended = run!(authenticate, fresh).unwrap_err();
        assert!(
            matches!(ended, SessionError::Api(_)) && ended.is_refused(),
            "{ended:?}"
        );

        // If a later fetch fails, the old key set is still used.
        let fault = Fault::response(503)
            .body("<html>")
            .endpoint("sessions.jwks");
        $emulator.inject(1, fault).unwrap();
        let $call = $verifier.refresh($emulator.now());
        let failed = $result.unwrap_err();
        assert!(matches!(failed, SessionError::Keys(_)), "{failed:?}");
        run!(verify, session(&$emulator, &[Factor::MagicLink])).unwrap();

        // Requests for keys have no credentials, and all other requests have them.
        for request in $emulator.requests() {
            let has = request.headers.contains_key("authorization");
            assert_eq!(has, !request.path.contains("/jwks/"), "{}", request.path);
        }
    }};
}

#[test]
fn by_the_blocking_client() {
    let emulator = emulator(1);
    let verifier = SessionVerifier::new(totps_ureq::client(project(&emulator)));
    life!(emulator, verifier, |call| call);
}

#[test]
fn by_the_async_client() {
    let emulator = emulator(1);
    let verifier = SessionVerifier::new(totps_hyper::client(project(&emulator)));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        life!(emulator, verifier, |call| call.await);
    });
}

#[test]
fn a_rotated_key_is_fetched_after_five_minutes() {
    let (old, new) = (emulator(1), emulator(2));
    let serving = Arc::new(Mutex::new(old.base_url().to_owned()));
    let of_transport = Arc::clone(&serving);
    let transport = UreqTransport::new();
    let send = move |mut request: Request| {
        let path = request.uri().path_and_query().unwrap().to_string();
        let url = format!("{}{path}", of_transport.lock().unwrap());
        *request.uri_mut() = url.parse().unwrap();
        transport.send(request)
    };
    let verifier = SessionVerifier::new(Client::new(project(&old), send));
    let verify = |emulator: &Emulator| {
        let jwt = session(emulator, &[totps_emulator::Factor::MagicLink]);
        verifier
            .verify(&jwt, emulator.now())
            .map(|session| session.member_id)
    };
    assert_eq!(verify(&old).unwrap(), old.member_id());
    *serving.lock().unwrap() = new.base_url().to_owned();
    let unknown = verify(&new).unwrap_err();
    assert!(
        matches!(unknown, SessionError::Jwt(JwtError::UnknownKey)),
        "{unknown:?}"
    );
    assert_eq!(
        verify(&old).unwrap(),
        old.member_id(),
        "the old key must be kept"
    );
    assert_eq!(
        jwks_requests(&new),
        0,
        "expected no fetch within five minutes"
    );

    old.advance(FIVE_MINUTES);
    new.advance(FIVE_MINUTES);
    assert_eq!(verify(&new).unwrap(), new.member_id());
    assert_eq!(jwks_requests(&new), 1);
    let withdrawn = verify(&old).unwrap_err();
    assert!(
        matches!(withdrawn, SessionError::Jwt(JwtError::UnknownKey)),
        "{withdrawn:?}"
    );
    assert_eq!(jwks_requests(&new), 1);
}

#[test]
fn a_jwt_of_another_project_is_refused() {
    let emulator = emulator(1);
    let other = Project::at(emulator.base_url(), "project-test-other", SECRET).unwrap();
    let client = totps_ureq::client(project(&emulator));
    let jwks = client.get_jwks(&GetJwks::new(PROJECT_ID)).unwrap();
    let jwt = session(&emulator, &[totps_emulator::Factor::MagicLink]);
    let options = VerifyOptions::new();
    let verified = jwks.verify(&jwt, &other, emulator.now(), &options);
    assert_eq!(verified.map(drop), Err(JwtError::Issuer));
    let verified = jwks.verify(&jwt, client.project(), emulator.now(), &options);
    assert!(verified.is_ok(), "{verified:?}");
}

/// A local check cannot see a revocation. A maximum age of zero asks the API each time.
#[test]
fn a_revoked_session_is_accepted_for_five_minutes() {
    let emulator = emulator(1);
    let client = totps_ureq::client(project(&emulator));
    let verifier = SessionVerifier::new(client.clone());
    let always_asks = VerifyOptions::new().max_age(Duration::ZERO);
    let always_asks = SessionVerifier::with_options(client.clone(), always_asks);
    let jwt = session(&emulator, &[totps_emulator::Factor::MagicLink]);
    always_asks.authenticate(&jwt, emulator.now()).unwrap();

    let revoked = RevokeSessionsParams::session_jwt(jwt.clone());
    client.revoke_sessions(&revoked).unwrap();
    emulator.advance(FIVE_MINUTES - Duration::from_secs(1));
    verifier.authenticate(&jwt, emulator.now()).unwrap();
    let refused = always_asks.authenticate(&jwt, emulator.now()).unwrap_err();
    assert!(refused.is_refused(), "{refused:?}");

    emulator.advance(Duration::from_secs(1));
    let refused = verifier.authenticate(&jwt, emulator.now()).unwrap_err();
    assert!(
        matches!(refused, SessionError::Api(_)) && refused.is_refused(),
        "{refused:?}"
    );
}
