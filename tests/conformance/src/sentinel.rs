//! The search for leaked secrets in formatted text.
//!
//! Give every secret of a test a unique text, a canary; format what might show it with `{:?}`,
//! `{:#?}` and `{}`, and look for the canary in every form that formatting gives a secret:
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

/// The shortest canary: the forms of a shorter one may turn up by chance.
const SHORTEST: usize = 12;

/// The forms in which `text` holds `canary`; none if it is hidden.
///
/// Found are
/// - `plain`: the canary itself, in any case;
/// - `base64`: standard or URL-safe, with any text before and behind it, also across line breaks;
/// - `hex`: digits in any case, with or without spaces, commas, colons or `0x` between the bytes;
/// - `percent`: percent-encoded, wholly or in part, the canary or its base64;
/// - `decimal bytes`: a list of numbers, as `Debug` shows bytes, also over several lines, of the
///   canary or its base64.
///
/// # Panics
///
/// If the canary has less than 12 bytes.
pub fn leaks(text: &str, canary: &str) -> Vec<&'static str> {
    Searched::new(text).leaks(canary)
}

/// A text made ready to be searched for many canaries.
pub(crate) struct Searched {
    /// As it is, and what is left when percent and decimal encodings are undone.
    plain: Legible,
    percent: Option<Legible>,
    decimal: Legible,
    /// Hexadecimal digits without what may stand between bytes.
    hex: String,
}

/// A text without differences that the search does not make.
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
            "a canary must have 12 bytes or more"
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

/// Panics, naming `what` and the form, if one of the texts holds the canary.
///
/// # Panics
///
/// If it does.
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

/// What `Debug` shows, in short and in long form, with decimal and with hexadecimal numbers.
pub fn debug_texts(value: &impl fmt::Debug) -> Vec<String> {
    vec![
        format!("{value:?}"),
        format!("{value:#?}"),
        format!("{value:x?}"),
        format!("{value:#X?}"),
    ]
}

/// What an error and all its sources show by `Debug` and `Display`.
pub fn error_texts(error: &(dyn Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |&error| error.source())
        .flat_map(|error| {
            let mut texts = debug_texts(&error);
            texts.extend([format!("{error}"), format!("{error:#}")]);
            texts
        })
        .collect()
}

/// The base64 of the bytes behind nothing, one and two other bytes, each without the characters
/// that depend on what is before or behind. Only the standard alphabet, without padding.
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

/// The text with every valid `%xx` replaced by its byte, taken as Latin-1.
fn percent_decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let digits = rest.as_str().get(..2).filter(|_| character == '%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(char::from(byte));
                rest.nth(1);
            }
            None => decoded.push(character),
        }
    }
    decoded
}

/// The numbers of the text that are bytes, each as its Latin-1 character, without what is between
/// them.
fn decimal_decoded(text: &str) -> String {
    text.split(|character: char| !character.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .map(|byte: u8| char::from(byte))
        .collect()
}
