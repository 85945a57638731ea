//! Stytch's error form, and the errors whose status, type and message are documented or observed.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, Value};

use crate::response::final_status;
use crate::settings::{ErrorAnswer, Settings, Situation};

/// The page that an `error_url` points to; Stytch uses several forms.
#[derive(Clone, Copy, Debug)]
enum Page {
    /// Seen with types of the B2B API only.
    B2b,
    /// Seen with types that the consumer API has too.
    Shared,
    /// The form of the per-endpoint examples, without the type.
    Status,
    /// The form of the newer documentation site.
    Reference,
}

/// An error whose status, type and message are known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownError {
    status: StatusCode,
    error_type: &'static str,
    error_message: &'static str,
    page: Page,
}

macro_rules! known_errors {
    ($($name:ident: $status:ident, $page:ident, $error_type:literal, $message:literal;)*) => {
        $(pub(crate) const $name: KnownError = KnownError {
            status: StatusCode::$status,
            error_type: $error_type,
            error_message: $message,
            page: Page::$page,
        };)*
    };
}

known_errors! {
    UNAUTHORIZED_CREDENTIALS: UNAUTHORIZED, Status, "unauthorized_credentials",
        "Unauthorized credentials.";
    INVALID_PROJECT_ID: BAD_REQUEST, Shared, "invalid_project_id_authentication",
        "The project ID provided in the basic authentication header is invalid. Please check to make sure the format is correct and there are no trailing whitespaces. To create a new project or confirm an existing project ID please visit the Stytch dashboard here: https://stytch.com/dashboard/api-keys";
    BAD_REQUEST: BAD_REQUEST, B2b, "bad_request", "The submitted request is invalid.";
    ROUTE_NOT_FOUND: NOT_FOUND, Shared, "route_not_found", "The route provided is not supported.";
    TOO_MANY_REQUESTS: TOO_MANY_REQUESTS, Status, "too_many_requests",
        "Too many requests have been made.";
    TOO_FEW_TOKENS_AUTHENTICATED: TOO_MANY_REQUESTS, Reference, "too_few_tokens_authenticated",
        "Too many requests without sufficient percentage of tokens authenticated.";
    USER_LOCK_LIMIT_REACHED: TOO_MANY_REQUESTS, Reference, "user_lock_limit_reached",
        "The user has been locked out due to too many failed authentication attempts. Please try again later.";
    INTERNAL: INTERNAL_SERVER_ERROR, Status, "internal_server_error",
        "Oops, something seems to have gone wrong, please reach out to support@stytch.com to let us know what went wrong.";
    ORGANIZATION_NOT_FOUND: NOT_FOUND, Shared, "organization_not_found",
        "Organization could not be found.";
    ORGANIZATION_SUSPENDED: FORBIDDEN, Reference, "organization_suspended",
        "Your organization has been suspended. Please contact support@stytch.com for assistance.";
    ACTIVE_TOTP_EXISTS: BAD_REQUEST, B2b, "active_totp_exists",
        "Cannot create a new TOTP for the specified user since the user already has an active TOTP. Users may only have one active TOTP at a time.";
    MEMBER_NOT_ACTIVE: BAD_REQUEST, B2b, "action_available_only_for_active_members",
        "You may not attach an MFA factor to a member that is not active.";
    PRIMARY_FACTOR_MISSING: BAD_REQUEST, Reference,
        "action_available_only_once_primary_authentication_is_met",
        "You must complete the primary authentication requirements for an organization before completing an MFA flow.";
    INVALID_SESSION_TOKEN: BAD_REQUEST, Shared, "invalid_session_token",
        "Session token format is invalid.";
    TOO_MANY_SESSION_ARGUMENTS: BAD_REQUEST, Shared, "too_many_session_arguments",
        "Please include at most one of session_token, session_jwt, or intermediate_session_token in an authenticate request, not multiple.";
    INTERMEDIATE_SESSION_NOT_FOUND: NOT_FOUND, B2b, "intermediate_session_not_found",
        "Intermediate session could not be found.";
    SESSION_NOT_FOUND: NOT_FOUND, Shared, "session_not_found", "Session could not be found.";
    SESSION_AUTHORIZATION: FORBIDDEN, Reference, "session_authorization_error",
        "The Member is not authorized to perform the requested action on that resource.";
    SESSION_TENANCY: FORBIDDEN, Reference, "session_authorization_tenancy_error",
        "OrganizationID in AuthorizationCheck request does not match session's Organization ID";
}

/// An error answer.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    error_type: String,
    error_message: String,
    page: Page,
    /// Sent as `Retry-After` in seconds.
    pub(crate) retry_after: Option<Duration>,
}

impl ApiError {
    /// A field of the wrong JSON kind. Only an example of the message is known; it quotes the
    /// value.
    pub(crate) fn invalid_argument(value: &Value) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error_type: "invalid_argument".to_owned(),
            error_message: format!("could not interpret value: {value}"),
            page: Page::Shared,
            retry_after: None,
        }
    }

    /// The same error with a `Retry-After`.
    pub(crate) fn retry_after(mut self, after: Option<Duration>) -> Self {
        self.retry_after = after;
        self
    }

    /// The members of the body; the request id is added with the answer.
    pub(crate) fn into_body(self) -> Map<String, Value> {
        let code = self.status.as_u16();
        let kind = &self.error_type;
        let url = match self.page {
            Page::B2b => format!("https://stytch.com/docs/b2b/api/errors/{code}#{kind}"),
            Page::Shared => format!("https://stytch.com/docs/api/errors/{code}#{kind}"),
            Page::Status => format!("https://stytch.com/docs/api/errors/{code}"),
            Page::Reference => {
                format!("https://stytch.com/docs/api-reference/b2b/api/errors/{code}#{kind}")
            }
        };
        let mut body = Map::new();
        body.insert("error_type".to_owned(), self.error_type.into());
        body.insert("error_message".to_owned(), self.error_message.into());
        body.insert("error_url".to_owned(), url.into());
        body
    }
}

impl From<KnownError> for ApiError {
    fn from(known: KnownError) -> Self {
        Self {
            status: known.status,
            error_type: known.error_type.to_owned(),
            error_message: known.error_message.to_owned(),
            page: known.page,
            retry_after: None,
        }
    }
}

impl From<ErrorAnswer> for ApiError {
    fn from(answer: ErrorAnswer) -> Self {
        Self {
            status: final_status(answer.status).unwrap_or(StatusCode::BAD_REQUEST),
            error_type: answer.error_type,
            error_message: answer.error_message,
            page: Page::B2b,
            retry_after: None,
        }
    }
}

impl Settings {
    /// The error that answers a situation.
    pub(crate) fn error(&self, situation: Situation) -> ApiError {
        self.errors
            .get(&situation)
            .cloned()
            .unwrap_or_else(|| situation.answer())
            .into()
    }
}
