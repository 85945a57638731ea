//! Checks the text of a time, and compares with jiff.

use std::time::SystemTime;

use totps_core::Timestamp;

/// Checks that RFC 3339 is read as jiff reads it, and that anything else is refused.
pub fn check(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        check_text(text);
    }
}

pub(crate) fn check_text(text: &str) {
    let timestamp = Timestamp::new(text);
    assert_eq!(timestamp.as_str(), text);
    let time = timestamp.to_system_time().ok();
    let converted = jiff_1::Timestamp::try_from(&timestamp).ok();
    let expected = has_shape(text)
        .then(|| text.parse::<jiff_1::Timestamp>().ok())
        .flatten();
    if let Some(expected) = expected {
        assert_eq!(time, SystemTime::try_from(expected).ok(), "read: {text:?}");
        assert_eq!(converted, Some(expected), "converted: {text:?}");
    } else if let Some(time) = time {
        assert!(has_shape(text), "not RFC 3339: {text:?}");
        assert!(is_beyond_jiff(time), "not a valid time: {text:?}");
        assert_eq!(converted, None, "too late for jiff: {text:?}");
    }
}

/// Returns whether a text has the form `0000-00-00T00:00:00`, then optionally a point and one to
/// nine digits, then `Z` or an offset.
fn has_shape(text: &str) -> bool {
    let digits_as_zeros = |text: &str| -> String {
        let zero = |character: char| {
            if character.is_ascii_digit() {
                '0'
            } else {
                character
            }
        };
        text.chars().map(zero).collect()
    };
    let Some((seconds, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let behind_fraction = match rest.strip_prefix('.') {
        Some(fraction) => {
            let behind = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = fraction.len() - behind.len();
            if !(1..=9).contains(&digits) {
                return false;
            }
            behind
        }
        None => rest,
    };
    let offset = behind_fraction.trim_start_matches(['+', '-']);
    digits_as_zeros(&seconds.to_ascii_uppercase()) == "0000-00-00T00:00:00"
        && matches!(
            &*digits_as_zeros(&behind_fraction.to_ascii_uppercase()),
            "Z" | "+00:00" | "-00:00"
        )
        // Jiff accepts offsets of 24 hours and more.
        && (offset.len() == 1 || offset < "24")
}

/// Returns whether a time is later than jiff's latest, which is a day before the end of the year
/// 9999.
fn is_beyond_jiff(time: SystemTime) -> bool {
    SystemTime::try_from(jiff_1::Timestamp::MAX).is_ok_and(|latest| time > latest)
}
