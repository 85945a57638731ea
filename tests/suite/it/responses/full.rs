//! Tests of the documented responses, field by field.

use serde::Serialize;
use serde_json::json;
use totps_core::{
    ActiveScimConnection, ActiveSsoConnection, AllowedType, AuthMethod,
    AuthenticateSessionResponse, AuthenticationFactor,
    AuthenticationFactorDeliveryMethod as Method, AuthenticationFactorType as Type,
    AuthenticatorAppFactor, AuthorizationVerdict, BiometricFactor, CryptoWalletFactor, CustomRole,
    CustomRolePermission, DeleteTotpResponse, DeviceAttributeDetails, DeviceInfo, EmailFactor,
    EmailImplicitRoleAssignment, EmbeddableMagicLinkFactor, Factor, GetMemberResponse,
    GetRecoveryCodesResponse, ImpersonatedFactor, Member, MemberRole, MemberRoleSource,
    MemberRoleSourceType, MemberSession, MemberStatus, MfaMethod, MfaPolicy,
    OAuthAccessTokenExchangeFactor, OAuthExchangeFactor, OAuthFactor, OAuthProvider as Provider,
    OAuthRegistration, Organization, PhoneNumberFactor, RecoverResponse, RecoveryCodeFactor,
    RetiredEmail, RotateRecoveryCodesResponse, ScimAddress, ScimAttributes,
    ScimEnterpriseExtension, ScimGroup, ScimManager, ScimName, ScimRegistration, ScimValue,
    SsoFactor, SsoRegistration, TrustedAuthTokenFactor, WebAuthnFactor,
};
use totps_tests::fixtures::{all, fixture};

use super::{CALLS, authenticate, codes, create, migrate, model, object, response, time};

#[test]
fn every_file_is_read_by_the_suites() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut files = Vec::new();
    for group in std::fs::read_dir(&folder).unwrap() {
        let group = group.unwrap();
        if !group.file_type().unwrap().is_dir() {
            continue;
        }
        let (path, group) = (group.path(), group.file_name().into_string().unwrap());
        for file in std::fs::read_dir(path).unwrap() {
            let path = file.unwrap().path();
            files.push(format!(
                "{group}/{}",
                path.file_stem().unwrap().to_str().unwrap()
            ));
        }
    }
    files.sort();
    let mut known: Vec<_> = all().map(|fixture| fixture.name).collect();
    known.sort_unstable();
    assert_eq!(
        files, known,
        "tests/fixtures and fixtures.rs must have the same names"
    );
}

#[track_caller]
fn assert_model<T: PartialEq + Serialize>(name: &str, read: Option<&T>, expected: &T) {
    assert!(
        read == Some(expected),
        "{name}: read {:#}, expected {:#}",
        json!(read),
        json!(expected)
    );
}

const ORGANIZATION_ID: &str = "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931";
const MEMBER_ID: &str = "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f";
const TOTP_ID: &str = "member-totp-test-41920359-8bbb-4fe8-8fa3-aaa83f35f02c";
const REQUEST_ID: &str = "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141";
const SAML_CONNECTION: &str = "saml-connection-test-51861cbc-d3b9-428b-9761-227f5fb12be9";
const SCIM_CONNECTION: &str = "scim-connection-test-51861cbc-d3b9-428b-9761-227f5fb12be9";
const EMAIL_ID: &str = "email-test-81bf03a8-86e1-4d95-bd44-bb3495224953";
const RECOVERY_CODES: [&str; 10] = [
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
];

