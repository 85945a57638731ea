//! The QR code of a TOTP.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::value::secret::secret;
use crate::value::wipe::wipe;

secret! {
    /// The QR code of a TOTP as the API sends it: a PNG image in a `data:` URI.
    ///
    /// The image holds the shared secret: treat it as a secret. [`QrCode::png`] decodes it.
    QrCode;
}

impl QrCode {
    /// Decodes the PNG image. The text may be a `data:image/png;base64,` URI, with or without a
    /// space after the comma, or bare base64.
    ///
    /// The bytes hold the shared secret: if you write them to a file, only its owner should have
    /// access.
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
    /// [`QrCodeError`] when the text is neither, or when the decoded bytes are not a PNG.
    pub fn png(&self) -> Result<Vec<u8>, QrCodeError> {
        const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
        // Padding is optional: the documented sample has it, but Stytch does not guarantee it.
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

/// Returns the rest of `text` after `prefix`, whose case is ignored.
fn strip_ascii_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// A QR code that is not a PNG image in one of the known forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QrCodeError {
    /// The text is a different `data:` URI.
    #[error("the `qr_code` is a data URI that does not begin with `data:image/png;base64,`")]
    MediaType,
    /// The text is not base64.
    #[error("the `qr_code` is not valid base64")]
    Base64,
    /// The decoded bytes are not a PNG.
    #[error("the `qr_code` is not a PNG image")]
    Signature,
}

#[cfg(test)]
mod tests {
    use super::*;

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
