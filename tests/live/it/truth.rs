//! A run finds the settings of an emulator.

use serde_json::{Value, json};
use totps_emulator::{Config, ErrorCase, Settings};
use totps_live::{Report, Verdict, experiments};

use crate::support::{all, changed, config, emulator, observe, only};

/// Settings that no run can settle alone.
const OUT_OF_REACH: [&str; 4] = [
    "rate_limit.calls_per_hour",
    "login.sms_despite_totp_default",
    "rbac.authorization_checks_pass",
    // A pending Member gets a password only by Migrate, which activates it by default.
    "password.login_activates",
];

/// The rows that a run against the default settings leaves open: those that no run can settle, and
/// the error cases that need another setting.
const OPEN: [&str; 25] = [
    "rate_limit.calls_per_hour",
    "password.login_activates",
    "login.sms_despite_totp_default",
    "rbac.authorization_checks_pass",
    "errors.duplicate_key",
    "errors.content_type",
    "errors.unknown_field",
    "errors.too_many_requests",
    "errors.too_few_tokens_authenticated",
    "errors.internal",
    "errors.organization_suspended",
    "errors.primary_factor_missing",
    "errors.mfa_session_needed",
    "errors.session_duration_above_maximum",
    "errors.reserved_claims",
    "errors.stytch_claims",
    "errors.pending_totp_exists",
    "errors.recovery_codes_exist",
    "errors.invalid_recovery_codes",
    "errors.organization_slug_missing",
    "errors.email_domain_claimed",
    "errors.enrolment_without_factor",
    "errors.phone_number_exists",
    "errors.invalid_phone_number",
    "errors.too_many_rbac_headers",
];

/// Returns another value for each setting that a run can settle.
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
        "totp.qr_issuer" => json!("Example issuer"),
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
        "lock.minutes" => json!(30),
        "rbac.roles" => json!([]),
        _ => {
            let flag = default.as_bool();
            json!(!flag.unwrap_or_else(|| panic!("expected another value for {name}")))
        }
    }
}

/// Returns the findings of a report that differ from the settings.
fn wrong(report: &Report, settings: &Settings) -> Vec<String> {
    let settings = serde_json::to_value(settings).unwrap();
    let told = report
        .findings
        .iter()
        .filter(|it| !it.setting.starts_with("errors."));
    let told = told.filter_map(|it| Some((it, it.truth.as_ref()?)));
    let truth = |name: &str| {
        settings
            .pointer(&format!("/{}", name.replace('.', "/")))
            .unwrap()
    };
    told.filter(|(finding, said)| *said != truth(&finding.setting))
        .map(|(finding, said)| format!("{} is {said}", finding.setting))
        .collect()
}

/// Returns the differences that no setting explains.
fn unexplained(report: &Report) -> Vec<String> {
    let experiments = report.experiments.iter();
    experiments
        .flat_map(|it| {
            it.unexplained
                .iter()
                .map(|difference| format!("{}: {difference:?}", it.id))
        })
        .collect()
}

#[test]
fn the_defaults_agree() {
    let report = observe(&emulator(config(Settings::default())), &all());
    let differ: Vec<_> = report
        .findings
        .iter()
        .filter(|it| it.verdict == Verdict::Differs)
        .collect();
    assert!(differ.is_empty(), "expected nothing to differ: {differ:#?}");
    let open = report.findings.iter();
    let open = open.filter(|it| it.verdict == Verdict::Open);
    let open: Vec<&str> = open.map(|it| it.setting.as_str()).collect();
    assert_eq!(open, OPEN, "expected only these rows to be open");
    assert_eq!(
        unexplained(&report),
        [""; 0],
        "expected all to be explained"
    );
}

