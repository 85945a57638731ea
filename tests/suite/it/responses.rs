//! Tests of success responses: everything in them is read, and nothing is lost.

mod essential;
mod full;
mod hostile;
mod lenient;
mod models;
mod mutations;
mod uses;

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use totps_core::{
    AuthenticateResponse, AuthenticateSessionResponse, CreateResponse, DecodeError,
    DeleteTotpResponse, Error, GetMemberResponse, GetRecoveryCodesResponse, JsonObject, MemberId,
    MigrateResponse, QrCode, RecoverResponse, RecoveryCode, RevokeSessionsResponse,
    RotateRecoveryCodesResponse, SessionJwt, SessionToken, Timestamp, TotpRegistrationId,
    TotpSecret,
};
use totps_tests::fixtures::{
    AUTHENTICATE, AUTHENTICATE_SESSION, CREATE, DELETE_TOTP, Fixture, GET_MEMBER,
    GET_RECOVERY_CODES, MIGRATE, RECOVER, REVOKE_SESSIONS, ROTATE_RECOVERY_CODES,
};

/// A model with these fields and all others at their default. No value in the full responses is a
/// default, so a comparison finds a field that is forgotten here or not read.
macro_rules! model {
    ($type:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        let mut model = $type::default();
        $(model.$field = $value;)*
        model
    }};
}

use model;

fn time(text: &str) -> Option<Timestamp> {
    Some(Timestamp::new(text))
}

fn object(json: Value) -> Option<JsonObject> {
    match json {
        Value::Object(map) => Some(map.into()),
        other => panic!("expected an object, not {other}"),
    }
}

fn encoded_again<T: Serialize + DeserializeOwned>(model: &T) -> T {
    serde_json::from_str(&serde_json::to_string(model).unwrap()).unwrap()
}

fn response<B>(status: u16, body: B) -> http::Response<B> {
    http::Response::builder().status(status).body(body).unwrap()
}

fn create(body: impl AsRef<[u8]>) -> CreateResponse {
    response(200, body).try_into().unwrap()
}

fn authenticate(body: impl AsRef<[u8]>) -> AuthenticateResponse {
    response(200, body).try_into().unwrap()
}

fn migrate(body: impl AsRef<[u8]>) -> MigrateResponse {
    response(200, body).try_into().unwrap()
}

/// Returns a response of Authenticate with one more field, given as raw JSON.
fn authenticated_with(field: &str, raw: &str) -> String {
    format!(
        r#"{{"member_id": "m", "session_token": "TOKEN", "session_jwt": "JWT", "{field}": {raw}}}"#
    )
}

/// The values of a response in one form for all calls, by their names on the wire.
struct Seen {
    status: u16,
    /// Texts and lists of texts. An unset text is empty.
    texts: BTreeMap<&'static str, Value>,
    /// Objects and numbers.
    parts: BTreeMap<&'static str, Option<Value>>,
    undecoded: BTreeMap<&'static str, String>,
}

/// Converts a text or a list of texts to JSON. An unset value is empty.
trait Text {
    fn text(&self) -> Value;
}

macro_rules! text {
    ($($type:ty: $text:ident),+ $(,)?) => {$(
        impl Text for $type {
            fn text(&self) -> Value {
                json!(self.$text())
            }
        }
    )+};
}

text! {
    String: as_str,
    MemberId: as_str,
    TotpRegistrationId: as_str,
    TotpSecret: expose,
    QrCode: expose,
    RecoveryCode: expose,
    SessionToken: expose,
    SessionJwt: expose,
}

impl<T: Text> Text for Option<T> {
    fn text(&self) -> Value {
        self.as_ref().map_or_else(|| json!(""), T::text)
    }
}

impl<T: Text> Text for Vec<T> {
    fn text(&self) -> Value {
        self.iter().map(T::text).collect()
    }
}

/// Collects fields by their names in Rust, which are also their names on the wire.
macro_rules! seen {
    ($($response:ty: texts: [$($text:ident),*], parts: [$($part:ident),*];)+) => {$(
        impl From<$response> for Seen {
            fn from(read: $response) -> Self {
                let undecoded = read.undecoded().iter();
                Self {
                    status: read.status_code.as_u16(),
                    texts: [$((stringify!($text), read.$text.text())),*].into(),
                    parts: [$((stringify!($part), json!(read.$part))),*]
                        .map(|(name, part): (_, Value)| (name, Some(part).filter(|part| !part.is_null())))
                        .into(),
                    undecoded: undecoded
                        .map(|part| (part.name(), part.json().to_owned()))
                        .collect(),
                }
            }
        }
    )+};
}

seen! {
    CreateResponse:
        texts: [request_id, member_id, totp_registration_id, secret, qr_code, recovery_codes],
        parts: [member, organization];
    AuthenticateResponse:
        texts: [request_id, member_id, session_token, session_jwt],
        parts: [member, organization, member_session, member_device];
    MigrateResponse:
        texts: [request_id, member_id, totp_registration_id, recovery_codes],
        parts: [member, organization];
    DeleteTotpResponse: texts: [request_id, member_id], parts: [member, organization];
    GetMemberResponse: texts: [request_id, member_id], parts: [member, organization];
    GetRecoveryCodesResponse:
        texts: [request_id, member_id, recovery_codes],
        parts: [member, organization];
    RotateRecoveryCodesResponse:
        texts: [request_id, member_id, recovery_codes],
        parts: [member, organization];
    RecoverResponse:
        texts: [request_id, member_id, session_token, session_jwt],
        parts: [member, organization, member_session, member_device, recovery_codes_remaining];
    // Its `member_id` comes from other fields.
    AuthenticateSessionResponse:
        texts: [request_id, session_token, session_jwt],
        parts: [member, organization, member_session, verdict];
    RevokeSessionsResponse: texts: [request_id], parts: [];
}