fn full_member() -> Member {
    let created = time("2021-12-29T12:33:09Z");
    let source = |r#type, details| {
        model!(MemberRoleSource {
            r#type: Some(r#type),
            details: object(details),
        })
    };
    let role = |id: &str, sources| {
        model!(MemberRole {
            role_id: id.into(),
            sources: sources,
        })
    };
    model!(Member {
        organization_id: ORGANIZATION_ID.into(),
        member_id: MEMBER_ID.into(),
        email_address: "sandbox@stytch.com".into(),
        status: Some(MemberStatus::Active),
        name: "Test Member".into(),
        sso_registrations: vec![model!(SsoRegistration {
            connection_id: SAML_CONNECTION.into(),
            external_id: "sandbox@stytch.com".into(),
            registration_id: "saml-member-registration-test-9a6d293d-d8b3-42e8-abb4-220cc2060e93"
                .into(),
            sso_attributes: object(json!({
                "email": ["sandbox@stytch.com"],
                "first_name": ["Test"],
                "last_name": ["Member"],
            })),
        })],
        is_breakglass: Some(false),
        member_password_id: Some(
            "member-password-test-51861cbc-d3b9-428b-9761-227f5fb12be9".into()
        ),
        oauth_registrations: vec![model!(OAuthRegistration {
            provider_type: "Google".into(),
            provider_subject: "10769150350006150715113082367".into(),
            member_oauth_registration_id: "oauth-user-test-de86770c-911d-463f-80e7-f1b089cead14"
                .into(),
            profile_picture_url: Some("https://example.com".into()),
            locale: Some("en".into()),
        })],
        email_address_verified: Some(true),
        mfa_phone_number_verified: Some(true),
        is_admin: Some(false),
        totp_registration_id: Some(TOTP_ID.into()),
        retired_email_addresses: vec![model!(RetiredEmail {
            email_id: EMAIL_ID.into(),
            email_address: "test@example.com".into(),
        })],
        is_locked: Some(true),
        mfa_enrolled: Some(true),
        mfa_phone_number: Some("+12025550162".into()),
        default_mfa_method: Some(MfaMethod::Totp),
        roles: vec![
            role(
                "stytch_member",
                vec![source(MemberRoleSourceType::DirectAssignment, json!({}))],
            ),
            role(
                "reader",
                vec![source(
                    MemberRoleSourceType::EmailAssignment,
                    json!({"email_domain": "example.com"}),
                )],
            ),
            role(
                "contributor",
                vec![
                    source(
                        MemberRoleSourceType::SsoConnection,
                        json!({"connection_id": SAML_CONNECTION}),
                    ),
                    source(
                        MemberRoleSourceType::SsoConnectionGroup,
                        json!({"connection_id": SAML_CONNECTION, "group": "engineering"}),
                    ),
                    source(
                        MemberRoleSourceType::ScimConnectionGroup,
                        json!({
                            "connection_id": SCIM_CONNECTION,
                            "group_id": "scim-group-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6",
                        }),
                    ),
                ],
            ),
        ],
        trusted_metadata: object(json!({"role": "admin", "teams": ["tech", "support"]})),
        untrusted_metadata: object(json!({
            "job_title": "Business Analyst",
            "preferred_locales": ["en", "es"],
        })),
        created_at: created.clone(),
        updated_at: created.clone(),
        scim_registration: Some(model!(ScimRegistration {
            connection_id: SCIM_CONNECTION.into(),
            registration_id: "scim-member-registration-test-9a6d293d-d8b3-42e8-abb4-220cc2060e93"
                .into(),
            external_id: Some("sandbox@stytch.com".into()),
            scim_attributes: Some(full_scim_attributes()),
        })),
        external_id: Some("external-member-1".into()),
        lock_created_at: created,
        lock_expires_at: time("2021-12-29T13:33:09Z"),
    })
}

