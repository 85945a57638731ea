//! Finds Members of Organizations.

use http::Method;
use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::api::search::{Filter, Operand, Search};
use crate::api::target::Target;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::json;
use crate::settings::ErrorCase;
use crate::state::MemberStatus;
use crate::state::directory::{MemberKey, OrganizationKey};
use crate::state::member::Member;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "members.search",
    about: "Search Members",
    method: Method::POST,
    path: "/v1/b2b/organizations/members/search",
    query: &[],
    fields: &["organization_ids", "cursor", "limit", "query"],
    access: Access::Rbac {
        action: "search",
        own: false,
    },
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let organizations = organizations(api, call)?;
    let search = Search::read(call)?;
    // Deleted Members are found only by a query with a filter for the status.
    let deleted = search.names("statuses");
    let filter = search.filter(|operand| filter(operand, &call.settings.search.totp_filter))?;
    let members = organizations
        .iter()
        .flat_map(|key| &api.directory[*key].members);
    let found: Vec<MemberKey> = members
        .copied()
        .filter(|key| deleted || api.directory[*key].status != MemberStatus::Deleted)
        .filter(|key| filter(&api.directory[*key]))
        .collect();
    let (page, metadata) = search.page(&found, &call.settings.search);
    let mut shown = Map::new();
    let mut members = Vec::new();
    for key in page {
        let (member, organization) = (&api.directory[key], api.directory.organization_of(key));
        members.push(member.to_json(&organization.id, call.settings, call.now));
        let known = shown.entry(organization.id.as_str());
        known.or_insert_with(|| organization.to_json());
    }
    Ok(json::members(json!({
        "members": members,
        "organizations": Value::Object(shown),
        "results_metadata": metadata,
    }))
    .into())
}

/// Returns the Organizations to search, without duplicates.
fn organizations(api: &mut Api, call: &Call<'_>) -> Result<Vec<OrganizationKey>, Refusal> {
    let names = call.fields.texts("organization_ids")?.unwrap_or_default();
    if names.is_empty() {
        return Err(ErrorCase::MissingField.into());
    }
    let mut organizations = Vec::new();
    for name in names {
        let unknown = api.directory.organization(&name).is_none();
        if unknown && !call.settings.search.unknown_organization_refused {
            continue;
        }
        let key = api.open_organization(&name)?;
        api.admit(call, Target::Organization(key))?;
        if !organizations.contains(&key) {
            organizations.push(key);
        }
    }
    Ok(organizations)
}

fn filter<'a>(operand: &'a Operand, totp_filter: &str) -> Result<Filter<'a, Member>, Refusal> {
    let phone_number = |member: &Member| member.attributes.text("mfa_phone_number").to_owned();
    Ok(match operand.name.as_str() {
        "member_ids" => {
            let ids = operand.texts()?;
            Box::new(move |member| ids.contains(&member.id.as_str()))
        }
        "member_emails" => {
            let addresses = operand.lower_case_texts()?;
            Box::new(move |member| addresses.contains(&member.email_address().to_lowercase()))
        }
        "member_email_fuzzy" => {
            let part = operand.fuzzy()?;
            Box::new(move |member| member.email_address().to_lowercase().contains(&part))
        }
        "member_is_breakglass" => {
            let wanted = operand.flag()?;
            Box::new(move |member| member.attributes.flag("is_breakglass") == wanted)
        }
        "statuses" => {
            let statuses = operand.texts()?;
            Box::new(move |member| {
                statuses
                    .iter()
                    .any(|status| json!(member.status) == *status)
            })
        }
        "member_phone_numbers" | "member_mfa_phone_numbers" => {
            let numbers = operand.texts()?;
            Box::new(move |member| numbers.contains(&phone_number(member).as_str()))
        }
        "member_phone_number_fuzzy" | "member_mfa_phone_number_fuzzy" => {
            let part = operand.fuzzy()?;
            Box::new(move |member| phone_number(member).contains(&part))
        }
        "member_password_exists" => {
            let wanted = operand.flag()?;
            Box::new(move |member| member.password.is_some() == wanted)
        }
        "member_roles" => {
            let roles = operand.texts()?;
            Box::new(move |member| member.role_ids().iter().any(|role| roles.contains(role)))
        }
        name if name == totp_filter => {
            let wanted = operand.flag()?;
            Box::new(move |member| member.active_totp().is_some() == wanted)
        }
        _ => return Err(ErrorCase::MemberFilterUnknown.into()),
    })
}
