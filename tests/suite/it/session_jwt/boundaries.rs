//! Tests of times to the second, leeway, maximum age and issuers.

use std::time::{Duration, SystemTime};

use serde_json::json;
use totps_core::{JwtError, Project, SessionJwt, VerifyOptions};
use totps_forge::{Forge, PROJECT_ID, rfc3339};

use super::{forge, read};

const SECOND: Duration = Duration::from_secs(1);

/// Verifies a JWT at a time in seconds after it was issued.
fn at(forge: &Forge, jwt: &str, seconds: i64, options: &VerifyOptions) -> Result<(), JwtError> {
    let shift = Duration::from_secs(seconds.unsigned_abs());
    let now = if seconds < 0 {
        forge.time() - shift
    } else {
        forge.time() + shift
    };
    let jwks = read(&forge.jwks());
    let jwt = SessionJwt::new(jwt);
    jwks.verify(&jwt, &forge.project(), now, options).map(drop)
}

fn leeway(seconds: u64) -> VerifyOptions {
    VerifyOptions::new()
        .leeway(SECOND * u32::try_from(seconds).unwrap())
        .unwrap()
}

#[test]
fn times_are_checked_to_the_second() {
    let forge = forge();
    let none = VerifyOptions::new();
    let jwt = forge.jwt();
    let issued_later = forge.with_claim("/nbf", Some(json!(forge.now - 60)));
    for (jwt, seconds, options, expected) in [
        (&jwt, -1, &none, Err(JwtError::NotYetValid)),
        (&jwt, 0, &none, Ok(())),
        (&jwt, 299, &none, Ok(())),
        (&jwt, 300, &none, Err(JwtError::Expired)),
        (&jwt, -5, &leeway(5), Ok(())),
        (&jwt, -6, &leeway(5), Err(JwtError::NotYetValid)),
        (&jwt, 304, &leeway(5), Ok(())),
        (&jwt, 305, &leeway(5), Err(JwtError::Expired)),
        (&jwt, 599, &leeway(300), Ok(())),
        (&jwt, 600, &leeway(300), Err(JwtError::Expired)),
        (&issued_later, -1, &none, Err(JwtError::IssuedInFuture)),
        (&issued_later, -5, &leeway(5), Ok(())),
        (&issued_later, -6, &leeway(5), Err(JwtError::IssuedInFuture)),
    ] {
        let got = at(&forge, jwt, seconds, options);
        assert_eq!(
            got, expected,
            "{seconds} s after it was issued, {options:?}"
        );
    }
}

#[test]
fn an_expired_session_is_refused() {
    let forge = forge();
    let pointer = "/https:~1~1stytch.com~1session/expires_at";
    let jwt = forge.with_claim(pointer, Some(json!(rfc3339(forge.now + 100))));
    let none = VerifyOptions::new();
    for (seconds, options, expected) in [
        (99, &none, Ok(())),
        (100, &none, Err(JwtError::SessionExpired)),
        (104, &leeway(5), Ok(())),
        (105, &leeway(5), Err(JwtError::SessionExpired)),
        (300, &none, Err(JwtError::Expired)),
    ] {
        let got = at(&forge, &jwt, seconds, options);
        assert_eq!(
            got, expected,
            "{seconds} s after it was issued, {options:?}"
        );
    }
}

#[test]
fn a_jwt_of_the_maximum_age_is_refused() {
    let forge = forge();
    let jwt = forge.jwt();
    let of = |seconds| VerifyOptions::new().max_age(Duration::from_secs(seconds));
    for (seconds, options, expected) in [
        (59, of(60), Ok(())),
        (60, of(60), Err(JwtError::TooOld)),
        (0, of(0), Err(JwtError::TooOld)),
        (299, of(300), Ok(())),
        (300, of(300), Err(JwtError::Expired)),
        // A JWT that was issued in the future, within the leeway, has an age of zero.
        (-3, of(1).leeway(SECOND * 5).unwrap(), Ok(())),
        (-3, of(0).leeway(SECOND * 5).unwrap(), Err(JwtError::TooOld)),
    ] {
        let got = at(&forge, &jwt, seconds, &options);
        assert_eq!(
            got, expected,
            "{seconds} s after it was issued, {options:?}"
        );
    }
}