fn full_scim_attributes() -> ScimAttributes {
    let one = |value: &str, r#type: &str, primary| {
        vec![model!(ScimValue {
            value: value.into(),
            r#type: r#type.into(),
            primary: Some(primary),
        })]
    };
    model!(ScimAttributes {
        user_name: "sandbox@stytch.com".into(),
        id: MEMBER_ID.into(),
        external_id: "sandbox@stytch.com".into(),
        active: Some(true),
        groups: vec![model!(ScimGroup {
            value: "scim-group-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into(),
            display: "Engineering".into(),
        })],
        display_name: "Test Member".into(),
        nick_name: "Test".into(),
        profile_url: "https://example.com/test-member".into(),
        user_type: "Employee".into(),
        title: "Business Analyst".into(),
        preferred_language: "en-US".into(),
        locale: "en-US".into(),
        timezone: "America/Los_Angeles".into(),
        emails: one("sandbox@stytch.com", "work", true),
        phone_numbers: one("+12025550162", "work", true),
        addresses: vec![model!(ScimAddress {
            formatted: "100 Universal City Plaza\nHollywood, CA 91608 USA".into(),
            street_address: "100 Universal City Plaza".into(),
            locality: "Hollywood".into(),
            region: "CA".into(),
            postal_code: "91608".into(),
            country: "USA".into(),
            r#type: "work".into(),
            primary: Some(true),
        })],
        ims: one("someaimhandle", "aim", false),
        photos: one("https://example.com/photo.png", "photo", true),
        entitlements: one("example-entitlement", "other", false),
        roles: one("reader", "default", true),
        x509certificates: one("MIIDQzCCAqyg...", "work", false),
        name: Some(model!(ScimName {
            formatted: "Ms. Test Q Member III".into(),
            family_name: "Member".into(),
            given_name: "Test".into(),
            middle_name: "Q".into(),
            honorific_prefix: "Ms.".into(),
            honorific_suffix: "III".into(),
        })),
        enterprise_extension: Some(model!(ScimEnterpriseExtension {
            employee_number: "701984".into(),
            cost_center: "4130".into(),
            division: "Theme Park".into(),
            department: "Tour Operations".into(),
            organization: "Universal Studios".into(),
            manager: Some(model!(ScimManager {
                value: "26118915-6090-4610-87e4-49d8ca9f808d".into(),
                r#ref: "../Users/26118915-6090-4610-87e4-49d8ca9f808d".into(),
                display_name: "John Smith".into(),
            })),
        })),
    })
}

fn full_organization() -> Organization {
    model!(Organization {
        organization_id: ORGANIZATION_ID.into(),
        organization_name: "Example Org Inc.".into(),
        organization_logo_url: Some("https://example.com/logo.png".into()),
        organization_slug: "example-org".into(),
        sso_jit_provisioning: Some(AllowedType::Restricted),
        sso_jit_provisioning_allowed_connections: vec![SAML_CONNECTION.into()],
        sso_active_connections: vec![model!(ActiveSsoConnection {
            connection_id: SAML_CONNECTION.into(),
            display_name: "Example SAML".into(),
            identity_provider: "okta".into(),
        })],
        email_allowed_domains: vec!["example.com".into()],
        email_jit_provisioning: Some(AllowedType::Restricted),
        email_invites: Some(AllowedType::AllAllowed),
        auth_methods: Some(AllowedType::Restricted),
        allowed_auth_methods: vec![
            AuthMethod::Sso,
            AuthMethod::MagicLink,
            AuthMethod::EmailOtp,
            AuthMethod::Password,
            AuthMethod::GoogleOAuth,
            AuthMethod::MicrosoftOAuth,
            AuthMethod::SlackOAuth,
            AuthMethod::GithubOAuth,
            AuthMethod::HubspotOAuth,
        ],
        mfa_policy: Some(MfaPolicy::RequiredForAll),
        rbac_email_implicit_role_assignments: vec![model!(EmailImplicitRoleAssignment {
            domain: "example.com".into(),
            role_id: "reader".into(),
        })],
        mfa_methods: Some(AllowedType::Restricted),
        allowed_mfa_methods: vec![MfaMethod::SmsOtp, MfaMethod::Totp],
        oauth_tenant_jit_provisioning: Some(AllowedType::Restricted),
        claimed_email_domains: vec!["example.com".into()],
        first_party_connected_apps_allowed_type: Some(AllowedType::Restricted),
        allowed_first_party_connected_apps: vec![
            "connected-app-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into()
        ],
        third_party_connected_apps_allowed_type: Some(AllowedType::NotAllowed),
        allowed_third_party_connected_apps: vec![
            "connected-app-test-2aaf4c1e-0b8f-4b1e-9f37-6a4b6d1c9e10".into()
        ],
        custom_roles: vec![model!(CustomRole {
            role_id: "editor".into(),
            description: "Can edit documents".into(),
            permissions: vec![model!(CustomRolePermission {
                resource_id: "documents".into(),
                actions: vec!["read".into(), "write".into()],
            })],
        })],
        trusted_metadata: object(json!({"plan": "enterprise"})),
        created_at: time("2021-12-29T12:33:09Z"),
        updated_at: time("2021-12-29T12:33:09Z"),
        organization_external_id: Some("external-org-1".into()),
        sso_default_connection_id: Some(SAML_CONNECTION.into()),
        scim_active_connection: Some(model!(ActiveScimConnection {
            connection_id: SCIM_CONNECTION.into(),
            display_name: "Example SCIM".into(),
            bearer_token_last_four: "abcd".into(),
            bearer_token_expires_at: time("2026-12-29T12:33:09Z"),
        })),
        allowed_oauth_tenants: object(json!({
            "slack": ["T1234"],
            "hubspot": ["7654321"],
            "github": ["1234567"],
        })),
    })
}

