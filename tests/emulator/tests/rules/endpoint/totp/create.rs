//! `POST /v1/b2b/totp`

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use totps_emulator::{Emulator, MemberStatus, MfaMethod, SecondCreate, authenticator_code};

use crate::client::{Client, Run as _, accept, assert_prefix, post, refuse, start};
use crate::scenes::{AUTHENTICATE, CREATE, created, fixed, ids, ids_of, login, with};

#[test]
fn the_response_has_the_shape_of_the_live_api() {
    let emulator = start();
    let response = accept(&emulator, CREATE, &ids(&emulator));
    assert_eq!(response["status_code"], 200);
    assert_prefix(&response["request_id"], "request-id-test-");
    assert_prefix(&response["totp_registration_id"], "member-totp-test-");
    assert_eq!(response["member_id"], emulator.member_id());
    assert_eq!(
        keys(&response),
        [
            "member",
            "member_id",
            "organization",
            "qr_code",
            "recovery_codes",
            "request_id",
            "secret",
            "status_code",
            "totp_registration_id",
        ]
    );
    let member = &response["member"];
    assert_eq!(member["status"], "active");
    assert_eq!(member["totp_registration_id"], "");
    assert_eq!(member["scim_registration"], Value::Null);
    assert_eq!(member["retired_email_addresses"], json!([]));
    assert_eq!(member["trusted_metadata"], json!({}));
    assert_eq!(
        keys(member),
        [
            "created_at",
            "default_mfa_method",
            "email_address",
            "email_address_verified",
            "external_id",
            "is_admin",
            "is_breakglass",
            "is_locked",
            "lock_created_at",
            "lock_expires_at",
            "member_id",
            "member_password_id",
            "mfa_enrolled",
            "mfa_phone_number",
            "mfa_phone_number_verified",
            "name",
            "oauth_registrations",
            "organization_id",
            "retired_email_addresses",
            "roles",
            "scim_registration",
            "sso_registrations",
            "status",
            "totp_registration_id",
            "trusted_metadata",
            "untrusted_metadata",
            "updated_at",
        ]
    );
    let organization = &response["organization"];
    assert_eq!(organization["sso_default_connection_id"], Value::Null);
    assert_eq!(keys(organization).len(), 31);
    // RFC 3339 in UTC with whole seconds.
    assert_eq!(
        member["created_at"].as_str().unwrap().len(),
        "2026-04-25T16:37:09Z".len()
    );
}

#[test]
fn the_secret_is_160_bits_of_base32() {
    let emulator = start();
    let response = accept(&emulator, CREATE, &ids(&emulator));
    let secret = response["secret"].as_str().unwrap();
    assert_eq!(secret.len(), 32);
    let code = authenticator_code(secret, emulator.now()).unwrap();
    assert_eq!(emulator.code(emulator.member_id()), Some(code));
}

#[test]
fn recovery_codes_are_ten_in_the_documented_form() {
    let emulator = start();
    let response = accept(&emulator, CREATE, &ids(&emulator));
    let codes = response["recovery_codes"].as_array().unwrap();
    assert_eq!(codes.len(), 10);
    for code in codes {
        let groups: Vec<&str> = code.as_str().unwrap().split('-').collect();
        assert_eq!(groups.len(), 3, "{code}");
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        assert!(
            groups
                .iter()
                .all(|group| group.len() == 4 && group.chars().all(allowed))
        );
    }
}

#[test]
fn the_qr_code_holds_the_otpauth_uri() {
    let emulator = start();
    let response = accept(&emulator, CREATE, &ids(&emulator));
    let (side, text) = scan(&response);
    assert_eq!(side, 200);
    assert_prefix(&json!(text), "otpauth://totp/");
    let secret = format!("secret={}", response["secret"].as_str().unwrap());
    assert!(text.contains(&secret), "{text}");
    let issuer = "issuer=Example%20Org%20Inc.";
    assert!(text.contains(issuer), "{text}");
}

#[test]
fn a_pending_registration_is_replaced() {
    let emulator = created();
    let before = emulator.code(emulator.member_id());
    let again = accept(&emulator, CREATE, &ids(&emulator));
    let secret = again["secret"].as_str().unwrap();
    assert_eq!(
        emulator.code(emulator.member_id()),
        Some(authenticator_code(secret, emulator.now()).unwrap()),
        "was {before:?}"
    );
}

