//! A request that was routed and authorized.

use std::collections::HashMap;
use std::time::Duration;

use http::header::USER_AGENT;
use http::{HeaderMap, Uri};
use jiff::Timestamp;

use super::error::Refusal;
use super::fields::Fields;
use crate::endpoint::Endpoint;
use crate::settings::{ErrorCase, HttpSettings, Settings};
use crate::state::directory::MemberKey;

/// What a handler is given.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) now: Timestamp,
    pub(crate) settings: &'a Settings,
    pub(crate) headers: &'a HeaderMap,
    /// The parameters in the path, decoded.
    pub(super) path: HashMap<String, String>,

    pub(crate) query: HashMap<String, String>,
    pub(crate) fields: Fields,
    /// The Member of the RBAC header.
    pub(crate) actor: Option<MemberKey>,
}

impl Call<'_> {
    /// A parameter in the path.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The caller's `User-Agent`.
    pub(crate) fn user_agent(&self) -> &str {
        let value = self.headers.get(USER_AGENT);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Refuses a call for some seconds.
    pub(crate) fn refuse_for(&self, case: ErrorCase, seconds: i64) -> Refusal {
        let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let told = self.settings.http.send_retry_after.then_some(seconds);
        Refusal::from(case).retry_after(told)
    }
}

/// The query parameters that an endpoint may have; an empty value counts as absent, and of several
/// the last one counts.
pub(super) fn query(
    uri: &Uri,
    endpoint: &Endpoint,
    settings: &HttpSettings,
) -> Result<HashMap<String, String>, Refusal> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let mut query = HashMap::new();
    for (name, value) in pairs {
        if endpoint.query.contains(&name.as_ref()) {
            if !value.is_empty() {
                query.insert(name.into_owned(), value.into_owned());
            }
        } else if settings.refuse_unknown_fields {
            return Err(ErrorCase::UnknownField.into());
        }
    }
    Ok(query)
}
