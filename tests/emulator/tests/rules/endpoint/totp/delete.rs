//! `DELETE /v1/b2b/organizations/{organization_id}/members/{member_id}/totp`

use serde_json::{Value, json};
use totps_emulator::Factor;

use crate::client::{Client, Run as _, accept, assert_error, call, call_with, refuse};
use crate::scenes::{CREATE, SECRET, authenticated, created, fixed, ids};

fn path(emulator: &Client) -> String {
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    format!("/v1/b2b/organizations/{organization}/members/{member}/totp")
}

fn delete_as(emulator: &Client, header: &str, value: &str) -> (u16, Value) {
    let headers = [(header, value)];
    call_with(emulator, "DELETE", &path(emulator), String::new(), &headers)
}

#[test]
fn after_delete_the_member_may_enroll_again() {
    let (emulator, session) = authenticated(fixed());
    refuse(
        &emulator,
        CREATE,
        &ids(&emulator),
        400,
        "active_totp_exists",
    );
    let (status, response) = call(&emulator, "DELETE", &path(&emulator), String::new());
    assert_eq!(status, 200, "{response}");
    assert_eq!(response["member_id"], emulator.member_id());
    assert_eq!(response["member"]["totp_registration_id"], "");
    assert_eq!(response["member"]["default_mfa_method"], "");
    assert_eq!(
        response["organization"]["organization_id"],
        emulator.organization_id()
    );
    assert_eq!(emulator.code(emulator.member_id()), None);
    // The session stays valid.
    let token = json!({ "session_token": session["session_token"] });
    accept(&emulator, "/v1/b2b/sessions/authenticate", &token);
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn delete_without_a_totp_is_refused() {
    let emulator = fixed().run();
    let (status, response) = call(&emulator, "DELETE", &path(&emulator), String::new());
    assert_error(status, &response, 404, "totp_not_found");
}

#[test]
fn a_member_may_delete_their_own_totp() {
    let emulator = created();
    let session = emulator
        .create_session(emulator.member_id(), &[Factor::MagicLink])
        .unwrap();
    let jwt = delete_as(
        &emulator,
        "X-Stytch-Member-SessionJWT",
        &session.session_jwt,
    );
    assert_eq!(jwt.0, 200, "{}", jwt.1);
    accept(&emulator, CREATE, &ids(&emulator));
    let token = delete_as(&emulator, "X-Stytch-Member-Session", &session.session_token);
    assert_eq!(token.0, 200, "{}", token.1);
}

#[test]
fn only_an_admin_of_the_organization_may_delete_another_members_totp() {
    let emulator = created();
    let session_of = |member: &str| {
        emulator
            .create_session(member, &[Factor::MagicLink])
            .unwrap()
            .session_token
    };
    let header = "X-Stytch-Member-Session";
    let peer = session_of(&emulator.another_member().member_id);
    let (status, response) = delete_as(&emulator, header, &peer);
    assert_error(status, &response, 403, "session_authorization_error");
    let foreign = session_of(&emulator.create_organization(|_| {}).unwrap().members[0].member_id);
    let (status, response) = delete_as(&emulator, header, &foreign);
    assert_error(
        status,
        &response,
        403,
        "session_authorization_tenancy_error",
    );
    let admin = emulator
        .create_member(emulator.organization_id(), |new| new.is_admin = true)
        .unwrap();
    let admin = session_of(&admin.member_id);
    let (status, response) = delete_as(&emulator, header, &admin);
    assert_eq!(status, 200, "{response}");
}

#[test]
fn with_two_rbac_headers_the_token_counts_or_a_setting_refuses_the_call() {
    let (emulator, _) = authenticated(fixed());
    let factors = [Factor::MagicLink];
    let own = emulator
        .create_session(emulator.member_id(), &factors)
        .unwrap();
    let peer = emulator.another_member().member_id;
    let peer = emulator.create_session(&peer, &factors).unwrap();
    let delete = || {
        let headers = [
            ("X-Stytch-Member-Session", own.session_token.as_str()),
            ("X-Stytch-Member-SessionJWT", peer.session_jwt.as_str()),
        ];
        call_with(
            &emulator,
            "DELETE",
            &path(&emulator),
            String::new(),
            &headers,
        )
    };
    emulator.set(|settings| settings.rbac.refuse_both_headers = true);
    let (status, response) = delete();
    assert_error(status, &response, 400, "too_many_session_arguments");
    emulator.set(|settings| settings.rbac.refuse_both_headers = false);
    assert_eq!(delete().0, 200);
}

#[test]
fn malformed_rbac_headers_are_refused() {
    let (emulator, _) = authenticated(fixed());
    for (header, value, status, kind) in [
        (
            "X-Stytch-Member-Session",
            "short",
            400,
            "invalid_session_token",
        ),
        (
            "X-Stytch-Member-Session",
            "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q",
            404,
            "session_not_found",
        ),
        (
            "X-Stytch-Member-SessionJWT",
            "a.b.c",
            400,
            "unable_to_parse_session_jwt",
        ),
    ] {
        let (got, response) = delete_as(&emulator, header, value);
        assert_error(got, &response, status, kind);
    }
    assert!(emulator.code(emulator.member_id()).is_some());
}

#[test]
fn a_setting_keeps_the_default_method() {
    for (clears, expected) in [(true, ""), (false, "totp")] {
        let (emulator, _) = authenticated(
            fixed().settings(|settings| settings.totp.delete_clears_default_mfa_method = clears),
        );
        let (status, response) = call(&emulator, "DELETE", &path(&emulator), String::new());
        assert_eq!(status, 200, "{response}");
        assert_eq!(response["member"]["default_mfa_method"], expected);
    }
}

#[test]
fn settings_choose_what_is_deleted() {
    let emulator = created();
    let delete = || call(&emulator, "DELETE", &path(&emulator), String::new());
    emulator.set(|settings| settings.totp.delete_includes_pending = false);
    let (status, response) = delete();
    assert_error(status, &response, 404, "totp_not_found");
    emulator.set(|settings| settings.totp.delete_ignores_missing = true);
    assert_eq!(delete().0, 200);
    assert!(emulator.code(emulator.member_id()).is_some());
    emulator.set(|settings| settings.totp.delete_includes_pending = true);
    assert_eq!(delete().0, 200);
    assert_eq!(emulator.code(emulator.member_id()), None);
    assert_eq!(delete().0, 200);
}

#[test]
fn a_setting_decides_whether_enrolment_ends() {
    for unenrols in [false, true] {
        let emulator = fixed()
            .member(|member| {
                member.mfa_enrolled = true;
                member.totp_secret = Some(SECRET.to_owned());
            })
            .settings(|settings| settings.totp.delete_unenrols = unenrols)
            .run();
        let (_, response) = call(&emulator, "DELETE", &path(&emulator), String::new());
        assert_eq!(response["member"]["mfa_enrolled"], !unenrols);
    }
}
