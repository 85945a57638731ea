//! What to do about an error.

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;

use crate::error::{ApiError, Delivery, Error, ErrorType, TransportErrorKind};

/// What to do about an [`Error`]. It has few enough values to match on, where [`ErrorType`] has
/// more than ninety.
///
/// ```
/// use totps_core::{Error, Reason};
///
/// /// Returns the message for the Member.
/// fn message(error: &Error) -> &'static str {
///     match error.reason() {
///         Reason::WrongCode => "That code is not right.",
///         Reason::CodeAlreadyUsed => "That code was used already. Wait for the next one.",
///         Reason::LoginExpired => "Please log in again.",
///         Reason::Locked { .. } => "Too many attempts. Try again later.",
///         Reason::RateLimited | Reason::NotReached => "Please try again in a moment.",
///         // The operators must look at these. Log `error`, which holds no secret.
///         _ => "Something went wrong on our side.",
///     }
/// }
/// ```
///
/// # Which error has which reason
///
/// The reason depends only on the error, and never on its human-readable text. The first row that
/// matches applies:
///
/// | Error | Reason |
/// |---|---|
/// | [`Error::InvalidParams`] | [`InvalidRequest`](Self::InvalidRequest) with its field |
/// | [`Error::Transport`] of kind `Refused` | [`Configuration`](Self::Configuration) |
/// | [`Error::Transport`] with [`Delivery::NotSent`] | [`NotReached`](Self::NotReached) |
/// | any other [`Error::Transport`]; [`Error::Decode`] | [`Unclear`](Self::Unclear) |
/// | [`Error::Api`], status 5xx | [`Unclear`](Self::Unclear) |
/// | [`Error::Api`], a type in the next table | the reason in that table |
/// | [`Error::Api`], any other type, or none | by status: 400 and 422 [`InvalidRequest`](Self::InvalidRequest), 401 [`Configuration`](Self::Configuration), 403 [`NotAllowed`](Self::NotAllowed), 408 [`Unclear`](Self::Unclear), 429 [`RateLimited`](Self::RateLimited), else [`Other`](Self::Other) |
///
/// | Reason | Types |
/// |---|---|
/// | `WrongCode` | `unable_to_authenticate_totp`, `invalid_totp_code`, `invalid_code`, `recovery_code_used_as_totp_code`, `totp_code_used_as_recovery_code`, `invalid_recovery_code`, `unable_to_authenticate_recovery_code` |
/// | `CodeAlreadyUsed` | `totp_code_already_authenticated` |
/// | `LoginExpired` | `intermediate_session_not_found`, `session_not_found`, `action_available_only_once_primary_authentication_is_met`, `stale_factors`, `insufficient_factors`, `invalid_session_missing_primary_factor`, `session_must_have_at_least_one_active_factor`, `user_unauthenticated` |
/// | `Locked` | `user_lock_limit_reached` |
/// | `AlreadyEnrolled` | `active_totp_exists`, `pending_totp_exists`, `recovery_codes_already_exist` |
/// | `NotEnrolled` | `totp_not_found`, `totps_not_found_for_user`, `expired_totp`, `recovery_codes_not_found`, `no_active_recovery_code_backed_factor`, `secondary_factor_not_found`, `default_mfa_member_missing_factor` |
/// | `NotAllowed` | `organization_suspended`, `session_authorization_error`, `session_authorization_tenancy_error`, `unauthorized_action`, `action_available_only_for_active_members`, `operation_restricted_by_organization_mfa_methods`, `attribute_mismatch`, `captcha_failed`, `captcha_required`, `session_not_mutable`, `session_not_mutable_impersonated`, `member_session_member_id_mismatch` |
/// | `Configuration` | `unauthorized_credentials`, `invalid_project_id_authentication`, `invalid_b2b_endpoint`, `route_not_found`, `method_not_allowed`, `use_https`, `invalid_authorization_header`, `invalid_secret_authentication`, `unauthorized_project_id_live`, `unauthorized_project_id_test`, `live_id_used_in_test_environment`, `test_id_used_in_live_environment`, `project_not_found` |
/// | `InvalidRequest`, `organization_id` | `organization_not_found`, `invalid_organization_id` |
/// | `InvalidRequest`, `member_id` | `member_not_found`, `member_does_not_exist_in_organization` |
/// | `InvalidRequest`, `session_token` | `invalid_session_token` |
/// | `InvalidRequest`, `intermediate_session_token` | `invalid_intermediate_session_token_for_organization` |
/// | `InvalidRequest`, `session_jwt` | `unable_to_parse_session_jwt`, `jwt_invalid_audience`, `jwt_invalid_claims`, `jwt_invalid_issuer` |
/// | `InvalidRequest`, `session_duration_minutes` | `invalid_session_duration_minutes`, `invalid_session_duration` |
/// | `InvalidRequest`, `session_custom_claims` | `custom_claims_too_large`, `reserved_claims_in_custom_claims`, `stytch_claims_in_custom_claims`, `unable_to_represent_custom_claims_json` |
/// | `InvalidRequest`, `expiration_minutes` | `invalid_expiration` |
/// | `InvalidRequest`, `default_mfa_method` | `invalid_mfa_default_method` |
/// | `InvalidRequest` | `bad_request`, `invalid_argument`, `invalid_token`, `invalid_id`, `invalid_totp_id`, `too_many_session_arguments`, `no_session_arguments`, `incompatible_session_type`, `invalid_session_fields`, `invalid_member_get_fields`, `no_session_revoke_arguments`, `too_many_session_revoke_arguments`, `no_associated_session_passed_in`, `session_on_code_does_not_match_session_passed_in` |
/// | `RateLimited` | `too_many_requests`, `too_few_tokens_authenticated` |
/// | `Unclear` | `internal_server_error`, `server_unavailable` |
/// | `Other` | `not_found`, `user_not_found`, `invalid_user_id`, `apple_oauth_config_not_found`, `unable_to_auth_magic_link` |
///
/// # A wrong code
///
/// Stytch does not document its response to a wrong code. Judging by their names, three types are
/// likely (`unable_to_authenticate_totp`, `invalid_totp_code`, `invalid_code`), and Stytch's own
/// mock sends 401 `unauthorized_credentials`. Since that is also the response to a wrong project
/// secret, it is [`Configuration`](Self::Configuration) here; **on Authenticate and Recover it may
/// be a wrong code**. Only the caller knows which call failed. If the credentials are known to
/// work, treat it as [`WrongCode`](Self::WrongCode) in these two calls.
///
/// # Not a status for your own users
///
/// Do not use [`ApiError::status`] as the status of your own response. It is about the call that
/// your service made: a 401 means that Stytch does not accept the credentials of *your service*, a
/// 404 may be an expired login, and a 429 may be a lock of one Member. Choose your status by the
/// reason: 400 or 422 for a wrong code, 401 for an expired login, 429 for a lock or a limit, and
/// 500 or 503 for a fault of your service. The guide has
/// [a table](crate::guide::errors#not-the-status-of-your-own-response).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The code is wrong, or has the wrong form.
    ///
    /// The user should be told so and asked for the code again. The program should count the
    /// attempts: Stytch locks the Member after too many.
    WrongCode,
    /// The code was right, but it was used before.
    ///
    /// The user should wait for the next code, at most 30 seconds. The program should not try
    /// again.
    CodeAlreadyUsed,
    /// The intermediate session token or the session is expired, used or unknown, or the first
    /// factor is missing.
    ///
    /// The user should log in again from the first factor. The program should forget the token.
    LoginExpired,
    /// The Member is locked after too many failed attempts.
    ///
    /// The user should be told so, and for how long if that is known. The program should send no
    /// codes until the lock ends.
    Locked {
        /// How long the lock lasts, if the response has the header `Retry-After` in seconds.
        retry_after: Option<Duration>,
    },
    /// The Member already has a TOTP or recovery codes.
    ///
    /// The user should use the existing TOTP, or have it removed. The program may offer to
    /// [remove it](crate::DeleteTotpParams).
    AlreadyEnrolled,
    /// The Member has no TOTP or no recovery code, or the pending TOTP has expired.
    ///
    /// The user should enrol. The program should begin with [Create](crate::CreateParams).
    NotEnrolled,
    /// A policy forbids the call: a setting of the Organization, roles (RBAC), a suspension or a
    /// captcha.
    ///
    /// The user should ask an administrator. Trying again does not help.
    NotAllowed,
    /// The service is misconfigured: the credentials, project, environment or base URL are wrong,
    /// or the transport refuses the destination.
    ///
    /// The user should see that the service is at fault. The operators should be alerted. A 401 may
    /// also be a wrong code: see "A wrong code" above.
    Configuration,
    /// The request is invalid: a field breaks a rule, or names something that does not exist.
    ///
    /// The user should see that the service is at fault, unless they typed the value of the field.
    /// The developers should look at it. The same request fails again.
    InvalidRequest {
        /// The name of the field on the wire, if it is known.
        field: Option<Cow<'static, str>>,
    },
    /// There were too many requests, from this Member or from the whole project.
    ///
    /// The user should try again later. The program should slow down;
    /// [`ApiError::retry_after`] may say for how long.
    RateLimited,
    /// Nothing was sent, because there is no connection to the API.
    ///
    /// The code is not used: the program may try again with the same code. If TLS failed
    /// ([`TransportErrorKind::Tls`](crate::error::TransportErrorKind::Tls)), it fails again until
    /// the certificates or the settings change.
    NotReached,
    /// The request may have been carried out: the API failed, no response was received, or a
    /// success cannot be read.
    ///
    /// Look at [`Error::delivery`], and find out what the call changed: see [the
    /// guide](crate::guide::errors#a-lost-response). Tokens in a success that cannot be read can
    /// still be found with [`DecodeError::field_text`](crate::DecodeError::field_text).
    Unclear,
    /// Anything else.
    ///
    /// The user should see that something went wrong. The developers should look at it.
    Other,
}

