//! Removes what runs created: the Organizations in the journal whose names have our prefix.

use serde_json::{Value, json};
use totps_ureq::Operation;

use crate::bench::Bench;
use crate::halt::Halt;
use crate::journal::PREFIX;
use crate::plain::Plain;
use crate::wire::Exchange;

/// How many times each call of the removal is tried if the server fails.
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
    accepted(&found)?;
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
    if deleted.status != 404 {
        accepted(&deleted)?;
    }
    forget(bench, name)?;
    Ok(true)
}

/// Returns a slug or external id with our prefix for each of the project's Organizations that has
/// one.
pub(crate) fn with_our_prefix(bench: &mut Bench) -> Result<Vec<String>, Halt> {
    let mut ours = Vec::new();
    // Without a query, because no filter finds a part of an external id. A page of 1000 could be
    // larger than the transport accepts.
    let mut body = json!({ "limit": 100 });
    loop {
        let search = Plain::post("/v1/b2b/organizations/search", body.clone());
        let found = call(bench, &search)?;
        accepted(&found)?;
        let organizations = found.body.get("organizations").and_then(Value::as_array);
        for organization in organizations.into_iter().flatten() {
            let mut names = ["organization_slug", "organization_external_id"]
                .into_iter()
                .filter_map(|field| organization[field].as_str());
            ours.extend(
                names
                    .find(|name| name.starts_with(PREFIX))
                    .map(str::to_owned),
            );
        }
        let metadata = found.body.get("results_metadata");
        let next = metadata.and_then(|it| it["next_cursor"].as_str());
        match next.unwrap_or_default() {
            "" => return Ok(ours),
            next => body["cursor"] = next.into(),
        }
    }
}

/// Removes Organizations by their slugs or external ids.
pub(crate) fn named(bench: &mut Bench, names: &[String]) -> Result<u32, Halt> {
    let mut removed = 0;
    for name in names {
        removed += u32::from(remove(bench, name)?);
    }
    Ok(removed)
}

/// Returns an error with the status and the type if a call was refused.
fn accepted(exchange: &Exchange) -> Result<(), Halt> {
    if exchange.status.is_success() {
        return Ok(());
    }
    let (line, status) = (exchange.request_line(), exchange.status.as_u16());
    let kind = exchange.text("error_type");
    Err(Halt::run(format!("{line} was refused: {status} {kind}")))
}

fn forget(bench: &mut Bench, name: &str) -> Result<(), Halt> {
    match &mut bench.journal {
        Some(journal) => journal.removed(name),
        None => Ok(()),
    }
}

/// Sends a call. Repeats it after a 429, as long as the pace has a pause, and a few times after a
/// server error or a lost response. All these calls can be repeated safely.
fn call<P: Operation>(bench: &mut Bench, params: &P) -> Result<Exchange, Halt> {
    let mut tries = 1;
    loop {
        let request = bench.wire.project.request(params);
        let request = request.map_err(|error| Halt::run(error.to_string()))?;
        match bench.wire.exchange(request) {
            Ok(exchange) if exchange.status == 429 && bench.wire.back_off() => continue,
            Ok(exchange) if exchange.status.is_server_error() && tries < TRIES => {}
            Err(Halt::Experiment(_) | Halt::Run(_)) if tries < TRIES => {}
            ended => return ended,
        }
        tries += 1;
    }
}
