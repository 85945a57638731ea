//! `GET /v1/b2b/organizations/{organization_id}/member`

use serde_json::Value;
use totps_emulator::GetWithBoth;

use crate::client::{Client, Run as _, assert_error, call, get};
use crate::scenes::fixed;

fn path(emulator: &Client, query: &str) -> String {
    format!(
        "/v1/b2b/organizations/{}/member?{query}",
        emulator.organization_id()
    )
}

fn two_members() -> Client {
    fixed()
        .member(|member| {
            member.external_id = Some("jane|1".to_owned());
            member.email_address = Some("jane+x@example.com".to_owned());
        })
        .member(|member| member.email_address = Some("joe@example.com".to_owned()))
        .run()
}

#[test]
fn a_member_is_found_by_id_external_id_and_address() {
    let emulator = two_members();
    for query in [
        format!("member_id={}", emulator.member_id()),
        "member_id=jane%7C1".to_owned(),
        "email_address=jane%2Bx%40example.com".to_owned(),
        "email_address=JANE%2BX@EXAMPLE.COM".to_owned(),
        "email_address=&member_id=jane%7C1".to_owned(),
    ] {
        let response = get(&emulator, &path(&emulator, &query));
        assert_eq!(response["member_id"], emulator.member_id(), "{query}");
        assert_eq!(response["member"]["external_id"], "jane|1");
        assert_eq!(
            response["organization"]["organization_id"],
            emulator.organization_id()
        );
    }
}

#[test]
fn an_unknown_member_is_not_found() {
    let emulator = two_members();
    for (query, kind) in [
        ("member_id=nobody", "member_not_found"),
        ("email_address=nobody@example.com", "member_not_found"),
    ] {
        let (status, response) = call(&emulator, "GET", &path(&emulator, query), String::new());
        assert_error(status, &response, 404, kind);
    }
    let other = emulator.create_organization(|_| {}).unwrap();
    let query = format!("member_id={}", other.members[0].member_id);
    let (status, response) = call(&emulator, "GET", &path(&emulator, &query), String::new());
    assert_error(
        status,
        &response,
        404,
        "member_does_not_exist_in_organization",
    );
}

#[test]
fn no_parameter_is_refused_and_a_setting_decides_on_both() {
    let emulator = two_members();
    let ask = |query: &str| -> (u16, Value) {
        call(&emulator, "GET", &path(&emulator, query), String::new())
    };
    let (status, response) = ask("");
    assert_error(status, &response, 400, "invalid_member_get_fields");
    let same = "member_id=jane%7C1&email_address=jane%2Bx@example.com";
    let different = "member_id=jane%7C1&email_address=joe@example.com";
    for (both, expected) in [
        (GetWithBoth::Match, [200, 404]),
        (GetWithBoth::MemberId, [200, 200]),
        (GetWithBoth::Refuse, [400, 400]),
    ] {
        emulator.set(|settings| settings.member.get_with_both = both);
        assert_eq!(
            [same, different].map(|query| ask(query).0),
            expected,
            "{both:?}"
        );
    }
}
