//! Files of a run contain no secret, only Members made for it are locked, and the pace is kept.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use totps_emulator::{Emulator, Settings};
use totps_live::pace::{AT_STYTCH, Pace};
use totps_live::{EmulatorClock, Journal, Stop, Target, run};

use crate::support::{all, changed, config, emulator, observe, target};

/// Keys of requests and responses whose values belong to the project.
const SECRET: [&str; 13] = [
    "code",
    "hash",
    "intermediate_session_token",
    "member_id",
    "organization_id",
    "password",
    "qr_code",
    "recovery_code",
    "recovery_codes",
    "secret",
    "session_jwt",
    "session_token",
    "totp_registration_id",
];

/// Collects the secrets of a body. `secrets` removes the constants of the scripts.
fn collect(body: &Value, secrets: &mut BTreeSet<String>) {
    match body {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            if SECRET.contains(&name.as_str()) {
                texts(value, secrets);
            }
            collect(value, secrets);
        }),
        Value::Array(list) => list.iter().for_each(|value| collect(value, secrets)),
        _ => {}
    }
}

fn texts(value: &Value, secrets: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            secrets.insert(text.clone());
        }
        Value::Array(list) => list.iter().for_each(|value| texts(value, secrets)),
        _ => {}
    }
}

/// Returns the secrets in the requests that the emulator received. Values of responses are among
/// them only if a later request has them, too.
fn secrets(emulator: &Emulator) -> BTreeSet<String> {
    let mut secrets = BTreeSet::from([
        emulator.secret().to_owned(),
        emulator.project_id().to_owned(),
    ]);
    for request in emulator.requests() {
        if let Ok(body) = serde_json::from_slice::<Map<String, Value>>(&request.body) {
            collect(&Value::Object(body), &mut secrets);
        }
        for segment in request.path.split(['/', '?', '=', '&']) {
            if segment.contains("-test-") {
                secrets.insert(segment.to_owned());
            }
        }
    }
    // Constants of the scripts.
    let public = [
        "nonsense",
        "5eed0000",
        "abcd-efgh",
        // Samples from Stytch's documentation.
        "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q",
        "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS",
    ];
    let made_up =
        |text: &String| text.len() < 16 || public.iter().any(|public| text.contains(public));
    secrets.retain(|text| !made_up(text));
    secrets
}

fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

/// Returns whether a word has the form of a TOTP secret, a recovery code, a token, a JWT, or a name
/// that the run made: a slug, an external id or the local part of an address.
fn has_secret_form(word: &str) -> bool {
    let in_base32 = |c: u8| matches!(c, b'A'..=b'Z' | b'2'..=b'7');
    let is_secret = word.len() == 32 && word.bytes().all(in_base32);
    let groups: Vec<&str> = word.split('-').collect();
    let in_code = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_group = |group: &&str| group.len() == 4 && group.bytes().all(in_code);
    let is_code = groups.len() == 3 && groups.iter().all(is_group);
    let has = |in_class: fn(&u8) -> bool| word.bytes().any(|byte| in_class(&byte));
    let is_token = word.len() >= 40
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase);
    let name = word.strip_prefix("totps-live-");
    let is_name = name.is_some_and(|rest| rest.contains('-'));
    let public = [
        "BTGNX5RK",
        "ckss-2skx",
        "abcd-efgh",
        "zzzz-zzzz",
        "mZAYn5aLEqKU",
        "SeiGwdj5lKkr",
    ];
    let is_public = public.iter().any(|start| word.starts_with(start));
    let is_jwt = word.starts_with("eyJ");
    (is_secret || is_code || is_token || is_name || is_jwt) && !is_public
}

#[test]
fn nothing_secret_is_written() {
    let emulator = emulator(config(Settings::default()));
    let folder = TempDir::new().unwrap();
    let mut options = all();
    options.keep_traffic = Some(folder.path().join("traffic"));
    let journal = Journal::open(&folder.path().join("journal")).unwrap();
    let clock = Box::new(EmulatorClock::new(emulator.clone()));
    let report = run(
        &target(&emulator),
        clock,
        journal,
        Arc::new(Stop::default()),
        &options,
    );
    report
        .unwrap()
        .write(&folder.path().join("result"))
        .unwrap();
    let secrets = secrets(&emulator);
    assert!(
        secrets.len() > 300,
        "expected many secrets: {}",
        secrets.len()
    );
    let mut found = Vec::new();
    files(folder.path(), &mut found);
    assert!(
        found.len() > 30,
        "expected reports and traffic: {}",
        found.len()
    );
    for (path, text) in &found {
        // The journal has the project's id and the names, so that `--clean` removes nothing else.
        let is_journal = path.ends_with("journal");
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        let leaked: Vec<_> = words.filter(|word| has_secret_form(word)).collect();
        assert!(
            leaked.is_empty() || is_journal,
            "expected no secret in {path}: {leaked:?}"
        );
        for secret in &secrets {
            let is_id = secret.contains("-test-");
            if text.contains(secret.as_str()) && !(is_journal && is_id) {
                panic!("expected no secret in {path}: {secret}");
            }
        }
    }
    let names: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    for name in [
        "create/live.json",
        "authenticate/live.json",
        "requests/totp-create.json",
    ] {
        assert!(
            names.iter().any(|it| it.ends_with(name)),
            "expected {name} in {names:#?}"
        );
    }
}

