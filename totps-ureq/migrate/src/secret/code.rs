//! Checks a secret offline with a code.

use totp_rs::{Algorithm, TOTP};

use super::Key;

const STEP: u64 = 30;

/// Whether a code proves a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeCheck {
    Proven,
    Wrong,
    /// It is not six digits.
    Malformed,
}

impl Key {
    /// Checks a code of RFC 6238 (SHA-1, 6 digits, 30 s) at a time in seconds since 1970. Codes of the
    /// step before and of the step after are accepted too.
    pub(crate) fn check(&self, code: &str, unix_time: u64) -> CodeCheck {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
            return CodeCheck::Malformed;
        }
        // Unchecked, because a key may be shorter than RFC 4226 asks for.
        let totp = TOTP::new_unchecked(Algorithm::SHA1, 6, 1, STEP, self.bytes().to_vec());
        let earliest = unix_time.saturating_sub(STEP);
        let mut steps = [earliest, unix_time, unix_time.saturating_add(STEP)].into_iter();
        if steps.any(|at| totp.generate(at) == code) {
            CodeCheck::Proven
        } else {
            CodeCheck::Wrong
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_rfc_6238_proves_its_secret_within_one_step() {
        // Appendix B, last six of the eight digits.
        let key = Key::new(b"12345678901234567890".to_vec());
        let at = 1_111_111_109;
        assert_eq!(key.check("081804", at), CodeCheck::Proven);
        assert_eq!(key.check("081 804", at), CodeCheck::Proven);
        assert_eq!(key.check("081804", at + 30), CodeCheck::Proven);
        assert_eq!(key.check("081804", at - 30), CodeCheck::Proven);
        assert_eq!(key.check("081804", at + 60), CodeCheck::Wrong);
        assert_eq!(key.check("081804", at - 61), CodeCheck::Wrong);
        for malformed in ["", "81804", "0818041", "08180a", "०८१८०४"] {
            assert_eq!(
                key.check(malformed, at),
                CodeCheck::Malformed,
                "{malformed}"
            );
        }
    }
}
