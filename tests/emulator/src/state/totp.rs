//! RFC 6238 codes, their shared secrets and the `otpauth` URI.

use std::collections::BTreeSet;
use std::fmt;
use std::time::SystemTime;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use totp_rs::{Secret, TOTP};

use crate::clock::timestamp;
use crate::settings::{Algorithm, ReplayScope, TotpSettings};

const DIGITS: usize = 6;
const STEP_SECONDS: u64 = 30;

/// Every character except the unreserved characters of RFC 3986.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Returns the code that an authenticator app shows for a base32 secret at a time.
///
/// It has six digits and uses SHA-1 and steps of 30 seconds. The secret may have spaces, padding
/// and lower case.
///
/// # Errors
///
/// If the secret is empty or not base32.
pub fn authenticator_code(secret: &str, at: SystemTime) -> Result<String, InvalidSecret> {
    let secret = decode_secret(secret, true).ok_or(InvalidSecret)?;
    Ok(code_at(&secret, Algorithm::Sha1, step(timestamp(at))))
}

/// The error for a shared secret that is empty or not base32. It does not contain the secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidSecret;

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the TOTP secret is not base32 (letters A to Z and digits 2 to 7)")
    }
}

impl std::error::Error for InvalidSecret {}

/// A Member's TOTP.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) secret: Vec<u8>,
    /// When a pending registration expires; `None` once it is active.
    pub(crate) pending_until: Option<Timestamp>,
    /// The steps whose codes were accepted.
    accepted: BTreeSet<u64>,
}

/// The result of the check of a code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum CodeCheck {
    Accepted,
    Replayed,
    Wrong,
}

impl Registration {
    pub(crate) fn new(id: String, secret: Vec<u8>, pending_until: Option<Timestamp>) -> Self {
        Self {
            id,
            secret,
            pending_until,
            accepted: BTreeSet::new(),
        }
    }

    pub(crate) fn is_active(&self) -> bool {
        self.pending_until.is_none()
    }

    pub(crate) fn is_pending(&self, now: Timestamp) -> bool {
        self.pending_until.is_some_and(|until| now < until)
    }

    /// Returns the code of the current step.
    pub(crate) fn code(&self, algorithm: Algorithm, now: Timestamp) -> String {
        code_at(&self.secret, algorithm, step(now))
    }

    /// Checks a code against the window around now. An accepted code activates the registration
    /// and is not accepted again.
    pub(crate) fn check(
        &mut self,
        code: &str,
        now: Timestamp,
        settings: &TotpSettings,
    ) -> CodeCheck {
        let window = u64::from(settings.code_window_steps);
        let current = step(now);
        let mut replayed = false;
        for candidate in current.saturating_sub(window)..=current.saturating_add(window) {
            if code_at(&self.secret, settings.algorithm, candidate) != code {
                continue;
            }
            if self.is_used(candidate, settings.replay_scope) {
                replayed = true;
                continue;
            }
            self.accepted.insert(candidate);
            self.pending_until = None;
            return CodeCheck::Accepted;
        }
        if replayed {
            CodeCheck::Replayed
        } else {
            CodeCheck::Wrong
        }
    }

    fn is_used(&self, candidate: u64, scope: ReplayScope) -> bool {
        match scope {
            ReplayScope::AcceptedCodes => self.accepted.contains(&candidate),
            ReplayScope::OlderSteps => self.accepted.last().is_some_and(|last| candidate <= *last),
        }
    }
}

/// Decodes a base32 secret. Returns `None` if it is empty or not base32. If `lenient`, spaces,
/// padding and lower case are accepted.
pub(crate) fn decode_secret(secret: &str, lenient: bool) -> Option<Vec<u8>> {
    let text = if lenient {
        secret
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .trim_end_matches('=')
            .to_ascii_uppercase()
    } else {
        secret.to_owned()
    };
    let in_alphabet = |c: u8| matches!(c, b'A'..=b'Z' | b'2'..=b'7');
    if !text.bytes().all(in_alphabet) {
        return None;
    }
    let bytes = Secret::Encoded(text).to_bytes().ok()?;
    (!bytes.is_empty()).then_some(bytes)
}

/// Encodes a secret in base32.
pub(crate) fn encode_secret(secret: &[u8]) -> String {
    Secret::Raw(secret.to_vec()).to_encoded().to_string()
}

/// Returns the `otpauth://totp/…` URI that an authenticator app scans.
pub(crate) fn otpauth_uri(
    secret: &[u8],
    algorithm: Algorithm,
    issuer: &str,
    account: &str,
) -> String {
    let encode = |text| utf8_percent_encode(text, &UNRESERVED);
    let (issuer, account) = (encode(issuer), encode(account));
    let secret = encode_secret(secret);
    // The parameters that an app assumes by default are left out: SHA-1, six digits, 30 seconds.
    let algorithm = match algorithm {
        Algorithm::Sha1 => "",
        Algorithm::Sha256 => "&algorithm=SHA256",
        Algorithm::Sha512 => "&algorithm=SHA512",
    };
    format!("otpauth://totp/{issuer}:{account}?secret={secret}{algorithm}&issuer={issuer}")
}

/// Whether a text has the format of a TOTP code.
pub(crate) fn is_totp_code(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|c| c.is_ascii_digit())
}

/// Whether a text has the format of a recovery code: three groups of four lower-case letters or
/// digits.
pub(crate) fn is_recovery_code(text: &str) -> bool {
    let in_alphabet = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let group = |group: &str| group.len() == 4 && group.bytes().all(in_alphabet);
    text.split('-').count() == 3 && text.split('-').all(group)
}

fn step(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or(0) / STEP_SECONDS
}

fn code_at(secret: &[u8], algorithm: Algorithm, step: u64) -> String {
    totp(secret, algorithm).generate(step.saturating_mul(STEP_SECONDS))
}

/// Creates a code generator. It is unchecked, because migrated secrets may be shorter than RFC 4226
/// requires.
fn totp(secret: &[u8], algorithm: Algorithm) -> TOTP {
    let algorithm = match algorithm {
        Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
        Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
        Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
    };
    TOTP::new_unchecked(algorithm, DIGITS, 0, STEP_SECONDS, secret.to_vec())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The secret of RFC 6238's test vectors, `12345678901234567890`.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_match_rfc_6238() {
        // Appendix B, last six of the eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(authenticator_code(SECRET, at).unwrap(), code);
        }
    }

    #[test]
    fn lenient_secrets_may_have_spaces_padding_and_lower_case() {
        let plain = decode_secret(SECRET, false).unwrap();
        assert_eq!(plain, b"12345678901234567890");
        let written = format!("{}  ====", SECRET.to_lowercase());
        assert_eq!(decode_secret(&written, true).unwrap(), plain);
        assert_eq!(decode_secret(&written, false), None);
        for secret in ["", "   ", "====", "0189", "ÄÖ", "A=B"] {
            assert_eq!(decode_secret(secret, true), None, "{secret}");
        }
    }
}
