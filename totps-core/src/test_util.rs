//! A scripted transport for testing code that makes calls, without a server, a socket or a clock.
//!
//! A [`Script`] plays responses and failures in order, and records the requests. It is a blocking
//! and an async transport, so it stands in for the transport of any client:
//!
//! ```
//! use totps_core::test_util::Script;
//! use totps_core::{AuthenticateParams, CreateParams, Delivery, ErrorType, Reason};
//!
//! let script = Script::new()
//!     .created("BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS")
//!     .refused(ErrorType::UnableToAuthenticateTotp)
//!     .lost()
//!     .authenticated("session-token-of-ada");
//!
//! let client = script.client(); // or `Client::new(project, script.clone())`
//! let created = client.create(&CreateParams::new("organization-test-1", "member-test-1"))?;
//! assert_eq!(created.recovery_codes.len(), 10);
//! let authenticate = |code: &str| {
//!     client.authenticate(&AuthenticateParams::new("organization-test-1", "member-test-1", code))
//! };
//! assert_eq!(authenticate("000000").unwrap_err().reason(), Reason::WrongCode);
//! assert_eq!(authenticate("111111").unwrap_err().delivery(), Delivery::Unknown);
//! assert_eq!(authenticate("222222")?.session_token.unwrap().expose(), "session-token-of-ada");
//!
//! assert_eq!(script.requests()[1].json()["code"], "000000");
//! script.assert_finished();
//! # Ok::<_, totps_core::Error>(())
//! ```
//!
//! The steps, by what happens to the call:
//!
//! | The call | Steps |
//! |---|---|
//! | succeeds | [`created`](Script::created), [`authenticated`](Script::authenticated), [`migrated`](Script::migrated), [`totp_deleted`](Script::totp_deleted), [`member_found`](Script::member_found), [`recovery_codes`](Script::recovery_codes), [`recovery_codes_rotated`](Script::recovery_codes_rotated), [`recovered`](Script::recovered), [`session_authenticated`](Script::session_authenticated), [`sessions_revoked`](Script::sessions_revoked) |
//! | is your own [operation](crate::Operation) and succeeds | [`first_factor`](Script::first_factor), [`json`](Script::json) |
//! | fails as [`Error::Api`](crate::Error::Api) | [`refused`](Script::refused), [`proxy_error`](Script::proxy_error) |
//! | fails as [`Error::Decode`](crate::Error::Decode) | [`unreadable`](Script::unreadable), or a success [`without`](Created::without) a field |
//! | fails as [`Error::Transport`](crate::Error::Transport) | [`lost`](Script::lost), [`timed_out`](Script::timed_out), [`not_sent`](Script::not_sent), [`tls_failed`](Script::tls_failed), [`too_large`](Script::too_large), [`failed`](Script::failed) |
//! | does not return | [`never_responds`](Script::never_responds) |
//! | gets a response that the test provides | [`response`](Script::response), [`respond_with`](Script::respond_with) |
//!
//! [`Error::InvalidParams`](crate::Error::InvalidParams) needs no step: such a call sends no
//! request.
//!
//! # How responses are filled in
//!
//! A success has every field that the API sends. The ids of the Organization and the Member, the
//! e-mail address and the custom claims are those of the request. If the request has none, they are
//! constants, such as `member-test-1`. The constant times are far apart: a session begins in 2026
//! and expires in 2126. The QR code shows the constant secret, `BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS`.
//! Each type of response has `set` and `without`, which change any field. The client then decodes
//! the response like one of the API. Unlike a response value that a test builds by hand, it cannot
//! hold anything that the decoder does not read.
//!
//! # The code to test
//!
//! The type of a client includes the type of its transport. Testable code takes the transport as a
//! type parameter, or erases its type. The documentation of `totps_ureq::Client` and
//! `totps_hyper::Client` shows three ways.
//!
//! The types of this module are not exported at the crate root. The module exists only with the
//! feature `test-util`: enable it in your `dev-dependencies`. It adds no dependency.

mod endpoint;
mod fields;
mod refusal;
mod responses;
mod script;
mod sent_request;
mod step;

pub use endpoint::Endpoint;
pub use refusal::Refusal;
pub use responses::{
    Authenticated, Created, FirstFactor, MemberFound, Migrated, Recovered, RecoveryCodes,
    SessionAuthenticated, SessionsRevoked, TotpDeleted,
};
pub use script::{Script, ScriptError};
pub use sent_request::SentRequest;
