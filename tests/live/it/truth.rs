//! A run finds out how an emulator is set.

use serde_json::json;
use totps_emulator::Settings;

use crate::support::{all, changed, config, emulator, observe, only};

#[test]
fn default() {
    let start = std::time::Instant::now();
    let report = observe(&emulator(config(Settings::default())), &all());
    std::fs::write("/tmp/live-report.md", report.markdown()).unwrap();
    eprintln!("{:?} {} calls", start.elapsed(), report.calls);
}

#[test]
fn flip() {
    let settings = changed(&[("totp.second_create", json!("refuse"))]);
    let report = observe(&emulator(config(settings)), &only(&["T3"]));
    eprintln!("{}", report.markdown());
    assert_eq!(report.finding("totp.second_create").unwrap().truth, Some(json!("refuse")));
}
