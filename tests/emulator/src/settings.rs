//! What Stytch does not document, as settings. Every default marked "guess" is one: it is not
//! known what the real API does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the emulator behaves where the documentation is silent, contradictory, or leaves the choice
/// to the project's configuration.
///
/// Change it with [`Builder::settings`](crate::Builder::settings), in the configuration file or
/// through the control interface. Every field says whether its default is documented or a guess.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// Other answers for errors whose status, type or message is not documented, by situation.
    /// Situations that are not listed here answer with the guess of [`Situation::answer`].
    pub errors: BTreeMap<Situation, ErrorAnswer>,
    /// HTTP status of every success (guess: 200).
    pub success_status: u16,
    /// Headers added to every answer (guess: none).
    pub response_headers: BTreeMap<String, String>,
    /// Whether the key set needs the project's credentials (the official Python SDK fetches it
    /// without: no).
    pub jwks_need_authorization: bool,
    /// Largest request body in bytes (guess: 1 MiB).
    pub max_body_bytes: usize,
    /// Refuse request fields that the endpoint does not have (guess: no).
    pub refuse_unknown_fields: bool,
    /// Refuse a body that has a key twice; otherwise the last one counts (guess: no).
    pub refuse_duplicate_keys: bool,
    /// Refuse a body whose `Content-Type` is not `application/json` (guess: no).
    pub require_json_content_type: bool,
    /// Calls per endpoint and Member in a clock hour, then 429 `too_many_requests` (guess: no
    /// limit).
    pub rate_limit_per_hour: Option<u32>,
    /// Send `Retry-After` with the 429 of the rate limit and of the lock (guess: no).
    pub send_retry_after: bool,

    /// Whether Authenticate and Recover need a session argument (guess: yes; sources contradict
    /// each other).
    pub session_argument_required: bool,
    /// Minutes until an intermediate session token expires (documented: 10).
    pub intermediate_session_minutes: u32,
    /// The project's maximum for `session_duration_minutes` (documented upper bound: 527040).
    pub max_session_duration_minutes: i32,
    /// Whether a call with an existing session and no duration moves the session's expiry to 60
    /// minutes from now (guess: no).
    pub expiry_moves_without_duration: bool,
    /// Whether an expired `session_jwt` still stands for its session while that one lives (guess:
    /// yes).
    pub accept_expired_session_jwt: bool,
    /// Whether claims of a new session are dropped when the call has no
    /// `session_duration_minutes` (documented for the field: yes).
    pub claims_need_session_duration: bool,
    /// What happens to reserved custom claims (guess: ignored; sources contradict each other).
    pub reserved_claims: ReservedClaims,
    /// Limit for the session's custom claims after merging, as compact JSON in bytes (documented:
    /// 4 KB; how it is measured is a guess).
    pub custom_claims_max_bytes: usize,

    /// Hash algorithm of the codes (guess: SHA-1, which authenticator apps assume).
    pub totp_algorithm: Algorithm,
    /// Steps before and after the current one whose codes are accepted (guess: 1; documented for
    /// the consumer API).
    pub code_window_steps: u8,
    /// Which codes count as replayed (guess: the accepted ones only).
    pub replay_scope: ReplayScope,
    /// Issuer in the QR code (guess: the organization's name).
    pub qr_issuer: Option<String>,
    /// Width and height of the QR code in pixels, if the code fits (guess: 200).
    pub qr_pixels: u32,

    /// What a second Create does to a pending registration (guess: replaces it).
    pub second_create: SecondCreate,
    /// Whether `expiration_minutes: 0` means the default of 60 (guess: no).
    pub zero_expiration_is_default: bool,
    /// Whether `member.totp_registration_id` shows a pending registration (guess: no).
    pub pending_registration_shown: bool,
    /// Whether a member that is not active may get a TOTP (guess: no, as the error page says; the
    /// documentation's examples show a pending one).
    pub inactive_members_may_enroll: bool,
    /// Whether Create uses up its intermediate session token (guess: no).
    pub create_consumes_intermediate_session: bool,
    /// What Create changes on the member beside the registration (guess: nothing).
    pub create_changes: MemberChanges,
    /// What Migrate changes on the member beside the registration (guess: nothing).
    pub migrate_changes: MemberChanges,
    /// Whether a migrated TOTP is active without a first code (guess: yes).
    pub migrate_is_active: bool,
    /// Smallest secret in bytes that Migrate accepts (guess: 10).
    pub migrate_secret_min_bytes: usize,
    /// Largest secret in bytes that Migrate accepts (guess: 128).
    pub migrate_secret_max_bytes: usize,
    /// Whether Migrate accepts lower case, spaces and padding in a secret (guess: yes).
    pub migrate_secret_lenient: bool,
    /// What Create does when the member has recovery codes (guess: replaces them).
    pub create_existing_recovery_codes: ExistingRecoveryCodes,
    /// What Migrate does when the member has recovery codes (guess: replaces them).
    pub migrate_existing_recovery_codes: ExistingRecoveryCodes,
    /// Whether deleting the TOTP deletes the recovery codes (guess: yes).
    pub delete_removes_recovery_codes: bool,
    /// Whether `default_mfa_method` is emptied by deleting the TOTP (guess: yes).
    pub delete_clears_default_mfa_method: bool,
    /// Whether `set_mfa_enrollment` other than `enroll` and `unenroll` is refused, or ignored
    /// (guess: refused).
    pub refuse_unknown_mfa_enrollment: bool,
    /// Whether `set_default_mfa: false` empties a default of `totp` (guess: no).
    pub set_default_mfa_false_clears: bool,
    /// Whether authenticating under `REQUIRED_FOR_ALL` sets `mfa_enrolled` (guess: yes;
    /// documented for SMS codes).
    pub required_policy_enrolls: bool,

    /// Whether wrong TOTP and recovery codes count for the lock (guess: yes).
    pub failures_lock: bool,
    /// Failed attempts in a row that lock a member (documented default: 10, a project may choose 1
    /// to 100).
    pub lock_after_failures: u32,
    /// Minutes that a lock lasts (documented default: 60, a project may choose 5 to 10080).
    pub lock_minutes: u32,
    /// Whether the RBAC policy, which the emulator does not have, grants an `authorization_check`
    /// (guess: yes).
    pub authorization_checks_pass: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            errors: BTreeMap::new(),
            success_status: 200,
            response_headers: BTreeMap::new(),
            jwks_need_authorization: false,
            max_body_bytes: 1024 * 1024,
            refuse_unknown_fields: false,
            refuse_duplicate_keys: false,
            require_json_content_type: false,
            rate_limit_per_hour: None,
            send_retry_after: false,
            session_argument_required: true,
            intermediate_session_minutes: 10,
            max_session_duration_minutes: 527_040,
            expiry_moves_without_duration: false,
            accept_expired_session_jwt: true,
            claims_need_session_duration: true,
            reserved_claims: ReservedClaims::Ignore,
            custom_claims_max_bytes: 4096,
            totp_algorithm: Algorithm::Sha1,
            code_window_steps: 1,
            replay_scope: ReplayScope::AcceptedCodes,
            qr_issuer: None,
            qr_pixels: 200,
            second_create: SecondCreate::Replace,
            zero_expiration_is_default: false,
            pending_registration_shown: false,
            inactive_members_may_enroll: false,
            create_consumes_intermediate_session: false,
            create_changes: MemberChanges::default(),
            migrate_changes: MemberChanges::default(),
            migrate_is_active: true,
            migrate_secret_min_bytes: 10,
            migrate_secret_max_bytes: 128,
            migrate_secret_lenient: true,
            create_existing_recovery_codes: ExistingRecoveryCodes::Replace,
            migrate_existing_recovery_codes: ExistingRecoveryCodes::Replace,
            delete_removes_recovery_codes: true,
            delete_clears_default_mfa_method: true,
            refuse_unknown_mfa_enrollment: true,
            set_default_mfa_false_clears: false,
            required_policy_enrolls: true,
            failures_lock: true,
            lock_after_failures: 10,
            lock_minutes: 60,
            authorization_checks_pass: true,
        }
    }
}

