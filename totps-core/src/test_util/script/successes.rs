//! The steps that succeed.

use serde_json::Value;

use crate::test_util::endpoint::Endpoint;
use crate::test_util::responses::{
    Authenticated, Created, FirstFactor, MemberFound, Migrated, Recovered, RecoveryCodes,
    SessionAuthenticated, SessionsRevoked, TotpDeleted,
};
use crate::test_util::script::Script;
use crate::test_util::sent_request::SentRequest;
use crate::test_util::step::{Played, Step};

/// Successes.
impl Script {
    /// Adds a success of [`create`](crate::Client::create).
    pub fn created(self, response: impl Into<Created>) -> Self {
        let response = response.into();
        self.success(Endpoint::Create, |request| response.body(request))
    }

    /// Adds a success of [`authenticate`](crate::Client::authenticate).
    pub fn authenticated(self, response: impl Into<Authenticated>) -> Self {
        let response = response.into();
        self.success(Endpoint::Authenticate, |request| response.body(request))
    }

    /// Adds a success of [`migrate`](crate::Client::migrate).
    pub fn migrated(self, response: impl Into<Migrated>) -> Self {
        let response = response.into();
        self.success(Endpoint::Migrate, |request| response.body(request))
    }

    /// Adds a success of [`delete_totp`](crate::Client::delete_totp).
    pub fn totp_deleted(self, response: TotpDeleted) -> Self {
        self.success(Endpoint::DeleteTotp, |request| response.body(request))
    }

    /// Adds a success of [`get_member`](crate::Client::get_member).
    pub fn member_found(self, response: MemberFound) -> Self {
        self.success(Endpoint::GetMember, |request| response.body(request))
    }

    /// Adds a success of [`get_recovery_codes`](crate::Client::get_recovery_codes).
    pub fn recovery_codes(self, response: impl Into<RecoveryCodes>) -> Self {
        let response = response.into();
        self.success(Endpoint::GetRecoveryCodes, |request| response.body(request))
    }

    /// Adds a success of [`rotate_recovery_codes`](crate::Client::rotate_recovery_codes).
    pub fn recovery_codes_rotated(self, response: impl Into<RecoveryCodes>) -> Self {
        let response = response.into();
        self.success(Endpoint::RotateRecoveryCodes, |request| {
            response.body(request)
        })
    }

    /// Adds a success of [`recover`](crate::Client::recover).
    pub fn recovered(self, response: impl Into<Recovered>) -> Self {
        let response = response.into();
        self.success(Endpoint::Recover, |request| response.body(request))
    }

    /// Adds a success of [`authenticate_session`](crate::Client::authenticate_session).
    pub fn session_authenticated(self, response: impl Into<SessionAuthenticated>) -> Self {
        let response = response.into();
        self.success(Endpoint::AuthenticateSession, |request| {
            response.body(request)
        })
    }

    /// Adds a success of [`revoke_sessions`](crate::Client::revoke_sessions).
    pub fn sessions_revoked(self, response: SessionsRevoked) -> Self {
        self.success(Endpoint::RevokeSessions, |request| response.body(request))
    }

    fn success(
        self,
        endpoint: Endpoint,
        body: impl FnOnce(&SentRequest) -> Result<Value, String> + Send + 'static,
    ) -> Self {
        // Restricted before it is added: a concurrent call could take it in between.
        self.step(Step::new("success", json_step(body)).at(endpoint))
    }

    /// Adds the response to a first factor, for your own [`Operation`](crate::Operation).
    pub fn first_factor(self, response: FirstFactor) -> Self {
        let body = |request: &SentRequest| response.body(request);
        self.step(Step::new("first_factor", json_step(body)))
    }

    /// Adds a success with a JSON body, for your own [`Operation`](crate::Operation).
    pub fn json(self, body: impl Into<Value>) -> Self {
        let body = body.into();
        self.step(Step::new("json", json_step(|_| Ok(body))))
    }
}

/// Builds a step that plays a success with this body.
fn json_step(
    body: impl FnOnce(&SentRequest) -> Result<Value, String> + Send + 'static,
) -> impl FnOnce(&SentRequest) -> Result<Played, String> + Send + 'static {
    |request| {
        let body = body(request)?.to_string();
        Ok(Played::Ends(Ok(http::Response::new(body.into()))))
    }
}
