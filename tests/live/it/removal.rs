//! What a run removes, and what it does not.

use std::fs;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;
use totps_emulator::{Emulator, Fault, RateLimitError, Settings};
use totps_live::{EmulatorClock, Halt, Journal, Report, Stop, run};

use crate::support::{config, emulator, only, target};

/// An emulator with an Organization, and a journal in which it is.
struct Left {
    emulator: Rc<Emulator>,
    folder: TempDir,
}

impl Left {
    fn new(slug: &str) -> Self {
        let emulator = emulator(config(Settings::default()));
        let made = emulator.create_organization(|new| {
            new.organization_slug = Some(slug.to_owned());
        });
        made.unwrap();
        let left = Self {
            emulator,
            folder: TempDir::new().unwrap(),
        };
        let line = json!({
            "event": "organization",
            "project_id": left.emulator.project_id(),
            "base_url": left.emulator.base_url(),
            "name": slug,
        });
        // With an incomplete line, as a kill leaves it.
        fs::write(left.path(), format!("{line}\n{{\"event\":\"mem")).unwrap();
        left
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    /// Runs one experiment.
    fn run(&self, stop: Stop) -> Result<Report, Halt> {
        self.run_only(stop, &["T13"])
    }

    fn run_only(&self, stop: Stop, ids: &[&str]) -> Result<Report, Halt> {
        let journal = Journal::open(&self.path()).unwrap();
        let clock = Box::new(EmulatorClock::new(self.emulator.clone()));
        let target = target(&self.emulator);
        run(&target, clock, journal, Arc::new(stop), &only(ids))
    }

    /// Makes the next calls of this endpoint fail with a status.
    fn refuse(&self, times: u32, status: u16, endpoint: &str) {
        let body = json!({ "status_code": status, "error_type": "made_up" }).to_string();
        let fault = Fault::response(status).body(body).endpoint(endpoint);
        self.emulator.inject(times, fault).unwrap();
    }

    /// Returns how many Organizations were deleted.
    fn deleted(&self) -> usize {
        let requests = self.emulator.requests();
        let deleted =
            |it: &&totps_emulator::RecordedRequest| it.endpoint == Some("organizations.delete");
        requests.iter().filter(deleted).count()
    }
}

#[test]
fn a_run_removes_what_an_earlier_one_left() {
    let left = Left::new("totps-live-0-1");
    assert_eq!(left.run(Stop::default()).unwrap().ended, None);
    assert_eq!(
        left.deleted(),
        2,
        "expected the old and the new one to be deleted"
    );
    // The next run removes only its own.
    left.run(Stop::default()).unwrap();
    assert_eq!(left.deleted(), 3);
}

#[test]
fn an_interruption_does_not_stop_the_removal() {
    let left = Left::new("totps-live-0-1");
    assert_eq!(left.run(stopped()), Err(Halt::Interrupted));
    assert_eq!(left.deleted(), 1, "expected the old one to be deleted");
}

fn stopped() -> Stop {
    let stop = Stop::default();
    stop.stop();
    stop
}

#[test]
fn an_interrupted_run_tells_that_its_removal_failed() {
    let left = Left::new("totps-live-0-1");
    left.refuse(9, 503, "organizations.get");
    let Err(Halt::Run(text)) = left.run(stopped()) else {
        panic!("expected an error of the run");
    };
    for part in ["interrupted", "503 made_up", "run with `--clean`"] {
        assert!(text.contains(part), "expected `{part}` in {text}");
    }
    assert_eq!(left.deleted(), 0);
}

#[test]
fn a_run_that_ended_early_tells_that_its_removal_failed() {
    let left = Left::new("totps-live-0-1");
    let limit = Fault::rate_limited(RateLimitError::TooManyRequests).endpoint("members.create");
    left.emulator.inject(4, limit).unwrap();
    left.refuse(99, 503, "organizations.get");
    let report = left.run_only(Stop::default(), &["T4", "T13", "T18", "T3"]);
    let ended = report.unwrap().ended.unwrap();
    for part in ["again and again", "run with `--clean`"] {
        assert!(ended.contains(part), "expected `{part}` in {ended}");
    }
}

#[test]
fn the_removal_after_an_interruption_waits_after_a_rate_limit() {
    let left = Left::new("totps-live-0-1");
    let before = left.emulator.now();
    let limit = Fault::rate_limited(RateLimitError::TooManyRequests).endpoint("organizations.get");
    left.emulator.inject(2, limit).unwrap();
    assert_eq!(left.run(stopped()), Err(Halt::Interrupted));
    assert_eq!(left.deleted(), 1, "expected the old one to be deleted");
    let waited = left.emulator.now().duration_since(before).unwrap();
    assert!(
        waited.as_secs() >= 90,
        "expected pauses of 30 s and 60 s: {waited:?}"
    );
}

#[test]
fn the_removal_after_rate_limits_has_its_own_pauses() {
    let left = Left::new("totps-live-0-1");
    let limited =
        |endpoint| Fault::rate_limited(RateLimitError::TooManyRequests).endpoint(endpoint);
    // The fourth one ends the run.
    left.emulator.inject(4, limited("members.create")).unwrap();
    left.emulator
        .inject(3, limited("organizations.get"))
        .unwrap();
    let report = left.run_only(Stop::default(), &["T4", "T13", "T18", "T3"]);
    let ended = report.unwrap().ended.unwrap();
    assert!(!ended.contains("--clean"), "{ended}");
    assert_eq!(left.deleted(), 2, "expected both to be deleted");
}

#[test]
fn a_refused_look_at_an_organization_is_told_with_its_status() {
    let left = Left::new("totps-live-0-1");
    left.refuse(1, 401, "organizations.get");
    let ended = left.run(Stop::default()).unwrap().ended.unwrap();
    assert!(ended.contains("401 made_up"), "{ended}");
}

#[test]
fn an_organization_without_our_prefix_is_not_deleted() {
    let left = Left::new("acme");
    let ended = left.run(Stop::default()).unwrap().ended.unwrap();
    assert!(ended.contains("`acme` is not deleted"), "{ended}");
    assert_eq!(left.deleted(), 1, "expected only the new one to be deleted");
}

#[test]
fn a_locked_or_malformed_journal_is_refused() {
    let left = Left::new("totps-live-0-1");
    let first = Journal::open(&left.path()).unwrap();
    let second = Journal::open(&left.path()).unwrap_err();
    assert_eq!(second.to_string(), "it is in use by another run");
    drop(first);
    fs::write(left.path(), "nonsense\n").unwrap();
    let strange = Journal::open(&left.path()).unwrap_err();
    assert_eq!(strange.to_string(), "it is not a journal of totps-live");
}

#[test]
fn a_file_that_is_not_a_journal_is_not_changed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("notes");
    for text in [
        "one line",
        "{\"event\":\"",
        "{\"event\":1}\n{\"name\":1}",
        "a\nb",
    ] {
        fs::write(&path, text).unwrap();
        let is_cut = text.starts_with("{\"event\":\"");
        assert_eq!(Journal::open(&path).is_ok(), is_cut, "{text:?}");
        let kept = fs::read_to_string(&path).unwrap();
        assert_eq!(
            kept,
            if is_cut { "" } else { text },
            "expected {text:?} to be kept"
        );
    }
}
