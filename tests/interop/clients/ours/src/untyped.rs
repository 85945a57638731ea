//! Implements [`Operation`] for endpoints for which the clients have no method.
//!
//! It also makes the calls of the scenario that the types of a method rule out, to test how the API
//! refuses them.

use interop_scenario::Fallible;
use serde_json::{Map, Value};
use totps_ureq::{Call, InvalidParams, Json, Operation};

const ORGANIZATIONS: &str = "/v1/b2b/organizations";

/// A call of the scenario, by the name of its endpoint.
pub(crate) struct Untyped<'a> {
    name: &'a str,
    params: &'a Map<String, Value>,
}

/// Returns the operation for a call of the scenario.
pub(crate) fn operation(call: &interop_scenario::Call) -> Fallible<Untyped<'_>> {
    Ok(Untyped {
        name: &call.name,
        params: call
            .params
            .as_object()
            .ok_or("the parameters are not an object")?,
    })
}

impl Operation for Untyped<'_> {
    type Response = Json<Value>;

    fn describe(&self) -> Result<Call, InvalidParams> {
        match self.name {
            "organizations.create" => Call::post(ORGANIZATIONS).json(self.params),
            "organizations.get" => self.organization(Call::get(ORGANIZATIONS)),
            "organizations.update" => self
                .organization(Call::put(ORGANIZATIONS))?
                .json(&self.body()),
            "organizations.delete" => self.organization(Call::delete(ORGANIZATIONS)),
            "organizations.search" => Call::post("/v1/b2b/organizations/search").json(self.params),
            "organizations.members.create" => self
                .organization(Call::post(ORGANIZATIONS))?
                .path("/members")
                .json(&self.body()),
            "organizations.members.get" => {
                Ok(self.organization(Call::get(ORGANIZATIONS))?.path("/member"))
            }
            "organizations.members.update" => {
                self.member(Call::put(ORGANIZATIONS))?.json(&self.body())
            }
            "organizations.members.delete" => self.member(Call::delete(ORGANIZATIONS)),
            "organizations.members.search" => {
                Call::post("/v1/b2b/organizations/members/search").json(self.params)
            }
            "passwords.migrate" => Call::post("/v1/b2b/passwords/migrate").json(self.params),
            "passwords.authenticate" => {
                Call::post("/v1/b2b/passwords/authenticate").json(self.params)
            }
            "sessions.get" => Ok(Call::get("/v1/b2b/sessions")
                .query("organization_id", self.text("organization_id"))
                .query("member_id", self.text("member_id"))),
            "sessions.authenticate" => {
                Call::post("/v1/b2b/sessions/authenticate").json(self.params)
            }
            "sessions.revoke" => Call::post("/v1/b2b/sessions/revoke").json(self.params),
            _ => Err(InvalidParams::new(
                "call",
                "must be the name of a known call",
            )),
        }
    }
}

impl Untyped<'_> {
    fn text(&self, name: &str) -> &str {
        self.params
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn organization(&self, call: Call) -> Result<Call, InvalidParams> {
        call.segment("organization_id", self.text("organization_id"))
    }

    fn member(&self, call: Call) -> Result<Call, InvalidParams> {
        let members = self.organization(call)?.path("/members");
        members.segment("member_id", self.text("member_id"))
    }

    /// Returns the parameters that are not in the path.
    fn body(&self) -> Map<String, Value> {
        let mut body = self.params.clone();
        body.retain(|name, _| !matches!(name.as_str(), "organization_id" | "member_id"));
        body
    }
}
