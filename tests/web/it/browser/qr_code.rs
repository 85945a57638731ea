//! Scans a QR code on the screen, as a phone does.

use std::io::Cursor;

use url::Url;

/// Reads the secret of the QR code in a screenshot.
pub(super) fn secret(screenshot: &[u8]) -> String {
    let text = text(screenshot);
    let uri = Url::parse(&text).unwrap_or_else(|error| panic!("expected an otpauth URI: {error}"));
    assert_eq!((uri.scheme(), uri.host_str()), ("otpauth", Some("totp")));
    let secret = uri.query_pairs().find(|(name, _)| name == "secret");
    secret.expect("the URI has a secret").1.into_owned()
}

fn text(screenshot: &[u8]) -> String {
    let mut decoder = png::Decoder::new(Cursor::new(screenshot));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    let (width, samples) = (frame.width as usize, frame.color_type.samples());
    let grey = |x: usize, y: usize| {
        let pixel = &pixels[y * frame.line_size + x * samples..][..samples.min(3)];
        let sum: u32 = pixel.iter().map(|sample| u32::from(*sample)).sum();
        u8::try_from(sum / pixel.len() as u32).unwrap()
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, frame.height as usize, grey);
    let grids = image.detect_grids();
    let [grid] = grids.as_slice() else {
        panic!(
            "expected one QR code in the screenshot, found {}",
            grids.len()
        );
    };
    grid.decode().unwrap().1
}
