//! Finds Organizations.

use http::Method;
use serde_json::{Value, json};

use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::api::search::{Filter, Operand, Search};
use crate::api::target::Target;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::json;
use crate::settings::ErrorCase;
use crate::state::directory::{Directory, OrganizationKey};

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "organizations.search",
    about: "Search Organizations",
    method: Method::POST,
    path: "/v1/b2b/organizations/search",
    query: &[],
    fields: &["cursor", "limit", "query"],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    api.admit(call, Target::Project)?;
    let search = Search::read(call)?;
    let filter = search.filter(|operand| filter(&api.directory, operand))?;
    let all = api.directory.all_organizations();
    let found: Vec<OrganizationKey> = all.filter(|key| filter(key)).collect();
    let (page, metadata) = search.page(&found, &call.settings.search);
    let page = page.into_iter().map(|key| api.directory[key].to_json());
    Ok(json::members(json!({
        "organizations": page.collect::<Vec<Value>>(),
        "results_metadata": metadata,
    }))
    .into())
}

fn filter<'a>(
    directory: &'a Directory,
    operand: &'a Operand,
) -> Result<Filter<'a, OrganizationKey>, Refusal> {
    let listed = |list: &'static str, wanted: Vec<String>| -> Filter<'a, OrganizationKey> {
        Box::new(move |key| {
            let mut texts = directory[*key].attributes.texts(list);
            texts.any(|text| wanted.contains(&text.to_lowercase()))
        })
    };
    let contains = |attribute: &'static str, part: String| -> Filter<'a, OrganizationKey> {
        Box::new(move |key| {
            let text = directory[*key].attributes.text(attribute);
            text.to_lowercase().contains(&part)
        })
    };
    Ok(match operand.name.as_str() {
        "organization_ids" => {
            let ids = operand.texts()?;
            Box::new(move |key| ids.contains(&directory[*key].id.as_str()))
        }
        "organization_slugs" => {
            let slugs = operand.texts()?;
            Box::new(move |key| slugs.contains(&directory[*key].slug()))
        }
        "organization_slug_fuzzy" => contains("organization_slug", operand.fuzzy()?),
        "organization_name_fuzzy" => contains("organization_name", operand.fuzzy()?),
        "member_emails" => {
            let addresses = operand.texts()?;
            Box::new(move |key| {
                let mut addresses = addresses.iter();
                addresses.any(|address| directory.member_with_email(*key, address).is_some())
            })
        }
        "member_email_fuzzy" => {
            let part = operand.fuzzy()?;
            Box::new(move |key| {
                let mut addresses = directory[*key].members_by_email_address.keys();
                addresses.any(|address| address.contains(&part))
            })
        }
        "allowed_domains" => listed("email_allowed_domains", operand.lower_case_texts()?),
        "allowed_domain_fuzzy" => {
            let part = operand.fuzzy()?;
            Box::new(move |key| {
                let mut domains = directory[*key].attributes.texts("email_allowed_domains");
                domains.any(|domain| domain.to_lowercase().contains(&part))
            })
        }
        "claimed_email_domains" => listed("claimed_email_domains", operand.lower_case_texts()?),
        // The emulator has no SSO connections.
        "has_active_sso_connection" => {
            let wanted = operand.flag()?;
            Box::new(move |_| !wanted)
        }
        "sso_connection_id" => {
            operand.text()?;
            Box::new(|_| false)
        }
        _ => return Err(ErrorCase::OrganizationFilterUnknown.into()),
    })
}
