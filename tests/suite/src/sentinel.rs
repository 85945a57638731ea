//! The search for leaked secrets in formatted text.
//!
//! Give every secret of a test a unique text, a canary; format what might show it with `{:?}`,
//! `{:#?}` and `{}`, and look for the canary in every form that formatting gives a secret:
//!
//! ```
//! use totps_core::TotpCode;
//! use totps_tests::sentinel::{assert_hidden, debug_texts};
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
    assert!(
        canary.len() >= SHORTEST,
        "a canary must have 12 bytes or more"
    );
    let is_legible = |text: &str| has_plain(text, canary) || has_base64(text, canary);
    let forms = [
        ("plain", has_plain(text, canary)),
        ("base64", has_base64(text, canary)),
        ("hex", has_hex(text, canary)),
        (
            "percent",
            text.contains('%') && is_legible(&percent_decoded(text)),
        ),
        ("decimal bytes", is_legible(&decimal_decoded(text))),
    ];
    forms
        .into_iter()
        .filter_map(|(form, is_found)| is_found.then_some(form))
        .collect()
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

fn has_plain(text: &str, canary: &str) -> bool {
    let canary = canary.to_ascii_lowercase();
    text.to_ascii_lowercase().contains(&canary)
}

fn has_base64(text: &str, canary: &str) -> bool {
    let text: String = text.split_whitespace().collect();
    let text = text.replace('-', "+").replace('_', "/");
    base64_at_any_offset(canary.as_bytes()).any(|encoded| text.contains(&encoded))
}

fn has_hex(text: &str, canary: &str) -> bool {
    let digits: String = text.split([',', ':', '-', ' ', '\r', '\n', '\t']).collect();
    let digits = digits.to_ascii_lowercase().replace("0x", "");
    let canary: Vec<_> = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
    digits.contains(&canary.concat())
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
