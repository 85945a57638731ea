//! The clients, which send calls over a transport.

use std::fmt;

use crate::error::Error;
use crate::operation::Operation;
use crate::operation::authenticate::{AuthenticateParams, AuthenticateResponse};
use crate::operation::create::{CreateParams, CreateResponse};
use crate::operation::delete_totp::{DeleteTotpParams, DeleteTotpResponse};
use crate::operation::get_member::{GetMemberParams, GetMemberResponse};
use crate::operation::migrate::{MigrateParams, MigrateResponse};
use crate::operation::recovery_codes::get::{GetRecoveryCodesParams, GetRecoveryCodesResponse};
use crate::operation::recovery_codes::recover::{RecoverParams, RecoverResponse};
use crate::operation::recovery_codes::rotate::{
    RotateRecoveryCodesParams, RotateRecoveryCodesResponse,
};
use crate::operation::sessions::authenticate::{
    AuthenticateSessionParams, AuthenticateSessionResponse,
};
#[cfg(feature = "session-jwt")]
use crate::operation::sessions::jwks::GetJwks;
use crate::operation::sessions::revoke::{RevokeSessionsParams, RevokeSessionsResponse};
use crate::project::Project;
#[cfg(feature = "session-jwt")]
use crate::session_jwt::Jwks;
use crate::transport::{AsyncTransport, Transport};

/// A blocking client.
///
/// It sends the requests of a [`Project`] over a [`Transport`]. The crate `totps-ureq` has one that
/// is ready to use.
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
    /// Returns the project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Returns the transport.
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
    /// Creates a client for a project.
    pub fn new(project: Project, transport: T) -> Self {
        Self { project, transport }
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
/// The crate `totps-hyper` has a transport that is ready to use. When the future of a call is
/// dropped, the request may have been sent: treat that as
/// [`Delivery::Unknown`](crate::Delivery::Unknown).
///
/// ```no_run
/// # async fn example<T: totps_core::AsyncTransport>(transport: T) -> Result<(), Box<dyn std::error::Error>> {
/// use totps_core::{AsyncClient, GetMemberParams, Project};
///
/// let client = AsyncClient::new(Project::new("project-test-…", "secret-test-…")?, transport);
/// let params = GetMemberParams::by_email("organization-test-…", "ada@example.com");
/// println!("{}", client.get_member(&params).await?.member.has_totp());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AsyncClient<T> {
    project: Project,
    transport: T,
}

impl<T> AsyncClient<T> {
    /// Returns the project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Returns the transport.
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
    /// Creates a client for a project.
    pub fn new(project: Project, transport: T) -> Self {
        Self { project, transport }
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

/// Defines a method for each endpoint on both clients.
macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident: $params:ident -> $response:ident;)+) => {
        impl<T: Transport> Client<T> {
            $($(#[$doc])*
            ///
            /// # Errors
            ///
            /// See [`Error`]: [`reason`](Error::reason) tells what to do, and
            /// [`delivery`](Error::delivery) whether the request may have been carried out.
            pub fn $name(&self, params: &$params) -> Result<$response, Error> {
                self.call(params)
            })+
        }

        impl<T: AsyncTransport> AsyncClient<T> {
            $($(#[$doc])*
            ///
            /// # Errors
            ///
            /// See [`Error`]: [`reason`](Error::reason) tells what to do, and
            /// [`delivery`](Error::delivery) whether the request may have been carried out.
            pub async fn $name(&self, params: &$params) -> Result<$response, Error> {
                self.call(params).await
            })+
        }
    };
}

calls! {
    /// Enrols a Member: creates a TOTP, which is pending until the first successful
    /// [`authenticate`](Self::authenticate).
    ///
    /// After a lost response, check whether the Member
    /// [has a TOTP](crate::Member::has_totp) ([`get_member`](Self::get_member)) or recovery codes
    /// ([`get_recovery_codes`](Self::get_recovery_codes)). The secret cannot be read again: remove
    /// the TOTP ([`delete_totp`](Self::delete_totp)) and call `create` again.
    create: CreateParams -> CreateResponse;

    /// Checks a code of a Member's TOTP and gets a session.
    ///
    /// After a lost response, the code and the intermediate session token may be used up. Ask for
    /// the next code. If the token is used up, begin again at the first factor.
    authenticate: AuthenticateParams -> AuthenticateResponse;

    /// Imports an existing TOTP secret for a Member.
    ///
    /// After a lost response, check whether the Member
    /// [has a TOTP](crate::Member::has_totp) ([`get_member`](Self::get_member)). If so, the import
    /// succeeded: read the recovery codes ([`get_recovery_codes`](Self::get_recovery_codes)).
    migrate: MigrateParams -> MigrateResponse;

    /// Removes the TOTP of a Member. The Member's sessions stay valid.
    ///
    /// After a lost response, check whether the Member still
    /// [has a TOTP](crate::Member::has_totp) ([`get_member`](Self::get_member)).
    delete_totp: DeleteTotpParams -> DeleteTotpResponse;

    /// Gets a Member.
    ///
    /// It changes nothing, so it is safe to repeat.
    get_member: GetMemberParams -> GetMemberResponse;

    /// Reads the recovery codes of a Member that are not used yet.
    ///
    /// It changes nothing, so it is safe to repeat.
    get_recovery_codes: GetRecoveryCodesParams -> GetRecoveryCodesResponse;

    /// Replaces the recovery codes of a Member. The old ones become invalid.
    ///
    /// After a lost response, read the codes ([`get_recovery_codes`](Self::get_recovery_codes)):
    /// the listed ones are valid. It is also safe to rotate again, as long as no codes were shown
    /// to anyone.
    rotate_recovery_codes: RotateRecoveryCodesParams -> RotateRecoveryCodesResponse;

    /// Completes a login with a recovery code and gets a session. The code is used up.
    ///
    /// After a lost response, check whether the code is still listed
    /// ([`get_recovery_codes`](Self::get_recovery_codes)). If it is, it was not used. If it is not,
    /// a session may exist whose token was lost: begin again at the first factor, with the next
    /// code.
    recover: RecoverParams -> RecoverResponse;

    /// Checks whether a session is valid, and which Member it belongs to.
    ///
    /// It is safe to repeat after a lost response.
    authenticate_session: AuthenticateSessionParams -> AuthenticateSessionResponse;

    /// Ends one session, or all sessions of a Member.
    ///
    /// It is safe to repeat after a lost response: a session that has ended stays ended.
    revoke_sessions: RevokeSessionsParams -> RevokeSessionsResponse;

    /// Fetches the keys that verify session JWTs. The request has no credentials.
    ///
    /// A [`SessionVerifier`](crate::SessionVerifier) makes this call when it needs keys. The call
    /// changes nothing, so it is safe to repeat after a lost response.
    #[cfg(feature = "session-jwt")]
    get_jwks: GetJwks -> Jwks;
}
