//! Creates the Organizations, Members, logins and enrolments that experiments need.

use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha512};

use super::people::{Person, Session, With as _, merged};
use super::{Lab, Reply};
use crate::bench::{Kind, Organization};
use crate::halt::Halt;
use crate::plain::Plain;

/// Hashes a password, in hexadecimal. It is suitable only for a random password of a test Member.
pub(crate) fn hash<D: Digest>(password: &str) -> String {
    let digest = D::digest(password.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns 32 random bytes in hexadecimal, which no list of breached passwords contains.
pub(crate) fn random_password() -> Result<String, Halt> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Halt::run(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A well-formed session token of no session, from Stytch's documentation.
pub(crate) const TOKEN_OF_NOTHING: &str = "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q";

/// Returns a well-formed id that does not exist.
pub(crate) fn id_of_nothing(kind: &str) -> String {
    format!("{kind}-test-5eed0000-0000-4000-8000-000000000000")
}

impl Lab<'_> {
    /// Returns the name of the Organizations of the run. A QR code must escape its spaces and its
    /// ampersand.
    pub(crate) fn organization_name(&self) -> String {
        format!("totps live & test {}", self.bench.run)
    }

    /// Returns an Organization that the experiments share. Creates it at the first call.
    pub(crate) fn organization(&mut self, kind: Kind) -> Result<Organization, Halt> {
        if let Some(organization) = self.bench.organizations.get(&kind) {
            return Ok(organization.clone());
        }
        let fields = match kind {
            Kind::Optional => json!({}),
            Kind::Required => json!({
                "mfa_policy": "REQUIRED_FOR_ALL",
                "email_invites": "ALL_ALLOWED",
            }),
            Kind::Forbidding => json!({
                "mfa_methods": "RESTRICTED",
                "allowed_mfa_methods": ["sms_otp"],
                "email_invites": "ALL_ALLOWED",
            }),
        };
        let slug = self.bench.fresh_name();
        let create = self.organization_create(&slug, fields);
        let reply = self
            .send_unrecorded(&create)?
            .needed("Organization Create")?;
        let organization = organization_in(&reply, slug);
        self.bench.organizations.insert(kind, organization.clone());
        Ok(organization)
    }

    /// Creates an Organization for this experiment only.
    pub(crate) fn new_organization(
        &mut self,
        label: &str,
        fields: Value,
    ) -> Result<Organization, Halt> {
        let slug = self.bench.fresh_name();
        let reply = self.create_organization(label, &slug, fields)?;
        let reply = reply.needed("Organization Create")?;
        Ok(organization_in(&reply, slug))
    }

    /// Sends Organization Create. A refusal is not an error.
    pub(crate) fn create_organization(
        &mut self,
        label: &str,
        slug: &str,
        fields: Value,
    ) -> Result<Reply, Halt> {
        let create = self.organization_create(slug, fields);
        self.send(label, &create)
    }

    fn organization_create(&self, slug: &str, fields: Value) -> Plain {
        let named = json!({
            "organization_name": self.organization_name(),
            "organization_slug": slug,
        });
        Plain::post("/v1/b2b/organizations", merged(named, fields))
    }

    /// Creates a Member with a password in a shared Organization.
    pub(crate) fn member(&mut self, kind: Kind) -> Result<Person, Halt> {
        let organization = self.organization(kind)?;
        self.member_in(&organization)
    }

    /// Creates a Member with a password, by one call if that is known to be enough.
    pub(crate) fn member_in(&mut self, organization: &Organization) -> Result<Person, Halt> {
        if !self.bench.known.migrate_creates {
            return self.member_of(organization, json!({}));
        }
        let mut person = Person {
            id: String::new(),
            address: format!("{}@example.com", self.bench.fresh_name()),
            password: random_password()?,
            organization: organization.clone(),
        };
        let reply = self.migrate_password("passwords Migrate", &person)?;
        person.id = text(&reply.needed("passwords Migrate")?, "/member/member_id");
        self.bench.people.add(&person);
        Ok(person)
    }

    /// Creates a Member with a password and more fields.
    pub(crate) fn member_of(
        &mut self,
        organization: &Organization,
        fields: Value,
    ) -> Result<Person, Halt> {
        let person = self.member_without_password(organization, fields)?;
        self.migrate_password("passwords Migrate", &person)?
            .needed("passwords Migrate")?;
        Ok(person)
    }

    /// Creates a Member without a password.
    pub(crate) fn member_without_password(
        &mut self,
        organization: &Organization,
        fields: Value,
    ) -> Result<Person, Halt> {
        let address = format!("{}@example.com", self.bench.fresh_name());
        let body = merged(json!({ "email_address": address }), fields);
        let create = Plain::post("/v1/b2b/organizations", body)
            .segment(&organization.id)
            .path("/members");
        let reply = self
            .send("Member Create", &create)?
            .needed("Member Create")?;
        let person = Person {
            id: text(&reply, "/member/member_id"),
            address,
            password: random_password()?,
            organization: organization.clone(),
        };
        self.bench.people.add(&person);
        Ok(person)
    }

    /// Creates a Member without a password in a shared Organization.
    pub(crate) fn member_without_password_in(&mut self, kind: Kind) -> Result<Person, Halt> {
        let organization = self.organization(kind)?;
        self.member_without_password(&organization, json!({}))
    }

    /// Sends passwords Migrate for a Member.
    pub(crate) fn migrate_password(&mut self, label: &str, person: &Person) -> Result<Reply, Halt> {
        self.symbols.name("secret", &person.password);
        let (hash_type, hash) = match self.bench.known.sha_1 {
            false => ("sha_512", hash::<Sha512>(&person.password)),
            true => ("sha_1", hash::<Sha1>(&person.password)),
        };
        self.symbols.name("hash", &hash);
        let body = json!({
            "organization_id": person.organization.id,
            "email_address": person.address,
            "hash": hash,
            "hash_type": hash_type,
        });
        self.send(label, &Plain::post("/v1/b2b/passwords/migrate", body))
    }

    /// Logs a Member in with the password.
    pub(crate) fn login(&mut self, person: &Person) -> Result<Session, Halt> {
        self.login_with("login", person, json!({}))
    }

    /// Logs a Member in with the password and more fields.
    pub(crate) fn login_with(
        &mut self,
        label: &str,
        person: &Person,
        fields: Value,
    ) -> Result<Session, Halt> {
        let reply = self.send(label, &person.login_with(fields))?;
        Ok(session_in(&reply.needed("the login")?))
    }

    /// Sends TOTP Create, and stores the secret.
    pub(crate) fn create(
        &mut self,
        label: &str,
        person: &Person,
        session: &Session,
    ) -> Result<Reply, Halt> {
        let reply = self.send(label, &person.create().with(session))?;
        if reply.accepted() {
            self.learn_secret(person, reply.text("secret"));
        }
        Ok(reply)
    }

    /// Sends TOTP Authenticate with a code that was not used yet.
    pub(crate) fn authenticate(
        &mut self,
        label: &str,
        person: &Person,
        session: &Session,
    ) -> Result<Reply, Halt> {
        let code = self.fresh_code(person)?;
        self.authenticate_with(label, person, &code, session)
    }

    /// Sends TOTP Authenticate with a code.
    pub(crate) fn authenticate_with(
        &mut self,
        label: &str,
        person: &Person,
        code: &str,
        session: &Session,
    ) -> Result<Reply, Halt> {
        let reply = self.send(label, &person.authenticate(code).with(session))?;
        if reply.accepted() {
            self.used(person, code);
        }
        Ok(reply)
    }

    /// Creates a Member with an active TOTP in a shared Organization. Returns it with its session.
    pub(crate) fn enrolled(&mut self, kind: Kind) -> Result<(Person, Session), Halt> {
        let person = self.member(kind)?;
        let session = self.enrol(&person)?;
        Ok((person, session))
    }

    /// Gives a Member an active TOTP. Returns its session.
    pub(crate) fn enrol(&mut self, person: &Person) -> Result<Session, Halt> {
        let session = self.login(person)?;
        self.create("Create", person, &session)?
            .needed("TOTP Create")?;
        let reply = self.first_code(person, session)?;
        Ok(session_in(&reply.needed("the first code")?))
    }

    /// Sends the first code of a registration. Logs in again if the session is an intermediate one,
    /// because Create may have used it up.
    pub(crate) fn first_code(&mut self, person: &Person, session: Session) -> Result<Reply, Halt> {
        let session = match session {
            Session::Intermediate(_) => self.login(person)?,
            session => session,
        };
        self.authenticate("first code", person, &session)
    }
}

fn organization_in(reply: &Reply, name: String) -> Organization {
    Organization {
        id: text(reply, "/organization/organization_id"),
        name,
    }
}

/// Returns the session in a response.
pub(crate) fn session_in(reply: &Reply) -> Session {
    match reply.text("session_token") {
        "" => Session::Intermediate(reply.text("intermediate_session_token").to_owned()),
        token => Session::Full {
            token: token.to_owned(),
            jwt: reply.text("session_jwt").to_owned(),
        },
    }
}

/// Returns the text at a JSON pointer in a response; empty if there is none.
pub(crate) fn text(reply: &Reply, pointer: &str) -> String {
    reply.at(pointer).as_str().unwrap_or_default().to_owned()
}
