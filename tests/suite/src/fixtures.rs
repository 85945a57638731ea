//! Responses and requests of the API as JSON texts, from the files under `tests/fixtures`. The
//! `README.md` there describes their content and their sources.

use serde_json::Value;

/// One file under `tests/fixtures`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fixture {
    /// The folder and the case, for example `create/full`.
    pub name: &'static str,
    /// The text of the file.
    pub json: &'static str,
}

impl Fixture {
    /// Returns the file as a JSON value.
    #[allow(
        clippy::expect_used,
        reason = "a fixture that is not JSON is a mistake in this package"
    )]
    pub fn value(&self) -> Value {
        serde_json::from_str(self.json).expect("a fixture must be JSON")
    }

    /// Returns the HTTP status of an error response. The case begins with it.
    #[allow(
        clippy::expect_used,
        reason = "a misnamed fixture is a mistake in this package"
    )]
    pub fn status(&self) -> u16 {
        let (_, case) = self
            .name
            .split_once('/')
            .expect("a name must have a folder");
        case[..3]
            .parse()
            .expect("the case must begin with a status")
    }
}

macro_rules! fixtures {
    ($folder:literal: $($case:literal),+ $(,)?) => {
        &[$(Fixture {
            name: concat!($folder, "/", $case),
            json: include_str!(concat!("../../fixtures/", $folder, "/", $case, ".json")),
        }),+]
    };
}

/// Responses of Create.
pub const CREATE: &[Fixture] = fixtures!("create": "full", "minimal", "live-shape");

/// Responses of Authenticate.
pub const AUTHENTICATE: &[Fixture] =
    fixtures!("authenticate": "full", "minimal", "live-shape", "extra-fields");

/// Responses of Migrate.
pub const MIGRATE: &[Fixture] = fixtures!("migrate": "full", "minimal", "live-shape");

/// Responses of Delete TOTP.
pub const DELETE_TOTP: &[Fixture] = fixtures!("delete_totp": "full", "minimal", "live-shape");

/// Responses of Get Member.
pub const GET_MEMBER: &[Fixture] = fixtures!("get_member": "full", "minimal", "live-shape");

/// Responses of Get recovery codes.
pub const GET_RECOVERY_CODES: &[Fixture] =
    fixtures!("get_recovery_codes": "full", "minimal", "live-shape");

/// Responses of Rotate recovery codes.
pub const ROTATE_RECOVERY_CODES: &[Fixture] =
    fixtures!("rotate_recovery_codes": "full", "minimal", "live-shape");

/// Responses of Recover.
pub const RECOVER: &[Fixture] = fixtures!("recover": "full", "minimal", "live-shape");

/// Responses of Authenticate session.
pub const AUTHENTICATE_SESSION: &[Fixture] =
    fixtures!("authenticate_session": "full", "minimal", "live-shape");

/// Responses of Revoke sessions.
pub const REVOKE_SESSIONS: &[Fixture] = fixtures!("revoke_sessions": "full", "minimal");

/// Error responses.
pub const ERROR: &[Fixture] = fixtures!("error":
    "400-action-available-only-for-active-members",
    "400-action-available-only-once-primary-authentication-is-met",
    "400-active-totp-exists",
    "400-bad-request",
    "400-invalid-session-token",
    "400-too-many-session-arguments",
    "401",
    "403-organization-suspended",
    "404-intermediate-session-not-found",
    "404-organization-not-found",
    "404-route-not-found",
    "404-session-not-found",
    "429",
    "429-user-lock-limit-reached",
    "500",
);

/// Bodies of requests.
pub const REQUESTS: &[Fixture] = fixtures!("requests":
    "create-minimal",
    "create-full",
    "authenticate-minimal",
    "authenticate-full",
    "migrate-minimal",
    "migrate-full",
    "rotate-recovery-codes",
    "recover-minimal",
    "recover-full",
    "authenticate-session-token",
    "authenticate-session-jwt",
    "revoke-sessions-session-id",
    "revoke-sessions-session-token",
    "revoke-sessions-session-jwt",
    "revoke-sessions-member-id",
);

/// Returns all fixtures.
pub fn all() -> impl Iterator<Item = Fixture> {
    [
        CREATE,
        AUTHENTICATE,
        MIGRATE,
        DELETE_TOTP,
        GET_MEMBER,
        GET_RECOVERY_CODES,
        ROTATE_RECOVERY_CODES,
        RECOVER,
        AUTHENTICATE_SESSION,
        REVOKE_SESSIONS,
        ERROR,
        REQUESTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Returns the fixture with this name.
///
/// # Panics
///
/// If there is no such fixture.
#[allow(clippy::expect_used, reason = "a misspelt name is a mistake in a test")]
pub fn fixture(name: &str) -> Fixture {
    all()
        .find(|fixture| fixture.name == name)
        .expect("a fixture with this name")
}
