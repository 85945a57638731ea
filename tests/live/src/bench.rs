//! The state that the experiments of a run share: the project, the Organizations, and the facts
//! found so far.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use totps_ureq::Request;

use crate::halt::Halt;
use crate::journal::{Journal, Made, PREFIX};
use crate::lab::people::People;
use crate::review::Review;
use crate::trace::Known;
use crate::wire::{Exchange, Wire};

/// The kinds of Organizations that experiments share.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    /// With a name and a slug only: MFA is optional.
    Optional,
    /// MFA is required of all Members.
    Required,
    /// TOTP is not allowed.
    Forbidding,
}

/// An Organization of the run.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub(crate) id: String,
    /// The slug or external id under which it is in the journal.
    pub(crate) name: String,
}

/// The state that the experiments of a run share.
pub(crate) struct Bench {
    pub(crate) wire: Wire,
    /// Eight hexadecimal digits, a part of the names that the run creates.
    pub(crate) run: String,
    pub(crate) known: Known,
    pub(crate) organizations: BTreeMap<Kind, Organization>,
    pub(crate) people: People,
    /// How many names [`Bench::fresh_name`] has returned.
    names: u32,
    /// `None` in a simulation: the emulator is reset, so there is nothing to remove.
    pub(crate) journal: Option<Journal>,
    pub(crate) review: Option<Review>,
}

impl Bench {
    pub(crate) fn new(wire: Wire, run: &str) -> Self {
        Self {
            wire,
            run: run.to_owned(),
            known: Known::default(),
            organizations: BTreeMap::new(),
            people: People::default(),
            names: 0,
            journal: None,
            review: None,
        }
    }

    /// Returns a name that is unique in the run. It begins with the prefix of all names.
    pub(crate) fn fresh_name(&mut self) -> String {
        self.names += 1;
        format!("{PREFIX}{}-{}", self.run, self.names)
    }

    /// Writes what a request may create into the journal, and sends the request.
    pub(crate) fn exchange(&mut self, request: Request) -> Result<Exchange, Halt> {
        let organization = self.announce(&request)?;
        let exchange = self.wire.exchange(request)?;
        if let (Some(name), true) = (organization, exchange.status.is_client_error()) {
            if let Some(journal) = &mut self.journal {
                journal.refused(&name)?;
            }
        }
        if let Some(review) = &mut self.review {
            review.look_at(&exchange)?;
        }
        Ok(exchange)
    }

    /// Writes what a request may create into the journal. Returns the name if it is an
    /// Organization.
    fn announce(&mut self, request: &Request) -> Result<Option<String>, Halt> {
        let path = request.uri().path();
        if request.method() != "POST" {
            return Ok(None);
        }
        let body: Map<String, Value> =
            serde_json::from_slice(request.body().as_bytes()).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        if path == "/v1/b2b/organizations" {
            let slug = text("organization_slug");
            let external = text("organization_external_id");
            let mut names = [slug, external].into_iter();
            let name = names.find(|name| name.starts_with(PREFIX));
            let name =
                name.ok_or_else(|| Halt::run("an Organization needs a name with our prefix"))?;
            let project = &self.wire.project;
            let made = Made {
                project_id: project.id().as_str().to_owned(),
                base_url: self.wire.base_url.clone(),
                name: name.to_owned(),
            };
            if let Some(journal) = &mut self.journal {
                journal.organization(made)?;
            }
            return Ok(Some(name.to_owned()));
        }
        if path.ends_with("/members") || path == "/v1/b2b/passwords/migrate" {
            let organization = match text("organization_id") {
                "" => path.rsplit('/').nth(1).unwrap_or_default(),
                id => id,
            };
            if let Some(journal) = &mut self.journal {
                journal.member(organization, text("email_address"))?;
            }
        }
        Ok(None)
    }
}
