//! Members.

use serde::{Deserialize, Serialize};

use super::group;
use super::organization::check_create_status;
use crate::config::ConfigError;

group! {
    /// Members.
    MemberSettings {
        /// HTTP status of a successful Create; `null` means `http.success_status`. The
        /// documentation shows both 200 and 201.
        create_status: Option<u16> = None, Guess;
        /// Whether Create marks the e-mail address as verified.
        create_verifies_email: bool = false, Guess;
        /// How Get handles a call with both `member_id` and `email_address`: `match` finds the
        /// Member that has both, `member_id` ignores the address, `refuse` refuses the call.
        get_with_both: GetWithBoth = GetWithBoth::Match, Guess;
        /// Whether Update refuses a `default_mfa_method` that the Member has not registered.
        default_mfa_needs_factor: bool = true, Guess;
        /// Whether Update refuses `mfa_enrolled: true` for a Member without any second factor.
        enrolment_needs_factor: bool = false, Guess;
        /// Whether a new `email_address` in an Update is unverified.
        email_change_unverifies: bool = true, Guess;
        /// Whether Update keeps the old address in `retired_email_addresses`, unless `unlink_email`
        /// is set.
        email_change_retires: bool = true, Guess;
        /// Whether deleting a Member ends their sessions. Their intermediate sessions always end.
        deletion_ends_sessions: bool = true, Guess;
    }
}

impl MemberSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        check_create_status(self.create_status)
    }
}

/// How Member Get handles a call with both query parameters.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GetWithBoth {
    /// It finds the Member that has both the id and the address.
    Match,
    /// It finds the Member with the id.
    MemberId,
    /// It refuses the call.
    Refuse,
}
