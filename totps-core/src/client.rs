//! The calls over a transport.

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
use crate::operation::sessions::revoke::{RevokeSessionsParams, RevokeSessionsResponse};
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

/// Gives both clients a method for each endpoint.
macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident: $params:ident -> $response:ident;)+) => {
        impl<T: Transport> Client<T> {
            $($(#[$doc])*
            ///
            /// # Errors
            ///
            /// See [`Error`]: [`reason`](Error::reason) says what to do, and
            /// [`delivery`](Error::delivery) whether it may have been done.
            pub fn $name(&self, params: &$params) -> Result<$response, Error> {
                self.call(params)
            })+
        }

        impl<T: AsyncTransport> AsyncClient<T> {
            $($(#[$doc])*
            ///
            /// # Errors
            ///
            /// See [`Error`]: [`reason`](Error::reason) says what to do, and
            /// [`delivery`](Error::delivery) whether it may have been done.
            pub async fn $name(&self, params: &$params) -> Result<$response, Error> {
                self.call(params).await
            })+
        }
    };
}

calls! {
    /// Enrols a Member: makes a TOTP, which is pending until the first successful
    /// [`authenticate`](Self::authenticate).
    ///
    /// When no response came, look whether the Member
    /// [has a TOTP](crate::Member::has_totp) ([`get_member`](Self::get_member)) or recovery codes
    /// ([`get_recovery_codes`](Self::get_recovery_codes)). The secret cannot be read again: remove
    /// what is there ([`delete_totp`](Self::delete_totp)) and call this once more.
    create: CreateParams -> CreateResponse;

    /// Checks a code of a Member's TOTP and gets a session.
    ///
    /// When no response came, the code and the intermediate session token may be used up: ask for the
    /// next code, and if the token is gone, begin at the first factor.
    authenticate: AuthenticateParams -> AuthenticateResponse;

    /// Imports the secret of a TOTP that a Member has elsewhere.
    ///
    /// When no response came, look whether the Member
    /// [has a TOTP](crate::Member::has_totp) ([`get_member`](Self::get_member)). If it has, the
    /// recovery codes can be read ([`get_recovery_codes`](Self::get_recovery_codes)), and nothing is
    /// missing.
    migrate: MigrateParams -> MigrateResponse;

    /// Removes the TOTP of a Member. Its sessions live on.
    ///
    /// When no response came, look whether the Member still
    /// [has a TOTP](crate::Member::has_totp) ([`get_member`](Self::get_member)).
    delete_totp: DeleteTotpParams -> DeleteTotpResponse;

    /// Looks at a Member.
    ///
    /// It changes nothing: when no response came, it is safe to repeat.
    get_member: GetMemberParams -> GetMemberResponse;

    /// Reads the recovery codes of a Member that are not used yet.
    ///
    /// It changes nothing: when no response came, it is safe to repeat.
    get_recovery_codes: GetRecoveryCodesParams -> GetRecoveryCodesResponse;

    /// Makes new recovery codes for a Member; all old ones are void.
    ///
    /// When no response came, read the codes ([`get_recovery_codes`](Self::get_recovery_codes)):
    /// whichever there are count. To rotate once more is safe, too, as long as nobody was shown codes.
    rotate_recovery_codes: RotateRecoveryCodesParams -> RotateRecoveryCodesResponse;

    /// Gets a session by a recovery code, which is used up.
    ///
    /// When no response came, look whether the code is still listed
    /// ([`get_recovery_codes`](Self::get_recovery_codes)): then it was not used. If it is gone, a
    /// session may exist that nobody has: begin at the first factor, with the next code.
    recover: RecoverParams -> RecoverResponse;

    /// Checks whether a session lives, and whose it is.
    ///
    /// When no response came, it is safe to repeat.
    authenticate_session: AuthenticateSessionParams -> AuthenticateSessionResponse;

    /// Ends one session, or all sessions of a Member.
    ///
    /// When no response came, it is safe to repeat: what has ended stays ended.
    revoke_sessions: RevokeSessionsParams -> RevokeSessionsResponse;
}
