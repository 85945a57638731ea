//! `GET /v1/b2b/organizations/{organization_id}`

use crate::client::{Run as _, assert_error, call, get};
use crate::scenes::fixed;

#[test]
fn an_organization_is_found_by_id_slug_and_external_id() {
    let emulator = fixed()
        .organization(|new| {
            new.organization_slug = Some("acme".to_owned());
            new.organization_external_id = Some("tenant-1".to_owned());
        })
        .run();
    for name in [emulator.organization_id(), "acme", "tenant-1"] {
        let response = get(&emulator, &format!("/v1/b2b/organizations/{name}"));
        let id = &response["organization"]["organization_id"];
        assert_eq!(id, emulator.organization_id());
    }
    let (status, response) = call(&emulator, "GET", "/v1/b2b/organizations/x", String::new());
    assert_error(status, &response, 404, "organization_not_found");
}

#[test]
fn a_suspended_organization_is_refused() {
    let emulator = fixed().organization(|new| new.suspended = true).run();
    let path = format!("/v1/b2b/organizations/{}", emulator.organization_id());
    let (status, response) = call(&emulator, "GET", &path, String::new());
    assert_error(status, &response, 403, "organization_suspended");
}
