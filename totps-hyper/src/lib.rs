// The examples of the README need both features.
#![cfg_attr(
    all(feature = "tokio", feature = "conn"),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(feature = "tokio", feature = "conn")),
    doc = "An async client for Stytch's B2B TOTP API, built on hyper 1."
)]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(feature = "_rustls"))))]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod builder;
mod call;
#[cfg(feature = "conn")]
mod conn;
#[cfg(feature = "tokio")]
mod connector;
mod error_kind;
#[cfg(feature = "tokio")]
mod hyper_transport;
mod response;
mod service;

#[cfg(feature = "conn")]
pub use conn::ConnTransport;
pub use service::ServiceTransport;
// Everything, so that a program needs only this crate. `Client` below takes precedence.
#[doc(no_inline)]
pub use totps_core::*;
// The most used types have a page in the documentation of this crate.
#[doc(inline)]
pub use totps_core::{
    AuthenticateParams, AuthenticateResponse, CreateParams, CreateResponse, Delivery, Error,
    IntermediateSessionToken, Project, Reason, RecoveryCode, SessionToken, TotpCode,
};

#[cfg(feature = "tokio")]
pub use crate::hyper_transport::{HyperTransport, HyperTransportBuilder};

/// The async client. Without a type parameter it is the client on tokio, for use in structs.
///
/// # In tests of your code
///
/// With the feature `test-util`, a `Script` (of the module `test_util`) plays responses and
/// failures in place of [`HyperTransport`]; it needs no particular runtime. Your code must accept a
/// client with another transport. There are three ways.
///
/// **A type parameter with a default**, for code that stores the client: only the type and its `impl` name
/// the parameter.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// use totps_hyper::test_util::Script;
/// use totps_hyper::{
///     AsyncTransport, AuthenticateParams, Client, Error, ErrorType, HyperTransport, Reason,
///     SessionToken,
/// };
///
/// struct Login<T = HyperTransport> {
///     client: Client<T>,
/// }
///
/// impl<T: AsyncTransport> Login<T> {
///     async fn check(&self, member: &str, code: &str) -> Result<Option<SessionToken>, Error> {
///         let params = AuthenticateParams::new("organization-test-1", member, code);
///         Ok(self.client.authenticate(&params).await?.session_token)
///     }
/// }
///
/// fn in_the_program(client: Client) -> Login {
///     Login { client }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// // In a test:
/// let script = Script::new().refused(ErrorType::InvalidTotpCode).authenticated("mZAY");
/// let login = Login { client: script.async_client() };
/// assert_eq!(login.check("ada", "000000").await.unwrap_err().reason(), Reason::WrongCode);
/// assert_eq!(login.check("ada", "123456").await?.unwrap().expose(), "mZAY");
/// script.assert_finished();
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?; }
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// **A trait object**, for code that should have no type parameter: a boxed closure. [`AsyncTransport`] itself
/// is not dyn-compatible.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// use std::pin::Pin;
/// use std::sync::Arc;
/// use totps_hyper::test_util::Script;
/// use totps_hyper::{
///     AsyncTransport, Client, HyperTransport, Project, Request, Response, RevokeSessionsParams,
///     TransportError,
/// };
///
/// type Sending = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send>>;
/// type AnyTransport = Box<dyn Fn(Request) -> Sending + Send + Sync>;
///
/// struct Sessions {
///     client: Client<AnyTransport>,
/// }
///
/// impl Sessions {
///     fn new(project: Project, transport: impl AsyncTransport + 'static) -> Self {
///         let transport = Arc::new(transport);
///         let send = move |request| -> Sending {
///             let transport = Arc::clone(&transport);
///             Box::pin(async move { transport.send(request).await })
///         };
///         Self { client: Client::new(project, Box::new(send)) }
///     }
///
///     async fn log_out_everywhere(&self, member: &str) -> bool {
///         self.client.revoke_sessions(&RevokeSessionsParams::member_id(member)).await.is_ok()
///     }
/// }
///
/// fn in_the_program(project: Project) -> Sessions {
///     Sessions::new(project, HyperTransport::new())
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// // In a test:
/// let script = Script::new().timed_out();
/// let sessions = Sessions::new(Project::new("project-test-1", "secret-test-1")?, script.clone());
/// assert!(!sessions.log_out_everywhere("ada").await);
/// assert_eq!(script.requests()[0].json()["member_id"], "ada");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?; }
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// **A function** with a type parameter, for code that stores the client as `Client` and should not
/// change: the function that you test takes the client as an argument.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// use totps_hyper::test_util::Script;
/// use totps_hyper::{AsyncTransport, Client, CreateParams, CreateResponse, Error, Reason};
///
/// struct Service {
///     client: Client,
/// }
///
/// impl Service {
///     async fn enrol(&self, member: &str) -> Result<CreateResponse, Error> {
///         enrol(&self.client, member).await
///     }
/// }
///
/// async fn enrol<T: AsyncTransport>(client: &Client<T>, member: &str) -> Result<CreateResponse, Error> {
///     let params = CreateParams::new("organization-test-1", member);
///     match client.create(&params).await {
///         Err(error) if error.reason() == Reason::NotReached => client.create(&params).await,
///         result => result,
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// // In a test:
/// let script = Script::new().not_sent().created("BTGNX5RK");
/// assert_eq!(enrol(&script.async_client(), "ada").await?.secret.expose(), "BTGNX5RK");
/// script.assert_finished();
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?; }
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// The guide has a page on [testing your code](totps_core::guide::testing).
#[cfg(feature = "tokio")]
pub type Client<T = HyperTransport> = AsyncClient<T>;

/// The async client.
#[cfg(not(feature = "tokio"))]
pub type Client<T> = AsyncClient<T>;

/// Creates a client on tokio with the default settings of [`HyperTransport`]. No I/O happens here.
///
/// Its calls must run on a tokio runtime with I/O and time enabled; see [`HyperTransport`]. For other
/// runtimes use [`ConnTransport`] or [`ServiceTransport`].
///
/// In a program that calls `fork()`, create clients after the fork: parent and child would share
/// connections and get each other's responses.
#[cfg(feature = "tokio")]
pub fn client(project: Project) -> Client {
    Client::new(project, HyperTransport::new())
}
