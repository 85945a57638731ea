//! The endpoints. Each has a file and a line in the table.

mod members;
mod organizations;
mod passwords;
mod recovery_codes;
mod sessions;
mod totp;

use http::Method;
use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};
use serde_json::{Map, Value};

use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::api::qr_code::QrCode;

/// All endpoints of the emulator.
pub static ENDPOINTS: &[&Endpoint] = &[
    &totp::create::ENDPOINT,
    &totp::authenticate::ENDPOINT,
    &totp::migrate::ENDPOINT,
    &totp::delete::ENDPOINT,
    &recovery_codes::get::ENDPOINT,
    &recovery_codes::rotate::ENDPOINT,
    &recovery_codes::recover::ENDPOINT,
    &sessions::get::ENDPOINT,
    &sessions::authenticate::ENDPOINT,
    &sessions::revoke::ENDPOINT,
    &sessions::jwks::ENDPOINT,
    &organizations::create::ENDPOINT,
    &organizations::get::ENDPOINT,
    &organizations::update::ENDPOINT,
    &organizations::delete::ENDPOINT,
    &organizations::search::ENDPOINT,
    &members::create::ENDPOINT,
    &members::get::ENDPOINT,
    &members::update::ENDPOINT,
    &members::delete::ENDPOINT,
    &members::search::ENDPOINT,
    &passwords::migrate::ENDPOINT,
    &passwords::authenticate::ENDPOINT,
];

/// An endpoint of the API.
#[derive(Debug)]
pub struct Endpoint {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) query: &'static [&'static str],
    pub(crate) fields: &'static [&'static str],
    pub(crate) access: Access,
    pub(crate) handler: Handler,
}

/// The function that responds to a call.
pub(crate) type Handler = fn(&mut Api, &Call<'_>) -> Outcome;

/// A successful response, or the reason why the call is refused.
pub(crate) type Outcome = Result<Success, Refusal>;

/// The content of a successful response.
#[derive(Debug)]
pub(crate) struct Success {
    pub(crate) body: Map<String, Value>,
    /// The QR code to draw and add to the body, without the lock.
    pub(crate) qr_code: Option<QrCode>,
    /// Replaces `http.success_status`.
    pub(crate) status: Option<u16>,
}

impl From<Map<String, Value>> for Success {
    fn from(body: Map<String, Value>) -> Self {
        Self {
            body,
            qr_code: None,
            status: None,
        }
    }
}

/// The credentials that a request to an endpoint needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Access {
    /// No credentials.
    Open,
    /// The credentials of the project.
    Project,
    /// The credentials of the project. A Member's session in the RBAC headers limits the call to
    /// what the Member may do.
    #[non_exhaustive]
    Rbac {
        /// The name of the action in the RBAC policy.
        action: &'static str,
        /// Whether all Members may perform the action on themselves.
        own: bool,
    },
}

impl Endpoint {
    /// Returns the name, e.g. `totp.create`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns a short description.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the path, with the names of its parameters in braces.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Returns the query parameters that the endpoint accepts.
    #[must_use]
    pub fn query(&self) -> &'static [&'static str] {
        self.query
    }

    /// Returns the request fields that the endpoint accepts.
    #[must_use]
    pub fn fields(&self) -> &'static [&'static str] {
        self.fields
    }

    /// Returns the credentials that a request needs.
    #[must_use]
    pub fn access(&self) -> Access {
        self.access
    }

    /// Returns the endpoint with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ENDPOINTS
            .iter()
            .copied()
            .find(|endpoint| endpoint.name == name)
    }
}

impl Serialize for Endpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let action = match self.access {
            Access::Rbac { action, .. } => Some(action),
            Access::Open | Access::Project => None,
        };
        let mut row = serializer.serialize_struct("Endpoint", 8)?;
        row.serialize_field("name", self.name)?;
        row.serialize_field("about", self.about)?;
        row.serialize_field("method", self.method.as_str())?;
        row.serialize_field("path", self.path)?;
        row.serialize_field("query", self.query)?;
        row.serialize_field("fields", self.fields)?;
        row.serialize_field("needs_credentials", &(self.access != Access::Open))?;
        row.serialize_field("rbac_action", &action)?;
        row.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::attribute::SetBy;
    use crate::state::{member, organization};

    #[test]
    fn create_and_update_accept_the_attributes_that_they_set() {
        for (endpoint, table, by) in [
            (
                &organizations::create::ENDPOINT,
                organization::ATTRIBUTES,
                SetBy::Both,
            ),
            (
                &organizations::update::ENDPOINT,
                organization::ATTRIBUTES,
                SetBy::Update,
            ),
            (&members::create::ENDPOINT, member::ATTRIBUTES, SetBy::Both),
            (
                &members::update::ENDPOINT,
                member::ATTRIBUTES,
                SetBy::Update,
            ),
        ] {
            for row in table {
                let settable = row.set_by == SetBy::Both || row.set_by == by;
                let known = endpoint.fields.contains(&row.name);
                assert_eq!(known, settable, "{} of {}", row.name, endpoint.name);
            }
        }
    }
}
