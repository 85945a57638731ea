//! What becomes of success answers: everything that is in them is read, and nothing is lost.

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
    AuthenticateResponse, CreateResponse, DecodeError, Error, JsonObject, MigrateResponse,
    RecoveryCode, Timestamp, Undecoded,
};
use totps_tests::fixtures::{AUTHENTICATE, CREATE, Fixture, MIGRATE};

/// A model with these fields and all others at their default. Since no value in the full answers
/// is a default one, a field that is forgotten here, or not read, makes a difference.
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
        other => panic!("an object is needed, not {other}"),
    }
}

fn encoded_again<T: Serialize + DeserializeOwned>(model: &T) -> T {
    serde_json::from_str(&serde_json::to_string(model).unwrap()).unwrap()
}

fn answer<B>(status: u16, body: B) -> http::Response<B> {
    http::Response::builder().status(status).body(body).unwrap()
}

fn create(body: impl AsRef<[u8]>) -> CreateResponse {
    answer(200, body).try_into().unwrap()
}

fn authenticate(body: impl AsRef<[u8]>) -> AuthenticateResponse {
    answer(200, body).try_into().unwrap()
}

fn migrate(body: impl AsRef<[u8]>) -> MigrateResponse {
    answer(200, body).try_into().unwrap()
}

/// An answer of Authenticate with one more field, given as raw JSON.
fn authenticated_with(field: &str, raw: &str) -> String {
    format!(
        r#"{{"member_id": "m", "session_token": "TOKEN", "session_jwt": "JWT", "{field}": {raw}}}"#
    )
}

/// What the three answers have in common, by names on the wire.
struct Seen {
    status: u16,
    /// Texts and lists of texts; an empty text where there is none.
    texts: BTreeMap<&'static str, Value>,
    parts: BTreeMap<&'static str, Option<Value>>,
    undecoded: BTreeMap<&'static str, String>,
}

impl Seen {
    fn new<const T: usize, const P: usize>(
        status: http::StatusCode,
        texts: [(&'static str, Value); T],
        parts: [(&'static str, Value); P],
        undecoded: &[Undecoded],
    ) -> Self {
        Self {
            status: status.as_u16(),
            texts: texts.into(),
            parts: parts
                .map(|(name, part)| (name, Some(part).filter(|part| !part.is_null())))
                .into(),
            undecoded: undecoded
                .iter()
                .map(|part| (part.name(), part.json().to_owned()))
                .collect(),
        }
    }
}

fn codes(codes: &[RecoveryCode]) -> Value {
    codes.iter().map(RecoveryCode::expose).collect()
}

impl From<CreateResponse> for Seen {
    fn from(created: CreateResponse) -> Self {
        let texts = [
            (
                "request_id",
                json!(created.request_id.as_deref().unwrap_or("")),
            ),
            ("member_id", json!(created.member_id)),
            ("totp_registration_id", json!(created.totp_registration_id)),
            ("secret", json!(created.secret.expose())),
            ("qr_code", json!(created.qr_code.expose())),
            ("recovery_codes", codes(&created.recovery_codes)),
        ];
        let parts = [
            ("member", json!(created.member)),
            ("organization", json!(created.organization)),
        ];
        Self::new(created.status_code, texts, parts, created.undecoded())
    }
}

impl From<AuthenticateResponse> for Seen {
    fn from(authenticated: AuthenticateResponse) -> Self {
        let token = authenticated.session_token.as_ref();
        let jwt = authenticated.session_jwt.as_ref();
        let texts = [
            (
                "request_id",
                json!(authenticated.request_id.as_deref().unwrap_or("")),
            ),
            ("member_id", json!(authenticated.member_id)),
            (
                "session_token",
                json!(token.map_or("", |token| token.expose())),
            ),
            ("session_jwt", json!(jwt.map_or("", |jwt| jwt.expose()))),
        ];
        let parts = [
            ("member", json!(authenticated.member)),
            ("organization", json!(authenticated.organization)),
            ("member_session", json!(authenticated.member_session)),
            ("member_device", json!(authenticated.member_device)),
        ];
        Self::new(
            authenticated.status_code,
            texts,
            parts,
            authenticated.undecoded(),
        )
    }
}

impl From<MigrateResponse> for Seen {
    fn from(migrated: MigrateResponse) -> Self {
        let texts = [
            (
                "request_id",
                json!(migrated.request_id.as_deref().unwrap_or("")),
            ),
            ("member_id", json!(migrated.member_id)),
            ("totp_registration_id", json!(migrated.totp_registration_id)),
            ("recovery_codes", codes(&migrated.recovery_codes)),
        ];
        let parts = [
            ("member", json!(migrated.member)),
            ("organization", json!(migrated.organization)),
        ];
        Self::new(migrated.status_code, texts, parts, migrated.undecoded())
    }
}

/// One of the three calls.
struct Call {
    fixtures: &'static [Fixture],
    /// The fields without which the answer is an error.
    essential: &'static [&'static str],
    /// The fields that must not be there twice.
    unique: &'static [&'static str],
    decode: fn(u16, &[u8]) -> Result<Seen, Error>,
}

impl Call {
    fn full(&self) -> Fixture {
        self.fixtures[0]
    }
}

const CALLS: [Call; 3] = [
    Call {
        fixtures: CREATE,
        essential: &[
            "totp_registration_id",
            "secret",
            "qr_code",
            "recovery_codes",
        ],
        unique: &[
            "totp_registration_id",
            "secret",
            "qr_code",
            "recovery_codes",
        ],
        decode: |status, body| CreateResponse::try_from(answer(status, body)).map(Seen::from),
    },
    Call {
        fixtures: AUTHENTICATE,
        essential: &["member_id"],
        unique: &["member_id", "session_token", "session_jwt"],
        decode: |status, body| AuthenticateResponse::try_from(answer(status, body)).map(Seen::from),
    },
    Call {
        fixtures: MIGRATE,
        essential: &["totp_registration_id", "recovery_codes"],
        unique: &["totp_registration_id", "recovery_codes"],
        decode: |status, body| MigrateResponse::try_from(answer(status, body)).map(Seen::from),
    },
];

/// The decode error that `body` must give, which must hold the whole of it.
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
                panic!("decoding again must fail, too: {}", what())
            };
            let rescued = again.into_body().expect("a body");
            assert_eq!(rescued.as_bytes(), body, "into_body() of {}", what());
            *error
        }
        Err(other) => panic!("a decode error is expected, not {other:?}: {}", what()),
        Ok(_) => panic!("a decode error is expected, not success: {}", what()),
    }
}
