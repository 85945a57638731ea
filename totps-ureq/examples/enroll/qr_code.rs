//! Shows a QR code in the terminal and keeps it as a file.

use std::error::Error;
use std::io::{self, Cursor, IsTerminal as _, Write as _};

use png::{ColorType, Decoder, Transformations};
use qrcode::render::unicode::Dense1x2;
use rqrr::PreparedImage;
use totps_core::QrCode;

/// Prints the QR code as half blocks and where its picture was saved.
pub(crate) fn show(qr_code: &QrCode) -> Result<(), Box<dyn Error>> {
    let png = qr_code.png()?;
    match half_blocks(&png) {
        Ok(blocks) => print(&blocks),
        // The picture is there all the same.
        Err(error) => println!("   The QR code cannot be drawn here: {error}."),
    }
    // Readable by its owner alone: the picture holds the secret.
    let mut file = tempfile::Builder::new()
        .prefix("totp-")
        .suffix(".png")
        .tempfile()?;
    file.write_all(&png)?;
    let (_, path) = file.keep()?;
    println!(
        "   The picture is in {}; delete it once it is scanned.",
        path.display()
    );
    Ok(())
}

/// Black on white whatever the colours of the terminal, since phones want it so.
fn print(blocks: &str) {
    let (start, end) = if io::stdout().is_terminal() {
        ("\x1b[38;5;16;48;5;231m", "\x1b[0m")
    } else {
        ("", "")
    };
    blocks
        .lines()
        .for_each(|line| println!("   {start}{line}{end}"));
}

/// Reads the QR code in a picture, which may be of any size, and draws it with one character for two
/// modules.
fn half_blocks(png: &[u8]) -> Result<String, Box<dyn Error>> {
    let mut decoder = Decoder::new(Cursor::new(png));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info()?;
    let mut pixels = vec![
        0;
        reader
            .output_buffer_size()
            .ok_or("the picture is too large")?
    ];
    let info = reader.next_frame(&mut pixels)?;
    let (samples, grey) = match info.color_type {
        ColorType::Grayscale => (1, true),
        ColorType::GrayscaleAlpha => (2, true),
        ColorType::Rgb => (3, false),
        _ => (4, false),
    };
    let luminance = |x: usize, y: usize| {
        let pixel = &pixels[y * info.line_size + x * samples..];
        // A QR code is black and white: one channel tells, or any of three.
        if grey { pixel[0] } else { pixel[1] }
    };

    let (width, height) = (usize::try_from(info.width)?, usize::try_from(info.height)?);
    let mut image = PreparedImage::prepare_from_greyscale(width, height, luminance);
    let grids = image.detect_grids();
    let (_, content) = grids
        .first()
        .ok_or("there is no QR code in the picture")?
        .decode()?;
    let drawn = qrcode::QrCode::new(content)?
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Dark)
        .light_color(Dense1x2::Light)
        .build();
    Ok(drawn)
}
