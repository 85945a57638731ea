//! Tests that models can be stored: a serialised model deserialises to the same value.

use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use totps_core::{
    ActiveScimConnection, ActiveSsoConnection, AllowedType, AuthMethod, AuthenticationFactor,
    AuthenticationFactorDeliveryMethod as Method, AuthenticationFactorType as Type,
    AuthenticatorAppFactor, BiometricFactor, CryptoWalletFactor, CustomRole, CustomRolePermission,
    DeviceAttributeDetails, DeviceInfo, EmailFactor, EmailImplicitRoleAssignment,
    EmbeddableMagicLinkFactor, ImpersonatedFactor, JsonObject, Member, MemberRole,
    MemberRoleSource, MemberRoleSourceType, MemberSession, MemberStatus, MfaMethod, MfaPolicy,
    OAuthAccessTokenExchangeFactor, OAuthExchangeFactor, OAuthFactor, OAuthRegistration,
    Organization, PhoneNumberFactor, RecoveryCodeFactor, RetiredEmail, ScimAddress, ScimAttributes,
    ScimEnterpriseExtension, ScimGroup, ScimManager, ScimName, ScimRegistration, ScimValue,
    SsoFactor, SsoRegistration, Timestamp, TrustedAuthTokenFactor, WebAuthnFactor,
};
use totps_tests::fixtures::{AUTHENTICATE, CREATE, MIGRATE};

use super::{authenticate, create, encoded_again, migrate};
use crate::requests::any_text;

#[test]
fn models_can_be_stored() {
    fn assert_same<T>(name: &str, model: Option<T>)
    where
        T: PartialEq + Debug + Serialize + DeserializeOwned,
    {
        let Some(model) = model else { return };
        assert_eq!(encoded_again(&model), model, "{name}: decode(encode(x))");
        let value = serde_json::to_value(&model).unwrap();
        let from_value: T = serde_json::from_value(value).unwrap();
        assert_eq!(from_value, model, "{name}: through a Value");
    }
    for fixture in CREATE {
        let created = create(fixture.json);
        assert_same(fixture.name, created.member);
        assert_same(fixture.name, created.organization);
    }
    for fixture in AUTHENTICATE {
        let authenticated = authenticate(fixture.json);
        assert_same(fixture.name, authenticated.member);
        assert_same(fixture.name, authenticated.organization);
        assert_same(fixture.name, authenticated.member_session);
        assert_same(fixture.name, authenticated.member_device);
    }
    for fixture in MIGRATE {
        let migrated = migrate(fixture.json);
        assert_same(fixture.name, migrated.member);
        assert_same(fixture.name, migrated.organization);
    }
    assert_same("defaults", Some(Member::default()));
    assert_same("defaults", Some(Organization::default()));
    assert_same("defaults", Some(MemberSession::default()));
    assert_same("defaults", Some(DeviceInfo::default()));
}

/// An empty text is an unset value, but it must be written as it was sent.
#[test]
fn factors_are_serialised_as_they_were_sent() {
    for json in [
        r#"{"type":"","delivery_method":""}"#,
        r#"{"type":"brand_new","delivery_method":"by_owl"}"#,
        r#"{"type":"totp","delivery_method":null}"#,
    ] {
        let factor: AuthenticationFactor = serde_json::from_str(json).unwrap();
        let written = serde_json::to_string(&factor).unwrap();
        let begins = json.strip_suffix('}').unwrap();
        assert!(
            written.starts_with(begins),
            "{json} was written as {written}"
        );
    }
}

#[test]
fn missing_ids_are_none() {
    for json in [
        "{}",
        r#"{"member_session_id": "", "member_id": null, "organization_id": ""}"#,
    ] {
        let session: MemberSession = serde_json::from_str(json).unwrap();
        assert_eq!(session.member_session_id, None, "{json}");
        assert_eq!(session.member_id, None, "{json}");
        assert_eq!(session.organization_id, None, "{json}");
    }
}

#[test]
fn every_model_can_be_stored_and_compared() {
    fn assert_model_type<T: Clone + PartialEq + Debug + Serialize + DeserializeOwned>() {}
    macro_rules! models {
        ($($type:ident),* $(,)?) => { $(assert_model_type::<$type>();)* };
    }
    models!(
        ActiveScimConnection,
        ActiveSsoConnection,
        AllowedType,
        AuthMethod,
        AuthenticationFactor,
        AuthenticatorAppFactor,
        BiometricFactor,
        CryptoWalletFactor,
        CustomRole,
        CustomRolePermission,
        DeviceAttributeDetails,
        DeviceInfo,
        EmailFactor,
        EmailImplicitRoleAssignment,
        EmbeddableMagicLinkFactor,
        ImpersonatedFactor,
        JsonObject,
        Member,
        MemberRole,
        MemberRoleSource,
        MemberRoleSourceType,
        MemberSession,
        MemberStatus,
        Method,
        MfaMethod,
        MfaPolicy,
        OAuthAccessTokenExchangeFactor,
        OAuthExchangeFactor,
        OAuthFactor,
        OAuthRegistration,
        Organization,
        PhoneNumberFactor,
        RecoveryCodeFactor,
        RetiredEmail,
        ScimAddress,
        ScimAttributes,
        ScimEnterpriseExtension,
        ScimGroup,
        ScimManager,
        ScimName,
        ScimRegistration,
        ScimValue,
        SsoFactor,
        SsoRegistration,
        Timestamp,
        TrustedAuthTokenFactor,
        Type,
        WebAuthnFactor,
    );
}