/// Returns all 45 factors, in the order of the full response.
fn full_factors() -> Vec<AuthenticationFactor> {
    let email = || {
        Some(Factor::Email(model!(EmailFactor {
            email_id: EMAIL_ID.into(),
            email_address: "sandbox@stytch.com".into(),
        })))
    };
    let phone = || {
        Some(Factor::PhoneNumber(model!(PhoneNumberFactor {
            phone_id: "phone-number-test-d5a3b680-e8a3-40c0-b815-ab79986666d0".into(),
            phone_number: "+12025550162".into(),
        })))
    };
    let oauth = |provider| {
        let factor = model!(OAuthFactor {
            id: "oauth-user-test-de86770c-911d-463f-80e7-f1b089cead14".into(),
            provider_subject: "10769150350006150715113082367".into(),
            email_id: Some(EMAIL_ID.into()),
        });
        Some(Factor::OAuth { provider, factor })
    };
    let exchange = |provider| {
        let factor = model!(OAuthExchangeFactor {
            email_id: EMAIL_ID.into(),
        });
        Some(Factor::OAuthExchange { provider, factor })
    };
    let access_token = model!(OAuthAccessTokenExchangeFactor {
        client_id: "connected-app-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into(),
    });
    let webauthn = model!(WebAuthnFactor {
        webauthn_registration_id: "webauthn-registration-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6"
            .into(),
        domain: "example.com".into(),
        user_agent: Some("Mozilla/5.0".into()),
    });
    let totp = model!(AuthenticatorAppFactor {
        totp_id: TOTP_ID.into(),
    });
    let recovery_code = model!(RecoveryCodeFactor {
        totp_recovery_code_id: "totp-recovery-code-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6"
            .into(),
    });
    let wallet = model!(CryptoWalletFactor {
        crypto_wallet_id: "crypto-wallet-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into(),
        crypto_wallet_address: "0x6df2dB4Fb3DA35d241901Bd53367770BF03123f1".into(),
        crypto_wallet_type: "ethereum".into(),
    });
    let embedded = model!(EmbeddableMagicLinkFactor {
        embedded_id: "embedded-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into(),
    });
    let biometric = model!(BiometricFactor {
        biometric_registration_id:
            "biometric-registration-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into(),
    });
    let saml = model!(SsoFactor {
        id: "saml-member-registration-test-9a6d293d-d8b3-42e8-abb4-220cc2060e93".into(),
        provider_id: SAML_CONNECTION.into(),
        external_id: "sandbox@stytch.com".into(),
    });
    let oidc = model!(SsoFactor {
        id: "oidc-member-registration-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into(),
        provider_id: "oidc-connection-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into(),
        external_id: "sandbox@stytch.com".into(),
    });
    let impersonated = model!(ImpersonatedFactor {
        impersonator_id: "impersonator-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into(),
        impersonator_email_address: "admin@example.com".into(),
    });
    let trusted = model!(TrustedAuthTokenFactor {
        token_id: "trusted-auth-token-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into(),
    });
    [
        (Type::MagicLink, Method::Email, email()),
        (Type::EmailOtp, Method::Email, email()),
        (Type::Otp, Method::Sms, phone()),
        (Type::Otp, Method::Whatsapp, phone()),
        (Type::OAuth, Method::OAuthGoogle, oauth(Provider::Google)),
        (
            Type::OAuth,
            Method::OAuthMicrosoft,
            oauth(Provider::Microsoft),
        ),
        (Type::OAuth, Method::OAuthApple, oauth(Provider::Apple)),
        (Type::OAuth, Method::OAuthGithub, oauth(Provider::Github)),
        (
            Type::OAuth,
            Method::OAuthFacebook,
            oauth(Provider::Facebook),
        ),
        (Type::OAuth, Method::OAuthAmazon, oauth(Provider::Amazon)),
        (
            Type::OAuth,
            Method::OAuthBitbucket,
            oauth(Provider::Bitbucket),
        ),
        (
            Type::OAuth,
            Method::OAuthCoinbase,
            oauth(Provider::Coinbase),
        ),
        (Type::OAuth, Method::OAuthDiscord, oauth(Provider::Discord)),
        (Type::OAuth, Method::OAuthFigma, oauth(Provider::Figma)),
        (Type::OAuth, Method::OAuthGitlab, oauth(Provider::GitLab)),
        (
            Type::OAuth,
            Method::OAuthInstagram,
            oauth(Provider::Instagram),
        ),
        (
            Type::OAuth,
            Method::OAuthLinkedin,
            oauth(Provider::LinkedIn),
        ),
        (Type::OAuth, Method::OAuthShopify, oauth(Provider::Shopify)),
        (Type::OAuth, Method::OAuthSlack, oauth(Provider::Slack)),
        (
            Type::OAuth,
            Method::OAuthSnapchat,
            oauth(Provider::Snapchat),
        ),
        (Type::OAuth, Method::OAuthSpotify, oauth(Provider::Spotify)),
        (Type::OAuth, Method::OAuthSteam, oauth(Provider::Steam)),
        (Type::OAuth, Method::OAuthTiktok, oauth(Provider::TikTok)),
        (Type::OAuth, Method::OAuthTwitch, oauth(Provider::Twitch)),
        (Type::OAuth, Method::OAuthTwitter, oauth(Provider::Twitter)),
        (
            Type::OAuth,
            Method::OAuthSalesforce,
            oauth(Provider::Salesforce),
        ),
        (Type::OAuth, Method::OAuthYahoo, oauth(Provider::Yahoo)),
        (Type::OAuth, Method::OAuthHubspot, oauth(Provider::Hubspot)),
        (
            Type::OAuth,
            Method::OAuthExchangeSlack,
            exchange(Provider::Slack),
        ),
        (
            Type::OAuth,
            Method::OAuthExchangeHubspot,
            exchange(Provider::Hubspot),
        ),
        (
            Type::OAuth,
            Method::OAuthExchangeGithub,
            exchange(Provider::Github),
        ),
        (
            Type::OAuth,
            Method::OAuthExchangeGoogle,
            exchange(Provider::Google),
        ),
        (
            Type::OAuth,
            Method::OAuthAccessTokenExchange,
            Some(Factor::OAuthAccessTokenExchange(access_token)),
        ),
        (
            Type::WebAuthn,
            Method::WebAuthnRegistration,
            Some(Factor::WebAuthn(webauthn)),
        ),
        (
            Type::Totp,
            Method::AuthenticatorApp,
            Some(Factor::AuthenticatorApp(totp)),
        ),
        (
            Type::RecoveryCodes,
            Method::RecoveryCode,
            Some(Factor::RecoveryCode(recovery_code)),
        ),
        (
            Type::Crypto,
            Method::CryptoWallet,
            Some(Factor::CryptoWallet(wallet)),
        ),
        (
            Type::MagicLink,
            Method::Embedded,
            Some(Factor::EmbeddableMagicLink(embedded)),
        ),
        (
            Type::SignatureChallenge,
            Method::Biometric,
            Some(Factor::Biometric(biometric)),
        ),
        (Type::Sso, Method::SsoSaml, Some(Factor::SamlSso(saml))),
        (Type::Sso, Method::SsoOidc, Some(Factor::OidcSso(oidc))),
        (Type::Password, Method::Knowledge, None),
        (Type::Imported, Method::ImportedAuth0, None),
        (
            Type::Impersonated,
            Method::Impersonation,
            Some(Factor::Impersonated(impersonated)),
        ),
        (
            Type::TrustedAuthToken,
            Method::TrustedTokenExchange,
            Some(Factor::TrustedAuthToken(trusted)),
        ),
    ]
    .into_iter()
    .map(|(r#type, delivery_method, factor)| {
        model!(AuthenticationFactor {
            r#type: Some(r#type),
            delivery_method: Some(delivery_method),
            last_authenticated_at: time("2023-01-09T07:41:52Z"),
            created_at: time("2023-01-09T07:41:52Z"),
            updated_at: time("2023-01-09T07:41:52Z"),
            factor: factor,
        })
    })
    .collect()
}

