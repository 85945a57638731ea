//! Complete responses, with every field that the API sends.

use serde_json::{Map, Value, json};

use crate::test_util::sent_request::SentRequest;

pub(crate) const REQUEST_ID: &str = "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141";
pub(crate) const TOTP: &str = "member-totp-test-1";
const SECRET: &str = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";
/// A PNG of `otpauth://totp/…?secret=…` with [`SECRET`].
const QR_CODE: &str = include_str!("../qr_code.txt");
const SESSION_TOKEN: &str = "session-token-1";
const SESSION_JWT: &str = "session-jwt-1";
const NOW: &str = "2026-01-01T00:00:00Z";
/// Far in the future, so that no session expires during a test.
const LATER: &str = "2126-01-01T00:00:00Z";

/// The values of a request that its response repeats.
pub(crate) struct Facts {
    organization_id: String,
    member_id: String,
    email_address: String,
    body: Value,
}

impl Facts {
    pub(crate) fn of(request: &SentRequest) -> Self {
        let body = request.json();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        Self {
            organization_id: request
                .organization_id()
                .map_or_else(|| "organization-test-1".to_owned(), String::from),
            member_id: request
                .member_id()
                .map_or_else(|| "member-test-1".to_owned(), String::from),
            email_address: request
                .query("email_address")
                .or_else(|| text("email_address"))
                .unwrap_or_else(|| "ada@example.com".to_owned()),
            body,
        }
    }

    /// Returns whether the request sets the Member to `mfa_enrolled`; `None` if it does not say.
    fn enrolls(&self) -> Option<bool> {
        match self.body["set_mfa_enrollment"].as_str()? {
            "enroll" => Some(true),
            "unenroll" => Some(false),
            _ => None,
        }
    }

