//! The settings, in groups, for behaviour that Stytch does not document or leaves to the project.

mod claims;
mod errors;
mod http;
mod lock;
mod login;
mod member;
mod mfa;
mod organization;
mod password;
mod rate_limit;
mod rbac;
mod recovery_codes;
mod search;
mod session;
mod totp;
mod update;

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::claims::{ClaimsSettings, ReservedClaims};
pub use self::errors::{ErrorCase, ErrorResponse, Errors};
pub use self::http::HttpSettings;
pub use self::lock::LockSettings;
pub use self::login::LoginSettings;
pub use self::member::{GetWithBoth, MemberSettings};
pub use self::mfa::MfaSettings;
pub use self::organization::OrganizationSettings;
pub use self::password::PasswordSettings;
pub use self::rate_limit::RateLimitSettings;
pub use self::rbac::RbacSettings;
pub use self::recovery_codes::{ExistingRecoveryCodes, RecoveryCodeSettings};
pub use self::search::SearchSettings;
pub use self::session::SessionSettings;
pub(crate) use self::session::minutes as session_minutes;
pub use self::totp::{Algorithm, MemberChanges, ReplayScope, SecondCreate, TotpSettings};
pub use self::update::UpdateSettings;
use crate::config::ConfigError;

/// How certain it is that the real API behaves in the same way.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Evidence {
    /// Stytch's documentation or SDKs say so.
    Documented,
    /// It was seen in responses of the live API.
    Observed,
    /// It is not known. An experiment may settle a guess.
    Guess,
    /// The configuration of the project decides.
    Project,
}

impl Evidence {
    /// Returns the name, as written in the tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Guess => "guess",
            Self::Project => "project",
        }
    }
}

/// A row in the table of settings.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Setting {
    /// The group, e.g. `totp`.
    pub group: &'static str,
    /// The name in the group, e.g. `code_window_steps`.
    pub name: &'static str,
    /// The default as JSON.
    pub default: Value,
    /// How certain the default is.
    pub evidence: Evidence,
    /// What the setting decides.
    pub meaning: String,
}

/// The static part of a [`Setting`].
struct Row {
    name: &'static str,
    evidence: Evidence,
    meaning: &'static str,
}

/// Declares a group: its struct, its defaults and its rows of the table.
macro_rules! group {
    (
        $(#[doc = $about:literal])+
        $group:ident {
            $(
                $(#[doc = $doc:literal])+
                $name:ident: $kind:ty = $default:expr, $evidence:ident;
            )*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, serde::Deserialize, PartialEq, serde::Serialize)]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $group {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\nDefault: `", stringify!($default), "` (", stringify!($evidence), ").")]
                pub $name: $kind,
            )*
        }

        impl Default for $group {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl $group {
            pub(super) const ROWS: &[super::Row] = &[
                $(super::Row {
                    name: stringify!($name),
                    evidence: super::Evidence::$evidence,
                    meaning: concat!($($doc),+),
                },)*
            ];
        }
    };
}
use group;

macro_rules! groups {
    ($($(#[doc = $doc:literal])+ $name:ident: $group:ident;)*) => {
        /// How the emulator behaves where the documentation is silent, contradictory, or leaves the
        /// choice to the project's configuration.
        ///
        /// Change it with [`Builder::settings`](crate::Builder::settings), with
        /// [`Emulator::change_settings`](crate::Emulator::change_settings), in the configuration
        /// file or through the control interface. [`Settings::table`] lists every setting with its
        /// default and whether that is a guess.
        #[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct Settings {
            /// Status, type and message of every error, by case.
            pub errors: Errors,
            $($(#[doc = $doc])+ pub $name: $group,)*
        }

        impl Settings {
            /// Returns all settings except [`errors`](Self::errors), whose table is
            /// [`ErrorCase::ALL`].
            #[must_use]
            pub fn table() -> Vec<Setting> {
                let mut table = Vec::new();
                $(add_rows(&mut table, stringify!($name), $group::ROWS, &$group::default());)*
                table
            }
        }
    };
}

groups! {
    /// Requests and responses in general.
    http: HttpSettings;
    /// The rate limit.
    rate_limit: RateLimitSettings;
    /// Organizations.
    organization: OrganizationSettings;
    /// Members.
    member: MemberSettings;
    /// Updates of Organizations and Members.
    update: UpdateSettings;
    /// Searches for Organizations and Members.
    search: SearchSettings;
    /// Passwords.
    password: PasswordSettings;
    /// Logins with a primary factor.
    login: LoginSettings;
    /// Sessions, intermediate sessions and session JWTs.
    session: SessionSettings;
    /// `session_custom_claims`.
    claims: ClaimsSettings;
    /// TOTP registrations and their codes.
    totp: TotpSettings;
    /// Recovery codes.
    recovery_codes: RecoveryCodeSettings;
    /// Changes to the Member when an MFA step is completed.
    mfa: MfaSettings;
    /// The lock after consecutive failed attempts.
    lock: LockSettings;
    /// Permissions of Members.
    rbac: RbacSettings;
}

/// Returns all guesses, for experiments that settle them: settings by `group.name`, error cases by
/// `errors.name`.
pub(crate) fn guesses() -> Vec<Value> {
    let guess = Evidence::Guess;
    let settings = Settings::table().into_iter();
    let settings = settings.filter(|row| row.evidence == guess).map(|row| {
        json!({
            "setting": format!("{}.{}", row.group, row.name),
            "default": row.default,
            "meaning": row.meaning,
        })
    });
    let cases = ErrorCase::ALL.iter();
    let cases = cases.filter(|case| case.evidence() == guess).map(|case| {
        json!({
            "setting": format!("errors.{}", case.name()),
            "default": case.response(),
            "meaning": case.meaning(),
        })
    });
    settings.chain(cases).collect()
}

impl Settings {
    /// Checks the rules that the types of the fields do not enforce.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.errors
            .check()
            .map_err(|error| error.within("errors"))?;
        self.http.check().map_err(|error| error.within("http"))?;
        self.organization
            .check()
            .map_err(|error| error.within("organization"))?;
        self.member
            .check()
            .map_err(|error| error.within("member"))?;
        self.password
            .check()
            .map_err(|error| error.within("password"))?;
        self.session
            .check()
            .map_err(|error| error.within("session"))?;
        self.totp.check().map_err(|error| error.within("totp"))?;
        self.recovery_codes
            .check()
            .map_err(|error| error.within("recovery_codes"))?;
        self.lock.check().map_err(|error| error.within("lock"))
    }
}

/// Checks that a setting is in its range.
fn check_range<T: PartialOrd + Display>(
    name: &str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), ConfigError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (min, max) = range.into_inner();
    Err(ConfigError::at(name, format!("must be {min} to {max}")))
}

fn add_rows(
    table: &mut Vec<Setting>,
    group: &'static str,
    rows: &[Row],
    defaults: &impl Serialize,
) {
    let defaults = serde_json::to_value(defaults).unwrap_or_default();
    table.extend(rows.iter().map(|row| Setting {
        group,
        name: row.name,
        default: defaults[row.name].clone(),
        evidence: row.evidence,
        meaning: row.meaning.trim().to_owned(),
    }));
}
