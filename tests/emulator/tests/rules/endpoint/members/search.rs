//! `POST /v1/b2b/organizations/members/search`

use serde_json::{Value, json};
use totps_emulator::{Factor, MemberStatus};

use crate::client::{Client, Run as _, accept, assert_error, call_with, refuse};
use crate::scenes::{SECRET, fixed, with};

const SEARCH: &str = "/v1/b2b/organizations/members/search";

/// Starts an emulator with four Members: `jane` has everything, `joe` has nothing, `pat` is
/// pending, `gone` is deleted.
fn four_members() -> Client {
    fixed()
        .member(|member| {
            member.name = "jane".to_owned();
            member.email_address = Some("jane@acme.example".to_owned());
            member.is_breakglass = true;
            member.is_admin = true;
            member.mfa_phone_number = Some("+12025550162".to_owned());
            member.totp_secret = Some(SECRET.to_owned());
            member.password = Some("secret".to_owned());
        })
        .member(|member| member.name = "joe".to_owned())
        .member(|member| {
            member.name = "pat".to_owned();
            member.status = MemberStatus::Pending;
        })
        .member(|member| {
            member.name = "gone".to_owned();
            member.status = MemberStatus::Deleted;
        })
        .run()
}

fn query(emulator: &Client, name: &str, value: Value) -> Value {
    json!({
        "organization_ids": [emulator.organization_id()],
        "query": {
            "operator": "AND",
            "operands": [{ "filter_name": name, "filter_value": value }],
        },
    })
}

fn names(response: &Value) -> Vec<&str> {
    let members = response["members"].as_array().unwrap().iter();
    members.map(|it| it["name"].as_str().unwrap()).collect()
}

#[test]
fn each_filter_finds_the_expected_members() {
    let emulator = four_members();
    for (name, value, expected) in [
        ("member_ids", json!([emulator.member_id()]), vec!["jane"]),
        ("member_emails", json!(["JANE@acme.example"]), vec!["jane"]),
        ("member_email_fuzzy", json!("@acme"), vec!["jane"]),
        ("member_is_breakglass", json!(true), vec!["jane"]),
        ("member_is_breakglass", json!(false), vec!["joe", "pat"]),
        (
            "statuses",
            json!(["pending", "deleted"]),
            vec!["pat", "gone"],
        ),
        (
            "member_phone_numbers",
            json!(["+12025550162"]),
            vec!["jane"],
        ),
        ("member_phone_number_fuzzy", json!("555"), vec!["jane"]),
        ("member_mfa_phone_numbers", json!(["+1"]), vec![]),
        (
            "member_mfa_phone_number_fuzzy",
            json!("+1202"),
            vec!["jane"],
        ),
        ("member_password_exists", json!(true), vec!["jane"]),
        ("member_roles", json!(["stytch_admin"]), vec!["jane"]),
        ("member_totp_exists", json!(true), vec!["jane"]),
        ("member_totp_exists", json!(false), vec!["joe", "pat"]),
    ] {
        let response = accept(&emulator, SEARCH, &query(&emulator, name, value));
        assert_eq!(names(&response), expected, "{name}");
    }
}

#[test]
fn organizations_are_returned_as_a_map() {
    let emulator = four_members();
    let other = emulator
        .create_organization(|_| {})
        .unwrap()
        .organization_id;
    let ids = [emulator.organization_id(), &other, &other];
    let response = accept(&emulator, SEARCH, &json!({ "organization_ids": ids }));
    assert_eq!(
        response["results_metadata"],
        json!({ "total": 4, "next_cursor": null })
    );
    for id in ids {
        assert_eq!(response["organizations"][id]["organization_id"], id);
    }
    let page = json!({ "organization_ids": ids, "limit": 1 });
    let first = accept(&emulator, SEARCH, &page);
    let cursor = json!({ "cursor": first["results_metadata"]["next_cursor"] });
    let second = accept(&emulator, SEARCH, &with(page, cursor));
    assert_eq!((names(&first), names(&second)), (vec!["jane"], vec!["joe"]));
}

#[test]
fn invalid_searches_are_refused() {
    let emulator = four_members();
    refuse(&emulator, SEARCH, &json!({}), 400, "bad_request");
    let unknown = query(&emulator, "member_color", json!("red"));
    let kind = "member_search_filter_name_not_recognized";
    refuse(&emulator, SEARCH, &unknown, 400, kind);
    let nowhere = json!({ "organization_ids": ["nowhere"] });
    refuse(&emulator, SEARCH, &nowhere, 404, "organization_not_found");
    emulator.set(|settings| settings.search.unknown_organization_refused = false);
    assert_eq!(accept(&emulator, SEARCH, &nowhere)["members"], json!([]));
}

#[test]
fn a_setting_names_the_filter_for_totp() {
    let emulator = four_members();
    emulator.set(|settings| settings.search.totp_filter = "has_totp".to_owned());
    let found = accept(
        &emulator,
        SEARCH,
        &query(&emulator, "has_totp", json!(true)),
    );
    assert_eq!(names(&found), ["jane"]);
}

#[test]
fn an_admin_searches_only_their_own_organization() {
    let emulator = four_members();
    let other = emulator.create_organization(|_| {}).unwrap();
    let session = emulator
        .create_session(emulator.member_id(), &[Factor::MagicLink])
        .unwrap();
    let search = |id: &str| {
        let headers = [("X-Stytch-Member-Session", session.session_token.as_str())];
        let body = json!({ "organization_ids": [id] });
        call_with(&emulator, "POST", SEARCH, body.to_string(), &headers)
    };
    assert_eq!(search(emulator.organization_id()).0, 200);
    let (status, response) = search(&other.organization_id);
    assert_error(
        status,
        &response,
        403,
        "session_authorization_tenancy_error",
    );
}
