//! `otpauth-migration://offline?data=…`: links that Google Authenticator shows to transfer accounts.

use std::io::BufRead;

use prost::Message;
use url::Url;
use zeroize::Zeroizing;

use super::{Entry, InputError, Sink, lines, otpauth};
use crate::row::{Cause, Place};
use crate::secret::{Encoding, Key};

#[derive(Message)]
#[prost(skip_debug)]
struct Payload {
    #[prost(message, repeated, tag = "1")]
    otp_parameters: Vec<OtpParameters>,
}

#[derive(Message)]
#[prost(skip_debug)]
struct OtpParameters {
    #[prost(bytes = "vec", tag = "1")]
    secret: Vec<u8>,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "3")]
    issuer: String,
    #[prost(int32, tag = "4")]
    algorithm: i32,
    #[prost(int32, tag = "5")]
    digits: i32,
    #[prost(int32, tag = "6")]
    kind: i32,
}

pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    lines(reader, |line, text| {
        let place = Place::line(line);
        let Some(payload) = payload(text) else {
            let mut entry = Entry::new(place.clone());
            let rule = "must be an `otpauth-migration://offline?data=` link";
            entry.causes.push(Cause::invalid(place, rule));
            return sink(entry);
        };
        let mut entries = payload.otp_parameters.into_iter().enumerate();
        entries.all(|(index, parameters)| sink(entry(place.index(index), parameters)))
    })
}

fn payload(text: &str) -> Option<Payload> {
    let url = Url::parse(text).ok()?;
    let is_link = url.scheme().eq_ignore_ascii_case("otpauth-migration");
    let (_, data) = url.query_pairs().find(|(name, _)| name == "data")?;
    // An unescaped `+` is decoded as a space.
    let data = Zeroizing::new(data.replace(' ', "+"));
    let bytes = Encoding::Base64.decode(&data).filter(|_| is_link)?;
    Payload::decode(bytes.bytes()).ok()
}

fn entry(place: Place, parameters: OtpParameters) -> Entry {
    let mut entry = Entry::new(place);
    otpauth::set_account(&parameters.name, &mut entry);
    entry.secret = Key::new(parameters.secret).to_base32();
    entry.encoding = Some(Encoding::Base32);
    // 0 means the usual value: SHA-1, six digits, TOTP.
    entry.algorithm = match parameters.algorithm {
        0 | 1 => None,
        _ => Some("other".to_owned()),
    };
    entry.digits = match parameters.digits {
        0 | 1 => None,
        2 => Some(8),
        other => u64::try_from(other).ok(),
    };
    entry.is_totp = matches!(parameters.kind, 0 | 2);
    entry
}
