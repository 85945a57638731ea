//! The life of a second factor on the emulator, from enrolment to the last session, by both clients.

use std::time::Duration;

use serde::Deserialize;
use totps_core::{
    AuthenticateParams, AuthenticateSessionParams, Call, CreateParams, DeleteTotpParams, Delivery,
    ErrorType, GetRecoveryCodesParams, InvalidParams, Json, Operation, Project, Reason,
    RecoverParams, RecoveryCode, RotateRecoveryCodesParams, TotpCode,
};
use totps_emulator::{Emulator, Factor};

/// The key set of a project's JWTs, which the crate does not type.
struct GetJwks<'a> {
    project_id: &'a str,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
}

impl Operation for GetJwks<'_> {
    type Response = Json<Jwks>;

    fn describe(&self) -> Result<Call, InvalidParams> {
        Call::get("/v1/b2b/sessions/jwks").segment("project_id", self.project_id)
    }
}

fn project(emulator: &Emulator) -> Project {
    Project::at(
        emulator.base_url(),
        emulator.project_id(),
        emulator.secret(),
    )
    .unwrap()
}

/// A code for the secret, as the authenticator app shows it now.
fn code(emulator: &Emulator, secret: &str) -> TotpCode {
    let code = totps_emulator::authenticator_code(secret, emulator.now());
    TotpCode::parse(&code.unwrap()).unwrap()
}

/// An intermediate session token after the first factor.
fn first_factor(emulator: &Emulator) -> String {
    let factors = [Factor::MagicLink];
    let token = emulator.create_intermediate_session(emulator.member_id(), &factors);
    token.unwrap()
}

/// The same steps, blocking or awaited.
macro_rules! life {
    ($emulator:ident, $client:ident, |$call:ident| $result:expr) => {{
        macro_rules! run {
            ($method:ident, $params:expr) => {{
                let params = $params;
                let $call = $client.$method(&params);
                $result
            }};
        }
        let (organization, member) = ($emulator.organization_id(), $emulator.member_id());
        $emulator.stop_clock();

        let created = run!(create, CreateParams::new(organization, member)).unwrap();
        let now = code(&$emulator, created.secret.expose());
        let params = AuthenticateParams::new(organization, member, now.clone())
            .intermediate_session_token(first_factor(&$emulator));
        let authenticated = run!(authenticate, params).unwrap();
        assert_eq!(
            authenticated
                .member
                .as_ref()
                .map(|member| member.has_totp()),
            Some(true)
        );

        let params = AuthenticateParams::new(organization, member, now)
            .intermediate_session_token(first_factor(&$emulator));
        let used = run!(authenticate, params).expect_err("the code was used");
        assert_eq!(used.reason(), Reason::CodeAlreadyUsed, "{used}");

        let token = authenticated.session_token.unwrap();
        let session = run!(
            authenticate_session,
            AuthenticateSessionParams::session_token(token)
        );
        let session = session.unwrap();
        assert_eq!(session.member_id, member);
        let factors = session.member_session.unwrap().authentication_factors;
        assert_eq!(factors.len(), 2, "{factors:?}");

        let codes = run!(
            get_recovery_codes,
            GetRecoveryCodesParams::new(organization, member)
        );
        let codes = codes.unwrap().recovery_codes;
        assert_eq!(codes.len(), 10);
        let typed = codes[0].expose().to_uppercase().replace('-', " ");
        let params = RecoverParams::new(organization, member, RecoveryCode::parse(&typed).unwrap())
            .intermediate_session_token(first_factor(&$emulator))
            .session_duration_minutes(5);
        let recovered = run!(recover, params.clone()).unwrap();
        assert_eq!(recovered.member_id, member);
        assert_eq!(recovered.recovery_codes_remaining, Some(9));
        let listed = run!(
            get_recovery_codes,
            GetRecoveryCodesParams::new(organization, member)
        );
        let listed = listed.unwrap().recovery_codes;
        let is_listed =
            |code: &RecoveryCode| listed.iter().any(|listed| listed.expose() == code.expose());
        assert_eq!(listed.len(), 9);
        assert!(
            !is_listed(&codes[0]) && is_listed(&codes[1]),
            "one code is used up"
        );
        let again = run!(recover, params).expect_err("code and token are used up");
        assert_eq!(again.delivery(), Delivery::Answered);

        let rotated = RotateRecoveryCodesParams::new(organization, member);
        let rotated = run!(rotate_recovery_codes, rotated).unwrap().recovery_codes;
        assert_eq!(rotated.len(), 10);
        assert!(
            !rotated.iter().any(|code| is_listed(code)),
            "all old codes are void"
        );

        // The session that the recovery gave goes as the header by which RBAC is checked.
        let params = DeleteTotpParams::new(organization, member)
            .session_token(recovered.session_token.unwrap());
        let deleted = run!(delete_totp, params).unwrap();
        assert!(!deleted.member.unwrap().has_totp());
        let enrolled_again = run!(create, CreateParams::new(organization, member)).unwrap();
        assert_ne!(enrolled_again.secret.expose(), created.secret.expose());

        let jwks = run!(
            call,
            GetJwks {
                project_id: $emulator.project_id()
            }
        )
        .unwrap();
        assert!(!jwks.0.keys.is_empty() && jwks.0.keys.iter().all(|key| key.kty == "RSA"));
        let other = run!(
            call,
            GetJwks {
                project_id: "project-test-other"
            }
        );
        let other = other.err().expect("another project has other keys");
        assert!(other.api().is_some(), "{other}");

        $emulator.advance(Duration::from_secs(366 * 24 * 60 * 60));
        let token = recovered.session_jwt.unwrap();
        let ended = run!(
            authenticate_session,
            AuthenticateSessionParams::session_jwt(token)
        );
        let ended = ended.expect_err("the session has ended");
        assert_eq!(ended.error_type(), Some(&ErrorType::SessionNotFound));
        assert_eq!(ended.reason(), Reason::LoginExpired);
    }};
}

#[test]
fn by_the_blocking_client() {
    let emulator = Emulator::start().unwrap();
    let client = totps_ureq::client(project(&emulator));
    life!(emulator, client, |call| call);
}

#[test]
fn by_the_async_client() {
    let emulator = Emulator::start().unwrap();
    let client = totps_hyper::client(project(&emulator));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        life!(emulator, client, |call| call.await);
    });
}
