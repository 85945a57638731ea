//! The OATH CSV of privacyIDEA and LinOTP: `serial, key, type, digits, step`, without a header.

use std::io::BufRead;

use zeroize::Zeroizing;

use super::{Entry, InputError, Sink, csv_table};
use crate::row::{Cause, Place};
use crate::secret::Encoding;

/// The number of hex digits of keys for SHA-256 and SHA-512. The format has no column for the
/// algorithm.
const LONG_KEYS: [usize; 2] = [64, 128];

pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(reader);
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| csv_table::unreadable(&error))?
    {
        let line = record.position().map_or(0, csv::Position::line);
        let is_header = line == 1
            && record
                .get(0)
                .is_some_and(|it| it.eq_ignore_ascii_case("serial"));
        if !is_header && !sink(entry(Place::line(line), &record)) {
            break;
        }
    }
    Ok(())
}

fn entry(place: Place, record: &csv::StringRecord) -> Entry {
    let mut entry = Entry::new(place);
    let field = |index: usize| record.get(index).filter(|field| !field.is_empty());
    entry.user(field(0).map(str::to_owned));
    entry.secret = Zeroizing::new(field(1).unwrap_or_default().to_owned());
    entry.secret_field = "key";
    entry.encoding = Some(Encoding::Hex);
    // Without a type, both servers assume HOTP.
    entry.is_totp = field(2).is_some_and(|kind| kind.eq_ignore_ascii_case("totp"));
    if LONG_KEYS.contains(&entry.secret.len()) {
        entry.algorithm = Some("by the length of the key".to_owned());
    }
    let number = |index: usize, name, entry: &mut Entry| {
        let number = field(index)?.parse().ok();
        if number.is_none() && entry.is_totp {
            let place = entry.place.clone().column(index as u64 + 1).at(name);
            entry
                .causes
                .push(Cause::invalid(place, "must be a whole number"));
        }
        number
    };
    entry.digits = number(3, "digits", &mut entry);
    entry.period = number(4, "step", &mut entry);
    entry
}