fn full_session() -> MemberSession {
    model!(MemberSession {
        member_session_id: Some("session-test-fe6c042b-6286-479f-8a4f-b046a6c46509".into()),
        member_id: Some(MEMBER_ID.into()),
        started_at: time("2023-01-09T07:41:52Z"),
        last_accessed_at: time("2023-01-09T07:41:52Z"),
        expires_at: time("2023-01-09T08:41:52Z"),
        authentication_factors: full_factors(),
        organization_id: Some(ORGANIZATION_ID.into()),
        roles: vec!["stytch_member".into(), "editor".into()],
        organization_slug: "example-org".into(),
        custom_claims: object(json!({"claim1": "value1", "claim2": "value2"})),
    })
}

fn full_device() -> DeviceInfo {
    let details = |is_new| {
        Some(model!(DeviceAttributeDetails {
            is_new: Some(is_new),
            first_seen_at: time("2021-12-29T12:33:09Z"),
            last_seen_at: time("2021-12-29T12:33:09Z"),
        }))
    };
    model!(DeviceInfo {
        visitor_id: "visitor-id-test-5c44cc6a-8af7-48d6-8da7-ea821342f5a6".into(),
        visitor_id_details: details(false),
        ip_address: Some("203.0.113.1".into()),
        ip_address_details: details(true),
        ip_geo_city: Some("San Francisco".into()),
        ip_geo_region: Some("California".into()),
        ip_geo_country: Some("US".into()),
        ip_geo_country_details: details(false),
    })
}

