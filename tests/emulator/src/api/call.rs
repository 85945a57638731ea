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

/// A request as handlers receive it.
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
    /// The Member whose session is in the RBAC header.
    pub(crate) actor: Option<MemberKey>,
}

impl Call<'_> {
    /// Returns a path parameter; empty if the path does not have it.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// Returns the `User-Agent` header; empty if it is missing.
    pub(crate) fn user_agent(&self) -> &str {
        let value = self.headers.get(USER_AGENT);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Refuses the call. `Retry-After` is `seconds` if `http.send_retry_after` is set.
    pub(crate) fn refuse_for(&self, case: ErrorCase, seconds: i64) -> Refusal {
        let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let told = self.settings.http.send_retry_after.then_some(seconds);
        Refusal::from(case).retry_after(told)
    }
}

/// Reads the query parameters that the endpoint accepts. An empty value counts as absent. If a
/// parameter is repeated, its last value counts.
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
