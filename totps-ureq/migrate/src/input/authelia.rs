//! Authelia: `storage user totp export`.

use std::io::BufRead;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Entry, InputError, Sink, csv_table};
use crate::row::Place;
use crate::secret::Encoding;

#[derive(Deserialize)]
struct Export {
    totp_configurations: Vec<Configuration>,
}

#[derive(Deserialize)]
struct Configuration {
    username: String,
    algorithm: Option<String>,
    digits: Option<u64>,
    period: Option<u64>,
    secret: String,
}

/// Reads the YAML export, in which a secret is base64 of the base32 text.
pub(super) fn read_yaml(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    let mut text = Zeroizing::new(String::new());
    reader.read_to_string(&mut text)?;
    let export: Export = yaml_serde::from_str(&text).map_err(|error| {
        let place = error.location().map_or_else(Place::default, |location| {
            let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            Place::line(number(location.line())).column(number(location.column()))
        });
        let rule = "is not YAML with `totp_configurations`, each with `username` and `secret`";
        InputError::new(place, rule)
    })?;
    for (index, configuration) in export.totp_configurations.into_iter().enumerate() {
        let place = Place::path(format!("totp_configurations[{index}]"));
        let mut entry = Entry::new(place);
        entry.user(Some(configuration.username));
        entry.algorithm = configuration.algorithm;
        entry.digits = configuration.digits;
        entry.period = configuration.period;
        entry.secret = Zeroizing::new(configuration.secret);
        entry.encoding = Some(Encoding::Base64OfBase32);
        if !sink(entry) {
            break;
        }
    }
    Ok(())
}

/// Reads the CSV export, in which a secret is base32.
pub(super) fn read_csv(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    let fill = |record: &csv_table::Record<'_>, entry: &mut Entry| {
        entry.user(record.get("username"));
        entry.algorithm = record.get("algorithm");
        entry.digits = record.count("digits", entry);
        entry.period = record.count("period", entry);
        entry.secret = Zeroizing::new(record.get("secret").unwrap_or_default());
        entry.encoding = Some(Encoding::Base32);
    };
    csv_table::read(reader, &["username", "secret"], None, fill, sink)
}