#[test]
fn full_create() {
    let created = create(fixture("create/full").json);
    assert_eq!(created.status_code, 200);
    assert_eq!(created.request_id.as_deref(), Some(REQUEST_ID));
    assert_eq!(created.member_id, Some(MEMBER_ID.into()));
    assert_eq!(created.totp_registration_id, TOTP_ID);
    assert_eq!(created.secret.expose(), "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS");
    let qr_code = &fixture("create/full").value()["qr_code"];
    assert_eq!(created.qr_code.expose(), qr_code);
    assert_eq!(codes(&created.recovery_codes), json!(RECOVERY_CODES));
    assert_model("member", created.member.as_ref(), &full_member());
    let organization = created.organization.as_ref();
    assert_model("organization", organization, &full_organization());
    assert!(created.undecoded().is_empty(), "{:?}", created.undecoded());
}

#[test]
fn full_migrate() {
    let migrated = migrate(fixture("migrate/full").json);
    assert_eq!(migrated.status_code, 200);
    assert_eq!(migrated.request_id.as_deref(), Some(REQUEST_ID));
    assert_eq!(migrated.member_id, Some(MEMBER_ID.into()));
    assert_eq!(migrated.totp_registration_id, TOTP_ID);
    assert_eq!(codes(&migrated.recovery_codes), json!(RECOVERY_CODES));
    assert_model("member", migrated.member.as_ref(), &full_member());
    let organization = migrated.organization.as_ref();
    assert_model("organization", organization, &full_organization());
    assert!(
        migrated.undecoded().is_empty(),
        "{:?}",
        migrated.undecoded()
    );
}

