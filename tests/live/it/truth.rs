//! A run finds out how an emulator is set.

use serde_json::{Value, json};
use totps_emulator::{ErrorCase, Settings};
use totps_live::{Report, Verdict, experiments};

use crate::support::{all, changed, config, emulator, observe, only};

/// Settings that no run can settle by themselves, and why.
const OUT_OF_REACH: [&str; 5] = [
    "rate_limit.calls_per_hour",
    "login.sms_despite_totp_default",
    "rbac.authorization_checks_pass",
    // No call gives a lock another length.
    "lock.minutes",
    // A pending Member gets a password by Migrate alone, which makes it active by default.
    "password.login_activates",
];

/// Another value for each setting that a run can settle.
fn others() -> Vec<(String, Value)> {
    let rows = Settings::table().into_iter();
    let rows = rows.map(|row| (format!("{}.{}", row.group, row.name), row.default));
    rows.filter(|(name, _)| !OUT_OF_REACH.contains(&name.as_str()))
        .map(|(name, default)| {
            let other = other(&name, &default);
            (name, other)
        })
        .collect()
}

fn other(name: &str, default: &Value) -> Value {
    match name {
        "http.success_status" => json!(202),
        "http.response_headers" => json!({ "cache-control": "no-store" }),
        "http.max_body_bytes" => json!(65_536),
        "organization.create_status" | "member.create_status" => json!(201),
        "organization.common_email_domains" => json!(["gmail.com", "outlook.com"]),
        "member.get_with_both" => json!("member_id"),
        "password.migrated_member_status" => json!("pending"),
        "search.totp_filter" => json!("totp_exists"),
        "session.intermediate_minutes" => json!(9),
        "session.max_duration_minutes" => json!(527_039),
        "session.jwks_thumbprint_name" => json!("x5t#S256"),
        "claims.reserved" => json!("refuse"),
        "claims.max_bytes" => json!(4_000),
        "totp.algorithm" => json!("sha256"),
        "totp.code_window_steps" => json!(3),
        "totp.replay_scope" => json!("older_steps"),
        "totp.qr_issuer" => json!("Acme & Sons"),
        "totp.qr_pixels" => json!(300),
        "totp.second_create" | "totp.migrate_while_pending" => json!("refuse"),
        "totp.create_changes" | "totp.migrate_changes" => {
            json!({ "mfa_enrolled": true, "default_mfa_method": false })
        }
        "totp.migrate_secret_min_bytes" => json!(16),
        "totp.migrate_secret_max_bytes" => json!(64),
        "recovery_codes.existing_at_create" | "recovery_codes.existing_at_migrate" => json!("keep"),
        "recovery_codes.count" => json!(8),
        "recovery_codes.import_max" => json!(10),
        "lock.refuses" => json!(["passwords.authenticate", "totp.authenticate", "totp.create"]),
        "lock.after_failures" => json!(5),
        "rbac.roles" => json!([]),
        _ => {
            let flag = default.as_bool();
            json!(!flag.unwrap_or_else(|| panic!("another value for {name}")))
        }
    }
}

/// What a report says and what is not so.
fn wrong(report: &Report, settings: &Settings) -> Vec<String> {
    let settings = serde_json::to_value(settings).unwrap();
    let told = report.findings.iter().filter(|it| !it.setting.starts_with("errors."));
    let told = told.filter_map(|it| Some((it, it.truth.as_ref()?)));
    let truth = |name: &str| settings.pointer(&format!("/{}", name.replace('.', "/"))).unwrap();
    told.filter(|(finding, said)| *said != truth(&finding.setting))
        .map(|(finding, said)| format!("{} is {said}", finding.setting))
        .collect()
}

/// Everything that was not explained.
fn unexplained(report: &Report) -> Vec<String> {
    let experiments = report.experiments.iter();
    experiments
        .flat_map(|it| it.unexplained.iter().map(|difference| format!("{}: {difference:?}", it.id)))
        .collect()
}

#[test]
fn the_defaults_agree() {
    let report = observe(&emulator(config(Settings::default())), &all());
    let differ: Vec<_> = report.findings.iter().filter(|it| it.verdict == Verdict::Differs).collect();
    assert!(differ.is_empty(), "expected nothing to differ: {differ:#?}");
    assert_eq!(unexplained(&report), [""; 0], "expected all to be explained");
    std::fs::write("/tmp/live-report.md", report.markdown()).unwrap();
}

#[test]
fn each_setting_is_found_by_itself() {
    let mut failures = Vec::new();
    let pick = std::env::var("PICK").unwrap_or_default();
    for (name, value) in others().into_iter().filter(|it| it.0.contains(&pick)) {
        let ids: Vec<&str> = experiments().filter(|it| it.settles.contains(&name.as_str())).map(|it| it.id).collect();
        assert!(!ids.is_empty(), "expected an experiment for {name}");
        let settings = changed(&[(name.as_str(), value.clone())]);
        let report = observe(&emulator(config(settings.clone())), &only(&ids));
        let found = report.finding(&name).and_then(|it| it.truth.clone());
        if found != Some(value.clone()) {
            failures.push(format!("{name} = {value}: found {found:?} by {ids:?}"));
        }
        for wrong in wrong(&report, &settings) {
            failures.push(format!("{name} = {value}: {wrong}"));
        }
        for unexplained in unexplained(&report) {
            failures.push(format!("{name} = {value}: {unexplained}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn each_error_case_is_found() {
    let mut settings = Settings::default();
    for (index, case) in ErrorCase::ALL.iter().enumerate() {
        let response = &mut settings.errors[*case];
        response.status = if *case == ErrorCase::MemberLocked { 429 } else { 470 + u16::try_from(index % 20).unwrap() };
        response.error_type = format!("type_of_{}", case.name());
        response.error_message = format!("Message of {}.", case.name());
        response.error_url = format!("https://example.com/{}", case.name());
    }
    let default = observe(&emulator(config(Settings::default())), &all());
    let report = observe(&emulator(config(settings.clone())), &all());
    let mut failures = Vec::new();
    for case in ErrorCase::ALL {
        let name = format!("errors.{}", case.name());
        let (before, found) = (default.finding(&name).unwrap(), report.finding(&name).unwrap());
        if before.truth.is_some() && found.truth.as_ref().map(|it| it["error_type"].clone()) != Some(json!(settings.errors[*case].error_type)) {
            failures.push(format!("{name}: {:?}", found.truth));
        }
    }
    failures.extend(wrong(&report, &settings));
    failures.extend(unexplained(&report));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