#[test]
fn a_setting_refuses_a_second_create() {
    let emulator = Emulator::builder()
        .settings(|settings| settings.totp.second_create = SecondCreate::Refuse)
        .run();
    accept(&emulator, CREATE, &ids(&emulator));
    refuse(
        &emulator,
        CREATE,
        &ids(&emulator),
        400,
        "pending_totp_exists",
    );
    emulator.advance(Duration::from_secs(60 * 60));
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn an_active_totp_is_refused_with_the_documented_text() {
    let emulator = created();
    accept(&emulator, AUTHENTICATE, &login(&emulator));
    let (status, response) = post(&emulator, CREATE, &ids(&emulator));
    assert_eq!(status, 400);
    assert_eq!(
        with(response, json!({ "request_id": "" })),
        json!({
            "status_code": 400,
            "request_id": "",
            "error_type": "active_totp_exists",
            "error_message": "Cannot create a new TOTP for the specified user since the user already has an active TOTP. Users may only have one active TOTP at a time.",
            "error_url": "https://stytch.com/docs/b2b/api/errors/400#active_totp_exists",
        })
    );
}

#[test]
fn a_setting_makes_create_check_the_totp_first() {
    let emulator = created();
    accept(&emulator, AUTHENTICATE, &login(&emulator));
    let body = with(ids(&emulator), json!({ "session_token": "x" }));
    refuse(&emulator, CREATE, &body, 400, "invalid_session_token");
    emulator.set(|settings| settings.totp.create_checks_totp_first = true);
    refuse(&emulator, CREATE, &body, 400, "active_totp_exists");
}

#[test]
fn the_registration_expires_after_the_given_minutes() {
    for (minutes, seconds, kind) in [
        (json!(null), 60 * 60, Some("expired_totp")),
        (json!(null), 60 * 60 - 1, None),
        (json!(5), 5 * 60, Some("expired_totp")),
        (json!(5), 5 * 60 - 1, None),
    ] {
        let emulator = fixed()
            .settings(|settings| settings.session.intermediate_minutes = 120)
            .run();
        let create = with(ids(&emulator), json!({ "expiration_minutes": minutes }));
        accept(&emulator, CREATE, &create);
        emulator.advance(Duration::from_secs(seconds));
        match kind {
            Some(kind) => refuse(&emulator, AUTHENTICATE, &login(&emulator), 400, kind),
            None => {
                accept(&emulator, AUTHENTICATE, &login(&emulator));
            }
        }
    }
}

#[test]
fn expiration_is_five_minutes_to_a_day() {
    let emulator = start();
    for minutes in [5, 1440] {
        let create = with(ids(&emulator), json!({ "expiration_minutes": minutes }));
        accept(&emulator, CREATE, &create);
    }
    for minutes in [4, 1441, 0, -1] {
        let create = with(ids(&emulator), json!({ "expiration_minutes": minutes }));
        refuse(&emulator, CREATE, &create, 400, "invalid_expiration");
    }
}

#[test]
fn only_active_members_may_enroll() {
    for status in [MemberStatus::Pending, MemberStatus::Invited] {
        let emulator = Emulator::builder()
            .member(|member| member.status = status)
            .run();
        let kind = "action_available_only_for_active_members";
        refuse(&emulator, CREATE, &ids(&emulator), 400, kind);
    }
}

#[test]
fn restricted_methods_apply_to_all_but_breakglass_members() {
    let start = |breakglass| {
        Emulator::builder()
            .organization(|organization| {
                organization.allowed_mfa_methods = Some(vec![MfaMethod::SmsOtp]);
            })
            .member(|member| member.is_breakglass = breakglass)
            .run()
    };
    let emulator = start(false);
    let kind = "operation_restricted_by_organization_mfa_methods";
    refuse(&emulator, CREATE, &ids(&emulator), 400, kind);
    let emulator = start(true);
    let response = accept(&emulator, CREATE, &ids(&emulator));
    assert_eq!(response["organization"]["mfa_methods"], "RESTRICTED");
    assert_eq!(
        response["organization"]["allowed_mfa_methods"],
        json!(["sms_otp"])
    );
}

#[test]
fn a_token_must_belong_to_the_member() {
    let emulator = start();
    let other = emulator.another_member();
    let token = |token: &str| json!({ "intermediate_session_token": token });
    let own = with(ids_of(&other), token(&other.intermediate_session_token));
    accept(&emulator, CREATE, &own);
    let foreign = with(ids_of(&other), token(emulator.intermediate_session_token()));
    refuse(&emulator, CREATE, &foreign, 403, "unauthorized_action");
}

fn keys(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// Returns the side in pixels and the text of the QR code in a response.
pub(crate) fn scan(response: &Value) -> (usize, String) {
    let uri = response["qr_code"].as_str().unwrap();
    let base64 = uri.strip_prefix("data:image/png;base64, ").unwrap();
    let (width, height, pixels) = decode_png(&STANDARD.decode(base64).unwrap());
    assert_eq!(width, height);
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let (_, text) = image.detect_grids()[0].decode().unwrap();
    (width, text)
}

fn decode_png(png: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width as usize, info.height as usize, pixels)
}

#[test]
fn a_setting_shows_pending_registrations() {
    let emulator = created();
    emulator.set(|settings| settings.totp.pending_registration_shown = true);
    let response = accept(&emulator, CREATE, &ids(&emulator));
    assert_eq!(
        response["member"]["totp_registration_id"],
        response["totp_registration_id"]
    );
}

#[test]
fn a_setting_lets_inactive_members_enroll() {
    let emulator = fixed()
        .member(|member| member.status = MemberStatus::Pending)
        .settings(|settings| settings.totp.inactive_members_may_enroll = true)
        .run();
    assert_eq!(
        accept(&emulator, CREATE, &ids(&emulator))["member"]["status"],
        "pending"
    );
}

#[test]
fn a_setting_makes_create_use_up_the_intermediate_session() {
    let create = |emulator: &Client| {
        let token = emulator.intermediate_session_token();
        with(
            ids(emulator),
            json!({ "intermediate_session_token": token }),
        )
    };
    let emulator = fixed().run();
    accept(&emulator, CREATE, &create(&emulator));
    accept(&emulator, AUTHENTICATE, &login(&emulator));

    let emulator = fixed().run();
    emulator.set(|settings| settings.totp.create_consumes_intermediate_session = true);
    accept(&emulator, CREATE, &create(&emulator));
    refuse(
        &emulator,
        AUTHENTICATE,
        &login(&emulator),
        404,
        "intermediate_session_not_found",
    );
}

#[test]
fn a_setting_makes_zero_minutes_mean_the_default() {
    let zero = |emulator: &Client| with(ids(emulator), json!({ "expiration_minutes": 0 }));
    for seconds in [60 * 60 - 1, 60 * 60] {
        let emulator = fixed()
            .settings(|settings| settings.session.intermediate_minutes = 120)
            .run();
        refuse(
            &emulator,
            CREATE,
            &zero(&emulator),
            400,
            "invalid_expiration",
        );
        emulator.set(|settings| settings.totp.zero_expiration_is_default = true);
        accept(&emulator, CREATE, &zero(&emulator));
        emulator.advance(Duration::from_secs(seconds));
        if seconds < 60 * 60 {
            accept(&emulator, AUTHENTICATE, &login(&emulator));
        } else {
            refuse(
                &emulator,
                AUTHENTICATE,
                &login(&emulator),
                400,
                "expired_totp",
            );
        }
    }
}

#[test]
fn settings_change_the_issuer_and_the_size_of_the_qr_code() {
    let emulator = fixed().run();
    emulator.set(|settings| {
        settings.totp.qr_issuer = Some("Acme: Ltd".to_owned());
        settings.totp.qr_pixels = 10;
    });
    let (side, text) = scan(&accept(&emulator, CREATE, &ids(&emulator)));
    assert!(side > 10, "the code does not fit into ten pixels");
    assert!(text.contains("issuer=Acme%3A%20Ltd"), "{text}");
}