/// Changes each setting of a group alone, and runs the experiments that settle it.
fn each_setting_of(group: &str) {
    let mut failures = Vec::new();
    for (name, value) in others().into_iter().filter(|it| it.0.starts_with(group)) {
        let settling = experiments().filter(|it| it.settles.contains(&name.as_str()));
        let ids: Vec<&str> = settling.map(|it| it.id).collect();
        assert!(!ids.is_empty(), "expected an experiment for {name}");
        let settings = changed(&[(name.as_str(), value.clone())]);
        let report = observe(&emulator(config(settings.clone())), &only(&ids));
        let found = report.finding(&name).and_then(|it| it.truth.clone());
        if found.as_ref() != Some(&value) {
            failures.push(format!("{name} = {value}: found {found:?} by {ids:?}"));
        }
        for wrong in wrong(&report, &settings)
            .into_iter()
            .chain(unexplained(&report))
        {
            failures.push(format!("{name} = {value}: {wrong}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Declares a test for each group, so that they run in parallel.
macro_rules! groups {
    ($($test:ident: $group:literal;)*) => {
        $(#[test]
        fn $test() {
            each_setting_of($group);
        })*

        #[test]
        fn each_group_has_a_test() {
            let tested = [$($group),*];
            for (name, _) in others() {
                let is_tested = tested.iter().any(|group| name.starts_with(group));
                assert!(is_tested, "expected a test for the group of {name}");
            }
        }
    };
}

groups! {
    each_setting_of_requests_is_found: "http.";
    each_setting_of_organizations_is_found: "organization.";
    each_setting_of_members_is_found: "member.";
    each_setting_of_updates_is_found: "update.";
    each_setting_of_searches_is_found: "search.";
    each_setting_of_passwords_is_found: "password.";
    each_setting_of_logins_is_found: "login.";
    each_setting_of_sessions_is_found: "session.";
    each_setting_of_claims_is_found: "claims.";
    each_setting_of_totp_is_found: "totp.";
    each_setting_of_recovery_codes_is_found: "recovery_codes.";
    each_setting_of_mfa_is_found: "mfa.";
    each_setting_of_locks_is_found: "lock.";
    each_setting_of_rbac_is_found: "rbac.";
}

/// Returns pseudorandom numbers that are the same in every run.
fn draw(seed: u64, index: usize) -> u64 {
    let mut value = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ (index as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    for _ in 0..3 {
        value ^= value >> 29;
        value = value.wrapping_mul(0x94d0_49bb_1331_11eb);
    }
    value >> 33
}

/// Runs against a configuration that is made from a seed. With `twice`, also runs against the
/// configuration in the report; not for all seeds, since that doubles the time.
fn generated(seed: u64, twice: bool) {
    let others = others();
    let drawn = others.iter().enumerate();
    let drawn = drawn.filter(|(index, _)| draw(seed, *index) % 6 == 0);
    let changes: Vec<(&str, Value)> = drawn
        .map(|(_, (name, value))| (name.as_str(), value.clone()))
        .collect();
    assert!(changes.len() > 5, "expected several changes: {changes:?}");
    let settings = changed(&changes);
    let report = observe(&emulator(config(settings.clone())), &all());
    let mut failures = wrong(&report, &settings);
    failures.extend(unexplained(&report));
    for (name, value) in &changes {
        let finding = report.finding(name).unwrap();
        if finding.verdict != Verdict::Differs {
            failures.push(format!("{name} = {value} was not found: {finding:?}"));
        }
    }
    let names: Vec<_> = changes.iter().map(|(name, _)| name).collect();
    assert!(
        failures.is_empty(),
        "with {names:?}:\n{}",
        failures.join("\n")
    );
    if twice {
        same_by_its_configuration(&report);
    }
}

/// Checks that a run against the configuration in a report gives the same report.
fn same_by_its_configuration(report: &Report) {
    let config = Config::from_toml(&report.emulator_config).unwrap();
    let again = observe(&emulator(config), &all());
    assert_eq!(again.emulator_config, report.emulator_config);
    assert_eq!(again.findings, report.findings);
    for (again, first) in again.experiments.iter().zip(&report.experiments) {
        assert_eq!(again, first, "expected {} to be the same", first.id);
    }
}

macro_rules! seeds {
    ($($test:ident: $seed:literal, $twice:literal;)*) => {
        $(#[test]
        fn $test() {
            generated($seed, $twice);
        })*
    };
}

seeds! {
    a_generated_configuration_is_found_0: 0, true;
    a_generated_configuration_is_found_1: 1, true;
    a_generated_configuration_is_found_2: 2, true;
    a_generated_configuration_is_found_3: 3, false;
    a_generated_configuration_is_found_4: 4, false;
}

#[test]
fn each_error_case_is_found() {
    let mut settings = Settings::default();
    for (index, case) in ErrorCase::ALL.iter().enumerate() {
        let response = &mut settings.errors[*case];
        response.status = if *case == ErrorCase::MemberLocked {
            429
        } else {
            470 + u16::try_from(index % 20).unwrap()
        };
        response.error_type = format!("type_of_{}", case.name());
        response.error_message = format!("Message of {}.", case.name());
        response.error_url = format!("https://example.com/{}", case.name());
    }
    let report = observe(&emulator(config(settings.clone())), &all());
    let mut failures = Vec::new();
    for case in ErrorCase::ALL {
        let name = format!("errors.{}", case.name());
        let found = report.finding(&name).unwrap().truth.as_ref();
        let found = found.map(|it| it["error_type"].clone());
        let made_up = json!(settings.errors[*case].error_type);
        let expected = (!OPEN.contains(&name.as_str())).then_some(made_up);
        if found != expected {
            failures.push(format!("{name}: {found:?}"));
        }
    }
    failures.extend(wrong(&report, &settings));
    failures.extend(unexplained(&report));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    same_by_its_configuration(&report);
}
