//! `POST /v1/b2b/organizations/search`

use serde_json::{Value, json};

use crate::client::{Client, Run as _, accept, refuse};
use crate::scenes::fixed;

const SEARCH: &str = "/v1/b2b/organizations/search";

/// Starts an emulator with three Organizations: `acme-1`, `acme-2`, `other`.
fn three_organizations() -> Client {
    let mut builder = fixed();
    for slug in ["acme-1", "acme-2", "other"] {
        builder = builder
            .organization(|new| {
                new.organization_slug = Some(slug.to_owned());
                new.organization_name = Some(format!("Name of {slug}"));
            })
            .member(|member| member.email_address = Some(format!("jane@{slug}.example")));
    }
    builder.run()
}

fn slugs(response: &Value) -> Vec<&str> {
    let organizations = response["organizations"].as_array().unwrap().iter();
    organizations
        .map(|it| it["organization_slug"].as_str().unwrap())
        .collect()
}

fn query(operator: &str, operands: &[(&str, Value)]) -> Value {
    let operands = operands.iter();
    let operands =
        operands.map(|(name, value)| json!({ "filter_name": name, "filter_value": value }));
    json!({ "query": { "operator": operator, "operands": operands.collect::<Vec<_>>() } })
}

#[test]
fn each_filter_finds_the_expected_organizations() {
    let emulator = three_organizations();
    let first = emulator.organization_id();
    for (name, value, expected) in [
        ("organization_ids", json!([first]), vec!["acme-1"]),
        (
            "organization_slugs",
            json!(["other", "nobody"]),
            vec!["other"],
        ),
        (
            "organization_slug_fuzzy",
            json!("ACME-"),
            vec!["acme-1", "acme-2"],
        ),
        ("organization_name_fuzzy", json!("of other"), vec!["other"]),
        (
            "member_emails",
            json!(["JANE@other.example"]),
            vec!["other"],
        ),
        (
            "member_email_fuzzy",
            json!("@acme"),
            vec!["acme-1", "acme-2"],
        ),
        ("allowed_domains", json!(["x.example"]), vec![]),
        ("allowed_domain_fuzzy", json!("example"), vec![]),
        ("claimed_email_domains", json!(["x.example"]), vec![]),
        (
            "has_active_sso_connection",
            json!(false),
            vec!["acme-1", "acme-2", "other"],
        ),
        ("sso_connection_id", json!("saml-1"), vec![]),
    ] {
        let response = accept(&emulator, SEARCH, &query("AND", &[(name, value)]));
        assert_eq!(slugs(&response), expected, "{name}");
        assert_eq!(response["results_metadata"]["total"], expected.len());
    }
}

#[test]
fn the_operator_combines_the_filters() {
    let emulator = three_organizations();
    let operands = [
        ("organization_slug_fuzzy", json!("acme")),
        (
            "member_emails",
            json!(["jane@acme-2.example", "jane@other.example"]),
        ),
    ];
    let found = accept(&emulator, SEARCH, &query("AND", &operands));
    assert_eq!(slugs(&found), ["acme-2"]);
    let either = query("OR", &operands);
    assert_eq!(slugs(&accept(&emulator, SEARCH, &either)).len(), 3);
    emulator.set(|settings| settings.search.or_works = false);
    refuse(&emulator, SEARCH, &either, 400, "bad_request");
}

#[test]
fn pages_follow_each_other() {
    let emulator = three_organizations();
    let first = accept(&emulator, SEARCH, &json!({ "limit": 2 }));
    assert_eq!(slugs(&first), ["acme-1", "acme-2"]);
    assert_eq!(first["results_metadata"]["total"], 3);
    let cursor = &first["results_metadata"]["next_cursor"];
    let next = accept(&emulator, SEARCH, &json!({ "limit": 2, "cursor": cursor }));
    assert_eq!(slugs(&next), ["other"]);
    assert_eq!(next["results_metadata"]["next_cursor"], Value::Null);
    emulator.set(|settings| settings.search.show_total = false);
    let response = accept(&emulator, SEARCH, &json!({}));
    assert_eq!(response["results_metadata"]["total"], -1);
}

#[test]
fn invalid_searches_are_refused() {
    let emulator = three_organizations();
    let unknown = query("AND", &[("organization_slug", json!("acme"))]);
    let kind = "organization_search_filter_name_not_recognized";
    refuse(&emulator, SEARCH, &unknown, 400, kind);
    for body in [
        json!({ "limit": 0 }),
        json!({ "limit": 1001 }),
        json!({ "cursor": "?" }),
        json!({ "query": { "operands": [] } }),
        json!({ "query": { "operator": "NOR", "operands": [] } }),
        json!({ "query": { "operator": "AND", "operands": [{}] } }),
        query("AND", &[("organization_slugs", json!("acme"))]),
        query("AND", &[("organization_slug_fuzzy", json!("ac"))]),
        query("AND", &[("has_active_sso_connection", json!("no"))]),
    ] {
        refuse(&emulator, SEARCH, &body, 400, "bad_request");
    }
}