#[test]
fn full_authenticate() {
    let authenticated = authenticate(fixture("authenticate/full").json);
    assert_eq!(authenticated.status_code, 200);
    assert_eq!(authenticated.request_id.as_deref(), Some(REQUEST_ID));
    assert_eq!(authenticated.member_id, MEMBER_ID);
    assert_eq!(
        authenticated.session_token.as_ref().unwrap().expose(),
        "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q"
    );
    assert_eq!(
        authenticated.session_jwt.as_ref().unwrap().expose(),
        "example_jwt"
    );
    assert_model("member", authenticated.member.as_ref(), &full_member());
    let organization = authenticated.organization.as_ref();
    assert_model("organization", organization, &full_organization());
    let session = authenticated.member_session.as_ref().unwrap();
    let expected = full_factors();
    assert_eq!(session.authentication_factors.len(), expected.len());
    for (read, expected) in session.authentication_factors.iter().zip(&expected) {
        let method = expected.delivery_method.as_ref().unwrap();
        assert_model(method.as_str(), Some(read), expected);
    }
    assert_model("member_session", Some(session), &full_session());
    let device = authenticated.member_device.as_ref();
    assert_model("member_device", device, &full_device());
    assert!(
        authenticated.undecoded().is_empty(),
        "{:?}",
        authenticated.undecoded()
    );
}

#[test]
fn full_delete_totp() {
    let deleted = DeleteTotpResponse::try_from(response(200, fixture("delete_totp/full").json));
    let deleted = deleted.unwrap();
    assert_eq!(deleted.request_id.as_deref(), Some(REQUEST_ID));
    assert_eq!(deleted.member_id, Some(MEMBER_ID.into()));
    let mut member = full_member();
    member.totp_registration_id = None;
    assert_model("member", deleted.member.as_ref(), &member);
    assert!(!member.has_totp());
}

#[test]
fn full_get_member() {
    let read = GetMemberResponse::try_from(response(200, fixture("get_member/full").json)).unwrap();
    assert_eq!(read.request_id.as_deref(), Some(REQUEST_ID));
    assert_eq!(read.member_id, Some(MEMBER_ID.into()));
    assert_model("member", Some(&read.member), &full_member());
    assert_model(
        "organization",
        read.organization.as_ref(),
        &full_organization(),
    );
}

#[test]
fn full_recovery_codes() {
    let json = fixture("get_recovery_codes/full").json;
    let read = GetRecoveryCodesResponse::try_from(response(200, json)).unwrap();
    assert_eq!(read.member_id, Some(MEMBER_ID.into()));
    assert_eq!(codes(&read.recovery_codes), json!(RECOVERY_CODES));
    assert_model("member", read.member.as_ref(), &full_member());
    let json = fixture("rotate_recovery_codes/full").json;
    let rotated = RotateRecoveryCodesResponse::try_from(response(200, json)).unwrap();
    assert_eq!(rotated.member_id, Some(MEMBER_ID.into()));
    assert_eq!(codes(&rotated.recovery_codes), json!(RECOVERY_CODES));
    assert_model(
        "organization",
        rotated.organization.as_ref(),
        &full_organization(),
    );
}

#[test]
fn full_recover() {
    let read = RecoverResponse::try_from(response(200, fixture("recover/full").json)).unwrap();
    assert_eq!(read.request_id.as_deref(), Some(REQUEST_ID));
    assert_eq!(read.member_id, MEMBER_ID);
    assert_eq!(read.recovery_codes_remaining, Some(9));
    assert_eq!(
        read.session_token.as_ref().unwrap().expose(),
        "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q"
    );
    assert_eq!(read.session_jwt.as_ref().unwrap().expose(), "example_jwt");
    assert_model("member", read.member.as_ref(), &full_member());
    assert_model(
        "organization",
        read.organization.as_ref(),
        &full_organization(),
    );
    assert_model(
        "member_session",
        read.member_session.as_ref(),
        &full_session(),
    );
    assert_model("member_device", read.member_device.as_ref(), &full_device());
}

