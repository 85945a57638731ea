//! Runs the whole life of a second factor on the emulator with both clients, from enrolment to the
//! last session.

use std::time::Duration;

use totps_core::{
    AuthenticateParams, AuthenticateSessionParams, CreateParams, DeleteTotpParams, Delivery,
    ErrorType, GetJwks, GetMemberParams, GetRecoveryCodesParams, Project, Reason, RecoverParams,
    RecoveryCode, RevokeSessionsParams, RotateRecoveryCodesParams, TotpCode,
};
use totps_emulator::{Emulator, Factor};

fn project(emulator: &Emulator) -> Project {
    Project::at(
        emulator.base_url(),
        emulator.project_id(),
        emulator.secret(),
    )
    .unwrap()
}

/// Returns the current code of the authenticator app for a secret.
fn code(emulator: &Emulator, secret: &str) -> TotpCode {
    let code = totps_emulator::authenticator_code(secret, emulator.now());
    TotpCode::parse(&code.unwrap()).unwrap()
}

/// Completes a first factor and returns the intermediate session token.
fn first_factor(emulator: &Emulator) -> String {
    let factors = [Factor::MagicLink];
    let token = emulator.create_intermediate_session(emulator.member_id(), &factors);
    token.unwrap()
}

/// The same steps for both clients, blocking or awaited.
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
        let enrolled = run!(get_member, GetMemberParams::by_id(organization, member)).unwrap();
        assert_eq!(enrolled.member_id.as_ref().unwrap(), member);
        assert_eq!(
            enrolled.member.totp_registration_id.as_ref(),
            Some(&created.totp_registration_id)
        );
        assert!(enrolled.member.has_totp());

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
            "only the first code must be used up"
        );
        let again = run!(recover, params).expect_err("code and token are used up");
        assert_eq!(again.delivery(), Delivery::Answered);

        let rotated = RotateRecoveryCodesParams::new(organization, member);
        let rotated = run!(rotate_recovery_codes, rotated).unwrap().recovery_codes;
        assert_eq!(rotated.len(), 10);
        assert!(
            !rotated.iter().any(|code| is_listed(code)),
            "all old codes must be invalid"
        );

        // The session of the recovery is sent in the header for the RBAC check.
        let params = DeleteTotpParams::new(organization, member)
            .session_token(recovered.session_token.unwrap());
        let deleted = run!(delete_totp, params).unwrap();
        assert!(!deleted.member.unwrap().has_totp());
        let address = enrolled.member.email_address.as_str();
        let found = run!(get_member, GetMemberParams::by_email(organization, address)).unwrap();
        assert_eq!(found.member_id, enrolled.member_id);
        assert!(!found.member.has_totp());
        let nobody = GetMemberParams::by_email(organization, "nobody@example.com");
        let nobody = run!(get_member, nobody).expect_err("no Member has this address");
        assert_eq!(nobody.error_type(), Some(&ErrorType::MemberNotFound));

        let enrolled_again = run!(create, CreateParams::new(organization, member)).unwrap();
        assert_ne!(enrolled_again.secret.expose(), created.secret.expose());

        let jwks = run!(get_jwks, GetJwks::new($emulator.project_id())).unwrap();
        assert_eq!(jwks.kids().count(), 1);
        let other = run!(get_jwks, GetJwks::new("project-test-other"));
        let other = other.err().expect("another project has other keys");
        assert!(other.api().is_some(), "{other}");

        // Each way to name a session revokes only that session.
        let open = || {
            let session = $emulator.create_session(member, &[Factor::MagicLink, Factor::Totp]);
            session.unwrap()
        };
        let other = open();
        let other_lives = AuthenticateSessionParams::session_token(other.session_token.as_str());
        macro_rules! revoke {
            ($session:expr, $params:expr) => {
                let token = $session.session_token.as_str();
                run!(revoke_sessions, $params).unwrap();
                let ended = run!(
                    authenticate_session,
                    AuthenticateSessionParams::session_token(token)
                );
                let ended = ended.expect_err("the session has ended");
                assert_eq!(ended.error_type(), Some(&ErrorType::SessionNotFound));
                assert_eq!(ended.reason(), Reason::LoginExpired);
            };
        }
        let session = open();
        let token = session.session_token.as_str();
        let lives = AuthenticateSessionParams::session_token(token);
        let lives = run!(authenticate_session, lives).unwrap();
        let id = lives.member_session.unwrap().member_session_id.unwrap();
        revoke!(session, RevokeSessionsParams::session_id(id));
        let session = open();
        let token = session.session_token.as_str();
        revoke!(session, RevokeSessionsParams::session_token(token));
        let session = open();
        let jwt = session.session_jwt.as_str();
        let by_its_member =
            RevokeSessionsParams::session_jwt(jwt).rbac_session_token(other.session_token.as_str());
        revoke!(session, by_its_member);
        run!(authenticate_session, other_lives).unwrap();
        revoke!(other, RevokeSessionsParams::member_id(member));

        let session = open();
        $emulator.advance(Duration::from_secs(366 * 24 * 60 * 60));
        let expired = AuthenticateSessionParams::session_jwt(session.session_jwt.as_str());
        let expired = run!(authenticate_session, expired).expect_err("the session has expired");
        assert_eq!(expired.error_type(), Some(&ErrorType::SessionNotFound));
        assert_eq!(expired.reason(), Reason::LoginExpired);
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

/// The example in the documentation of `Operation`.
#[path = "../examples/any_endpoint.rs"]
mod any_endpoint;

#[test]
fn the_documented_operation_works_on_the_emulator() {
    any_endpoint::main().unwrap();
}

#[test]
fn the_documentation_and_the_example_have_the_same_operation() {
    let operation = |source: &str| {
        let from = source.find("struct PreferTotp").expect("the operation");
        let upto = source[from..]
            .find("\n}\n\nimpl Operation")
            .expect("its implementation");
        let implementation = &source[from + upto + 3..];
        let end = implementation.find("\n}\n").expect("its end");
        source[from..from + upto + 3 + end].to_owned()
    };
    let documented: String = include_str!("../../../totps-core/src/operation.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("///"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    let program = include_str!("../examples/any_endpoint.rs");
    assert_eq!(operation(program), operation(&documented));
}
