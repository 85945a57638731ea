//! The report lists what no setting explains, and what totps does not read or know.

use serde_json::json;
use totps_emulator::{Fault, RateLimitError, Settings};

use crate::support::{config, emulator, observe, only};

#[test]
fn new_and_unreadable_fields_are_listed() {
    let emulator = emulator(config(Settings::default()));
    let body = json!({
        "member_id": "member-test-1",
        "member": { "member_id": "member-test-1", "status": "active", "later": true },
        "organization": 5,
        "news": { "inside": "x" },
        "status_code": 201,
    });
    let news = Fault::response(200).body(body.to_string());
    emulator.inject(2, news.endpoint("members.get")).unwrap();
    let review = observe(&emulator, &only(&["T4"])).review;
    let unreadable = &review.unreadable[0];
    assert_eq!(
        (unreadable.endpoint.as_str(), unreadable.what.as_str()),
        ("members.get", "set aside: organization")
    );
    assert_eq!(
        review.unknown_fields,
        ["members.get: member.later", "members.get: news"]
    );
    assert_eq!(
        review.disagreeing_status,
        ["members.get: status 200, `status_code` 201"]
    );
}

#[test]
fn an_unexplained_response_is_listed() {
    let emulator = emulator(config(Settings::default()));
    emulator
        .inject(1, Fault::response(500).endpoint("members.get"))
        .unwrap();
    let report = observe(&emulator, &only(&["T4"]));
    let unexplained = &report.experiments[0].unexplained;
    assert_eq!(unexplained.len(), 1, "{unexplained:#?}");
    assert_eq!(unexplained[0].step, "get, pending");
    assert_eq!(unexplained[0].seen, json!("refused: 500 "));
    assert_eq!(unexplained[0].emulated, json!("accepted"));
    let markdown = report.markdown();
    assert!(
        markdown.contains("| T4 | get, pending | outcome |"),
        "{markdown}"
    );
    // The rest of the experiment ran, and settled the setting.
    let finding = report.finding("totp.pending_registration_shown").unwrap();
    assert_eq!(finding.truth, Some(json!(false)));
}

#[test]
fn a_second_response_of_an_error_case_is_remarked() {
    let emulator = emulator(config(Settings::default()));
    let other = json!({ "status_code": 403, "error_type": "something_else" });
    let other = Fault::response(403).body(other.to_string());
    emulator
        .inject(1, other.endpoint("recovery_codes.get"))
        .unwrap();
    let report = observe(&emulator, &only(&["T19"]));
    let finding = report
        .finding("errors.member_of_other_organization")
        .unwrap();
    assert!(
        finding
            .remark
            .contains("T19 “codes” returned 403 `something_else`"),
        "{finding:?}"
    );
}

#[test]
fn a_rate_limit_ends_the_experiment_and_pauses_the_run() {
    let emulator = emulator(config(Settings::default()));
    let before = emulator.now();
    emulator
        .inject(
            1,
            Fault::rate_limited(RateLimitError::TooManyRequests).endpoint("members.get"),
        )
        .unwrap();
    let report = observe(&emulator, &only(&["T4", "T13"]));
    let ended = report.experiments[0].record.ended.as_deref();
    assert_eq!(ended, Some("the server limits the request rate (429)"));
    // Steps that were not reached are no difference.
    let unexplained = &report.experiments[0].unexplained;
    assert_eq!(unexplained.len(), 1, "{unexplained:#?}");
    assert_eq!(unexplained[0].step, "get, pending");
    assert_eq!(report.experiments[1].record.ended, None);
    let waited = emulator.now().duration_since(before).unwrap();
    assert!(
        waited.as_secs() >= 30,
        "expected a pause of 30 s: {waited:?}"
    );
}

#[test]
fn the_record_of_the_experiment_that_ended_the_run_is_kept() {
    let emulator = emulator(config(Settings::default()));
    let limit = Fault::rate_limited(RateLimitError::TooManyRequests).endpoint("members.create");
    emulator.inject(4, limit).unwrap();
    let report = observe(&emulator, &only(&["T4", "T13", "T18", "T3"]));
    assert!(report.ended.is_some(), "expected the run to end early");
    assert_eq!(report.experiments.len(), 4, "expected also the last one");
    assert!(report.experiments[3].record.ended.is_some());
}

#[test]
fn another_error_url_is_shown() {
    let mut settings = Settings::default();
    let case = totps_emulator::ErrorCase::WrongCode;
    settings.errors[case].error_url = "https://example.com/else".to_owned();
    let report = observe(&emulator(config(settings)), &only(&["T1"]));
    let name = format!("errors.{}", case.name());
    assert!(report.finding(&name).unwrap().truth.is_some());
    let markdown = report.markdown();
    let row = markdown.lines().find(|line| line.contains(&name)).unwrap();
    let shown = row.contains("https://example.com/else") && row.contains("https://stytch.com/docs");
    assert!(shown, "expected both URLs in {row}");
}
