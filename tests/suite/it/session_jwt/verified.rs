//! Tests of the values of a verified session.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use totps_core::{
    AuthenticationFactorDeliveryMethod, AuthenticationFactorType, ClaimsError, Factor,
    VerifiedSession,
};
use totps_forge::{Forge, rfc3339};

use super::{forge, verify};

const TOTP: AuthenticationFactorType = AuthenticationFactorType::Totp;
const RECOVERY: AuthenticationFactorType = AuthenticationFactorType::RecoveryCodes;

#[test]
fn all_claims_are_read() {
    let forge = forge();
    let session = verify(&forge, &forge.jwt()).unwrap();
    assert_eq!(session.member_id, totps_forge::MEMBER_ID);
    assert_eq!(
        session.member_session_id,
        "session-test-fe6c042b-6286-479f-8a4f-b046a6c46509"
    );
    assert_eq!(
        session.organization_id,
        "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931"
    );
    assert_eq!(session.organization_slug, "acme");
    assert_eq!(session.roles, ["stytch_member"]);
    assert_eq!(session.issued_at, Some(forge.time()));
    let time = |time: &Option<totps_core::Timestamp>| time.as_ref().unwrap().to_system_time();
    assert_eq!(time(&session.started_at), Ok(forge.time()));
    assert_eq!(time(&session.last_accessed_at), Ok(forge.time()));
    let end = forge.time() + Duration::from_secs(3600);
    assert_eq!(time(&session.expires_at), Ok(end));
    let factor = &session.authentication_factors[0];
    assert_eq!(factor.r#type, Some(TOTP));
    assert_eq!(
        factor.delivery_method,
        Some(AuthenticationFactorDeliveryMethod::AuthenticatorApp)
    );
    assert!(matches!(factor.factor, Some(Factor::AuthenticatorApp(_))));
    assert_eq!(
        serde_json::to_value(&session.custom_claims).unwrap(),
        json!({"plan": "enterprise"})
    );
}

#[test]
fn custom_claims_are_read_into_the_callers_type() {
    #[derive(Deserialize)]
    struct Claims {
        plan: String,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is not read")]
    struct Others {
        seats: u32,
    }

    let forge = forge();
    let session = verify(&forge, &forge.jwt()).unwrap();
    assert_eq!(session.claims::<Claims>().unwrap().plan, "enterprise");
    let claim = Some("seats");
    assert_eq!(
        session.claims::<Others>().unwrap_err(),
        ClaimsError::Mismatch { claim }
    );
    let jwt = forge.with_claim("/seats", Some(json!("many")));
    assert_eq!(
        verify(&forge, &jwt)
            .unwrap()
            .claims::<Others>()
            .unwrap_err(),
        ClaimsError::Mismatch { claim }
    );
    // Registered claims and Stytch's own claims are not custom claims.
    for pointer in ["/jti", "/https:~1~1stytch.com~1new"] {
        let session = verify(&forge, &forge.with_claim(pointer, Some(json!("x")))).unwrap();
        let names: Vec<_> = session.custom_claims.keys().collect();
        assert_eq!(names, ["plan"], "claim: {pointer}");
    }
}

/// Returns a session with these factors and their ages in seconds.
fn with_factors(forge: &Forge, factors: &[(&str, i64)]) -> VerifiedSession {
    let factors: Vec<_> = factors
        .iter()
        .map(|(name, age)| {
            let time = forge.now.checked_add_signed(-age).unwrap();
            json!({"type": name, "last_authenticated_at": rfc3339(time)})
        })
        .collect();
    let pointer = "/https:~1~1stytch.com~1session/authentication_factors";
    verify(forge, &forge.with_claim(pointer, Some(json!(factors)))).unwrap()
}

#[test]
fn has_factor_checks_the_type_and_the_age() {
    let forge = forge();
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    for (factors, types, max_age, expected) in [
        (&[("totp", 0)][..], &[TOTP][..], minutes(0), true),
        (&[("totp", 60)], &[TOTP], minutes(1), true),
        (&[("totp", 61)], &[TOTP], minutes(1), false),
        (&[("totp", 60)], &[RECOVERY], minutes(1), false),
        (&[("recovery_codes", 60)], &[TOTP], minutes(1), false),
        (
            &[("recovery_codes", 60)],
            &[TOTP, RECOVERY],
            minutes(1),
            true,
        ),
        (
            &[("magic_link", 0), ("totp", 999)],
            &[TOTP, RECOVERY],
            minutes(1),
            false,
        ),
        (
            &[("magic_link", 999), ("totp", 0)],
            &[TOTP, RECOVERY],
            minutes(1),
            true,
        ),
        (&[("totp", 999), ("totp", 9)], &[TOTP], minutes(1), true),
        // The clock of the issuer is ahead.
        (&[("totp", -30)], &[TOTP], minutes(0), true),
        (&[("totp", 1_000_000_000)], &[TOTP], Duration::MAX, true),
        (&[("palm", 0)], &[TOTP, RECOVERY], minutes(1), false),
        (&[("totp", 0)], &[], minutes(1), false),
        (&[], &[TOTP], Duration::MAX, false),
    ] {
        let session = with_factors(&forge, factors);
        let got = session.has_factor(types, max_age);
        assert_eq!(got, expected, "{factors:?}, {types:?}, {max_age:?}");
    }
}

#[test]
fn factors_without_a_type_or_a_readable_time_do_not_count() {
    let forge = forge();
    let pointer = "/https:~1~1stytch.com~1session/authentication_factors";
    for factor in [
        json!({"type": "totp"}),
        json!({"type": "totp", "last_authenticated_at": null}),
        json!({"type": "totp", "last_authenticated_at": ""}),
        json!({"type": "totp", "last_authenticated_at": "yesterday"}),
        json!({"type": "totp", "created_at": rfc3339(forge.now)}),
        json!({"last_authenticated_at": rfc3339(forge.now)}),
        json!({"delivery_method": "authenticator_app", "last_authenticated_at": rfc3339(forge.now)}),
    ] {
        let jwt = forge.with_claim(pointer, Some(json!([factor])));
        let session = verify(&forge, &jwt).unwrap();
        assert!(
            !session.has_factor(&[TOTP], Duration::MAX),
            "factor: {factor}"
        );
    }
}