impl Reason {
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::InvalidParams(error) => Self::InvalidRequest {
                field: Some(Cow::Owned(error.field().to_owned())),
            },
            Error::Transport(error) if error.kind() == TransportErrorKind::Refused => {
                Self::Configuration
            }
            Error::Transport(error) if error.delivery() == Delivery::NotSent => Self::NotReached,
            Error::Transport(_) | Error::Decode(_) => Self::Unclear,
            Error::Api(error) => Self::of_api(error),
        }
    }

    fn of_api(error: &ApiError) -> Self {
        let status = error.status();
        if status.is_server_error() {
            return Self::Unclear;
        }
        let known = error.error_type().and_then(Self::of_type);
        match known.unwrap_or_else(|| Self::of_status(status)) {
            Self::Locked { .. } => Self::Locked {
                retry_after: error.retry_after(),
            },
            reason => reason,
        }
    }

    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => INVALID_REQUEST,
            StatusCode::UNAUTHORIZED => Self::Configuration,
            StatusCode::FORBIDDEN => Self::NotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::Unclear,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            _ => Self::Other,
        }
    }

    /// Returns the reason of a type; `None` if this version does not know the type.
    fn of_type(error_type: &ErrorType) -> Option<Self> {
        use ErrorType as Type;
        let invalid = |field| Self::InvalidRequest {
            field: Some(Cow::Borrowed(field)),
        };
        Some(match error_type {
            Type::UnableToAuthenticateTotp
            | Type::InvalidTotpCode
            | Type::InvalidCode
            | Type::RecoveryCodeUsedAsTotpCode
            | Type::TotpCodeUsedAsRecoveryCode
            | Type::InvalidRecoveryCode
            | Type::UnableToAuthenticateRecoveryCode => Self::WrongCode,
            Type::TotpCodeAlreadyAuthenticated => Self::CodeAlreadyUsed,
            Type::IntermediateSessionNotFound
            | Type::SessionNotFound
            | Type::ActionAvailableOnlyOncePrimaryAuthenticationIsMet
            | Type::StaleFactors
            | Type::InsufficientFactors
            | Type::InvalidSessionMissingPrimaryFactor
            | Type::SessionMustHaveAtLeastOneActiveFactor
            | Type::UserUnauthenticated => Self::LoginExpired,
            Type::UserLockLimitReached => Self::Locked { retry_after: None },
            Type::ActiveTotpExists | Type::PendingTotpExists | Type::RecoveryCodesAlreadyExist => {
                Self::AlreadyEnrolled
            }
            Type::TotpNotFound
            | Type::TotpsNotFoundForUser
            | Type::ExpiredTotp
            | Type::RecoveryCodesNotFound
            | Type::NoActiveRecoveryCodeBackedFactor
            | Type::SecondaryFactorNotFound
            | Type::DefaultMfaMemberMissingFactor => Self::NotEnrolled,
            Type::OrganizationSuspended
            | Type::SessionAuthorizationError
            | Type::SessionAuthorizationTenancyError
            | Type::UnauthorizedAction
            | Type::ActionAvailableOnlyForActiveMembers
            | Type::OperationRestrictedByOrganizationMfaMethods
            | Type::AttributeMismatch
            | Type::CaptchaFailed
            | Type::CaptchaRequired
            | Type::SessionNotMutable
            | Type::SessionNotMutableImpersonated
            | Type::MemberSessionMemberIdMismatch => Self::NotAllowed,
            Type::UnauthorizedCredentials
            | Type::InvalidProjectIdAuthentication
            | Type::InvalidB2bEndpoint
            | Type::RouteNotFound
            | Type::MethodNotAllowed
            | Type::UseHttps
            | Type::InvalidAuthorizationHeader
            | Type::InvalidSecretAuthentication
            | Type::UnauthorizedProjectIdLive
            | Type::UnauthorizedProjectIdTest
            | Type::LiveIdUsedInTestEnvironment
            | Type::TestIdUsedInLiveEnvironment
            | Type::ProjectNotFound => Self::Configuration,
            Type::OrganizationNotFound | Type::InvalidOrganizationId => invalid("organization_id"),
            Type::MemberNotFound | Type::MemberDoesNotExistInOrganization => invalid("member_id"),
            Type::InvalidSessionToken => invalid("session_token"),
            Type::InvalidIntermediateSessionTokenForOrganization => {
                invalid("intermediate_session_token")
            }
            Type::UnableToParseSessionJwt
            | Type::JwtInvalidAudience
            | Type::JwtInvalidClaims
            | Type::JwtInvalidIssuer => invalid("session_jwt"),
            Type::InvalidSessionDurationMinutes | Type::InvalidSessionDuration => {
                invalid("session_duration_minutes")
            }
            Type::CustomClaimsTooLarge
            | Type::ReservedClaimsInCustomClaims
            | Type::StytchClaimsInCustomClaims
            | Type::UnableToRepresentCustomClaimsJson => invalid("session_custom_claims"),
            Type::InvalidExpiration => invalid("expiration_minutes"),
            Type::InvalidMfaDefaultMethod => invalid("default_mfa_method"),
            Type::BadRequest
            | Type::InvalidArgument
            | Type::InvalidToken
            | Type::InvalidId
            | Type::InvalidTotpId
            | Type::TooManySessionArguments
            | Type::NoSessionArguments
            | Type::IncompatibleSessionType
            | Type::InvalidSessionFields
            | Type::InvalidMemberGetFields
            | Type::NoSessionRevokeArguments
            | Type::TooManySessionRevokeArguments
            | Type::NoAssociatedSessionPassedIn
            | Type::SessionOnCodeDoesNotMatchSessionPassedIn => INVALID_REQUEST,
            Type::TooManyRequests | Type::TooFewTokensAuthenticated => Self::RateLimited,
            Type::InternalServerError | Type::ServerUnavailable => Self::Unclear,
            Type::NotFound
            | Type::UserNotFound
            | Type::InvalidUserId
            | Type::AppleOAuthConfigNotFound
            | Type::UnableToAuthMagicLink => Self::Other,
            Type::Unknown(_) => return None,
        })
    }
}

