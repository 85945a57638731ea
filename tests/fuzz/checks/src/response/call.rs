//! The calls, and the values of their responses in one form for all calls.

use std::collections::HashMap;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use totps_core::http::{Response, StatusCode};
use totps_core::{
    AuthenticateResponse, AuthenticateSessionResponse, CreateResponse, DeleteTotpResponse, Error,
    GetMemberResponse, GetRecoveryCodesResponse, MigrateResponse, RecoverResponse, RecoveryCode,
    RevokeSessionsResponse, RotateRecoveryCodesResponse, Undecoded,
};

use super::super::timestamp;

/// The kind of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// A string that is not empty.
    NonEmptyText,
    /// A list of strings.
    Codes,
    /// A list of strings that must be present.
    RequiredCodes,
    /// A number that is not negative.
    Number,
    /// An object.
    Part,
    /// An object that must be present.
    RequiredPart,
}

impl Kind {
    /// Returns the value of a field that is missing.
    pub(crate) fn unset(self) -> Value {
        match self {
            Self::Text | Self::NonEmptyText => json!(""),
            Self::Codes | Self::RequiredCodes => json!([]),
            Self::Number | Self::Part | Self::RequiredPart => Value::Null,
        }
    }

    /// Returns the value that raw JSON must be read as, or `None` if this check cannot tell.
    pub(crate) fn read(self, raw: &str) -> Option<Value> {
        match self {
            Self::Text => serde_json::from_str::<String>(raw).ok().map(Value::from),
            Self::NonEmptyText => Self::Text.read(raw).filter(|text| *text != ""),
            Self::Codes | Self::RequiredCodes => {
                let codes: Vec<Option<String>> = serde_json::from_str(raw).ok()?;
                Some(codes.into_iter().flatten().collect())
            }
            Self::Number => serde_json::from_str::<u32>(raw).ok().map(Value::from),
            // This check can only tell that the object may be readable.
            Self::RequiredPart => None,
            Self::Part => {
                let list: Vec<IgnoredAny> = serde_json::from_str(raw).ok()?;
                list.is_empty().then_some(Value::Null)
            }
        }
    }
}

/// The values of a response.
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
    /// The fields without which the response is an error.
    const ESSENTIAL: &'static [(&'static str, Kind)];
    /// The fields whose duplicates are an error.
    const UNIQUE: &'static [&'static str];
    /// A field whose value may come from several places. Without any of them the response is an
    /// error.
    const DERIVED: Option<&'static str> = None;

    fn is_unique(name: &str) -> bool {
        Self::UNIQUE.contains(&name)
    }

    /// Calls the methods of the response.
    fn exercise(&self);
}

/// Collects fields by their names in Rust, which are also their names on the wire.
macro_rules! seen {
    ($response:ident: texts: [$($text:ident),*], codes: [$($codes:ident),*], parts: [$($part:ident),*]) => {
        Seen {
            status: $response.status_code,
            undecoded: $response.undecoded().to_vec(),
            fields: vec![
                $((stringify!($text), Kind::Text, $response.$text.text().into()),)*
                $((
                    stringify!($codes),
                    Kind::Codes,
                    $response.$codes.iter().map(RecoveryCode::expose).collect(),
                ),)*
                $((stringify!($part), Kind::Part, stored(&$response.$part)),)*
            ],
        }
    };
}

impl Call for CreateResponse {
    const ESSENTIAL: &'static [(&'static str, Kind)] = &[
        ("totp_registration_id", Kind::NonEmptyText),
        ("secret", Kind::NonEmptyText),
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
        ("totp_registration_id", Kind::NonEmptyText),
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

/// Calls whose responses have nothing to exercise.
macro_rules! plain_calls {
    ($($response:ident: essential: $essential:expr, unique: $unique:expr,
        texts: [$($text:ident),*], codes: [$($codes:ident),*], parts: [$($part:ident),*];)+) => {$(
        impl Call for $response {
            const ESSENTIAL: &'static [(&'static str, Kind)] = &$essential;
            const UNIQUE: &'static [&'static str] = &$unique;

            fn exercise(&self) {}
        }

        impl From<$response> for Seen {
            fn from(read: $response) -> Self {
                seen!(read: texts: [$($text),*], codes: [$($codes),*], parts: [$($part),*])
            }
        }
    )+};
}

