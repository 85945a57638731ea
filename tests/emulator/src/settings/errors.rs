//! The errors of the API: every case with its default response.

mod case;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Index, IndexMut};

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

pub use self::case::ErrorCase;
use crate::config::ConfigError;
use crate::sendable::check_status;

/// The format of an `error_url`. Stytch uses several.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Page {
    /// Seen with types of the B2B API only.
    B2b,
    /// Seen with types that the consumer API has too.
    Shared,
    /// The format of the examples of the endpoints, without the type.
    Status,
    /// The format of the newer documentation site.
    Reference,
}

impl Page {
    /// Returns the URL, with placeholders for status and type.
    pub(crate) fn url(self) -> &'static str {
        match self {
            Self::B2b => "https://stytch.com/docs/b2b/api/errors/{status}#{error_type}",
            Self::Shared => "https://stytch.com/docs/api/errors/{status}#{error_type}",
            Self::Status => "https://stytch.com/docs/api/errors/{status}",
            Self::Reference => {
                "https://stytch.com/docs/api-reference/b2b/api/errors/{status}#{error_type}"
            }
        }
    }
}

/// The content of an error response.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// HTTP status and `status_code`.
    pub status: u16,
    /// `error_type`.
    pub error_type: String,
    /// `error_message`.
    pub error_message: String,
    /// `error_url`. `{status}` and `{error_type}` are replaced with the values of the response.
    pub error_url: String,
}

impl ErrorResponse {
    /// Creates a response with these values and the `error_url` of most types.
    pub fn new(
        status: u16,
        error_type: impl Into<String>,
        error_message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            error_type: error_type.into(),
            error_message: error_message.into(),
            error_url: Page::B2b.url().to_owned(),
        }
    }

    /// Returns the `error_url` with the placeholders replaced.
    pub(crate) fn url(&self) -> String {
        let status = self.status.to_string();
        self.error_url
            .replace("{status}", &status)
            .replace("{error_type}", &self.error_type)
    }
}

/// Status, type and message of every error.
///
/// Indexed by [`ErrorCase`]: `settings.errors[ErrorCase::WrongCode].status = 400`. In JSON and TOML
/// it is a table of the cases by name. Missing values keep their defaults.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Errors(BTreeMap<ErrorCase, ErrorResponse>);

impl Default for Errors {
    fn default() -> Self {
        let cases = ErrorCase::ALL.iter();
        Self(cases.map(|case| (*case, case.response())).collect())
    }
}

impl Index<ErrorCase> for Errors {
    type Output = ErrorResponse;

    fn index(&self, case: ErrorCase) -> &ErrorResponse {
        &self.0[&case]
    }
}

impl IndexMut<ErrorCase> for Errors {
    fn index_mut(&mut self, case: ErrorCase) -> &mut ErrorResponse {
        self.0.entry(case).or_insert_with(|| case.response())
    }
}

impl Errors {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (case, response) in &self.0 {
            check_status(response.status, true)
                .map_err(|error| error.within("status").within(case.name()))?;
        }
        Ok(())
    }
}

/// The changes of a configuration to a case. Missing fields keep their defaults.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    status: Option<u16>,
    error_type: Option<String>,
    error_message: Option<String>,
    error_url: Option<String>,
}

impl<'de> Deserialize<'de> for Errors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Changes;

        impl<'de> Visitor<'de> for Changes {
            type Value = Errors;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of error cases")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Errors, A::Error> {
                let mut errors = Errors::default();
                while let Some((case, change)) = entries.next_entry::<String, Change>()? {
                    let case = ErrorCase::named(&case)
                        .ok_or_else(|| A::Error::custom("there is no such error case"))?;
                    let response = &mut errors[case];
                    response.status = change.status.unwrap_or(response.status);
                    if let Some(error_type) = change.error_type {
                        response.error_type = error_type;
                    }
                    if let Some(message) = change.error_message {
                        response.error_message = message;
                    }
                    if let Some(url) = change.error_url {
                        response.error_url = url;
                    }
                }
                Ok(errors)
            }
        }

        deserializer.deserialize_map(Changes)
    }
}
