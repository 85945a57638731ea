//! The three calls, and what can be seen of their answers, alike for all.

use std::collections::HashMap;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use totps_core::http::{Response, StatusCode};
use totps_core::{
    AuthenticateResponse, CreateResponse, Error, MigrateResponse, RecoveryCode, Undecoded,
};

use super::super::timestamp;

/// The kind of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// A list of strings.
    Codes,
    /// An object.
    Part,
}

impl Kind {
    /// What stands for a field that is not there.
    pub(crate) fn unset(self) -> Value {
        match self {
            Self::Text => json!(""),
            Self::Codes => json!([]),
            Self::Part => Value::Null,
        }
    }

    /// What raw JSON is to be read as, if that can be told.
    pub(crate) fn read(self, raw: &str) -> Option<Value> {
        match self {
            Self::Text => serde_json::from_str::<String>(raw).ok().map(Value::from),
            Self::Codes => {
                let codes: Vec<Option<String>> = serde_json::from_str(raw).ok()?;
                Some(codes.into_iter().flatten().collect())
            }
            Self::Part => {
                let list: Vec<IgnoredAny> = serde_json::from_str(raw).ok()?;
                list.is_empty().then_some(Value::Null)
            }
        }
    }
}

/// What can be seen of an answer.
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) fields: Vec<(&'static str, Kind, Value)>,
    pub(crate) undecoded: Vec<Undecoded>,
}

impl Seen {
    pub(crate) fn has_set_aside(&self, name: &str, raw: &str) -> bool {
        let mut undecoded = self.undecoded.iter();
        undecoded.any(|part| part.name() == name && part.json() == raw)
    }
}

pub(crate) trait Call:
    for<'a> TryFrom<Response<&'a [u8]>, Error = Error> + Clone + Debug + Into<Seen>
{
    /// The fields without which there is no answer.
    const ESSENTIAL: &'static [(&'static str, Kind)];
    /// The fields that must not be there twice.
    const UNIQUE: &'static [&'static str];

    fn is_unique(name: &str) -> bool {
        Self::UNIQUE.contains(&name)
    }

    /// Calls what is there to be called.
    fn exercise(&self);
}

/// Fields by their names in Rust, which are those on the wire.
macro_rules! seen {
    ($answer:ident: texts: [$($text:ident),*], codes: [$($codes:ident),*], parts: [$($part:ident),*]) => {
        Seen {
            status: $answer.status_code,
            undecoded: $answer.undecoded().to_vec(),
            fields: vec![
                $((stringify!($text), Kind::Text, $answer.$text.text().into()),)*
                $((
                    stringify!($codes),
                    Kind::Codes,
                    $answer.$codes.iter().map(RecoveryCode::expose).collect(),
                ),)*
                $((stringify!($part), Kind::Part, stored(&$answer.$part)),)*
            ],
        }
    };
}

impl Call for CreateResponse {
    const ESSENTIAL: &'static [(&'static str, Kind)] = &[
        ("totp_registration_id", Kind::Text),
        ("secret", Kind::Text),
        ("qr_code", Kind::Text),
        ("recovery_codes", Kind::Codes),
    ];
    const UNIQUE: &'static [&'static str] = &[
        "totp_registration_id",
        "secret",
        "qr_code",
        "recovery_codes",
    ];

    fn exercise(&self) {
        let _ = self.qr_code.png();
    }
}

impl From<CreateResponse> for Seen {
    fn from(created: CreateResponse) -> Self {
        seen!(created:
            texts: [request_id, member_id, totp_registration_id, secret, qr_code],
            codes: [recovery_codes],
            parts: [member, organization])
    }
}

impl Call for AuthenticateResponse {
    const ESSENTIAL: &'static [(&'static str, Kind)] = &[("member_id", Kind::Text)];
    const UNIQUE: &'static [&'static str] = &["member_id", "session_token", "session_jwt"];

    fn exercise(&self) {
        let claims = self
            .member_session
            .as_ref()
            .and_then(|session| session.custom_claims.clone());
        assert_eq!(self.claims::<Value>().ok(), claims.map(Value::from));
        let _ = self.claims::<HashMap<String, String>>();
    }
}

impl From<AuthenticateResponse> for Seen {
    fn from(authenticated: AuthenticateResponse) -> Self {
        seen!(authenticated:
            texts: [request_id, member_id, session_token, session_jwt],
            codes: [],
            parts: [member, organization, member_session, member_device])
    }
}

impl Call for MigrateResponse {
    const ESSENTIAL: &'static [(&'static str, Kind)] = &[
        ("totp_registration_id", Kind::Text),
        ("recovery_codes", Kind::Codes),
    ];
    const UNIQUE: &'static [&'static str] = &["totp_registration_id", "recovery_codes"];

    fn exercise(&self) {}
}

impl From<MigrateResponse> for Seen {
    fn from(migrated: MigrateResponse) -> Self {
        seen!(migrated:
            texts: [request_id, member_id, totp_registration_id],
            codes: [recovery_codes],
            parts: [member, organization])
    }
}

/// The text of a field, empty when it is not set.
trait Text {
    fn text(&self) -> &str;
}

macro_rules! text {
    ($($type:ident: $text:ident),+ $(,)?) => {$(
        impl Text for totps_core::$type {
            fn text(&self) -> &str {
                self.$text()
            }
        }
    )+};
}

text! {
    MemberId: as_str,
    TotpRegistrationId: as_str,
    TotpSecret: expose,
    QrCode: expose,
    SessionToken: expose,
    SessionJwt: expose,
}

impl Text for String {
    fn text(&self) -> &str {
        self
    }
}

impl<T: Text> Text for Option<T> {
    fn text(&self) -> &str {
        self.as_ref().map_or("", T::text)
    }
}

/// A part as it is stored: read again, it is the same.
fn stored<T>(part: &Option<T>) -> Value
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let text = serde_json::to_string(part).unwrap_or_else(|error| panic!("not stored: {error}"));
    let again: Option<T> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("not read again: {error}"));
    assert_eq!(again, *part, "another after it was stored");
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON: {error}"));
    check_timestamps(&value);
    value
}

/// Any text may stand where a time belongs.
fn check_timestamps(value: &Value) {
    match value {
        Value::String(text) => timestamp::check_text(text),
        Value::Array(list) => list.iter().for_each(check_timestamps),
        Value::Object(map) => map.values().for_each(check_timestamps),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
