//! The table of error cases.

use serde::Serialize;

use super::{ErrorResponse, Page};
use crate::settings::Evidence;

macro_rules! cases {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident $text:literal: $status:literal, $error_type:literal, $page:ident, $evidence:ident,
            $message:literal;
    )*) => {
        /// A reason for the API to refuse a request.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[non_exhaustive]
        pub enum ErrorCase {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name,)*
        }

        impl ErrorCase {
            /// All cases.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the name in the settings, e.g. `wrong_code`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Returns the case with this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|case| case.name() == name)
            }

            /// Returns when the case occurs.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii(),)* }
            }

            /// Returns the default response. All types are names that Stytch uses. The message is
            /// Stytch's if it is published for the type.
            #[must_use]
            pub fn response(self) -> ErrorResponse {
                match self {
                    $(Self::$name => ErrorResponse {
                        status: $status,
                        error_type: $error_type.to_owned(),
                        error_message: $message.to_owned(),
                        error_url: Page::$page.url().to_owned(),
                    },)*
                }
            }

            /// Returns how certain the least certain part of the default response is.
            #[must_use]
            pub fn evidence(self) -> Evidence {
                match self { $(Self::$name => Evidence::$evidence,)* }
            }
        }
    };
}

cases! {
    /// The credentials are missing or wrong.
    UnauthorizedCredentials "unauthorized_credentials": 401, "unauthorized_credentials", Status, Documented,
        "Unauthorized credentials.";
    /// The project id of the credentials is malformed.
    InvalidProjectId "invalid_project_id": 400, "invalid_project_id_authentication", Shared, Observed,
        "The project ID provided in the basic authentication header is invalid. Please check to make sure the format is correct and there are no trailing whitespaces. To create a new project or confirm an existing project ID please visit the Stytch dashboard here: https://stytch.com/dashboard/api-keys";
    /// The `Authorization` header is not Basic with base64 of `id:secret`.
    MalformedAuthorization "malformed_authorization": 400, "invalid_authorization_header", B2b, Guess,
        "The authorization header is invalid.";
    /// There is no endpoint with this path.
    RouteNotFound "route_not_found": 404, "route_not_found", Shared, Observed,
        "The route provided is not supported.";
    /// The path exists, but not with this method.
    MethodNotAllowed "method_not_allowed": 405, "method_not_allowed", B2b, Guess,
        "The method is not allowed for this route.";
    /// The request is not HTTP, or its body is incomplete or not a JSON object.
    MalformedRequest "malformed_request": 400, "bad_request", B2b, Documented,
        "The submitted request is invalid.";
    /// The body has a duplicate key and `http.refuse_duplicate_keys` is set.
    DuplicateKey "duplicate_key": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// The body is larger than `http.max_body_bytes`.
    BodyTooLarge "body_too_large": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// The content type is refused by `http.require_json_content_type` or `http.refuse_charset`.
    ContentType "content_type": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// A required field is missing, null or empty.
    MissingField "missing_field": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// A field or query parameter is unknown and `http.refuse_unknown_fields` is set.
    UnknownField "unknown_field": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// A field has the wrong JSON type. `{value}` in the message is replaced with the value.
    InvalidArgument "invalid_argument": 400, "invalid_argument", Shared, Observed,
        "could not interpret value: {value}";
    /// The rate limit is reached.
    TooManyRequests "too_many_requests": 429, "too_many_requests", Status, Documented,
        "Too many requests have been made.";
    /// Too many authentications fail. Only a fault causes this response.
    TooFewTokensAuthenticated "too_few_tokens_authenticated": 429, "too_few_tokens_authenticated", Reference, Documented,
        "Too many requests without sufficient percentage of tokens authenticated.";
    /// The Member is locked after consecutive failed attempts.
    MemberLocked "member_locked": 429, "user_lock_limit_reached", Reference, Documented,
        "The user has been locked out due to too many failed authentication attempts. Please try again later.";
    /// The emulator cannot process the call.
    Internal "internal": 500, "internal_server_error", Status, Documented,
        "Oops, something seems to have gone wrong, please reach out to support@stytch.com to let us know what went wrong.";
    /// The project id in the path is not this project's.
    ProjectNotFound "project_not_found": 404, "project_not_found", B2b, Guess,
        "Project could not be found.";
    /// No Organization has the id, slug or external id.
    OrganizationNotFound "organization_not_found": 404, "organization_not_found", Shared, Observed,
        "Organization could not be found.";
    /// The Organization is suspended.
    OrganizationSuspended "organization_suspended": 403, "organization_suspended", Reference, Documented,
        "Your organization has been suspended. Please contact support@stytch.com for assistance.";
    /// No Member has the id or external id.
    MemberNotFound "member_not_found": 404, "member_not_found", B2b, Guess,
        "Member could not be found.";
    /// The Member belongs to another Organization.
    MemberOfOtherOrganization "member_of_other_organization": 404, "member_does_not_exist_in_organization", B2b, Guess,
        "Member does not exist in the organization.";
    /// The call would add a TOTP to a Member that is not active.
    MemberNotActive "member_not_active": 400, "action_available_only_for_active_members", B2b, Documented,
        "You may not attach an MFA factor to a member that is not active.";
    /// No session argument is given, but one is required.
    NoSessionArgument "no_session_argument": 400, "no_session_arguments", B2b, Guess,
        "Please include one of session_token, session_jwt, or intermediate_session_token.";
    /// More than one session argument is given.
    TooManySessionArguments "too_many_session_arguments": 400, "too_many_session_arguments", Shared, Observed,
        "Please include at most one of session_token, session_jwt, or intermediate_session_token in an authenticate request, not multiple.";
    /// The session token is malformed.
    InvalidSessionToken "invalid_session_token": 400, "invalid_session_token", Shared, Observed,
        "Session token format is invalid.";
    /// The session JWT cannot be read or its signature is wrong.
    InvalidSessionJwt "invalid_session_jwt": 400, "unable_to_parse_session_jwt", B2b, Guess,
        "Session JWT could not be parsed.";
    /// No live session has the token, JWT or id.
    SessionNotFound "session_not_found": 404, "session_not_found", Shared, Observed,
        "Session could not be found.";
    /// No live intermediate session has the token.
    IntermediateSessionNotFound "intermediate_session_not_found": 404, "intermediate_session_not_found", B2b, Observed,
        "Intermediate session could not be found.";
    /// The intermediate session belongs to another Organization.
    IntermediateSessionOfOtherOrganization "intermediate_session_of_other_organization": 400, "invalid_intermediate_session_token_for_organization", B2b, Guess,
        "The intermediate session token is not valid for the organization.";
    /// The session belongs to another Member.
    SessionOfOtherMember "session_of_other_member": 403, "unauthorized_action", B2b, Guess,
        "Unauthorized action.";
    /// The intermediate session has no primary factor.
    PrimaryFactorMissing "primary_factor_missing": 400, "action_available_only_once_primary_authentication_is_met", Reference, Documented,
        "You must complete the primary authentication requirements for an organization before completing an MFA flow.";
    /// TOTP Create got no session with the Member's active MFA factor.
    MfaSessionNeeded "mfa_session_needed": 401, "insufficient_factors", B2b, Guess,
        "User must be logged in with multiple categories of factors to call this endpoint.";
    /// The Organization does not allow TOTP.
    MfaMethodNotAllowed "mfa_method_not_allowed": 400, "operation_restricted_by_organization_mfa_methods", B2b, Guess,
        "The MFA method is not allowed by the organization.";
    /// `session_duration_minutes` is out of range.
    InvalidSessionDuration "invalid_session_duration": 400, "invalid_session_duration_minutes", B2b, Guess,
        "session_duration_minutes is invalid, should be between 5 to 527040 minutes.";
    /// `session_duration_minutes` is above the project's maximum.
    SessionDurationAboveMaximum "session_duration_above_maximum": 400, "invalid_session_duration", B2b, Guess,
        "The submitted session duration exceeds the maximum session duration allowed for this project.";
    /// The custom claims are too large.
    CustomClaimsTooLarge "custom_claims_too_large": 400, "custom_claims_too_large", B2b, Guess,
        "The custom claims are too large.";
    /// The custom claims contain a registered JWT claim and `claims.reserved` is `refuse`.
    ReservedClaims "reserved_claims": 400, "reserved_claims_in_custom_claims", B2b, Guess,
        "The custom claims contain reserved claims.";
    /// The custom claims contain a claim that belongs to Stytch and `claims.reserved` is `refuse`.
    StytchClaims "stytch_claims": 400, "stytch_claims_in_custom_claims", B2b, Guess,
        "The custom claims contain claims reserved by Stytch.";
    /// `set_mfa_enrollment` is neither `enroll` nor `unenroll`.
    InvalidMfaEnrollment "invalid_mfa_enrollment": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// `expiration_minutes` is out of range.
    InvalidExpiration "invalid_expiration": 400, "invalid_expiration", B2b, Guess,
        "expiration_minutes is invalid, should be between 5 to 1440 minutes.";
    /// The Member already has an active TOTP.
    ActiveTotpExists "active_totp_exists": 400, "active_totp_exists", B2b, Documented,
        "Cannot create a new TOTP for the specified user since the user already has an active TOTP. Users may only have one active TOTP at a time.";
    /// A registration is pending and `totp.second_create` is `refuse`.
    PendingTotpExists "pending_totp_exists": 400, "pending_totp_exists", B2b, Guess,
        "The member already has a pending TOTP.";
    /// TOTP Migrate got a secret that it does not accept.
    InvalidSecret "invalid_secret": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// The Member has no TOTP.
    TotpNotFound "totp_not_found": 404, "totp_not_found", B2b, Guess,
        "TOTP could not be found.";
    /// The pending TOTP expired before its first code.
    ExpiredTotp "expired_totp": 400, "expired_totp", B2b, Guess,
        "The TOTP has expired.";
    /// The TOTP code is not six digits.
    MalformedCode "malformed_code": 400, "invalid_code", B2b, Guess,
        "Code format is invalid.";
    /// The TOTP code is wrong.
    WrongCode "wrong_code": 401, "unable_to_authenticate_totp", B2b, Guess,
        "The TOTP code could not be authenticated.";
    /// The TOTP code was used before.
    ReplayedCode "replayed_code": 401, "totp_code_already_authenticated", B2b, Guess,
        "This TOTP code has already been authenticated. Please attempt with the next generated code.";
    /// A recovery code was sent as a TOTP code.
    RecoveryCodeAsTotpCode "recovery_code_as_totp_code": 400, "recovery_code_used_as_totp_code", B2b, Guess,
        "A recovery code was used as a TOTP code.";
    /// The Member has recovery codes and `recovery_codes.existing_at_…` is `refuse`.
    RecoveryCodesExist "recovery_codes_exist": 400, "recovery_codes_already_exist", B2b, Guess,
        "The member already has recovery codes.";
    /// TOTP Migrate got recovery codes that it does not accept.
    InvalidRecoveryCodes "invalid_recovery_codes": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// The Member has no active TOTP that a recovery code could replace.
    NoRecoverableFactor "no_recoverable_factor": 400, "no_active_recovery_code_backed_factor", B2b, Guess,
        "The member has no active factor with recovery codes.";
    /// The Member has no recovery codes.
    RecoveryCodesNotFound "recovery_codes_not_found": 404, "recovery_codes_not_found", B2b, Guess,
        "Recovery codes could not be found.";
    /// The recovery code is malformed.
    MalformedRecoveryCode "malformed_recovery_code": 400, "invalid_recovery_code", B2b, Guess,
        "Recovery code format is invalid.";
    /// The recovery code is wrong or used.
    WrongRecoveryCode "wrong_recovery_code": 401, "unable_to_authenticate_recovery_code", B2b, Guess,
        "The recovery code could not be authenticated.";
    /// A TOTP code was sent as a recovery code.
    TotpCodeAsRecoveryCode "totp_code_as_recovery_code": 400, "totp_code_used_as_recovery_code", B2b, Guess,
        "A TOTP code was used as a recovery code.";
    /// Organization Create got no `organization_name`.
    OrganizationNameMissing "organization_name_missing": 400, "organization_name_missing", B2b, Guess,
        "The organization_name is missing.";
    /// The `organization_name` is longer than 128 characters.
    InvalidOrganizationName "invalid_organization_name": 400, "invalid_organization_name", B2b, Guess,
        "The organization_name is invalid.";
    /// Organization Create got no `organization_slug` and `organization.slug_required` is set.
    OrganizationSlugMissing "organization_slug_missing": 400, "invalid_organization_slug", B2b, Guess,
        "The organization_slug must be at least 2 characters long and may only contain alphanumerics and the reserved characters '-', '.', '_', or '~'. At least one character must be alphanumeric.";
    /// The `organization_slug` is malformed.
    InvalidOrganizationSlug "invalid_organization_slug": 400, "invalid_organization_slug", B2b, Guess,
        "The organization_slug must be at least 2 characters long and may only contain alphanumerics and the reserved characters '-', '.', '_', or '~'. At least one character must be alphanumeric.";
    /// Another Organization has the `organization_slug`.
    OrganizationSlugTaken "organization_slug_taken": 400, "organization_slug_already_used", B2b, Observed,
        "The provided organization_slug is already used in another organization.";
    /// The `organization_external_id` is malformed.
    InvalidOrganizationExternalId "invalid_organization_external_id": 400, "invalid_organization_external_id", B2b, Guess,
        "The organization_external_id is invalid.";
    /// Another Organization has the `organization_external_id`.
    OrganizationExternalIdTaken "organization_external_id_taken": 400, "organization_external_id_already_used", B2b, Guess,
        "The provided organization_external_id is already used in another organization.";
    /// The `mfa_policy` is unknown.
    InvalidMfaPolicy "invalid_mfa_policy": 400, "invalid_organization_mfa_policy", B2b, Guess,
        "The mfa_policy is invalid.";
    /// The value of `mfa_methods` is unknown.
    InvalidMfaMethods "invalid_mfa_methods": 400, "invalid_organization_mfa_factor_setting", B2b, Guess,
        "The mfa_methods are invalid.";
    /// The `allowed_mfa_methods` contain an unknown method.
    InvalidAllowedMfaMethods "invalid_allowed_mfa_methods": 400, "invalid_organization_allowed_mfa_methods", B2b, Guess,
        "The allowed_mfa_methods are invalid.";
    /// `mfa_methods` is `RESTRICTED` without `allowed_mfa_methods`.
    AllowedMfaMethodsMissing "allowed_mfa_methods_missing": 400, "allowed_mfa_methods_required_for_restricted", B2b, Documented,
        "Allowed mfa methods must be set for 'RESTRICTED' auth methods";
    /// The value of `auth_methods` is unknown.
    InvalidAuthMethods "invalid_auth_methods": 400, "invalid_organization_auth_method_settings", B2b, Guess,
        "The auth_methods are invalid.";
    /// The `allowed_auth_methods` contain an unknown method.
    InvalidAllowedAuthMethods "invalid_allowed_auth_methods": 400, "invalid_organization_allowed_auth_methods", B2b, Guess,
        "The allowed_auth_methods are invalid.";
    /// `auth_methods` is `RESTRICTED` without `allowed_auth_methods`.
    AllowedAuthMethodsMissing "allowed_auth_methods_missing": 400, "allowed_auth_methods_required_for_restricted", B2b, Documented,
        "Allowed auth methods must be set for 'RESTRICTED' auth methods";
    /// A setting for invitations, provisioning or connected apps has an unknown value.
    InvalidProvisioning "invalid_provisioning": 400, "invalid_organization_auth_factor_setting", B2b, Guess,
        "The organization setting is invalid.";
    /// `email_invites`, `email_jit_provisioning` and `sso_jit_provisioning` are all `NOT_ALLOWED`.
    NobodyCanJoin "nobody_can_join": 400, "invalid_organization_auth_method_settings", B2b, Guess,
        "At least one way to join the organization must be allowed.";
    /// `email_allowed_domains` contains one of `organization.common_email_domains`.
    CommonEmailDomain "common_email_domain": 400, "invalid_email_domain", B2b, Guess,
        "The email domain is not allowed.";
    /// The `email_address` is malformed.
    InvalidEmail "invalid_email": 400, "invalid_email", Shared, Guess,
        "Email format is invalid.";
    /// Another Member of the Organization has the `email_address`.
    EmailTaken "email_taken": 400, "duplicate_member_email", B2b, Guess,
        "A member with this email already exists in the organization.";
    /// The domain of the `email_address` is in `claimed_email_domains` of another Organization.
    EmailDomainClaimed "email_domain_claimed": 400, "action_not_allowed_email_domain_is_claimed", B2b, Documented,
        "Members with this email domain are restricted to organizations that have claimed this domain.";
    /// The `external_id` of a Member is malformed.
    InvalidExternalId "invalid_external_id": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// Another Member of the Organization has the `external_id`.
    ExternalIdTaken "external_id_taken": 400, "duplicate_member_external_id", B2b, Guess,
        "A member with this external_id already exists in the organization.";
    /// `roles` contains the default role `stytch_member`, which cannot be assigned.
    DefaultRole "default_role": 400, "cannot_assign_default_rbac_role_id", B2b, Guess,
        "The default role cannot be assigned.";
    /// `roles` contains a role that is not in `rbac.roles`.
    InvalidRole "invalid_role": 400, "invalid_role", B2b, Guess,
        "The role is invalid.";
    /// `default_mfa_method` is neither `sms_otp` nor `totp`.
    InvalidDefaultMfaMethod "invalid_default_mfa_method": 400, "invalid_mfa_default_method", B2b, Guess,
        "The default_mfa_method is invalid.";
    /// The Member has not registered the `default_mfa_method`.
    DefaultMfaMethodMissing "default_mfa_method_missing": 400, "default_mfa_member_missing_factor", B2b, Guess,
        "The member does not have the default MFA method.";
    /// `mfa_enrolled` is true without a second factor, and `member.enrolment_needs_factor` is set.
    EnrolmentWithoutFactor "enrolment_without_factor": 400, "secondary_factor_not_found", B2b, Guess,
        "The member does not have a second factor.";
    /// The Member already has an `mfa_phone_number`.
    PhoneNumberExists "phone_number_exists": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// The `mfa_phone_number` is not E.164.
    InvalidPhoneNumber "invalid_phone_number": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// Member Get has neither `member_id` nor `email_address`, or both and `member.get_with_both` is `refuse`.
    MemberGetFields "member_get_fields": 400, "invalid_member_get_fields", B2b, Guess,
        "Please include one of member_id or email_address.";
    /// Organization Search has an unknown filter.
    OrganizationFilterUnknown "organization_filter_unknown": 400, "organization_search_filter_name_not_recognized", B2b, Observed,
        "The organization search operand filter_name was not recognized. Please see https://stytch.com/docs/b2b/api/search-organizations for request schema details and examples.";
    /// Members Search has an unknown filter.
    MemberFilterUnknown "member_filter_unknown": 400, "member_search_filter_name_not_recognized", B2b, Guess,
        "The member search operand filter_name was not recognized.";
    /// The operator, a filter's value, the limit or the cursor of a search is invalid.
    InvalidSearch "invalid_search": 400, "bad_request", B2b, Guess,
        "The submitted request is invalid.";
    /// The `hash_type` does not exist, or the emulator does not support it.
    HashTypeUnknown "hash_type_unknown": 400, "invalid_hash_type", B2b, Guess,
        "This emulator has the hash types sha_512 and sha_1 only.";
    /// The `hash` is not 128 hexadecimal digits.
    InvalidSha512Hash "invalid_sha_512_hash": 400, "invalid_sha_512_hash", B2b, Guess,
        "The SHA-512 hash is invalid.";
    /// The `hash` is not 40 hexadecimal digits.
    InvalidSha1Hash "invalid_sha_1_hash": 400, "invalid_sha_1_hash", B2b, Guess,
        "The SHA-1 hash is invalid.";
    /// The Member already has a password.
    PasswordExists "password_exists": 400, "password_already_exists", B2b, Guess,
        "The member already has a password.";
    /// No Member of the Organization has the `email_address` of the login.
    EmailUnknown "email_unknown": 404, "member_not_found", B2b, Guess,
        "Member could not be found.";
    /// The Member has no password.
    PasswordNotFound "password_not_found": 404, "member_password_not_found", B2b, Guess,
        "Member password not found";
    /// The password is wrong.
    WrongPassword "wrong_password": 401, "unauthorized_credentials", Status, Documented,
        "Unauthorized credentials.";
    /// The Organization does not allow passwords.
    AuthMethodNotAllowed "auth_method_not_allowed": 400, "operation_restricted_by_organization_auth_methods", B2b, Guess,
        "The authentication method is not allowed by the organization.";
    /// Sessions Revoke got no argument.
    NoRevokeArgument "no_revoke_argument": 400, "no_session_revoke_arguments", B2b, Guess,
        "Please include one of member_session_id, session_token, session_jwt, or member_id.";
    /// Sessions Revoke got more than one argument.
    TooManyRevokeArguments "too_many_revoke_arguments": 400, "too_many_session_revoke_arguments", B2b, Guess,
        "Please include only one of member_session_id, session_token, session_jwt, or member_id.";
    /// Both RBAC headers are given and `rbac.refuse_both_headers` is set.
    TooManyRbacHeaders "too_many_rbac_headers": 400, "too_many_session_arguments", Shared, Guess,
        "Please include at most one of session_token, session_jwt, or intermediate_session_token in an authenticate request, not multiple.";
    /// The Member of the RBAC header, or of an `authorization_check`, lacks the permission.
    NotPermitted "not_permitted": 403, "session_authorization_error", Reference, Documented,
        "The Member is not authorized to perform the requested action on that resource.";
    /// The RBAC header or `authorization_check` is for another Organization.
    PermissionInOtherOrganization "permission_in_other_organization": 403, "session_authorization_tenancy_error", Reference, Documented,
        "OrganizationID in AuthorizationCheck request does not match session's Organization ID";
}
