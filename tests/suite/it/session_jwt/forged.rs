//! What must be accepted, and what must not.

use std::collections::BTreeSet;

use proptest::prelude::*;
use totps_core::{JwtError, SessionJwt, VerifyOptions};
use totps_forge::base64url;

use super::{forge, read, verify};

#[test]
fn good_ones() {
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
fn forged_ones() {
    let forge = forge();
    let cases = forge.forged();
    let names: BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len(), "every case has a name of its own");
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

/// Every check has a case that fails it.
#[test]
fn every_check_is_failed() {
    let forge = forge();
    let mut errors: BTreeSet<_> = forge
        .forged()
        .iter()
        .filter_map(|case| case.expected.err())
        .map(|error| format!("{error:?}"))
        .map(|text| text.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    // Only with an option.
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

/// Not a bit of a JWT may be changed.
#[test]
fn any_changed_byte() {
    let forge = forge();
    let (jwt, jwks, project) = (forge.jwt(), read(&forge.jwks()), forge.project());
    for index in 0..jwt.len() {
        for bit in [1, 2, 4, 8, 16, 32, 64] {
            let mut bytes = jwt.clone().into_bytes();
            bytes[index] ^= bit;
            let changed = String::from_utf8(bytes).unwrap();
            let changed = SessionJwt::new(changed);
            let got = jwks.verify(&changed, &project, forge.time(), &VerifyOptions::new());
            assert!(got.is_err(), "bit {bit} of byte {index} is of no account");
        }
    }
}

/// Nor may it be cut.
#[test]
fn any_prefix() {
    let forge = forge();
    let jwt = forge.jwt();
    for length in 0..jwt.len() {
        assert!(
            verify(&forge, &jwt[..length]).is_err(),
            "cut to {length} bytes"
        );
    }
}

proptest! {
    #[test]
    fn any_text(text in any::<String>()) {
        let forge = forge();
        prop_assert!(verify(&forge, &text).is_err());
        let header = base64url(forge.header().to_string());
        let jwt = format!("{header}.{text}.");
        prop_assert!(verify(&forge, &jwt).is_err());
    }
}
