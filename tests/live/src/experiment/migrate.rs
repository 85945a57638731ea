//! TOTP Migrate: T6.

use serde_json::{Value, json};

use super::Experiment;
use crate::bench::Kind::{Optional, Required};
use crate::lab::codes::base32;
use crate::lab::people::Person;
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T6" Always active: "Is a migrated TOTP active without a first code?",
        settles ["totp.migrate_is_active", "login.member_options_show_totp"];
    "T6s" Always secrets: "Which secrets does Migrate accept?",
        settles [
            "totp.migrate_secret_min_bytes",
            "totp.migrate_secret_max_bytes",
            "totp.migrate_secret_lenient",
        ];
    "T6c" Always codes: "Which recovery codes does Migrate accept?",
        settles [
            "recovery_codes.import_max",
            "recovery_codes.import_refuses_duplicates",
            "recovery_codes.import_refuses_other_forms",
            "recovery_codes.import_replaces_empty",
        ];
};

fn secret(length: u8) -> String {
    let bytes: Vec<u8> = (0..length)
        .map(|byte| byte.wrapping_mul(37).wrapping_add(11))
        .collect();
    base32(&bytes)
}

fn active(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.send("Migrate", &jane.migrate(&secret(20)))?;
    lab.send("get", &jane.get())?;
    lab.create("Create after Migrate", &jane, &session)?;
    let joe = lab.member(Optional)?;
    let session = lab.login(&joe)?;
    lab.send("Migrate for another Member", &joe.migrate(&secret(20)))?;
    lab.learn_secret(&joe, &secret(20));
    lab.authenticate("first code", &joe, &session)?;
    let mary = lab.member(Required)?;
    lab.send("Migrate before any login", &mary.migrate(&secret(20)))?;
    lab.learn_secret(&mary, &secret(20));
    let login = lab.login(&mary)?;
    lab.authenticate("code after the login", &mary, &login)?;
    Ok(())
}

fn secrets(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member_without_password_in(Optional)?;
    let forms = [1, 9, 10, 15, 16, 20, 32, 64, 128, 129];
    let mut forms: Vec<(String, String)> = forms
        .into_iter()
        .map(|length| (format!("{length} bytes"), secret(length)))
        .collect();
    let whole = secret(20);
    let grouped = |separator: &str| {
        let groups = whole.as_bytes().chunks(4).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join(separator)
    };
    forms.extend([
        ("lower case".to_owned(), whole.to_lowercase()),
        ("padding".to_owned(), format!("{}======", secret(16))),
        ("groups with spaces".to_owned(), grouped(" ")),
        ("groups with hyphens".to_owned(), grouped("-")),
        (
            "digits that base32 lacks".to_owned(),
            format!("{}0189", &whole[..28]),
        ),
    ]);
    for (label, secret) in forms {
        migrate(lab, &jane, &label, json!({ "secret": secret }))?;
    }
    migrate(lab, &jane, "empty", json!({ "secret": "" }))
}

fn codes(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member_without_password_in(Optional)?;
    let some = |count: usize| -> Vec<String> {
        (0..count)
            .map(|number| format!("abcd-efgh-{:04}", 1_000 + number))
            .collect()
    };
    let twice = ["abcd-efgh-ijkl"; 2];
    for (label, codes) in [
        ("empty list", json!([])),
        ("null", Value::Null),
        ("one code", json!(some(1))),
        ("ten codes", json!(some(10))),
        ("eleven codes", json!(some(11))),
        ("the same code twice", json!(twice)),
        ("a code of another form", json!(["0123456789"])),
    ] {
        migrate(
            lab,
            &jane,
            label,
            json!({ "secret": secret(20), "recovery_codes": codes }),
        )?;
    }
    migrate(lab, &jane, "no field", json!({ "secret": secret(20) }))
}

/// Sends TOTP Migrate, and deletes the TOTP if it was accepted.
fn migrate(lab: &mut Lab<'_>, person: &Person, label: &str, fields: Value) -> Outcome {
    let reply = lab.send(
        label,
        &Plain::post("/v1/b2b/totp/migrate", person.ids_and(fields)),
    )?;
    if reply.accepted() {
        lab.send(&format!("delete, after {label}"), &person.delete_totp())?;
    }
    Ok(())
}
