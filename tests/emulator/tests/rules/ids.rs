//! Ids, slugs and external ids, and the values that a seed generates.

use serde_json::{Value, json};
use totps_emulator::{Factor, NewMember};

use crate::client::{Run as _, accept, assert_prefix, get, refuse, start};
use crate::scenes::{AUTHENTICATE, CREATE, fixed, ids, ids_of, login, with};

#[test]
fn slugs_and_external_ids_are_accepted_instead_of_ids() {
    let emulator = fixed()
        .organization(|organization| {
            organization.organization_slug = Some("acme".to_owned());
            organization.organization_external_id = Some("tenant 7".to_owned());
        })
        .member(|member| member.external_id = Some("user/7".to_owned()))
        .run();
    for organization in [emulator.organization_id(), "acme", "tenant 7"] {
        for member in [emulator.member_id(), "user/7"] {
            let body = json!({ "organization_id": organization, "member_id": member });
            let response = accept(&emulator, CREATE, &body);
            assert_eq!(response["member_id"], emulator.member_id());
            assert_eq!(response["member"]["external_id"], "user/7");
            assert_eq!(
                response["organization"]["organization_id"],
                emulator.organization_id()
            );
            assert_eq!(
                response["organization"]["organization_external_id"],
                "tenant 7"
            );
        }
    }
}

#[test]
fn a_member_belongs_to_one_organization() {
    let emulator = fixed().run();
    let other = &emulator.create_organization(|_| {}).unwrap().members[0];
    accept(&emulator, CREATE, &ids_of(other));
    let mixed = json!({
        "organization_id": emulator.organization_id(),
        "member_id": other.member_id,
    });
    refuse(
        &emulator,
        CREATE,
        &mixed,
        404,
        "member_does_not_exist_in_organization",
    );
    let mixed = json!({
        "organization_id": other.organization_id,
        "member_id": other.member_id,
        "intermediate_session_token": emulator.intermediate_session_token(),
    });
    let kind = "invalid_intermediate_session_token_for_organization";
    refuse(&emulator, CREATE, &mixed, 400, kind);
}

#[test]
fn a_suspended_organization_is_refused() {
    let emulator = fixed()
        .organization(|organization| organization.suspended = true)
        .run();
    refuse(
        &emulator,
        CREATE,
        &ids(&emulator),
        403,
        "organization_suspended",
    );
}

#[test]
fn taken_names_and_invalid_secrets_are_errors() {
    let emulator = fixed().run();
    let organization = emulator.organization_id().to_owned();
    let taken =
        emulator.create_organization(|new| new.organization_slug = Some(organization.clone()));
    assert_eq!(taken.unwrap_err().path(), "organization_slug");
    let member = emulator.member_id().to_owned();
    let taken = emulator.create_member(&organization, |new| new.member_id = Some(member.clone()));
    assert_eq!(taken.unwrap_err().path(), "member_id");
    let bad = emulator.create_member(&organization, |new| new.totp_secret = Some("1".to_owned()));
    assert!(bad.unwrap_err().to_string().contains("base32"));
    assert!(emulator.create_member("nowhere", |_| {}).is_err());
    assert!(
        emulator
            .create_session("nobody", &[Factor::MagicLink])
            .is_err()
    );
    assert_eq!(emulator.code("nobody"), None);
}

#[test]
fn generated_slugs_and_addresses_are_unique() {
    let emulator = fixed().run();
    let organizations = ["tenant-a-1", "tenant-b-1"].map(|id| {
        let created = emulator.create_organization(|new| {
            new.organization_id = Some(id.to_owned());
            for id in ["jane-1", "joe-1"].map(|name| format!("{id}-{name}")) {
                let mut member = NewMember::default();
                member.member_id = Some(id);
                new.members.push(member);
            }
        });
        created.unwrap()
    });
    let [a, b] = &organizations;
    assert_ne!(a.organization_slug, b.organization_slug);
    for organization in &organizations {
        let path = format!("/v1/b2b/organizations/{}", organization.organization_slug);
        let found = get(&emulator, &path)["organization"]["organization_id"].clone();
        assert_eq!(found, organization.organization_id);
        let path = |query: String| format!("{path}/member?{query}");
        for member in &organization.members {
            let id = format!("member_id={}", member.member_id);
            let member_of = |query| get(&emulator, &path(query))["member"].clone();
            let address = member_of(id)["email_address"].as_str().unwrap().to_owned();
            let found = member_of(format!("email_address={address}"))["member_id"].clone();
            assert_eq!(found, member.member_id, "{address}");
        }
    }
}

#[test]
fn a_generated_id_or_address_does_not_repeat_a_given_one() {
    let first = fixed().run();
    let (organization, member) = (first.organization_id(), first.member_id());
    let path = format!("/v1/b2b/organizations/{organization}/member?member_id={member}");
    let address = get(&first, &path)["member"]["email_address"].clone();
    let address = address.as_str().unwrap();
    // The same seed generates the same values, which a configuration may have copied.
    let emulator = fixed()
        .organization(|new| new.organization_id = Some(organization.to_owned()))
        .member(|_| {})
        .member(|new| {
            new.member_id = Some(member.to_owned());
            new.email_address = Some(address.to_owned());
        })
        .run();
    assert_ne!(emulator.member_id(), member);
    assert_eq!(get(&emulator, &path)["member"]["email_address"], address);
    let other = emulator.create_organization(|_| {}).unwrap();
    assert_ne!(other.organization_id, organization);
    let address = json!({ "email_address": "new@example.com" });
    let path = format!("/v1/b2b/organizations/{organization}/members");
    assert_ne!(accept(&emulator, &path, &address)["member_id"], member);
}

#[test]
fn a_project_may_be_live() {
    let emulator = fixed()
        .project(
            "project-live-00000000-0000-4000-8000-000000000000",
            "secret-live-x",
        )
        .run();
    assert!(emulator.member_id().starts_with("member-live-"));
    let response = accept(&emulator, CREATE, &ids(&emulator));
    assert_prefix(&response["request_id"], "request-id-live-");
}

#[test]
fn a_seed_generates_the_same_values_again() {
    let values = |seed: u64| -> (Vec<String>, Value) {
        let emulator = fixed().seed(seed).run();
        let fixed_values = [
            emulator.project_id(),
            emulator.secret(),
            emulator.organization_id(),
            emulator.member_id(),
            emulator.intermediate_session_token(),
        ];
        let created = accept(&emulator, CREATE, &ids(&emulator));
        (fixed_values.map(str::to_owned).to_vec(), created)
    };
    assert_eq!(values(7), values(7));
    let (one, other) = (values(7), values(8));
    for (one, other) in one.0.iter().zip(&other.0) {
        assert_ne!(one, other);
    }
    assert_ne!(one.1["secret"], other.1["secret"]);
}

#[test]
fn failed_calls_do_not_change_the_values_of_a_seed() {
    let secret = |failures: u32| {
        let emulator = fixed().run();
        for _ in 0..failures {
            refuse(&emulator, CREATE, &json!({}), 400, "bad_request");
            let code = json!({ "code": "000000" });
            refuse(
                &emulator,
                AUTHENTICATE,
                &with(login(&emulator), code),
                404,
                "totp_not_found",
            );
        }
        accept(&emulator, CREATE, &ids(&emulator))["secret"].clone()
    };
    assert_eq!(secret(0), secret(3));
}

#[test]
fn without_a_seed_the_values_differ() {
    let (one, other) = (start(), start());
    assert_ne!(one.seed(), other.seed());
    assert_ne!(one.secret(), other.secret());
}