fn codes(codes: &Vec<RecoveryCode>) -> Value {
    codes.text()
}

/// One call of the API.
struct Call {
    fixtures: &'static [Fixture],
    /// The fields without which the response is an error.
    essential: &'static [&'static str],
    /// The essential fields that may be missing but must be readable.
    may_be_missing: &'static [&'static str],
    /// The essential fields that must not be empty.
    never_empty: &'static [&'static str],
    /// A field whose value may come from several places. Without any of them the response is an
    /// error.
    derived: Option<&'static str>,
    /// The fields whose duplicates are an error.
    unique: &'static [&'static str],
    decode: fn(u16, &[u8]) -> Result<Seen, Error>,
}

impl Call {
    fn full(&self) -> Fixture {
        self.fixtures[0]
    }

    /// Returns whether the response is an error with this value in the field.
    fn requires(&self, field: &str, value: Option<&Value>) -> bool {
        let is_empty = value.is_some_and(|value| *value == json!("") || *value == json!([]));
        self.essential.contains(&field)
            && (self.never_empty.contains(&field) && is_empty
                || !self.may_be_missing.contains(&field) && value.is_none_or(Value::is_null))
    }
}

const OTHER: Call = Call {
    fixtures: &[],
    essential: &[],
    may_be_missing: &[],
    never_empty: &[],
    derived: None,
    unique: &[],
    decode: |_, _| panic!("it decodes nothing"),
};

const SECRETS: &[&str] = &[
    "totp_registration_id",
    "secret",
    "qr_code",
    "recovery_codes",
];
const SESSION: &[&str] = &["member_id", "session_token", "session_jwt"];

const CALLS: [Call; 10] = [
    Call {
        fixtures: CREATE,
        essential: SECRETS,
        may_be_missing: &["recovery_codes"],
        never_empty: &["totp_registration_id", "secret"],
        unique: SECRETS,
        decode: |status, body| CreateResponse::try_from(response(status, body)).map(Seen::from),
        ..OTHER
    },
    Call {
        fixtures: AUTHENTICATE,
        essential: &["member_id"],
        unique: SESSION,
        decode: |status, body| {
            AuthenticateResponse::try_from(response(status, body)).map(Seen::from)
        },
        ..OTHER
    },
    Call {
        fixtures: MIGRATE,
        essential: &["totp_registration_id", "recovery_codes"],
        may_be_missing: &["recovery_codes"],
        never_empty: &["totp_registration_id"],
        unique: &["totp_registration_id", "recovery_codes"],
        decode: |status, body| MigrateResponse::try_from(response(status, body)).map(Seen::from),
        ..OTHER
    },
    Call {
        fixtures: DELETE_TOTP,
        decode: |status, body| DeleteTotpResponse::try_from(response(status, body)).map(Seen::from),
        ..OTHER
    },
    Call {
        fixtures: GET_MEMBER,
        essential: &["member"],
        never_empty: &["member"],
        unique: &["member"],
        decode: |status, body| GetMemberResponse::try_from(response(status, body)).map(Seen::from),
        ..OTHER
    },
    Call {
        fixtures: GET_RECOVERY_CODES,
        essential: &["recovery_codes"],
        unique: &["recovery_codes"],
        decode: |status, body| {
            GetRecoveryCodesResponse::try_from(response(status, body)).map(Seen::from)
        },
        ..OTHER
    },
    Call {
        fixtures: ROTATE_RECOVERY_CODES,
        essential: &["recovery_codes"],
        unique: &["recovery_codes"],
        decode: |status, body| {
            RotateRecoveryCodesResponse::try_from(response(status, body)).map(Seen::from)
        },
        ..OTHER
    },
    Call {
        fixtures: RECOVER,
        essential: &["member_id"],
        unique: SESSION,
        decode: |status, body| RecoverResponse::try_from(response(status, body)).map(Seen::from),
        ..OTHER
    },
    Call {
        fixtures: AUTHENTICATE_SESSION,
        derived: Some("member_id"),
        unique: SESSION,
        decode: |status, body| {
            AuthenticateSessionResponse::try_from(response(status, body)).map(Seen::from)
        },
        ..OTHER
    },
    Call {
        fixtures: REVOKE_SESSIONS,
        decode: |status, body| {
            RevokeSessionsResponse::try_from(response(status, body)).map(Seen::from)
        },
        ..OTHER
    },
];

/// Decodes `body`, which must give a decode error with the whole body, and returns the error.
#[track_caller]
fn decode_error(call: &Call, status: u16, body: &[u8]) -> DecodeError {
    let what = || {
        let body = String::from_utf8_lossy(body);
        format!(
            "{}: {}",
            call.full().name,
            body.chars().take(300).collect::<String>()
        )
    };
    match (call.decode)(status, body) {
        Err(Error::Decode(error)) => {
            assert_eq!(error.status(), status, "status of {}", what());
            assert_eq!(error.body(), body, "body() of {}", what());
            let Err(again) = (call.decode)(status, body) else {
                panic!("decoding again must also fail: {}", what())
            };
            let rescued = again.into_body().expect("a body");
            assert_eq!(rescued.as_bytes(), body, "into_body() of {}", what());
            *error
        }
        Err(other) => panic!("expected a decode error, not {other:?}: {}", what()),
        Ok(_) => panic!("expected a decode error, not a success: {}", what()),
    }
}
