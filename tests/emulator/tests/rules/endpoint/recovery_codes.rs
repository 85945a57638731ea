//! `/v1/b2b/recovery_codes`

pub(crate) mod get;
pub(crate) mod recover;
pub(crate) mod rotate;

use serde_json::json;
use totps_emulator::ExistingRecoveryCodes;

use self::get::get_codes;
use crate::client::{Run as _, accept, call, get, refuse};
use crate::scenes::{CREATE, MIGRATE, SECRET, authenticated, created, fixed, ids, with};

#[test]
fn settings_decide_what_happens_to_existing_codes() {
    for (existing, kept) in [
        (ExistingRecoveryCodes::Replace, false),
        (ExistingRecoveryCodes::Keep, true),
    ] {
        let emulator = created();
        emulator.set(|settings| {
            settings.recovery_codes.existing_at_create = existing;
            settings.recovery_codes.existing_at_migrate = existing;
        });
        let before = get_codes(&emulator)["recovery_codes"].clone();
        let again = accept(&emulator, CREATE, &ids(&emulator))["recovery_codes"].clone();
        assert_eq!(again == before, kept);
        let given = json!({ "secret": SECRET, "recovery_codes": ["aaaa-bbbb-cccc"] });
        let migrated = accept(&emulator, MIGRATE, &with(ids(&emulator), given));
        assert_eq!(migrated["recovery_codes"] == before, kept);
    }
    let emulator = created();
    emulator.set(|settings| {
        settings.recovery_codes.existing_at_create = ExistingRecoveryCodes::Refuse;
        settings.recovery_codes.existing_at_migrate = ExistingRecoveryCodes::Refuse;
    });
    let kind = "recovery_codes_already_exist";
    refuse(&emulator, CREATE, &ids(&emulator), 400, kind);
    let migrate = with(ids(&emulator), json!({ "secret": SECRET }));
    refuse(&emulator, MIGRATE, &migrate, 400, kind);
}

#[test]
fn a_setting_decides_how_many_codes_a_described_member_gets() {
    let emulator = fixed()
        .member(|new| new.totp_secret = Some(SECRET.to_owned()))
        .settings(|settings| settings.recovery_codes.count = 8)
        .run();
    let number = || {
        get_codes(&emulator)["recovery_codes"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(number(), 8);
    emulator.set(|settings| settings.recovery_codes.count = 3);
    let jane = emulator
        .create_member(emulator.organization_id(), |new| {
            new.totp_secret = Some(SECRET.to_owned());
        })
        .unwrap();
    let path = format!(
        "/v1/b2b/recovery_codes/{}/{}",
        jane.organization_id, jane.member_id
    );
    let codes = get(&emulator, &path)["recovery_codes"].clone();
    assert_eq!(codes.as_array().unwrap().len(), 3);
    assert_eq!(number(), 8);
}

#[test]
fn a_setting_keeps_the_codes_when_the_totp_is_deleted() {
    for (removes, left) in [(true, 0), (false, 10)] {
        let (emulator, _) = authenticated(
            fixed().settings(|settings| settings.recovery_codes.deleted_with_totp = removes),
        );
        let (organization, member) = (emulator.organization_id(), emulator.member_id());
        let path = format!("/v1/b2b/organizations/{organization}/members/{member}/totp");
        assert_eq!(call(&emulator, "DELETE", &path, String::new()).0, 200);
        assert_eq!(
            get_codes(&emulator)["recovery_codes"]
                .as_array()
                .unwrap()
                .len(),
            left
        );
    }
}
