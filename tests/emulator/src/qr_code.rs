//! The QR code as the API returns it: a PNG in a data URI, with a space after the comma.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, as ISO/IEC 18004 demands.
const QUIET_ZONE: usize = 4;
const DARK: u8 = 0;
const LIGHT: u8 = 255;

/// A data URI with a PNG of `pixels` by `pixels`, more if the code does not fit; `None` if the
/// text is too long for any QR code.
pub(crate) fn data_uri(text: &str, pixels: u32) -> Option<String> {
    // A screen is clean: little error correction gives larger modules.
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let pixels = usize::try_from(pixels.min(4096)).ok()?;
    let png = png(&code, pixels).ok()?;
    Some(format!("data:image/png;base64, {}", STANDARD.encode(png)))
}

fn png(code: &QrCode, pixels: usize) -> Result<Vec<u8>, png::EncodingError> {
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
