//! The Members of a run, and facts about them that only the run knows.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use totps_ureq::{
    AuthenticateParams, CreateParams, DeleteTotpParams, GetMemberParams, GetRecoveryCodesParams,
    IntermediateSessionToken, MigrateParams, RecoverParams, RotateRecoveryCodesParams, SessionJwt,
    SessionToken,
};

use crate::bench::Organization;
use crate::plain::Plain;

/// A Member that the run created. Its state is in [`People`].
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) password: String,
    pub(crate) organization: Organization,
}

impl Person {
    pub(crate) fn create(&self) -> CreateParams {
        CreateParams::new(self.organization.id.as_str(), self.id.as_str())
    }

    pub(crate) fn authenticate(&self, code: &str) -> AuthenticateParams {
        AuthenticateParams::new(self.organization.id.as_str(), self.id.as_str(), code)
    }

    pub(crate) fn migrate(&self, secret: &str) -> MigrateParams {
        MigrateParams::new(self.organization.id.as_str(), self.id.as_str(), secret)
    }

    pub(crate) fn delete_totp(&self) -> DeleteTotpParams {
        DeleteTotpParams::new(self.organization.id.as_str(), self.id.as_str())
    }

    pub(crate) fn recover(&self, code: &str) -> RecoverParams {
        RecoverParams::new(self.organization.id.as_str(), self.id.as_str(), code)
    }

    pub(crate) fn recovery_codes(&self) -> GetRecoveryCodesParams {
        GetRecoveryCodesParams::new(self.organization.id.as_str(), self.id.as_str())
    }

    pub(crate) fn rotate(&self) -> RotateRecoveryCodesParams {
        RotateRecoveryCodesParams::new(self.organization.id.as_str(), self.id.as_str())
    }

    pub(crate) fn get(&self) -> GetMemberParams {
        GetMemberParams::by_id(self.organization.id.as_str(), self.id.as_str())
    }

    /// Returns both ids, as the body of an untyped call.
    pub(crate) fn ids(&self) -> Value {
        json!({ "organization_id": self.organization.id, "member_id": self.id })
    }

    /// Returns both ids and more fields.
    pub(crate) fn ids_and(&self, more: Value) -> Value {
        merged(self.ids(), more)
    }

    /// Returns a password login with more fields.
    pub(crate) fn login_with(&self, more: Value) -> Plain {
        let login = json!({
            "organization_id": self.organization.id,
            "email_address": self.address,
            "password": self.password,
        });
        Plain::post("/v1/b2b/passwords/authenticate", merged(login, more))
    }

    /// Returns a Member Update.
    pub(crate) fn update(&self, fields: Value) -> Plain {
        Plain::put("/v1/b2b/organizations", fields)
            .segment(&self.organization.id)
            .path("/members")
            .segment(&self.id)
    }

    /// Returns a Member Delete.
    pub(crate) fn delete(&self) -> Plain {
        Plain::delete("/v1/b2b/organizations")
            .segment(&self.organization.id)
            .path("/members")
            .segment(&self.id)
    }

    /// Returns a Sessions Get.
    pub(crate) fn sessions(&self) -> Plain {
        Plain::get("/v1/b2b/sessions")
            .query("organization_id", &self.organization.id)
            .query("member_id", &self.id)
    }
}

/// Returns an object with the fields of both. Those of `more` take precedence.
pub(crate) fn merged(mut object: Value, more: Value) -> Value {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}

/// The session of a login.
#[derive(Clone, Debug)]
pub(crate) enum Session {
    None,
    Full { token: String, jwt: String },
    Intermediate(String),
}

impl Session {
    pub(crate) fn token(&self) -> &str {
        match self {
            Self::None => "",
            Self::Full { token, .. } | Self::Intermediate(token) => token,
        }
    }

    pub(crate) fn jwt(&self) -> &str {
        match self {
            Self::Full { jwt, .. } => jwt,
            _ => "",
        }
    }

    /// Returns the session argument of an untyped call.
    pub(crate) fn argument(&self) -> Value {
        match self {
            Self::None => json!({}),
            Self::Full { token, .. } => json!({ "session_token": token }),
            Self::Intermediate(token) => json!({ "intermediate_session_token": token }),
        }
    }
}

/// Parameters that accept a session.
pub(crate) trait With: Sized {
    /// Adds a session.
    fn with(self, session: &Session) -> Self;
}

macro_rules! with_session {
    ($($params:ty),*) => {$(
        impl With for $params {
            fn with(mut self, session: &Session) -> Self {
                match session {
                    Session::None => {}
                    Session::Full { token, .. } => {
                        self.session_token = Some(SessionToken::from(token.as_str()));
                    }
                    Session::Intermediate(token) => {
                        let token = IntermediateSessionToken::from(token.as_str());
                        self.intermediate_session_token = Some(token);
                    }
                }
                self
            }
        }
    )*};
}
with_session!(CreateParams, AuthenticateParams, RecoverParams);

/// Returns the JWT of a session.
pub(crate) fn jwt(session: &Session) -> SessionJwt {
    SessionJwt::from(session.jwt())
}

/// What a run knows about a Member, and responses do not show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Knowledge {
    /// The secret of the TOTP, in base32.
    pub(crate) secret: String,
    /// The newest time step whose code was accepted.
    pub(crate) used: Option<u64>,
    /// The codes that were made, with their time steps.
    pub(crate) codes: BTreeMap<String, u64>,
    /// Failed attempts since the last success.
    pub(crate) failures_in_a_row: u32,
    pub(crate) failures: u32,
    /// Whether an experiment created it to lock it.
    pub(crate) may_be_locked: bool,
    pub(crate) is_locked: bool,
}

/// The Members of a run, by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct People {
    known: BTreeMap<String, (Person, Knowledge)>,
}

impl People {
    pub(crate) fn add(&mut self, person: &Person) {
        let entry = (person.clone(), Knowledge::default());
        self.known.insert(person.id.clone(), entry);
    }

    pub(crate) fn of(&mut self, id: &str) -> Option<&mut Knowledge> {
        self.known.get_mut(id).map(|(_, knowledge)| knowledge)
    }

    /// Finds a Member by id, or by address and Organization.
    pub(crate) fn find(&self, body: &Value) -> Option<Person> {
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        if let Some((person, _)) = self.known.get(text("member_id")) {
            return Some(person.clone());
        }
        let (organization, address) = (text("organization_id"), text("email_address"));
        let mut people = self.known.values().map(|(person, _)| person);
        let same =
            |person: &&Person| person.address == address && person.organization.id == organization;
        people.rfind(same).cloned()
    }
}
