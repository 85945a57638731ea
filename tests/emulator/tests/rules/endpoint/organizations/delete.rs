//! `DELETE /v1/b2b/organizations/{organization_id}`

use serde_json::json;
use totps_emulator::Factor;

use super::ORGANIZATIONS;
use crate::client::{Run as _, accept, assert_error, call, refuse};
use crate::scenes::{CREATE, SESSION, created, fixed, ids};

#[test]
fn members_and_sessions_are_deleted_too() {
    let emulator = created();
    assert!(emulator.code(emulator.member_id()).is_some());
    let session = emulator
        .create_session(emulator.member_id(), &[Factor::MagicLink])
        .unwrap();
    let path = format!("{ORGANIZATIONS}/{}", emulator.organization_id());
    let (status, response) = call(&emulator, "DELETE", &path, String::new());
    assert_eq!(status, 200, "{response}");
    assert_eq!(response["organization_id"], emulator.organization_id());
    assert!(response.get("organization").is_none());
    let (status, response) = call(&emulator, "GET", &path, String::new());
    assert_error(status, &response, 404, "organization_not_found");
    refuse(
        &emulator,
        CREATE,
        &ids(&emulator),
        404,
        "organization_not_found",
    );
    let token = json!({ "session_token": session.session_token });
    refuse(&emulator, SESSION, &token, 404, "session_not_found");
    assert_eq!(emulator.code(emulator.member_id()), None);
}

#[test]
fn a_setting_decides_whether_the_slug_can_be_used_again() {
    for (free, status) in [(true, 200), (false, 400)] {
        let emulator = fixed()
            .organization(|new| new.organization_slug = Some("acme".to_owned()))
            .settings(|settings| settings.organization.deletion_frees_names = free)
            .run();
        assert_eq!(
            call(
                &emulator,
                "DELETE",
                "/v1/b2b/organizations/acme",
                String::new()
            )
            .0,
            200
        );
        let again = json!({ "organization_name": "Acme", "organization_slug": "acme" });
        let (got, response) = crate::client::post(&emulator, ORGANIZATIONS, &again);
        assert_eq!(got, status, "{response}");
    }
}

#[test]
fn other_organizations_do_not_change() {
    let emulator = fixed().run();
    let other = emulator.create_organization(|_| {}).unwrap();
    let path = format!("{ORGANIZATIONS}/{}", other.organization_id);
    assert_eq!(call(&emulator, "DELETE", &path, String::new()).0, 200);
    accept(&emulator, CREATE, &ids(&emulator));
}