#[test]
fn timestamps_convert() {
    let at =
        |seconds, nanoseconds| Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds));
    for (text, expected) in [
        ("1970-01-01T00:00:00Z", at(0, 0)),
        ("2026-04-25T16:37:09Z", at(1_777_135_029, 0)),
        ("2026-04-25t16:37:09z", at(1_777_135_029, 0)),
        ("2026-04-25T16:37:09.5Z", at(1_777_135_029, 500_000_000)),
        ("2026-04-25T16:37:09.000000001Z", at(1_777_135_029, 1)),
        ("2026-04-25T18:37:09+02:00", at(1_777_135_029, 0)),
        ("2026-04-25T09:07:09-07:30", at(1_777_135_029, 0)),
        ("2026-04-25T16:37:09-00:00", at(1_777_135_029, 0)),
        ("9999-12-31T23:59:59Z", at(253_402_300_799, 0)),
        ("", None),
        ("tomorrow", None),
        ("1777135029", None),
        ("2026-04-25", None),
        ("2026-04-25T16:37:09", None),
        ("2026-02-30T16:37:09Z", None),
        ("2026-04-25T25:37:09Z", None),
        (" 2026-04-25T16:37:09Z", None),
    ] {
        let timestamp = Timestamp::new(text);
        assert_eq!(timestamp.as_str(), text, "the text must be kept");
        assert_eq!(timestamp.to_system_time().ok(), expected, "{text:?}");
        assert_eq!(SystemTime::try_from(&timestamp).ok(), expected, "{text:?}");
    }
    let go_zero = Timestamp::new("0001-01-01T00:00:00Z").to_system_time();
    assert!(go_zero.is_ok(), "times before 1970 must be read");
}

#[test]
fn timestamps_of_other_standards_are_refused() {
    for text in [
        "20260425T163709Z",
        "2026-04-25T16Z",
        "2026-04-25T16:37Z",
        "2026-04-25T16:37:09+02",
        "2026-04-25T16:37:09+0200",
        "2026-04-25T16:37:09+25:00",
        "2026-04-25T16:37:09,5Z",
        "2026-04-25T16:37:09Z[Europe/Paris]",
        "+002026-04-25T16:37:09Z",
        "2026-04-25T16:37:09.5[u-ca=iso8601]Z",
        "2026-04-25T16:37:09.Z",
        "2026-04-25T16:37:09.1234567891Z",
    ] {
        assert!(
            Timestamp::new(text).to_system_time().is_err(),
            "{text} is not RFC 3339"
        );
    }
}

#[test]
fn timestamps_convert_into_those_of_jiff() {
    let timestamp = Timestamp::new("2026-04-25T18:37:09.5+02:00");
    let read = jiff_1::Timestamp::try_from(&timestamp).unwrap();
    assert_eq!(read.to_string(), "2026-04-25T16:37:09.5Z");
    for text in ["soon", "2026-04-25T16:37Z"] {
        let refused = jiff_1::Timestamp::try_from(&Timestamp::new(text));
        assert!(refused.is_err(), "{text} is not RFC 3339");
    }
}

/// Returns the days from 1970-01-01 to a date of the Gregorian calendar, counted year by year and
/// month by month.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_of = |month: i64| match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let days_of_years = |years: std::ops::Range<i64>| -> i64 {
        years.map(|year| 365 + i64::from(is_leap(year))).sum()
    };
    let years = days_of_years(1970..year) - days_of_years(year..1970);
    years + (1..month).map(days_of).sum::<i64>() + day - 1
}

proptest! {
    #[test]
    fn any_timestamp_of_rfc_3339_converts(
        (year, month, day) in (0..10_000_i64, 1..13_i64, 1..29_i64),
        (hour, minute, second) in (0..24_i64, 0..60_i64, 0..60_i64),
        digits in prop::option::of("[0-9]{1,9}"),
        offset in prop::option::of((any::<bool>(), 0..24_i64, 0..60_i64)),
    ) {
        let fraction = digits.as_ref().map_or_else(String::new, |digits| format!(".{digits}"));
        let (zone, ahead) = match offset {
            None => ("Z".to_owned(), 0),
            Some((is_west, hours, minutes)) => {
                let (sign, factor) = if is_west { ('-', -1) } else { ('+', 1) };
                (format!("{sign}{hours:02}:{minutes:02}"), factor * (hours * 60 + minutes) * 60)
            }
        };
        let text = format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"
        );
        let seconds = days_since_epoch(year, month, day) * 86_400
            + hour * 3600 + minute * 60 + second - ahead;
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let whole = if seconds < 0 {
            SystemTime::UNIX_EPOCH - whole
        } else {
            SystemTime::UNIX_EPOCH + whole
        };
        let digits = format!("{:0<9}", digits.unwrap_or_default());
        let expected = whole + Duration::from_nanos(digits.parse().unwrap());
        prop_assert_eq!(Timestamp::new(text.as_str()).to_system_time(), Ok(expected), "{}", text);
    }

    #[test]
    fn any_text_is_a_timestamp_or_an_error(text in any_text()) {
        for text in [text.clone(), format!("{text}2026-04-25T16:37:09Z")] {
            prop_assert!(Timestamp::new(text.as_str()).to_system_time().is_err(), "{}", text);
        }
    }
}
