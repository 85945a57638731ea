//! One-time codes.

use std::str::FromStr;

use crate::value::secret::secret;

secret! {
    /// A one-time code of a TOTP (RFC 6238): six digits as text, since leading zeros matter.
    ///
    /// For text that a person typed, use [`TotpCode::parse`].
    TotpCode;
}

impl TotpCode {
    /// Reads a code as a person types it: ASCII white space and `-` are ignored, and exactly six
    /// ASCII digits must remain.
    ///
    /// ```
    /// use totps_core::TotpCode;
    ///
    /// assert_eq!(TotpCode::parse("012 345")?.expose(), "012345");
    /// assert!(TotpCode::parse("12345").is_err());
    /// # Ok::<_, totps_core::InvalidTotpCode>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidTotpCode`], which does not repeat the input.
    pub fn parse(typed: &str) -> Result<Self, InvalidTotpCode> {
        const DIGITS: usize = 6;
        // The buffer has its final size, and the type wipes it.
        let mut code = Self(String::with_capacity(DIGITS));
        for character in typed.chars() {
            match character {
                '0'..='9' if code.0.len() < DIGITS => code.0.push(character),
                '-' => {}
                space if space.is_ascii_whitespace() => {}
                _ => return Err(InvalidTotpCode(())),
            }
        }
        if code.0.len() == DIGITS {
            Ok(code)
        } else {
            Err(InvalidTotpCode(()))
        }
    }
}

/// Does the same as [`TotpCode::parse`].
impl FromStr for TotpCode {
    type Err = InvalidTotpCode;

    fn from_str(typed: &str) -> Result<Self, InvalidTotpCode> {
        Self::parse(typed)
    }
}

/// The text is not a TOTP code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a TOTP code must have exactly six digits, 0 to 9; spaces and `-` between them are ignored"
)]
pub struct InvalidTotpCode(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_codes() {
        for (typed, code) in [
            ("000000", Some("000000")),
            (" 012-345\r\n", Some("012345")),
            ("0 1 2 3 4 5", Some("012345")),
            ("", None),
            ("12345", None),
            ("1234567", None),
            ("12345a", None),
            ("+12345", None),
            ("123\u{a0}456", None),
            ("１２３４５６", None),
        ] {
            let parsed = TotpCode::parse(typed).ok();
            assert_eq!(
                parsed.as_ref().map(TotpCode::expose),
                code,
                "typed: {typed:?}"
            );
        }
    }
}
