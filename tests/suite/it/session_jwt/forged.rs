//! Tests of JWTs that must be accepted, and of JWTs that must be refused.

use std::collections::BTreeSet;

use proptest::prelude::*;
use totps_core::{JwtError, SessionJwt, VerifyOptions};
use totps_forge::base64url;

use super::{forge, read, verify};

#[test]
fn good_jwts_are_accepted() {
    let forge = forge();
    let cases = forge.good();
    assert!(cases.len() >= 20, "expected 20 cases, got {}", cases.len());
    for case in cases {
        let got = verify(&forge, &case.jwt).map(|session| session.member_id);
        assert_eq!(
            got,
            Ok(totps_forge::MEMBER_ID.into()),
            "case: {}",
            case.name
        );
    }
}

#[test]
fn forged_jwts_are_refused() {
    let forge = forge();
    let cases = forge.forged();
    let names: BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert_eq!(
        names.len(),
        cases.len(),
        "every case must have a unique name"
    );
    assert!(cases.len() >= 60, "expected 60 cases, got {}", cases.len());
    let wrong: Vec<_> = cases
        .iter()
        .map(|case| {
            (
                case.name,
                verify(&forge, &case.jwt).map(drop),
                case.expected,
            )
        })
        .filter(|(_, got, expected)| got != expected)
        .collect();
    assert!(wrong.is_empty(), "case, got, expected: {wrong:#?}");
}

#[test]
fn every_check_has_a_case_that_fails() {
    let forge = forge();
    let mut errors: BTreeSet<_> = forge
        .forged()
        .iter()
        .filter_map(|case| case.expected.err())
        .map(|error| format!("{error:?}"))
        .map(|text| text.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    // This error needs an option, so no case has it.
    errors.insert(format!("{:?}", JwtError::TooOld));
    let expected = [
        "Algorithm",
        "Audience",
        "CriticalHeader",
        "DuplicateKey",
        "Expired",
        "IssuedInFuture",
        "Issuer",
        "Malformed",
        "MalformedClaim",
        "MissingClaim",
        "NoKeyId",
        "NotYetValid",
        "SessionExpired",
        "Signature",
        "TooLong",
        "TooOld",
        "Type",
        "UnknownKey",
    ];
    assert_eq!(errors, BTreeSet::from(expected.map(str::to_owned)));
}

#[test]
fn a_jwt_with_one_changed_bit_is_refused() {
    let forge = forge();
    let (jwt, jwks, project) = (forge.jwt(), read(&forge.jwks()), forge.project());
    for index in 0..jwt.len() {
        for bit in [1, 2, 4, 8, 16, 32, 64] {
            let mut bytes = jwt.clone().into_bytes();
            bytes[index] ^= bit;
            let changed = String::from_utf8(bytes).unwrap();
            let changed = SessionJwt::new(changed);
            let got = jwks.verify(&changed, &project, forge.time(), &VerifyOptions::new());
            assert!(
                got.is_err(),
                "accepted with bit {bit} of byte {index} changed"
            );
        }
    }
}

#[test]
fn a_cut_jwt_is_refused() {
    let forge = forge();
    let jwt = forge.jwt();
    for length in 0..jwt.len() {
        assert!(
            verify(&forge, &jwt[..length]).is_err(),
            "accepted when cut to {length} bytes"
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_refused(text in any::<String>()) {
        let forge = forge();
        prop_assert!(verify(&forge, &text).is_err());
        let header = base64url(forge.header().to_string());
        let jwt = format!("{header}.{text}.");
        prop_assert!(verify(&forge, &jwt).is_err());
    }
}