plain_calls! {
    DeleteTotpResponse: essential: [], unique: [],
        texts: [request_id, member_id], codes: [], parts: [member, organization];
    GetRecoveryCodesResponse:
        essential: [("recovery_codes", Kind::RequiredCodes)], unique: ["recovery_codes"],
        texts: [request_id, member_id], codes: [recovery_codes], parts: [member, organization];
    RotateRecoveryCodesResponse:
        essential: [("recovery_codes", Kind::RequiredCodes)], unique: ["recovery_codes"],
        texts: [request_id, member_id], codes: [recovery_codes], parts: [member, organization];
    RevokeSessionsResponse: essential: [], unique: [],
        texts: [request_id], codes: [], parts: [];
}

impl Call for GetMemberResponse {
    const ESSENTIAL: &'static [(&'static str, Kind)] = &[("member", Kind::RequiredPart)];
    const UNIQUE: &'static [&'static str] = &["member"];

    fn exercise(&self) {
        let has_totp = self.member.totp_registration_id.is_some();
        assert_eq!(self.member.has_totp(), has_totp);
        let _ = self.member.first_mfa_method();
        if let Some(organization) = &self.organization {
            let _ = (
                self.member.requires_mfa(organization),
                organization.allows_totp(),
            );
        }
    }
}

impl From<GetMemberResponse> for Seen {
    fn from(read: GetMemberResponse) -> Self {
        let member = stored(&Some(read.member.clone()));
        let mut seen = seen!(read:
            texts: [request_id, member_id],
            codes: [],
            parts: [organization]);
        seen.fields.push(("member", Kind::Part, member));
        seen
    }
}

impl Call for RecoverResponse {
    const ESSENTIAL: &'static [(&'static str, Kind)] = &[("member_id", Kind::Text)];
    const UNIQUE: &'static [&'static str] = &["member_id", "session_token", "session_jwt"];

    fn exercise(&self) {
        let _ = self.claims::<HashMap<String, String>>();
    }
}

impl From<RecoverResponse> for Seen {
    fn from(read: RecoverResponse) -> Self {
        let remaining = json!(read.recovery_codes_remaining);
        let mut seen = seen!(read:
            texts: [request_id, member_id, session_token, session_jwt],
            codes: [],
            parts: [member, organization, member_session, member_device]);
        seen.fields
            .push(("recovery_codes_remaining", Kind::Number, remaining));
        seen
    }
}

impl Call for AuthenticateSessionResponse {
    const ESSENTIAL: &'static [(&'static str, Kind)] = &[];
    const UNIQUE: &'static [&'static str] = &["member_id", "session_token", "session_jwt"];
    const DERIVED: Option<&'static str> = Some("member_id");

    fn exercise(&self) {
        assert!(!self.member_id.is_empty(), "a session without a Member");
        let _ = self.claims::<HashMap<String, String>>();
    }
}

impl From<AuthenticateSessionResponse> for Seen {
    fn from(read: AuthenticateSessionResponse) -> Self {
        seen!(read:
            texts: [request_id, session_token, session_jwt],
            codes: [],
            parts: [member, organization, member_session, verdict])
    }
}

/// The text of a field. It is empty if the field is not set.
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

/// Serialises a part, and checks that it deserialises to the same value.
fn stored<T>(part: &Option<T>) -> Value
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let text = serde_json::to_string(part).unwrap_or_else(|error| panic!("not stored: {error}"));
    let again: Option<T> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("not read again: {error}"));
    assert_eq!(again, *part, "changed by storing and reading");
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("not JSON: {error}"));
    check_timestamps(&value);
    value
}

/// Checks every text as a timestamp, because any text can be in the place of a time.
fn check_timestamps(value: &Value) {
    match value {
        Value::String(text) => timestamp::check_text(text),
        Value::Array(list) => list.iter().for_each(check_timestamps),
        Value::Object(map) => map.values().for_each(check_timestamps),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