const INVALID_REQUEST: Reason = Reason::InvalidRequest { field: None };

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the second table in the documentation: the reason, the field and the types.
    fn rows() -> Vec<(String, Vec<&'static str>)> {
        let rows = include_str!("reason.rs").lines().filter_map(|line| {
            let row = line.strip_prefix("/// | `")?.strip_suffix("` |")?;
            let (reason, types) = row.split_once("` | `")?;
            Some((reason.replace('`', ""), types.split("`, `").collect()))
        });
        rows.collect()
    }

    #[test]
    fn every_type_has_the_reason_that_is_documented() {
        let rows = rows();
        let mut documented = 0;
        for error_type in ErrorType::KNOWN {
            let reason = match Reason::of_type(error_type) {
                Some(Reason::InvalidRequest { field: Some(field) }) => {
                    format!("InvalidRequest, {field}")
                }
                Some(Reason::InvalidRequest { .. }) => "InvalidRequest".to_owned(),
                Some(Reason::Locked { .. }) => "Locked".to_owned(),
                Some(reason) => format!("{reason:?}"),
                None => panic!("expected a reason for {error_type:?}"),
            };
            let named: Vec<_> = rows
                .iter()
                .filter(|(_, types)| types.contains(&error_type.as_str()))
                .map(|(reason, _)| reason.as_str())
                .collect();
            assert_eq!(named, [reason], "the documented reasons of {error_type:?}");
            documented += named.len();
        }
        let in_table: usize = rows.iter().map(|(_, types)| types.len()).sum();
        assert_eq!(in_table, documented, "types in the table that do not exist");
    }
}