    /// Returns the claims of the request, without those that it deletes.
    fn claims(&self) -> Map<String, Value> {
        let claims = self.body["session_custom_claims"].as_object();
        claims
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    fn session_token(&self) -> &str {
        self.body["session_token"].as_str().unwrap_or(SESSION_TOKEN)
    }

    /// Builds a response with the fields that most responses have, and those of `more`.
    fn response(&self, member: Value, more: Value) -> Value {
        let mut response = json!({
            "status_code": 200,
            "request_id": REQUEST_ID,
            "member_id": self.member_id,
            "member": member,
            "organization": self.organization(),
        });
        if let (Value::Object(response), Value::Object(more)) = (&mut response, more) {
            response.extend(more);
        }
        response
    }

    fn member(&self, totp: &str) -> Value {
        let is_enrolled = !totp.is_empty();
        json!({
            "organization_id": self.organization_id,
            "member_id": self.member_id,
            "email_address": self.email_address,
            "status": "active",
            "name": "Ada Lovelace",
            "sso_registrations": [],
            "is_breakglass": false,
            "member_password_id": "member-password-test-1",
            "oauth_registrations": [],
            "email_address_verified": true,
            "mfa_phone_number_verified": false,
            "is_admin": false,
            "totp_registration_id": totp,
            "retired_email_addresses": [],
            "is_locked": false,
            "mfa_enrolled": self.enrolls().unwrap_or(is_enrolled),
            "mfa_phone_number": "",
            "default_mfa_method": if is_enrolled { "totp" } else { "" },
            "roles": [{
                "role_id": "stytch_member",
                "sources": [{ "type": "direct_assignment", "details": {} }],
            }],
            "trusted_metadata": {},
            "untrusted_metadata": {},
            "created_at": NOW,
            "updated_at": NOW,
            "scim_registration": null,
            "external_id": null,
            "lock_created_at": null,
            "lock_expires_at": null,
        })
    }

    fn organization(&self) -> Value {
        json!({
            "organization_id": self.organization_id,
            "organization_name": "Example Org",
            "organization_logo_url": "",
            "organization_slug": "example-org",
            "sso_jit_provisioning": "ALL_ALLOWED",
            "sso_jit_provisioning_allowed_connections": [],
            "sso_active_connections": [],
            "email_allowed_domains": [],
            "email_jit_provisioning": "NOT_ALLOWED",
            "email_invites": "ALL_ALLOWED",
            "auth_methods": "ALL_ALLOWED",
            "allowed_auth_methods": [],
            "mfa_policy": "OPTIONAL",
            "rbac_email_implicit_role_assignments": [],
            "mfa_methods": "ALL_ALLOWED",
            "allowed_mfa_methods": [],
            "oauth_tenant_jit_provisioning": "NOT_ALLOWED",
            "claimed_email_domains": [],
            "first_party_connected_apps_allowed_type": "ALL_ALLOWED",
            "allowed_first_party_connected_apps": [],
            "third_party_connected_apps_allowed_type": "ALL_ALLOWED",
            "allowed_third_party_connected_apps": [],
            "custom_roles": [],
            "trusted_metadata": {},
            "created_at": NOW,
            "updated_at": NOW,
            "organization_external_id": null,
            "sso_default_connection_id": null,
            "scim_active_connection": null,
            "allowed_oauth_tenants": {},
        })
    }

    /// Builds a session with a password and an optional second factor.
    fn session(&self, second_factor: Option<Value>) -> Value {
        let password = json!({ "type": "password", "delivery_method": "knowledge" });
        let mut factors: Vec<_> = [Some(password), second_factor]
            .into_iter()
            .flatten()
            .collect();
        for factor in &mut factors {
            for time in ["last_authenticated_at", "created_at", "updated_at"] {
                factor[time] = NOW.into();
            }
        }
        json!({
            "member_session_id": "session-test-1",
            "member_id": self.member_id,
            "started_at": NOW,
            "last_accessed_at": NOW,
            "expires_at": LATER,
            "authentication_factors": factors,
            "organization_id": self.organization_id,
            "roles": ["stytch_member"],
            "organization_slug": "example-org",
            "custom_claims": self.claims(),
        })
    }
}

fn totp_factor() -> Option<Value> {
    Some(json!({
        "type": "totp",
        "delivery_method": "authenticator_app",
        "authenticator_app_factor": { "totp_id": TOTP },
    }))
}

fn ten_codes() -> Value {
    json!([
        "ckss-2skx-ebow",
        "spbc-424h-usy0",
        "hi08-n5tk-lns5",
        "1n6i-l5na-8axe",
        "aduj-eufq-w6yy",
        "i4l3-dxyt-urmx",
        "ayyi-utb0-gj0s",
        "lz0m-02bi-psbx",
        "l2qm-zrk1-8ujs",
        "c2qd-k7m4-ifmc",
    ])
}

pub(crate) fn created(facts: &Facts) -> Value {
    let fields = json!({
        "totp_registration_id": TOTP,
        "secret": SECRET,
        "qr_code": QR_CODE.trim_ascii_end(),
        "recovery_codes": ten_codes(),
    });
    // The TOTP is pending.
    facts.response(facts.member(""), fields)
}

pub(crate) fn authenticated(facts: &Facts) -> Value {
    let fields = json!({
        "session_token": facts.session_token(),
        "session_jwt": SESSION_JWT,
        "member_session": facts.session(totp_factor()),
        "member_device": null,
    });
    facts.response(facts.member(TOTP), fields)
}

pub(crate) fn migrated(facts: &Facts) -> Value {
    // The response repeats imported codes.
    let imported = &facts.body["recovery_codes"];
    let codes = if imported.is_array() {
        imported.clone()
    } else {
        ten_codes()
    };
    let fields = json!({ "totp_registration_id": TOTP, "recovery_codes": codes });
    facts.response(facts.member(TOTP), fields)
}

pub(crate) fn totp_deleted(facts: &Facts) -> Value {
    facts.response(facts.member(""), json!({}))
}

pub(crate) fn member_found(facts: &Facts) -> Value {
    facts.response(facts.member(TOTP), json!({}))
}

pub(crate) fn recovery_codes(facts: &Facts) -> Value {
    facts.response(facts.member(TOTP), json!({ "recovery_codes": ten_codes() }))
}

pub(crate) fn recovered(facts: &Facts) -> Value {
    let factor = json!({
        "type": "recovery_codes",
        "delivery_method": "recovery_code",
        "recovery_code_factor": { "totp_recovery_code_id": "recovery-code-test-1" },
    });
    let fields = json!({
        "session_token": facts.session_token(),
        "session_jwt": SESSION_JWT,
        "member_session": facts.session(Some(factor)),
        "member_device": null,
        "recovery_codes_remaining": 9,
    });
    facts.response(facts.member(TOTP), fields)
}

/// Without a top-level `member_id`: the API sends it only inside the session and the Member.
pub(crate) fn session_authenticated(facts: &Facts) -> Value {
    let is_checked = facts.body["authorization_check"].is_object();
    let verdict =
        is_checked.then(|| json!({ "authorized": true, "granting_roles": ["stytch_member"] }));
    json!({
        "status_code": 200,
        "request_id": REQUEST_ID,
        "member_session": facts.session(totp_factor()),
        "session_token": facts.session_token(),
        "session_jwt": SESSION_JWT,
        "member": facts.member(TOTP),
        "organization": facts.organization(),
        "verdict": verdict,
    })
}

pub(crate) fn sessions_revoked(_: &Facts) -> Value {
    json!({ "status_code": 200, "request_id": REQUEST_ID })
}

pub(crate) fn first_factor(facts: &Facts) -> Value {
    let fields = json!({
        "organization_id": facts.organization_id,
        "member_authenticated": true,
        "session_token": SESSION_TOKEN,
        "session_jwt": SESSION_JWT,
        "member_session": facts.session(None),
        "intermediate_session_token": "",
        "mfa_required": null,
        "primary_required": null,
    });
    facts.response(facts.member(""), fields)
}

pub(crate) fn mfa_required() -> Value {
    json!({ "member_options": null, "secondary_auth_initiated": null })
}