/// Hash algorithm of the one-time codes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA-1.
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

/// Which codes are refused as already used.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReplayScope {
    /// Codes that were accepted before.
    AcceptedCodes,
    /// Codes of the last accepted step and of all steps before it.
    OlderSteps,
}

/// What happens to reserved claims in `session_custom_claims`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReservedClaims {
    /// They are left out.
    Ignore,
    /// The call is refused.
    Refuse,
}

/// What a Create does while a registration is pending.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecondCreate {
    /// The new registration replaces the pending one.
    Replace,
    /// The call is refused with [`Situation::PendingTotpExists`].
    Refuse,
}

/// What happens to recovery codes that the member already has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExistingRecoveryCodes {
    /// New ones take their place.
    Replace,
    /// They stay and are returned.
    Keep,
    /// The call is refused with [`Situation::RecoveryCodesExist`].
    Refuse,
}

/// Changes on a member that go with a new registration.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MemberChanges {
    /// Sets `mfa_enrolled`.
    pub mfa_enrolled: bool,
    /// Sets `default_mfa_method` to `totp`.
    pub default_mfa_method: bool,
}

macro_rules! situations {
    ($($(#[$doc:meta])* $name:ident: $status:literal, $error_type:literal, $message:literal;)*) => {
        /// An error whose status, type or message is not documented.
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Situation {
            $($(#[$doc])* $name,)*
        }

        impl Situation {
            /// All situations.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The guessed answer. The type names are Stytch's; messages are Stytch's where one is
            /// published for the type.
            #[must_use]
            pub fn answer(self) -> ErrorAnswer {
                match self {
                    $(Self::$name => ErrorAnswer::new($status, $error_type, $message),)*
                }
            }
        }
    };
}

situations! {
    /// The `Authorization` header is not Basic with base64 of `id:secret`.
    MalformedAuthorization: 400, "invalid_authorization_header", "The authorization header is invalid.";
    /// The path exists, but not with this method.
    MethodNotAllowed: 405, "method_not_allowed", "The method is not allowed for this route.";
    /// The body is larger than [`Settings::max_body_bytes`].
    BodyTooLarge: 400, "bad_request", "The submitted request is invalid.";
    /// The content type is not JSON and [`Settings::require_json_content_type`] is set.
    ContentType: 400, "bad_request", "The submitted request is invalid.";
    /// A required request field is missing, null or empty.
    MissingField: 400, "bad_request", "The submitted request is invalid.";
    /// A field is unknown and [`Settings::refuse_unknown_fields`] is set.
    UnknownField: 400, "bad_request", "The submitted request is invalid.";
    /// The project id in the path is not this project's.
    ProjectNotFound: 404, "project_not_found", "Project could not be found.";
    /// No member has the id.
    MemberNotFound: 404, "member_not_found", "Member could not be found.";
    /// The member belongs to another organization.
    MemberOfOtherOrganization: 404, "member_does_not_exist_in_organization", "Member does not exist in the organization.";
    /// No session argument, although one is needed.
    NoSessionArgument: 400, "no_session_arguments", "Please include one of session_token, session_jwt, or intermediate_session_token.";
    /// The `session_jwt` cannot be read or its signature is wrong.
    InvalidSessionJwt: 400, "unable_to_parse_session_jwt", "Session JWT could not be parsed.";
    /// The intermediate session belongs to another organization.
    IntermediateSessionOfOtherOrganization: 400, "invalid_intermediate_session_token_for_organization", "The intermediate session token is not valid for the organization.";
    /// The session belongs to another member.
    SessionOfOtherMember: 403, "unauthorized_action", "Unauthorized action.";
    /// Create without a session that holds the member's active MFA factor.
    MfaSessionNeeded: 401, "insufficient_factors", "User must be logged in with multiple categories of factors to call this endpoint.";
    /// The organization does not allow TOTP.
    MfaMethodNotAllowed: 400, "operation_restricted_by_organization_mfa_methods", "The MFA method is not allowed by the organization.";
    /// `expiration_minutes` is out of range.
    InvalidExpiration: 400, "invalid_expiration", "expiration_minutes is invalid, should be between 5 to 1440 minutes.";
    /// `session_duration_minutes` is out of range.
    InvalidSessionDuration: 400, "invalid_session_duration_minutes", "session_duration_minutes is invalid, should be between 5 to 527040 minutes.";
    /// `session_duration_minutes` is above the project's maximum.
    SessionDurationAboveMaximum: 400, "invalid_session_duration", "The submitted session duration exceeds the maximum session duration allowed for this project.";
    /// `set_mfa_enrollment` is neither `enroll` nor `unenroll`.
    InvalidMfaEnrollment: 400, "bad_request", "The submitted request is invalid.";
    /// The custom claims are too large.
    CustomClaimsTooLarge: 400, "custom_claims_too_large", "The custom claims are too large.";
    /// The custom claims hold a registered JWT claim.
    ReservedClaims: 400, "reserved_claims_in_custom_claims", "The custom claims contain reserved claims.";
    /// The custom claims hold a claim of Stytch's own.
    StytchClaims: 400, "stytch_claims_in_custom_claims", "The custom claims contain claims reserved by Stytch.";
    /// A registration is pending and [`SecondCreate::Refuse`] is set.
    PendingTotpExists: 400, "pending_totp_exists", "The member already has a pending TOTP.";
    /// Migrate got a secret that it does not accept.
    InvalidSecret: 400, "bad_request", "The submitted request is invalid.";
    /// The member has recovery codes and [`ExistingRecoveryCodes::Refuse`] is set.
    RecoveryCodesExist: 400, "recovery_codes_already_exist", "The member already has recovery codes.";
    /// The member has no TOTP.
    TotpNotFound: 404, "totp_not_found", "TOTP could not be found.";
    /// The pending TOTP expired before its first code.
    ExpiredTotp: 400, "expired_totp", "The TOTP has expired.";
    /// The TOTP code is not six digits.
    MalformedCode: 400, "invalid_code", "Code format is invalid.";
    /// The TOTP code is wrong.
    WrongCode: 401, "unable_to_authenticate_totp", "The TOTP code could not be authenticated.";
    /// The TOTP code was used before.
    ReplayedCode: 401, "totp_code_already_authenticated", "This TOTP code has already been authenticated. Please attempt with the next generated code.";
    /// A recovery code stands where a TOTP code belongs.
    RecoveryCodeAsTotpCode: 400, "recovery_code_used_as_totp_code", "A recovery code was used as a TOTP code.";
    /// The member has no active TOTP that recovery codes could stand for.
    NoRecoverableFactor: 400, "no_active_recovery_code_backed_factor", "The member has no active factor with recovery codes.";
    /// The member has no recovery codes.
    RecoveryCodesNotFound: 404, "recovery_codes_not_found", "Recovery codes could not be found.";
    /// The recovery code has not the form of one.
    MalformedRecoveryCode: 400, "invalid_recovery_code", "Recovery code format is invalid.";
    /// The recovery code is wrong or used up.
    WrongRecoveryCode: 401, "unable_to_authenticate_recovery_code", "The recovery code could not be authenticated.";
    /// A TOTP code stands where a recovery code belongs.
    TotpCodeAsRecoveryCode: 400, "totp_code_used_as_recovery_code", "A TOTP code was used as a recovery code.";
}

/// What an error answer says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ErrorAnswer {
    /// HTTP status and `status_code`.
    pub status: u16,
    /// `error_type`.
    pub error_type: String,
    /// `error_message`.
    pub error_message: String,
}

impl ErrorAnswer {
    /// An answer with these three.
    pub fn new(
        status: u16,
        error_type: impl Into<String>,
        error_message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            error_type: error_type.into(),
            error_message: error_message.into(),
        }
    }
}
