//! The three calls over a transport.

use std::fmt;

use crate::error::Error;
use crate::operation::Operation;
use crate::operation::authenticate::{AuthenticateParams, AuthenticateResponse};
use crate::operation::create::{CreateParams, CreateResponse};
use crate::operation::migrate::{MigrateParams, MigrateResponse};
use crate::project::Project;
use crate::transport::{AsyncTransport, Transport};

/// A blocking client.
///
/// Made of a [`Project`] and a [`Transport`]; the crate `totps-ureq` brings one.
///
/// ```no_run
/// # fn example<T: totps_core::Transport>(transport: T) -> Result<(), Box<dyn std::error::Error>> {
/// use totps_core::{AuthenticateParams, Client, CreateParams, Project, TotpCode};
///
/// let client = Client::new(Project::new("project-test-…", "secret-test-…")?, transport);
///
/// let created = client.create(&CreateParams::new("organization-test-…", "member-test-…"))?;
/// std::fs::write("qr.png", created.qr_code.png()?)?;
///
/// let code = TotpCode::parse("123 456")?;
/// let authenticated = client.authenticate(
///     &AuthenticateParams::new("organization-test-…", "member-test-…", code)
///         .intermediate_session_token("SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4="),
/// )?;
/// println!("{:?}", authenticated.member_session);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client<T> {
    project: Project,
    transport: T,
}

impl<T> Client<T> {
    /// The project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.transport
    }
}

impl<T> fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

impl<T: Transport> Client<T> {
    /// A client of a project.
    pub fn new(project: Project, transport: T) -> Self {
        Self { project, transport }
    }

    /// Makes a TOTP for a Member.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub fn create(&self, params: &CreateParams) -> Result<CreateResponse, Error> {
        self.call(params)
    }

    /// Checks a code of a Member's TOTP and gets a session.
    ///
    /// # Errors
    ///
    /// See [`Error`]; by [`Error::delivery`] it tells whether the code may be spent.
    pub fn authenticate(&self, params: &AuthenticateParams) -> Result<AuthenticateResponse, Error> {
        self.call(params)
    }

    /// Takes over the secret of a TOTP that a Member has elsewhere.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub fn migrate(&self, params: &MigrateParams) -> Result<MigrateResponse, Error> {
        self.call(params)
    }

    /// Calls any endpoint: see [`Operation`].
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub fn call<P: Operation + ?Sized>(&self, params: &P) -> Result<P::Response, Error> {
        let request = self.project.request(params)?;
        self.transport.send(request)?.try_into()
    }
}

/// An async client: like [`Client`], over an [`AsyncTransport`].
///
/// The crate `totps-hyper` brings one. Dropping the future of a call may leave the request sent:
/// treat it as [`Delivery::Unknown`](crate::Delivery::Unknown).
#[derive(Clone)]
pub struct AsyncClient<T> {
    project: Project,
    transport: T,
}

impl<T> AsyncClient<T> {
    /// The project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.transport
    }
}

impl<T> fmt::Debug for AsyncClient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncClient")
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

impl<T: AsyncTransport> AsyncClient<T> {
    /// A client of a project.
    pub fn new(project: Project, transport: T) -> Self {
        Self { project, transport }
    }

    /// Makes a TOTP for a Member.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn create(&self, params: &CreateParams) -> Result<CreateResponse, Error> {
        self.call(params).await
    }

    /// Checks a code of a Member's TOTP and gets a session.
    ///
    /// # Errors
    ///
    /// See [`Error`]; by [`Error::delivery`] it tells whether the code may be spent.
    pub async fn authenticate(
        &self,
        params: &AuthenticateParams,
    ) -> Result<AuthenticateResponse, Error> {
        self.call(params).await
    }

    /// Takes over the secret of a TOTP that a Member has elsewhere.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn migrate(&self, params: &MigrateParams) -> Result<MigrateResponse, Error> {
        self.call(params).await
    }

    /// Calls any endpoint: see [`Operation`].
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn call<P: Operation + ?Sized>(&self, params: &P) -> Result<P::Response, Error> {
        let request = self.project.request(params)?;
        self.transport.send(request).await?.try_into()
    }
}
