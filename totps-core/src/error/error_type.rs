//! The API's machine-readable error types.

use crate::value::open_enum::open_enum;

open_enum! {
    /// The machine-readable type of an error of the API, `error_type`.
    ///
    /// Where a variant names a status, Stytch documents that status or has been observed to send
    /// it. The other types are known by name only, and their descriptions are derived from the
    /// name. The type of a wrong code is not documented: expect any of `UnableToAuthenticateTotp`,
    /// `InvalidTotpCode`, `InvalidCode` and, as in Stytch's own mock, `UnauthorizedCredentials`.
    /// [`Reason`](crate::Reason) tells what to do about each. See Stytch's
    /// [errors](https://stytch.com/docs/b2b/api/errors/400).
    pub enum ErrorType {
        /// Status 401: the project id or the secret is wrong.
        UnauthorizedCredentials = "unauthorized_credentials",
        /// Status 429: a rate limit is exceeded.
        TooManyRequests = "too_many_requests",
        /// Status 500: the API failed.
        InternalServerError = "internal_server_error",
        /// Status 404: the Organization does not exist.
        OrganizationNotFound = "organization_not_found",
        /// Status 400: the Member already has an active TOTP.
        ActiveTotpExists = "active_totp_exists",
        /// Status 400: the Member is not active.
        ActionAvailableOnlyForActiveMembers = "action_available_only_for_active_members",
        /// Status 400: the first factor is still missing.
        ActionAvailableOnlyOncePrimaryAuthenticationIsMet = "action_available_only_once_primary_authentication_is_met",
        /// Status 400: the request is invalid.
        BadRequest = "bad_request",
        /// Status 400: a field has the wrong JSON type.
        InvalidArgument = "invalid_argument",
        /// Status 400: the session token has the wrong form.
        InvalidSessionToken = "invalid_session_token",
        /// Status 400: a token has the wrong form.
        InvalidToken = "invalid_token",
        /// Status 400: more than one of `session_token`, `session_jwt` and `intermediate_session_token` was given.
        TooManySessionArguments = "too_many_session_arguments",
        /// Status 400: the project id has the wrong form.
        InvalidProjectIdAuthentication = "invalid_project_id_authentication",
        /// Status 400: the project belongs to the Consumer API.
        InvalidB2bEndpoint = "invalid_b2b_endpoint",
        /// Status 404: the intermediate session token is unknown, used or expired.
        IntermediateSessionNotFound = "intermediate_session_not_found",
        /// Status 404: the session is unknown or expired.
        SessionNotFound = "session_not_found",
        /// Status 404: the path does not exist.
        RouteNotFound = "route_not_found",
        /// Status 401: attributes of the request differ from the stored ones.
        AttributeMismatch = "attribute_mismatch",
        /// Status 403: the Organization is suspended.
        OrganizationSuspended = "organization_suspended",
        /// Status 403: the Member is not allowed to do this.
        SessionAuthorizationError = "session_authorization_error",
        /// Status 403: the session belongs to another Organization.
        SessionAuthorizationTenancyError = "session_authorization_tenancy_error",
        /// Status 403: the request came over plain HTTP.
        UseHttps = "use_https",
        /// Status 429: the Member is locked after too many failed attempts.
        UserLockLimitReached = "user_lock_limit_reached",
        /// Status 429: too many requests, too few of them completed.
        TooFewTokensAuthenticated = "too_few_tokens_authenticated",
        /// The code was used before; wait for the next one.
        TotpCodeAlreadyAuthenticated = "totp_code_already_authenticated",
        /// The code has the wrong form.
        InvalidCode = "invalid_code",
        /// `session_duration_minutes` is not between 5 and 527040.
        InvalidSessionDurationMinutes = "invalid_session_duration_minutes",
        /// The session would be longer than the project allows.
        InvalidSessionDuration = "invalid_session_duration",
        /// The Member must authenticate again first.
        StaleFactors = "stale_factors",
        /// The API failed; trying again may help.
        ServerUnavailable = "server_unavailable",
        /// The action is not allowed.
        UnauthorizedAction = "unauthorized_action",
        /// Status 401: more factors are needed.
        InsufficientFactors = "insufficient_factors",
        /// Status 429: the captcha failed.
        CaptchaFailed = "captcha_failed",
        /// Status 403: a captcha is required.
        CaptchaRequired = "captcha_required",
        /// The code is wrong.
        InvalidTotpCode = "invalid_totp_code",
        /// The id of the TOTP has the wrong form.
        InvalidTotpId = "invalid_totp_id",
        /// The code is wrong.
        UnableToAuthenticateTotp = "unable_to_authenticate_totp",
        /// The TOTP is not found.
        TotpNotFound = "totp_not_found",
        /// The Member has no TOTP.
        TotpsNotFoundForUser = "totps_not_found_for_user",
        /// The pending TOTP has expired; create another one.
        ExpiredTotp = "expired_totp",
        /// The Member already has a pending TOTP.
        PendingTotpExists = "pending_totp_exists",
        /// A recovery code was given as the code.
        RecoveryCodeUsedAsTotpCode = "recovery_code_used_as_totp_code",
        /// A code was given as the recovery code.
        TotpCodeUsedAsRecoveryCode = "totp_code_used_as_recovery_code",
        InvalidRecoveryCode = "invalid_recovery_code",
        UnableToAuthenticateRecoveryCode = "unable_to_authenticate_recovery_code",
        /// The Member already has recovery codes.
        RecoveryCodesAlreadyExist = "recovery_codes_already_exist",
        RecoveryCodesNotFound = "recovery_codes_not_found",
        NoActiveRecoveryCodeBackedFactor = "no_active_recovery_code_backed_factor",
        SecondaryFactorNotFound = "secondary_factor_not_found",
        /// `expiration_minutes` is out of range.
        InvalidExpiration = "invalid_expiration",
        InvalidMfaDefaultMethod = "invalid_mfa_default_method",
        DefaultMfaMemberMissingFactor = "default_mfa_member_missing_factor",
        /// The Organization does not allow TOTP.
        OperationRestrictedByOrganizationMfaMethods = "operation_restricted_by_organization_mfa_methods",
        /// The Member does not exist.
        MemberNotFound = "member_not_found",
        /// The Member does not belong to the Organization.
        MemberDoesNotExistInOrganization = "member_does_not_exist_in_organization",
        /// The id of the Organization has the wrong form.
        InvalidOrganizationId = "invalid_organization_id",
        InvalidId = "invalid_id",
        /// A session token is missing.
        NoSessionArguments = "no_session_arguments",
        IncompatibleSessionType = "incompatible_session_type",
        /// The intermediate session token belongs to another Organization.
        InvalidIntermediateSessionTokenForOrganization = "invalid_intermediate_session_token_for_organization",
        InvalidSessionMissingPrimaryFactor = "invalid_session_missing_primary_factor",
        InvalidSessionFields = "invalid_session_fields",
        SessionMustHaveAtLeastOneActiveFactor = "session_must_have_at_least_one_active_factor",
        SessionNotMutableImpersonated = "session_not_mutable_impersonated",
        UnableToParseSessionJwt = "unable_to_parse_session_jwt",
        JwtInvalidAudience = "jwt_invalid_audience",
        JwtInvalidClaims = "jwt_invalid_claims",
        JwtInvalidIssuer = "jwt_invalid_issuer",
        /// The custom claims are too large.
        CustomClaimsTooLarge = "custom_claims_too_large",
        /// A custom claim has a reserved name.
        ReservedClaimsInCustomClaims = "reserved_claims_in_custom_claims",
        StytchClaimsInCustomClaims = "stytch_claims_in_custom_claims",
        UnableToRepresentCustomClaimsJson = "unable_to_represent_custom_claims_json",
        InvalidAuthorizationHeader = "invalid_authorization_header",
        InvalidSecretAuthentication = "invalid_secret_authentication",
        UnauthorizedProjectIdLive = "unauthorized_project_id_live",
        UnauthorizedProjectIdTest = "unauthorized_project_id_test",
        LiveIdUsedInTestEnvironment = "live_id_used_in_test_environment",
        TestIdUsedInLiveEnvironment = "test_id_used_in_live_environment",
        ProjectNotFound = "project_not_found",
        MethodNotAllowed = "method_not_allowed",
        AppleOAuthConfigNotFound = "apple_oauth_config_not_found",
        UnableToAuthMagicLink = "unable_to_auth_magic_link",
        InvalidUserId = "invalid_user_id",
        UserNotFound = "user_not_found",
        /// Neither `member_id` nor `email_address` was given.
        InvalidMemberGetFields = "invalid_member_get_fields",
        /// The requested object does not exist.
        NotFound = "not_found",
        NoSessionRevokeArguments = "no_session_revoke_arguments",
        TooManySessionRevokeArguments = "too_many_session_revoke_arguments",
        /// The session belongs to another Member.
        MemberSessionMemberIdMismatch = "member_session_member_id_mismatch",
        SessionNotMutable = "session_not_mutable",
        NoAssociatedSessionPassedIn = "no_associated_session_passed_in",
        SessionOnCodeDoesNotMatchSessionPassedIn = "session_on_code_does_not_match_session_passed_in",
        UserUnauthenticated = "user_unauthenticated",
    }
}
