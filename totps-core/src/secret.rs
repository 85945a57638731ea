//! Text that must not be seen: redacted in `Debug`, wiped on drop.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Deserializer, Serializer};

use crate::wipe::{wipe, wipe_text};

/// Defines a secret: a string that only [`expose`](TotpSecret::expose) gives away.
///
/// There is no `==`, so no promise about its timing is owed, and no `Display` or `Serialize`, so
/// none ends up in a message or a file by accident.
macro_rules! secret {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// `Debug` shows no part of it, and it is wiped on drop.
        // A `String`, not a `Box<str>`: shrinking to fit would leave an unwiped copy behind.
        #[derive(Clone)]
        pub struct $name(String);

        impl $name {
            /// Takes any text; nothing is checked.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The secret text. Do not log it.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                wipe_text(&mut self.0);
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self)
            }
        }

        impl Exposed for $name {
            fn expose(&self) -> &str {
                &self.0
            }
        }
    )*};
}

secret! {
    /// The secret of a Stytch project, which with the project id authenticates every request.
    ProjectSecret;

    /// The shared secret of a TOTP (RFC 6238) in base32: 32 characters, `A` to `Z` and `2` to `7`,
    /// without padding, when Stytch made it.
    TotpSecret;

    /// A one-time code of a TOTP (RFC 6238): six digits in a string, since leading zeros matter.
    ///
    /// Read what a person typed with [`TotpCode::parse`].
    TotpCode;

    /// A recovery code: three groups of four characters joined by `-`.
    RecoveryCode;

    /// The QR code of a TOTP as the API sends it: a PNG image in a `data:` URI.
    ///
    /// The picture holds the shared secret, so it is as secret as that. [`QrCode::png`] decodes it.
    QrCode;

    /// The opaque token of a session.
    SessionToken;

    /// The JWT of a session. It lives five minutes, whatever the lifetime of the session.
    SessionJwt;

    /// The token of a login that still lacks its second factor.
    IntermediateSessionToken;
}

/// What the request types serialise secrets by; private, so that nobody else can.
pub(crate) trait Exposed {
    fn expose(&self) -> &str;
}

/// `serialize_with` for the fields of requests, which must carry their secrets.
pub(crate) fn expose<S: Serializer>(secret: &impl Exposed, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

/// [`expose`] for an optional secret, which is skipped when it is `None`.
pub(crate) fn expose_some<S: Serializer>(
    secret: &Option<impl Exposed>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => expose(secret, to),
        None => to.serialize_none(),
    }
}

/// [`expose`] for an optional list of secrets, which is skipped when it is `None`.
pub(crate) fn expose_list<S: Serializer>(
    secrets: &Option<Vec<impl Exposed>>,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_seq(secrets.iter().flatten().map(Exposed::expose))
}

impl TotpCode {
    /// Reads a code as a person types it: ASCII white space and `-` are dropped, and exactly six
    /// ASCII digits must be left.
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
        // The code goes straight into a buffer of its final size, which the type wipes.
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

/// What was typed is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a TOTP code must have exactly six digits, 0 to 9; spaces and `-` between them are ignored"
)]
pub struct InvalidTotpCode(());

impl QrCode {
    /// Decodes the PNG image. Accepted are a `data:image/png;base64,` URI, with or without a space
    /// after the comma, and bare base64.
    ///
    /// The bytes hold the shared secret: a file made of them should be readable by its owner alone.
    ///
    /// ```
    /// use totps_core::QrCode;
    ///
    /// let qr_code = QrCode::new("data:image/png;base64, iVBORw0KGgo=");
    /// assert_eq!(qr_code.png()?, b"\x89PNG\r\n\x1a\n");
    /// # Ok::<_, totps_core::QrCodeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`QrCodeError`] when it is neither, or when what it encodes has not the signature of a PNG.
    pub fn png(&self) -> Result<Vec<u8>, QrCodeError> {
        const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
        // With or without padding: the documented sample has it, but nothing promises it.
        const BASE64: GeneralPurpose = GeneralPurpose::new(
            &alphabet::STANDARD,
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
        );

        let text = self.0.trim_ascii();
        let encoded = match strip_ascii_prefix(text, "data:") {
            Some(uri) => strip_ascii_prefix(uri, "image/png;base64,")
                .ok_or(QrCodeError::MediaType)?
                .trim_ascii_start(),
            None => text,
        };
        let mut png = BASE64.decode(encoded).map_err(|_| QrCodeError::Base64)?;
        if png.starts_with(SIGNATURE) {
            Ok(png)
        } else {
            wipe(&mut png);
            Err(QrCodeError::Signature)
        }
    }
}

/// The rest of `text` after `prefix`, whatever its case.
fn strip_ascii_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// A QR code that is not a PNG image in one of the known forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QrCodeError {
    /// It is a `data:` URI of another kind.
    #[error("the `qr_code` is a data URI, but not of the kind `data:image/png;base64,`")]
    MediaType,
    /// It is not base64.
    #[error("the `qr_code` is not valid base64")]
    Base64,
    /// It does not begin like a PNG image.
    #[error("the `qr_code` does not hold a PNG image")]
    Signature,
}

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

    #[test]
    fn qr_code_forms() {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
        for (text, png) in [
            ("data:image/png;base64, iVBORw0KGgo=", Ok(PNG.to_vec())),
            ("data:image/png;base64,iVBORw0KGgo=", Ok(PNG.to_vec())),
            ("DATA:image/PNG;BASE64,iVBORw0KGgo", Ok(PNG.to_vec())),
            ("iVBORw0KGgo=", Ok(PNG.to_vec())),
            (" iVBORw0KGgo\n", Ok(PNG.to_vec())),
            ("", Err(QrCodeError::Signature)),
            ("data:", Err(QrCodeError::MediaType)),
            (
                "data:image/gif;base64,iVBORw0KGgo=",
                Err(QrCodeError::MediaType),
            ),
            ("data:image/png,iVBORw0KGgo=", Err(QrCodeError::MediaType)),
            ("iVBORw0K...=", Err(QrCodeError::Base64)),
            ("é", Err(QrCodeError::Base64)),
            ("AAAA", Err(QrCodeError::Signature)),
        ] {
            assert_eq!(QrCode::new(text).png(), png, "text: {text:?}");
        }
    }
}
