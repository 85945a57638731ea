//! Checks the QR code of a response.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use totps_core::{QrCode, QrCodeError};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Checks the data in two ways. As a text, it must be the base64 of a PNG image or be refused. As
/// an image, it must be read back from each form of the text.
pub fn check(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        check_text(text);
    }
    let png = [SIGNATURE, data].concat();
    let unpadded = STANDARD_NO_PAD.encode(&png);
    for text in [
        format!("data:image/png;base64,{unpadded}"),
        format!("data:image/png;base64, {}\n", STANDARD.encode(&png)),
        format!("DATA:Image/PNG;Base64,{unpadded}"),
        STANDARD.encode(&png),
        unpadded,
    ] {
        let decoded = QrCode::new(&*text).png();
        assert!(decoded.as_ref() == Ok(&png), "not read back: {text}");
    }
}

fn check_text(text: &str) {
    let qr_code = QrCode::new(text);
    assert_eq!(qr_code.expose(), text);
    assert_eq!(format!("{qr_code:?}"), "QrCode(redacted)");
    let lower = text.trim_ascii().to_ascii_lowercase();
    match qr_code.png() {
        Ok(png) => {
            assert!(png.starts_with(SIGNATURE), "not a PNG image: {text:?}");
            let encoded = text.rsplit(',').next().unwrap_or_default();
            let encoded = encoded.trim_ascii().trim_end_matches('=');
            assert_eq!(STANDARD_NO_PAD.encode(png), encoded, "wrong image");
            let is_bare = !lower.contains([':', ',', ';']);
            assert!(
                is_bare || lower.starts_with("data:image/png;base64,"),
                "accepted, but must be refused: {text:?}"
            );
        }
        Err(QrCodeError::MediaType) => {
            assert!(lower.starts_with("data:"), "not a URI: {text:?}");
            assert!(!lower.starts_with("data:image/png;base64,"), "{text:?}");
        }
        Err(QrCodeError::Base64 | QrCodeError::Signature) => {}
        Err(error) => panic!("unexpected error: {error:?}"),
    }
}
