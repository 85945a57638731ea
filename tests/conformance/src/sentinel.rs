//! Searches formatted text for leaked secrets.
//!
//! In a test, give every secret a unique value, a canary. Format the value that might show it with
//! `{:?}`, `{:#?}` and `{}`, and search the text for the canary in every common encoding:
//!
//! ```
//! use totps_core::TotpCode;
//! use totps_conformance::sentinel::{assert_hidden, debug_texts};
//!
//! #[derive(Debug)]
//! struct Login {
//!     code: TotpCode,
//! }
//!
//! let login = Login { code: TotpCode::new("canary-4711-login-code") };
//! assert_hidden("Login", &debug_texts(&login), "canary-4711-login-code");
//! ```

use std::error::Error;
use std::fmt;

/// The minimum length of a canary in bytes. The encodings of a shorter one may occur by chance.
const SHORTEST: usize = 12;

/// Returns the encodings in which `text` contains `canary`. Empty if the canary is hidden.
///
/// The encodings are
/// - `plain`: the canary itself, in any letter case;
/// - `base64`: standard or URL-safe, with any bytes before and after it, also across line breaks;
/// - `hex`: digits in any letter case, with or without spaces, commas, colons, hyphens or `0x`
///   between the bytes;
/// - `percent`: the canary or its base64, wholly or partly percent-encoded;
/// - `decimal bytes`: the canary or its base64 as a list of numbers, as `Debug` shows bytes, also
///   over several lines.
///
/// # Panics
///
/// Panics if the canary has fewer than 12 bytes.
pub fn leaks(text: &str, canary: &str) -> Vec<&'static str> {
    Searched::new(text).leaks(canary)
}

/// A text that is prepared for the search for many canaries.
pub(crate) struct Searched {
    plain: Legible,
    /// The text with percent encoding decoded, if there is any.
    percent: Option<Legible>,
    /// The decimal numbers of the text, decoded as bytes.
    decimal: Legible,
    /// The text in lower case, without separators between hexadecimal bytes.
    hex: String,
}

/// A text in the normalized forms that the search compares.
struct Legible {
    lower: String,
    base64: String,
}

impl Searched {
    pub(crate) fn new(text: &str) -> Self {
        let hex: String = text.split([',', ':', '-', ' ', '\r', '\n', '\t']).collect();
        Self {
            plain: Legible::new(text),
            percent: text
                .contains('%')
                .then(|| Legible::new(&percent_decoded(text))),
            decimal: Legible::new(&decimal_decoded(text)),
            hex: hex.to_ascii_lowercase().replace("0x", ""),
        }
    }

    pub(crate) fn leaks(&self, canary: &str) -> Vec<&'static str> {
        assert!(
            canary.len() >= SHORTEST,
            "a canary must have at least 12 bytes"
        );
        let percent = self.percent.as_ref();
        let forms = [
            ("plain", self.plain.has_plain(canary)),
            ("base64", self.plain.has_base64(canary)),
            ("hex", self.has_hex(canary)),
            ("percent", percent.is_some_and(|text| text.has(canary))),
            ("decimal bytes", self.decimal.has(canary)),
        ];
        forms
            .into_iter()
            .filter_map(|(form, is_found)| is_found.then_some(form))
            .collect()
    }

    fn has_hex(&self, canary: &str) -> bool {
        let canary: Vec<_> = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.hex.contains(&canary.concat())
    }
}

impl Legible {
    fn new(text: &str) -> Self {
        let base64: String = text.split_whitespace().collect();
        Self {
            lower: text.to_ascii_lowercase(),
            base64: base64.replace('-', "+").replace('_', "/"),
        }
    }

    fn has(&self, canary: &str) -> bool {
        self.has_plain(canary) || self.has_base64(canary)
    }

    fn has_plain(&self, canary: &str) -> bool {
        self.lower.contains(&canary.to_ascii_lowercase())
    }

    fn has_base64(&self, canary: &str) -> bool {
        base64_at_any_offset(canary.as_bytes()).any(|encoded| self.base64.contains(&encoded))
    }
}

/// Asserts that none of the texts contains the canary. `what` names the value in the message.
///
/// # Panics
///
/// Panics if a text contains the canary. The message shows the text and the encodings.
#[track_caller]
pub fn assert_hidden(what: &str, texts: &[String], canary: &str) {
    for text in texts {
        let forms = leaks(text, canary);
        assert!(
            forms.is_empty(),
            "{what} shows the secret {canary:?} as {forms:?}: {text}"
        );
    }
}

/// Returns the `Debug` text of a value, compact and pretty, with decimal and hexadecimal numbers.
pub fn debug_texts(value: &impl fmt::Debug) -> Vec<String> {
    vec![
        format!("{value:?}"),
        format!("{value:#?}"),
        format!("{value:x?}"),
        format!("{value:#X?}"),
    ]
}

/// Returns the `Debug` and `Display` texts of an error and all its sources.
pub fn error_texts(error: &(dyn Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |&error| error.source())
        .flat_map(|error| {
            let mut texts = debug_texts(&error);
            texts.extend([format!("{error}"), format!("{error:#}")]);
            texts
        })
        .collect()
}

/// Returns the base64 of the bytes for each of the three possible offsets in a longer text, without
/// the characters that depend on the bytes before and after. In the standard alphabet, without
/// padding.
fn base64_at_any_offset(bytes: &[u8]) -> impl Iterator<Item = String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    (0..3).map(|skipped| {
        bytes[skipped..]
            .chunks_exact(3)
            .flat_map(|three| {
                let bits = three
                    .iter()
                    .fold(0, |bits, &byte| (bits << 8) | usize::from(byte));
                [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift) & 0x3f]))
            })
            .collect()
    })
}

/// Returns the text with every valid `%xx` replaced by its byte.
fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let digits = rest.as_str().get(..2).filter(|_| character == '%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                rest.nth(1);
            }
            None => decoded.extend(character.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Returns the bytes that the decimal numbers of the text stand for, without the text between them.
fn decimal_decoded(text: &str) -> String {
    let numbers = text.split(|character: char| !character.is_ascii_digit());
    let bytes: Vec<u8> = numbers.filter_map(|number| number.parse().ok()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
