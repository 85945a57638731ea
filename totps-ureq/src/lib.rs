#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(feature = "_tls"))))]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
// The core has public modules `error` and `transport` too. Their items are also at its root.
#![allow(hidden_glob_reexports)]

mod builder;
mod connection;
mod connector;
mod error;
mod resolver;
#[cfg(feature = "_tls")]
mod tls;
mod transport;
mod wire_log;

pub use builder::UreqTransportBuilder;
// Everything, so that a program needs only this crate. `Client` below takes precedence.
#[doc(no_inline)]
pub use totps_core::*;
// The most used types have a page in the documentation of this crate.
#[doc(inline)]
pub use totps_core::{
    AuthenticateParams, AuthenticateResponse, CreateParams, CreateResponse, Delivery, Error,
    IntermediateSessionToken, Project, Reason, RecoveryCode, SessionToken, TotpCode,
};
pub use transport::UreqTransport;
#[doc(no_inline)]
pub use ureq;

/// The blocking client. Without a type parameter it is the client on ureq, for use in structs.
///
/// # In tests of your code
///
/// With the feature `test-util`, a `Script` (of the module `test_util`) plays responses and
/// failures in place of [`UreqTransport`]. Your code must accept a client with another transport.
/// There are three ways.
///
/// **A type parameter with a default**, for code that stores the client: only the type and its `impl` name
/// the parameter.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// use totps_ureq::test_util::Script;
/// use totps_ureq::{
///     AuthenticateParams, Client, Error, ErrorType, Reason, SessionToken, Transport, UreqTransport,
/// };
///
/// struct Login<T = UreqTransport> {
///     client: Client<T>,
/// }
///
/// impl<T: Transport> Login<T> {
///     fn check(&self, member: &str, code: &str) -> Result<Option<SessionToken>, Error> {
///         let params = AuthenticateParams::new("organization-test-1", member, code);
///         Ok(self.client.authenticate(&params)?.session_token)
///     }
/// }
///
/// fn in_the_program(client: Client) -> Login {
///     Login { client }
/// }
///
/// // In a test:
/// let script = Script::new().refused(ErrorType::InvalidTotpCode).authenticated("mZAY");
/// let login = Login { client: script.client() };
/// assert_eq!(login.check("ada", "000000").unwrap_err().reason(), Reason::WrongCode);
/// assert_eq!(login.check("ada", "123456")?.unwrap().expose(), "mZAY");
/// script.assert_finished();
/// # }
/// # Ok::<_, totps_ureq::Error>(())
/// ```
///
/// **A trait object**, for code that should have no type parameter: [`Transport`] is dyn-compatible, and an
/// `Arc` of a transport is one.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// use std::sync::Arc;
/// use totps_ureq::test_util::Script;
/// use totps_ureq::{Client, Project, Reason, RevokeSessionsParams, Transport, UreqTransport};
///
/// type AnyTransport = Arc<dyn Transport + Send + Sync>;
///
/// struct Sessions {
///     client: Client<AnyTransport>,
/// }
///
/// impl Sessions {
///     fn new(project: Project, transport: impl Transport + Send + Sync + 'static) -> Self {
///         Self { client: Client::new(project, Arc::new(transport)) }
///     }
///
///     fn log_out_everywhere(&self, member: &str) -> bool {
///         self.client.revoke_sessions(&RevokeSessionsParams::member_id(member)).is_ok()
///     }
/// }
///
/// fn in_the_program(project: Project) -> Sessions {
///     Sessions::new(project, UreqTransport::new())
/// }
///
/// // In a test:
/// let script = Script::new().timed_out();
/// let sessions = Sessions::new(Project::new("project-test-1", "secret-test-1")?, script.clone());
/// assert!(!sessions.log_out_everywhere("ada"));
/// assert_eq!(script.requests()[0].json()["member_id"], "ada");
/// # }
/// # Ok::<_, totps_ureq::ConfigError>(())
/// ```
///
/// **A function** with a type parameter, for code that stores the client as `Client` and should not
/// change: the function that you test takes the client as an argument.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// use totps_ureq::test_util::Script;
/// use totps_ureq::{Client, CreateParams, CreateResponse, Error, Reason, Transport};
///
/// struct Service {
///     client: Client,
/// }
///
/// impl Service {
///     fn enrol(&self, member: &str) -> Result<CreateResponse, Error> {
///         enrol(&self.client, member)
///     }
/// }
///
/// fn enrol<T: Transport>(client: &Client<T>, member: &str) -> Result<CreateResponse, Error> {
///     let params = CreateParams::new("organization-test-1", member);
///     match client.create(&params) {
///         Err(error) if error.reason() == Reason::NotReached => client.create(&params),
///         result => result,
///     }
/// }
///
/// // In a test:
/// let script = Script::new().not_sent().created("BTGNX5RK");
/// assert_eq!(enrol(&script.client(), "ada")?.secret.expose(), "BTGNX5RK");
/// script.assert_finished();
/// # }
/// # Ok::<_, totps_ureq::Error>(())
/// ```
///
/// The guide has a page on [testing your code](totps_core::guide::testing).
pub type Client<T = UreqTransport> = totps_core::Client<T>;

/// Creates a client with the default settings. No I/O happens here.
///
/// For other settings, pass a transport from [`UreqTransport::builder`] to `Client::new`.
///
/// In a program that calls `fork()`, create clients after the fork: parent and child would share
/// connections and get each other's responses.
pub fn client(project: Project) -> Client {
    Client::new(project, UreqTransport::new())
}
