//! The QR code as the API returns it: a PNG in a data URI, with a space after the comma.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::{Color, EcLevel};

/// Width of the light border in modules, as ISO/IEC 18004 requires.
const QUIET_ZONE: usize = 4;
const DARK: u8 = 0;
const LIGHT: u8 = 255;

/// Capacity in bytes of the largest QR code at the lowest error correction level.
const CAPACITY: usize = 2953;

/// A QR code that is not drawn yet.
#[derive(Debug)]
pub(crate) struct QrCode {
    text: String,
    pixels: u32,
}

impl QrCode {
    /// Creates a code of `pixels` by `pixels`, or larger if it does not fit. Returns `None` if the
    /// text is too long for any QR code.
    pub(crate) fn new(text: String, pixels: u32) -> Option<Self> {
        (text.len() <= CAPACITY).then_some(Self { text, pixels })
    }

    /// Draws the code as a PNG and returns a data URI, with a space after the comma.
    pub(crate) fn data_uri(&self) -> String {
        // Codes on a screen are not damaged, so they need little error correction, which allows
        // larger modules. A text within the capacity fits.
        let modules = qrcode::QrCode::with_error_correction_level(&self.text, EcLevel::L);
        let png = modules
            .ok()
            .and_then(|modules| png(&modules, self.pixels as usize).ok());
        format!(
            "data:image/png;base64, {}",
            STANDARD.encode(png.unwrap_or_default())
        )
    }
}

fn png(code: &qrcode::QrCode, pixels: usize) -> Result<Vec<u8>, png::EncodingError> {
    let modules = code.width();
    let needed = modules + 2 * QUIET_ZONE;
    let side = pixels.max(needed);
    let scale = side / needed;
    let margin = (side - modules * scale) / 2;
    let mut image = vec![LIGHT; side * side];
    for y in 0..modules * scale {
        for x in 0..modules * scale {
            if code[(x / scale, y / scale)] == Color::Dark {
                image[(y + margin) * side + x + margin] = DARK;
            }
        }
    }
    let mut png = Vec::new();
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut png, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header()?.write_image_data(&image)?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_capacity_is_that_of_the_largest_code() {
        for (length, fits) in [(CAPACITY, true), (CAPACITY + 1, false)] {
            let text = "~".repeat(length);
            let drawn = qrcode::QrCode::with_error_correction_level(&text, EcLevel::L);
            assert_eq!(drawn.is_ok(), fits, "{length}");
            assert_eq!(QrCode::new(text, 1).is_some(), fits, "{length}");
        }
    }
}
