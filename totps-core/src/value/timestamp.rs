//! Points in time as the API writes them.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// A point in time as the API writes it, in RFC 3339, such as `2026-04-25T16:37:09Z`.
///
/// The text is kept as it was received, and parsed on request. So a malformed timestamp does not
/// fail the response, and storing a timestamp does not change it.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use totps_core::Timestamp;
///
/// let time = Timestamp::new("1970-01-01T01:00:01.5+01:00");
/// assert_eq!(time.to_system_time()?, SystemTime::UNIX_EPOCH + Duration::from_millis(1500));
/// # Ok::<_, totps_core::InvalidTimestamp>(())
/// ```
///
/// With the feature `jiff-1` it converts into `jiff::Timestamp` of jiff 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(String);

impl Timestamp {
    /// Creates a timestamp from any text. [`to_system_time`](Self::to_system_time) parses it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text as on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses the text, with any offset and up to nine fractional digits.
    ///
    /// # Errors
    ///
    /// [`InvalidTimestamp`] when the text is not RFC 3339, or is not a date and time that exists.
    pub fn to_system_time(&self) -> Result<SystemTime, InvalidTimestamp> {
        read(&self.0).ok_or(InvalidTimestamp(()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl TryFrom<&Timestamp> for SystemTime {
    type Error = InvalidTimestamp;

    fn try_from(timestamp: &Timestamp) -> Result<Self, InvalidTimestamp> {
        timestamp.to_system_time()
    }
}

#[cfg(feature = "jiff-1")]
#[cfg_attr(docsrs, doc(cfg(feature = "jiff-1")))]
impl TryFrom<&Timestamp> for jiff_1::Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(timestamp: &Timestamp) -> Result<Self, InvalidTimestamp> {
        timestamp
            .to_system_time()?
            .try_into()
            .map_err(|_| InvalidTimestamp(()))
    }
}

/// Parses RFC 3339. humantime parses the date and the time of day. It accepts other forms as well,
/// but no offset and no year before 1970.
fn read(text: &str) -> Option<SystemTime> {
    const SECONDS: &str = "0000-00-00T00:00:00";
    let (seconds, rest) = text.split_at_checked(SECONDS.len())?;
    let (fraction, offset) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    let has_shape = seconds
        .bytes()
        .zip(SECONDS.bytes())
        .all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            _ => byte.eq_ignore_ascii_case(&shape),
        });
    if !has_shape || !is_fraction(fraction) {
        return None;
    }
    let year: u32 = seconds[..4].parse().ok()?;
    let cycles = if year < 1970 { 5 } else { 0 };
    let (month_and_day, time) = (&seconds[4..10], &seconds[11..]);
    let later = format!(
        "{:04}{month_and_day}T{time}{fraction}Z",
        year + cycles * 400
    );
    let local = humantime::parse_rfc3339(&later)
        .ok()?
        .checked_sub(CALENDAR_CYCLE * cycles)?;
    match read_offset(offset)? {
        Offset::Ahead(ahead) => local.checked_sub(ahead),
        Offset::Behind(behind) => local.checked_add(behind),
    }
}

/// After 400 years the calendar repeats itself.
const CALENDAR_CYCLE: Duration = Duration::from_secs(146_097 * 24 * 60 * 60);

/// Tells whether a text is empty, or a point and one to nine digits.
fn is_fraction(text: &str) -> bool {
    text.strip_prefix('.').map_or(text.is_empty(), |digits| {
        (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The offset of local time from UTC.
enum Offset {
    Ahead(Duration),
    Behind(Duration),
}

/// Reads `Z` or `+hh:mm`.
fn read_offset(text: &str) -> Option<Offset> {
    if text.eq_ignore_ascii_case("z") {
        return Some(Offset::Ahead(Duration::ZERO));
    }
    let (sign, [h1, h2, b':', m1, m2]) = text.as_bytes().split_first()? else {
        return None;
    };
    let two_digits = |tens: u8, ones: u8| match (tens, ones) {
        (b'0'..=b'9', b'0'..=b'9') => Some(u64::from(tens - b'0') * 10 + u64::from(ones - b'0')),
        _ => None,
    };
    let hours = two_digits(*h1, *h2).filter(|hours| *hours < 24)?;
    let minutes = two_digits(*m1, *m2).filter(|minutes| *minutes < 60)?;
    let offset = Duration::from_secs(hours * 3600 + minutes * 60);
    match sign {
        b'+' => Some(Offset::Ahead(offset)),
        b'-' => Some(Offset::Behind(offset)),
        _ => None,
    }
}

/// The text of a [`Timestamp`] is not an RFC 3339 date and time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 date and time")]
pub struct InvalidTimestamp(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_is_parsed_and_other_text_is_refused() {
        for (text, since_epoch) in [
            ("1970-01-01T00:00:00Z", Some(Duration::ZERO)),
            (
                "2021-08-28T00:41:58.935673870Z",
                Some(Duration::new(1_630_111_318, 935_673_870)),
            ),
            (
                "2026-04-25T16:37:09Z",
                Some(Duration::from_secs(1_777_135_029)),
            ),
            (
                "2026-04-25T18:37:09+02:00",
                Some(Duration::from_secs(1_777_135_029)),
            ),
            ("", None),
            ("2026-04-25", None),
            ("2026-04-25T16:37:09", None),
            ("2026-02-30T00:00:00Z", None),
            ("tomorrow", None),
            (
                "9999-12-31T23:59:59Z",
                Some(Duration::from_secs(253_402_300_799)),
            ),
            (
                "2026-04-25t16:37:09z",
                Some(Duration::from_secs(1_777_135_029)),
            ),
            ("2026-04-25 16:37:09Z", None),
            ("2026-04-25T16:37:09+0200", None),
            ("2026-04-25T16:37:09+24:00", None),
            ("2026-04-25T16:37:09,5Z", None),
            ("2026-04-25T16:37:09.Z", None),
            ("2026-04-25T16:37:09.1234567890Z", None),
            ("2026-04-25T16:37:09.1+2Z", None),
            ("2026-04-25T16:37:09*02:00", None),
            ("2026-04-25T24:00:00Z", None),
            ("1900-02-29T00:00:00Z", None),
            ("2026-04-25T16:37:09Z[Europe/Paris]", None),
            ("20260425T163709Z", None),
            ("\u{660}2026-04-25T16:37:09Z", None),
        ] {
            let read = Timestamp::new(text).to_system_time().ok();
            let expected = since_epoch.map(|duration| SystemTime::UNIX_EPOCH + duration);
            assert_eq!(read, expected, "text: {text:?}");
        }
    }

    #[test]
    fn times_before_1970_are_parsed() {
        const DAY: u64 = 24 * 60 * 60;
        for (text, before_epoch) in [
            ("1969-12-31T23:59:59Z", 1),
            ("1970-01-01T00:30:00+01:00", 1800),
            ("1969-12-31T23:00:00-00:30", 1800),
            ("1900-03-01T00:00:00Z", 25_508 * DAY),
            // The zero time of Go programs.
            ("0001-01-01T00:00:00Z", 719_162 * DAY),
            ("0000-01-01T00:00:00Z", 719_528 * DAY),
        ] {
            let read = Timestamp::new(text).to_system_time();
            let expected = SystemTime::UNIX_EPOCH - Duration::from_secs(before_epoch);
            assert_eq!(read, Ok(expected), "text: {text:?}");
        }
    }
}
