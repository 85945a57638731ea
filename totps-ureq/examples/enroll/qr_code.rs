//! Shows a QR code in the terminal, and saves it as a file.

use std::error::Error;
use std::io::{self, Cursor, IsTerminal as _, Write as _};

use png::{ColorType, Decoder, Transformations};
use qrcode::render::unicode::Dense1x2;
use rqrr::PreparedImage;
use tempfile::NamedTempFile;
use terminal_size::{Height, Width, terminal_size_of};
use totps_core::QrCode;

const INDENT: &str = "   ";

/// Saves the picture of the QR code, and prints its path and the code as half blocks. The file is
/// removed when it is dropped, unless it `stays`.
pub(crate) fn show(qr_code: &QrCode, stays: bool) -> Result<NamedTempFile, Box<dyn Error>> {
    let mut out = io::stdout();
    let png = qr_code.png()?;
    // Readable only by its owner, since the picture contains the secret.
    let mut file = tempfile::Builder::new()
        .prefix("totp-")
        .suffix(".png")
        .tempfile()?;
    file.write_all(&png)?;
    file.disable_cleanup(stays);
    let path = file.path().display();
    if stays {
        writeln!(
            out,
            "{INDENT}The picture is {path}: delete it once it is scanned."
        )?;
    } else {
        writeln!(
            out,
            "{INDENT}The picture is {path} until the end of this program."
        )?;
    }
    match half_blocks(&png) {
        Ok(blocks) => match too_small(&blocks) {
            Some(reason) => writeln!(out, "{INDENT}{reason}: scan the picture {path}.")?,
            None => print(&blocks)?,
        },
        // The picture can still be scanned.
        Err(error) => writeln!(out, "{INDENT}The QR code cannot be drawn here: {error}.")?,
    }
    Ok(file)
}

/// Returns why the code does not fit into the terminal. `None` if it fits, or if there is no
/// terminal. A part of a code cannot be scanned.
fn too_small(blocks: &str) -> Option<String> {
    let (Width(columns), Height(rows)) = terminal_size_of(io::stdout())?;
    // The lines below the code, up to the prompt, which takes two lines at 80 columns.
    const BELOW: usize = 4;
    let needed_rows = blocks.lines().count() + BELOW;
    let needed_columns = INDENT.len() + blocks.lines().next()?.chars().count();
    let fits = usize::from(rows) >= needed_rows && usize::from(columns) >= needed_columns;
    (!fits).then(|| {
        format!(
            "The QR code needs a terminal of {needed_rows} rows and {needed_columns} columns, and \
             this one has {rows} and {columns}"
        )
    })
}

/// Prints the code black on white, whatever the terminal's colours are, since phones expect that.
fn print(blocks: &str) -> io::Result<()> {
    let mut out = io::stdout();
    let (start, end) = if out.is_terminal() {
        ("\x1b[38;5;16;48;5;231m", "\x1b[0m")
    } else {
        ("", "")
    };
    for line in blocks.lines() {
        writeln!(out, "{INDENT}{start}{line}{end}")?;
    }
    Ok(())
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
        // A QR code is black and white, so any colour channel will do.
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
