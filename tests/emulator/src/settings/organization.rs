//! Organizations.

use super::group;
use crate::config::ConfigError;
use crate::sendable::check_status;

group! {
    /// Organizations.
    OrganizationSettings {
        /// HTTP status of a successful Create; `null` means `http.success_status`. The
        /// documentation shows both 200 and 201.
        create_status: Option<u16> = None, Guess;
        /// Whether Create needs an `organization_slug`. The documentation's text says yes, every
        /// schema says no.
        slug_required: bool = false, Guess;
        /// Whether an `mfa_policy` alone counts as an authentication setting: Create with such a
        /// setting and without `email_invites` sets `email_invites` to `NOT_ALLOWED`.
        mfa_policy_closes_invites: bool = true, Guess;
        /// Domains that `email_allowed_domains` must not contain, because anybody can get an
        /// address in them. Only `gmail.com` is documented.
        common_email_domains: Vec<String> = vec!["gmail.com".to_owned()], Guess;
        /// Whether the slug and the external id of a deleted Organization can be used again.
        deletion_frees_names: bool = true, Guess;
    }
}

impl OrganizationSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        check_create_status(self.create_status)
    }
}

pub(super) fn check_create_status(status: Option<u16>) -> Result<(), ConfigError> {
    let checked = status.map(|status| check_status(status, true)).transpose();
    checked
        .map(drop)
        .map_err(|error| error.within("create_status"))
}
