//! Removes what runs created: the Organizations in the journal whose names have our prefix.

use serde_json::json;
use totps_ureq::Operation;

use crate::bench::Bench;
use crate::halt::Halt;
use crate::journal::PREFIX;
use crate::plain::Plain;
use crate::wire::Exchange;

/// How many times each call of the removal is tried.
const TRIES: u32 = 3;

/// Removes the Organizations of this project that are in the journal. Tries all of them before it
/// returns the first error.
pub(crate) fn all(bench: &mut Bench) -> Result<u32, Halt> {
    let Some(journal) = &bench.journal else {
        return Ok(0);
    };
    let project = bench.wire.project.id().as_str().to_owned();
    let base_url = bench.wire.base_url.clone();
    let mut left = journal.left();
    left.retain(|made| made.project_id == project && made.base_url == base_url);
    // A name can be there twice: a deletion freed it, and it was used again.
    left.sort_by(|one, other| one.name.cmp(&other.name));
    left.dedup();
    let (mut removed, mut failed) = (0, None);
    for made in left {
        match remove(bench, &made.name) {
            Ok(true) => removed += 1,
            Ok(false) => {}
            Err(halt) => {
                failed.get_or_insert(halt);
            }
        }
    }
    failed.map_or(Ok(removed), |halt| {
        Err(Halt::run(format!(
            "not everything could be removed ({halt}): run with `--clean`"
        )))
    })
}

/// Removes an Organization and all its Members, by slug or external id. Returns whether it existed.
fn remove(bench: &mut Bench, name: &str) -> Result<bool, Halt> {
    let get = Plain::get("/v1/b2b/organizations").segment(name);
    let found = call(bench, &get)?;
    if found.status == 404 {
        forget(bench, name)?;
        return Ok(false);
    }
    let organization = found.body.get("organization").cloned().unwrap_or_default();
    let text = |field: &str| organization[field].as_str().unwrap_or_default().to_owned();
    let names = [text("organization_slug"), text("organization_external_id")];
    // Only our own Organizations are deleted, whatever the server returned for this name.
    if !name.starts_with(PREFIX) || !names.iter().any(|it| it == name) {
        return Err(Halt::run(format!(
            "`{name}` is not deleted: the response has no Organization of this name with the prefix \
             `{PREFIX}`"
        )));
    }
    let id = text("organization_id");
    let deleted = call(bench, &Plain::delete("/v1/b2b/organizations").segment(&id))?;
    if !deleted.status.is_success() && deleted.status != 404 {
        let kind = deleted.text("error_type");
        return Err(Halt::run(format!("{} {kind}", deleted.status.as_u16())));
    }
    forget(bench, name)?;
    Ok(true)
}

/// Returns the slugs, at most 1000, of the project's Organizations that have our prefix.
pub(crate) fn with_our_prefix(bench: &mut Bench) -> Result<Vec<String>, Halt> {
    let body = json!({ "limit": 1000, "query": { "operator": "AND", "operands": [
        { "filter_name": "organization_slug_fuzzy", "filter_value": PREFIX }
    ] } });
    let found = call(bench, &Plain::post("/v1/b2b/organizations/search", body))?;
    let list = found.body.get("organizations").and_then(|it| it.as_array());
    let slugs = list.into_iter().flatten();
    let slugs = slugs.filter_map(|it| it["organization_slug"].as_str());
    // The fuzzy filter also matches elsewhere in a slug.
    let ours = slugs.filter(|slug| slug.starts_with(PREFIX));
    Ok(ours.map(str::to_owned).collect())
}

/// Removes Organizations by their slugs.
pub(crate) fn named(bench: &mut Bench, slugs: &[String]) -> Result<u32, Halt> {
    let mut removed = 0;
    for slug in slugs {
        removed += u32::from(remove(bench, slug)?);
    }
    Ok(removed)
}

fn forget(bench: &mut Bench, name: &str) -> Result<(), Halt> {
    match &mut bench.journal {
        Some(journal) => journal.removed(name),
        None => Ok(()),
    }
}

/// Sends a call, and repeats it after a 429, a server error or a lost response. All these calls can
/// be repeated safely.
fn call<P: Operation>(bench: &mut Bench, params: &P) -> Result<Exchange, Halt> {
    let mut tries = 1;
    loop {
        let request = bench.wire.project.request(params);
        let request = request.map_err(|error| Halt::run(error.to_string()))?;
        match bench.wire.exchange(request) {
            Ok(exchange) if exchange.status == 429 && tries < TRIES => {
                bench.wire.back_off();
            }
            Ok(exchange) if exchange.status.is_server_error() && tries < TRIES => {}
            Err(Halt::Experiment(_) | Halt::Run(_)) if tries < TRIES => {}
            ended => return ended,
        }
        tries += 1;
    }
}