#[test]
fn is_stale_is_true_for_errors_about_the_age_only() {
    let forge = forge();
    for case in forge.forged() {
        let Err(error) = case.expected else { continue };
        let is_stale = matches!(error, JwtError::Expired | JwtError::SessionExpired);
        assert_eq!(error.is_stale(), is_stale, "case: {}", case.name);
    }
    assert!(JwtError::TooOld.is_stale());
    // Any other error is reported before an error about the age.
    let mut claims = forge.claims();
    claims["exp"] = json!(forge.now - 60);
    claims["aud"] = json!("other");
    let jwt = forge.key.sign(&forge.header(), &claims);
    assert_eq!(
        at(&forge, &jwt, 0, &VerifyOptions::new()),
        Err(JwtError::Audience)
    );
}

#[test]
fn a_jwt_is_refused_if_the_clock_is_far_off() {
    let forge = forge();
    let far = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(1 << 62));
    let past = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(1 << 62));
    for (now, expected) in [
        (SystemTime::UNIX_EPOCH, JwtError::NotYetValid),
        (far.unwrap(), JwtError::Expired),
        (past.unwrap(), JwtError::NotYetValid),
    ] {
        for options in [VerifyOptions::new(), leeway(300)] {
            let jwt = SessionJwt::new(forge.jwt());
            let got = read(&forge.jwks()).verify(&jwt, &forge.project(), now, &options);
            assert_eq!(got.map(drop), Err(expected), "clock: {now:?}");
        }
    }
}

#[test]
fn invalid_options_are_refused() {
    let error = VerifyOptions::new().leeway(SECOND * 301).unwrap_err();
    assert_eq!(error.to_string(), "the leeway must be at most 5 minutes");
    for url in [
        "",
        "login.example.com",
        "http://login.example.com",
        "https://",
        "https:///",
        "https://a b",
    ] {
        let error = VerifyOptions::new().custom_domain(url).unwrap_err();
        assert_eq!(error.setting(), "custom domain", "URL: {url:?}");
    }
}

#[test]
fn only_issuers_of_the_project_are_accepted() {
    let forge = forge();
    let jwks = read(&forge.jwks());
    let at_stytch = Project::new(PROJECT_ID, "secret-test-1").unwrap();
    let with = |url| VerifyOptions::new().custom_domain(url).unwrap();
    let verify = |issuer: &str, project: &Project, options: &VerifyOptions| {
        let jwt = SessionJwt::new(forge.with_claim("/iss", Some(json!(issuer))));
        let verified = jwks.verify(&jwt, project, forge.time(), options);
        verified.map(drop)
    };
    let of_project = &*format!("stytch.com/{PROJECT_ID}");
    let domain = "https://login.example.com";
    let none = VerifyOptions::new();
    let slash = Project::at("https://login.example.com/", PROJECT_ID, "secret-test-1").unwrap();
    for (issuer, project, options, expected) in [
        (of_project, &at_stytch, &none, Ok(())),
        ("https://test.stytch.com", &at_stytch, &none, Ok(())),
        (
            "https://api.stytch.com",
            &at_stytch,
            &none,
            Err(JwtError::Issuer),
        ),
        (
            "https://test.stytch.com/",
            &at_stytch,
            &none,
            Err(JwtError::Issuer),
        ),
        (domain, &at_stytch, &none, Err(JwtError::Issuer)),
        (domain, &at_stytch, &with(domain), Ok(())),
        (
            domain,
            &at_stytch,
            &with("https://login.example.com//"),
            Ok(()),
        ),
        (of_project, &at_stytch, &with(domain), Ok(())),
        (domain, &slash, &none, Ok(())),
        (of_project, &slash, &none, Ok(())),
        (
            "https://test.stytch.com",
            &slash,
            &none,
            Err(JwtError::Issuer),
        ),
    ] {
        let got = verify(issuer, project, options);
        assert_eq!(got, expected, "{issuer} for {project:?}, {options:?}");
    }
}
