//! Recovery codes.

use crate::value::secret::secret;

secret! {
    /// A recovery code. Stytch's codes have three groups of four lower-case letters or digits,
    /// joined by `-`. Imported codes can have any form.
    ///
    /// For text that a person typed, use [`RecoveryCode::parse`].
    RecoveryCode;
}

impl RecoveryCode {
    /// Reads a code as a person types it. Twelve ASCII letters or digits, with or without spaces
    /// and `-`, are converted to the form of Stytch's codes. Other text is not changed, since
    /// imported codes can have any form.
    ///
    /// ```
    /// use totps_core::RecoveryCode;
    ///
    /// assert_eq!(RecoveryCode::parse("CKSS 2skxebow")?.expose(), "ckss-2skx-ebow");
    /// assert_eq!(RecoveryCode::parse("My-Own-1")?.expose(), "My-Own-1");
    /// # Ok::<_, totps_core::InvalidRecoveryCode>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRecoveryCode`] for blank text and control characters. It does not repeat the input.
    pub fn parse(typed: &str) -> Result<Self, InvalidRecoveryCode> {
        const GROUP: usize = 4;
        const GROUPS: usize = 3;
        if typed.trim().is_empty() || typed.contains(char::is_control) {
            return Err(InvalidRecoveryCode(()));
        }
        // The buffer has its final size: growing would leave a copy behind.
        let mut code = Self(String::with_capacity(GROUP * GROUPS + GROUPS - 1));
        let mut count = 0;
        for character in typed.chars() {
            if character == '-' || character.is_whitespace() {
                continue;
            }
            if !character.is_ascii_alphanumeric() || count == GROUP * GROUPS {
                return Ok(Self::from(typed));
            }
            if count > 0 && count % GROUP == 0 {
                code.0.push('-');
            }
            code.0.push(character.to_ascii_lowercase());
            count += 1;
        }
        if count == GROUP * GROUPS {
            Ok(code)
        } else {
            Ok(Self::from(typed))
        }
    }
}

/// The text is not a recovery code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a recovery code must not be blank or contain control characters")]
pub struct InvalidRecoveryCode(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_codes() {
        for (typed, code) in [
            ("ckss-2skx-ebow", Some("ckss-2skx-ebow")),
            ("ckss2skxebow", Some("ckss-2skx-ebow")),
            (" CKSS 2SKX EBOW ", Some("ckss-2skx-ebow")),
            ("c-k-s-s-2-s-k-x-e-b-o-w", Some("ckss-2skx-ebow")),
            ("ckss\u{a0}2skx\u{a0}ebow", Some("ckss-2skx-ebow")),
            ("ckss-2skx-ebo", Some("ckss-2skx-ebo")),
            ("ckss-2skx-ebowx", Some("ckss-2skx-ebowx")),
            ("ckss_2skx_ebow", Some("ckss_2skx_ebow")),
            ("ckss-2skx-eboW!", Some("ckss-2skx-eboW!")),
            ("ckss-2skx-ebö1", Some("ckss-2skx-ebö1")),
            (" My Code ", Some(" My Code ")),
            ("-", Some("-")),
            ("", None),
            ("  ", None),
            ("ckss-2skx-ebow\n", None),
            ("a\0b", None),
            ("a\u{85}b", None),
        ] {
            let parsed = RecoveryCode::parse(typed).ok();
            let parsed = parsed.as_ref().map(RecoveryCode::expose);
            assert_eq!(parsed, code, "typed: {typed:?}");
        }
    }
}