#[test]
fn the_issuer_of_the_project_is_not_shown() {
    let settings = changed(&[("totp.qr_issuer", json!("Acme"))]);
    let emulator = emulator(config(settings));
    let report = observe(&emulator, &crate::support::only(&["T13"]));
    let finding = report.finding("totp.qr_issuer").unwrap();
    assert_eq!(finding.truth, Some(json!("Example issuer")));
    for text in [
        serde_json::to_string(&report).unwrap(),
        report.markdown(),
        report.emulator_config.clone(),
    ] {
        assert!(!text.contains("Acme"), "expected no issuer in {text}");
    }
}

#[test]
fn traffic_is_kept_in_the_form_of_fixtures() {
    let emulator = emulator(config(Settings::default()));
    let folder = TempDir::new().unwrap();
    let mut options = crate::support::only(&["T3", "T1"]);
    options.keep_traffic = Some(folder.path().join("traffic"));
    let journal = Journal::open(&folder.path().join("journal")).unwrap();
    let clock = Box::new(EmulatorClock::new(emulator.clone()));
    run(
        &target(&emulator),
        clock,
        journal,
        Arc::new(Stop::default()),
        &options,
    )
    .unwrap();
    let read = |name: &str| -> Value {
        let text = fs::read_to_string(folder.path().join("traffic").join(name)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let created = read("create/live.json");
    assert_eq!(created["secret"], "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS");
    assert_eq!(created["member"]["status"], "active");
    let id = created["member_id"].as_str().unwrap();
    assert!(id.starts_with("member-test-00000000-"), "{id}");
    assert_eq!(created["member"]["member_id"], id, "expected the same id");
    let response = totps_ureq::http::Response::new(created.to_string());
    assert!(
        totps_ureq::CreateResponse::try_from(response).is_ok(),
        "expected that the response can be read"
    );
    assert_eq!(
        read("error/401-unable-to-authenticate-totp.json")["status_code"],
        401
    );
}

/// Returns the steps after which a Member was locked, without those of the experiments on locks.
fn locked(settings: Settings) -> Vec<String> {
    let report = observe(&emulator(config(settings)), &all());
    let others = report
        .experiments
        .iter()
        .filter(|it| !it.id.starts_with("T15"));
    others
        .flat_map(|experiment| {
            let steps = experiment.record.steps.iter();
            let locked =
                steps.filter(|step| step.seen.get("member.is_locked") == Some(&json!(true)));
            locked.map(|step| format!("{}: {}", experiment.id, step.label))
        })
        .collect()
}

#[test]
fn only_members_that_were_made_for_it_are_locked() {
    for failures in [10, 3] {
        let mut settings = changed(&[("lock.after_failures", json!(failures))]);
        settings.lock.count_replays = true;
        assert_eq!(locked(settings), [""; 0], "after {failures} failures");
    }
}

#[test]
fn an_experiment_ends_if_one_failure_locks_its_member() {
    // After the lock the experiment ends, so that it adds no failure.
    let settings = changed(&[("lock.after_failures", json!(1))]);
    let emulator = emulator(config(settings));
    let report = observe(&emulator, &crate::support::only(&["T1"]));
    let ended = report.experiments[0].record.ended.as_deref();
    assert!(ended.is_some_and(|it| it.contains("lock")), "{ended:?}");
}

#[test]
fn the_pace_is_two_calls_a_second() {
    let (url, id) = ("https://test.stytch.com", "project-test-1");
    let at_stytch = Target::new(url, id, "secret-test-1", None).unwrap();
    assert_eq!(at_stytch.distance, AT_STYTCH);
    let start = Instant::now();
    let mut pace = Pace::new(AT_STYTCH);
    assert_eq!(pace.wait(start), Duration::ZERO);
    pace.begins(start);
    pace.ended(false);
    assert_eq!(pace.wait(start), Duration::from_millis(500));
    assert_eq!(
        pace.wait(start + Duration::from_millis(200)),
        Duration::from_millis(300)
    );
    assert_eq!(pace.wait(start + Duration::from_secs(9)), Duration::ZERO);
    pace.begins(start);
    pace.ended(true);
    assert_eq!(pace.wait(start), Duration::from_secs(1), "after a failure");
    let pauses: Vec<_> = (0..4)
        .map(|_| pace.limited().map(|it| it.as_secs()))
        .collect();
    assert_eq!(pauses, [Some(30), Some(60), Some(120), None]);
}

#[test]
fn slow_and_locking_experiments_run_when_asked() {
    let emulator: Rc<Emulator> = emulator(config(Settings::default()));
    let ids = |options: &totps_live::Options| -> Vec<String> {
        let report = observe(&emulator, options);
        report.experiments.into_iter().map(|it| it.id).collect()
    };
    let mut options = crate::support::only(&["T4", "S1", "T15p"]);
    assert_eq!(ids(&options), ["T4", "S1", "T15p"]);
    options.slow = false;
    assert_eq!(ids(&options), ["T4", "T15p"]);
    options.no_lock = true;
    assert_eq!(ids(&options), ["T4"]);
}
