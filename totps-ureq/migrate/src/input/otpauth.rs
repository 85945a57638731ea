//! `otpauth://totp/…` URIs, one per line.

use std::io::BufRead;

use url::Url;
use zeroize::Zeroizing;

use super::{Entry, InputError, Sink, lines};
use crate::row::{Cause, Place};
use crate::secret::Encoding;

pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    lines(reader, |line, text| {
        let mut entry = Entry::new(Place::line(line));
        fill(text, &mut entry);
        sink(entry)
    })
}

/// Reads a URI into an entry.
pub(super) fn fill(text: &str, entry: &mut Entry) {
    entry.encoding = Some(Encoding::Base32);
    let url = Url::parse(text).ok();
    let Some(url) = url.filter(|url| url.scheme().eq_ignore_ascii_case("otpauth")) else {
        let rule = "must be an `otpauth://` URI";
        entry.causes.push(Cause::invalid(entry.place.clone(), rule));
        return;
    };
    entry.is_totp = url
        .host_str()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("totp"));
    set_label(url.path().trim_start_matches('/'), entry);
    for (name, value) in url.query_pairs() {
        match &*name.to_ascii_lowercase() {
            "secret" => entry.secret = Zeroizing::new(value.into_owned()),
            "algorithm" => entry.algorithm = Some(value.into_owned()),
            "digits" => entry.digits = number(entry, "digits", &value),
            "period" => entry.period = number(entry, "period", &value),
            _ => {}
        }
    }
}

fn number(entry: &mut Entry, name: &str, value: &str) -> Option<u64> {
    let number = value.trim().parse().ok();
    if number.is_none() {
        let place = entry.field(name);
        entry
            .causes
            .push(Cause::invalid(place, "must be a whole number"));
    }
    number
}

/// Reads a label, which is `Issuer:account` or `account`, with escapes.
fn set_label(label: &str, entry: &mut Entry) {
    // The crate `url` decodes only queries.
    let query = format!("x={}", label.replace('+', "%2B"));
    let label = Url::parse(&format!("otpauth://x/?{query}"))
        .ok()
        .and_then(|url| {
            url.query_pairs()
                .next()
                .map(|(_, label)| label.into_owned())
        })
        .unwrap_or_default();
    set_account(&label, entry);
}

/// Reads the account of a label. The whole label may also be a name in the `--members` file.
pub(super) fn set_account(label: &str, entry: &mut Entry) {
    let account = label.rsplit_once(':').map_or(label, |(_, account)| account);
    entry.user(Some(account.trim().to_owned()));
    if account != label {
        entry.users.push(label.to_owned());
    }
}