#[test]
fn full_authenticate_session() {
    let json = fixture("authenticate_session/full").json;
    let read = AuthenticateSessionResponse::try_from(response(200, json)).unwrap();
    assert_eq!(read.request_id.as_deref(), Some(REQUEST_ID));
    assert_eq!(read.member_id, MEMBER_ID, "the id in the session");
    assert_eq!(
        read.session_token.as_ref().unwrap().expose(),
        "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q"
    );
    assert_eq!(read.session_jwt.as_ref().unwrap().expose(), "example_jwt");
    let verdict = model!(AuthorizationVerdict {
        authorized: Some(true),
        granting_roles: vec!["reader".into(), "contributor".into()],
    });
    assert_model("verdict", read.verdict.as_ref(), &verdict);
    assert_model("member", read.member.as_ref(), &full_member());
    assert_model(
        "organization",
        read.organization.as_ref(),
        &full_organization(),
    );
    assert_model(
        "member_session",
        read.member_session.as_ref(),
        &full_session(),
    );
}

#[test]
fn full_models_serialise_to_the_same_json() {
    for call in &CALLS {
        let mut json = call.full().value();
        // For a deleted TOTP, Stytch sends an empty id. It is stored as unset.
        if let Some(id) = json.pointer_mut("/member/totp_registration_id") {
            *id = Some(id.take()).filter(|id| *id != json!("")).into();
        }
        let seen = (call.decode)(200, call.full().json.as_bytes()).unwrap();
        for (name, part) in seen.parts {
            assert_eq!(
                part.as_ref(),
                Some(&json[name]),
                "{name} of {}",
                call.full().name
            );
        }
    }
}

#[test]
fn empty_values_in_live_shapes_are_unset() {
    let created = create(fixture("create/live-shape").json);
    let member = created.member.unwrap();
    assert_eq!(member.name, "");
    assert_eq!(member.totp_registration_id, None);
    assert_eq!(member.mfa_phone_number, None);
    assert_eq!(member.default_mfa_method, None);
    assert_eq!(member.member_password_id, None);
    assert_eq!(member.is_locked, Some(false));
    assert_eq!(member.sso_registrations, []);
    assert_eq!(member.trusted_metadata, object(json!({})));
    assert_eq!(member.scim_registration, None);
    assert_eq!(member.lock_created_at, None);
    let organization = created.organization.unwrap();
    assert_eq!(organization.organization_logo_url, None);
    assert_eq!(organization.mfa_policy, Some(MfaPolicy::Optional));
    assert_eq!(organization.sso_default_connection_id, None);
    assert_eq!(organization.custom_roles, []);

    let authenticated = authenticate(fixture("authenticate/live-shape").json);
    assert_eq!(authenticated.member_device, None);
    let claims = authenticated.member_session.unwrap().custom_claims;
    assert_eq!(claims, object(json!({})));
}

#[test]
fn undocumented_keys_are_ignored() {
    let authenticated = authenticate(fixture("authenticate/extra-fields").json);
    let session = authenticated.member_session.unwrap();
    let [link, totp] = &session.authentication_factors[..] else {
        panic!("expected two factors: {session:?}")
    };
    // Both factors have a `sequence_order`.
    assert!(matches!(link.factor, Some(Factor::Email(_))), "{link:?}");
    assert!(
        matches!(totp.factor, Some(Factor::AuthenticatorApp(_))),
        "{totp:?}"
    );
    let member = authenticated.member.unwrap();
    let [google] = &member.oauth_registrations[..] else {
        panic!("expected one OAuth registration: {member:?}")
    };
    assert_eq!(
        (&google.profile_picture_url, &google.locale),
        (&None, &None)
    );
}
