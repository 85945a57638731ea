//! Authentication of requests: HTTP Basic.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::error::ConfigError;
use crate::value::id::ProjectId;
use crate::value::secret::ProjectSecret;
use crate::value::wipe::WipedBytes;

pub(crate) const PROJECT_ID: &str = "project id";
const PROJECT_SECRET: &str = "project secret";
pub(crate) const EMPTY: &str = "must not be empty";

/// The kind of project that an id or a secret belongs to.
#[derive(PartialEq)]
pub(crate) enum Environment {
    Live,
    Test,
}

impl Environment {
    /// Reads the environment from the text after `kind`: `-live-` or `-test-`.
    pub(crate) fn of(text: &str, kind: &str) -> Option<Self> {
        let rest = text.strip_prefix(kind)?;
        if rest.starts_with("-live-") {
            Some(Self::Live)
        } else if rest.starts_with("-test-") {
            Some(Self::Test)
        } else {
            None
        }
    }
}

/// Builds the header value for HTTP Basic authentication (RFC 7617).
pub(crate) fn authorization(
    id: &ProjectId,
    secret: &ProjectSecret,
) -> Result<HeaderValue, ConfigError> {
    let (id, secret) = (id.as_str(), secret.expose());
    let refuse = |setting, rule| Err(ConfigError::new(setting, rule));
    if id.is_empty() {
        return refuse(PROJECT_ID, EMPTY);
    }
    if id.contains(':') {
        return refuse(
            PROJECT_ID,
            "must not contain `:`; give the id and the secret separately",
        );
    }
    if id.contains(char::is_control) {
        return refuse(
            PROJECT_ID,
            "must not contain control characters; is there a line break at its end?",
        );
    }
    if secret.is_empty() {
        return refuse(PROJECT_SECRET, EMPTY);
    }
    if secret.contains(char::is_control) {
        return refuse(
            PROJECT_SECRET,
            "must not contain control characters; is there a line break at its end?",
        );
    }
    match (
        Environment::of(id, "project"),
        Environment::of(secret, "secret"),
    ) {
        (Some(Environment::Live), Some(Environment::Test)) => refuse(
            PROJECT_SECRET,
            "belongs to a test project, but the project id to a live one; take both from the same \
             project",
        ),
        (Some(Environment::Test), Some(Environment::Live)) => refuse(
            PROJECT_SECRET,
            "belongs to a live project, but the project id to a test one; take both from the same \
             project",
        ),
        _ => Ok(basic(id, secret)),
    }
}

/// Returns `Basic` and the base64 of `id:secret`, in memory that is wiped when the last copy is
/// dropped.
fn basic(id: &str, secret: &str) -> HeaderValue {
    const SCHEME: &str = "Basic ";

    let mut credentials = Zeroizing::new(String::with_capacity(id.len() + 1 + secret.len()));
    credentials.push_str(id);
    credentials.push(':');
    credentials.push_str(secret);

    let length = SCHEME.len() + base64::encoded_len(credentials.len(), true).unwrap_or(0);
    let mut value = String::with_capacity(length);
    value.push_str(SCHEME);
    BASE64.encode_string(credentials.as_bytes(), &mut value);

    // Base64 is always a valid header value. With `Bytes`, all clones share this one buffer.
    let mut value =
        HeaderValue::from_maybe_shared(Bytes::from_owner(WipedBytes(value.into_bytes())))
            .unwrap_or_else(|_| HeaderValue::from_static(SCHEME));
    value.set_sensitive(true);
    value
}
