//! Checks a page with axe-core.

use serde_json::{Value, json};

use super::page::Page;

const AXE: &str = include_str!("../../fixtures/axe-core/axe.min.js");

/// Checks the page in its current state, by the default rules and by `target-size`.
pub(super) async fn check(page: &Page, what: &str) {
    let run = "
        const [options, done] = arguments;
        axe.run(document, options).then((found) => done(found), (error) => done({ error: String(error) }));";
    let options =
        json!({ "resultTypes": ["violations"], "rules": { "target-size": { "enabled": true } } });
    let found = page
        .client
        .execute_async(&format!("{AXE};{run}"), vec![options])
        .await
        .unwrap();
    assert_eq!(found["error"], Value::Null, "axe-core failed on {what}");
    let passed = found["passes"].as_array().map_or(0, Vec::len);
    assert!(
        passed > 10,
        "axe-core checked {passed} rules only on {what}"
    );
    let violations = found["violations"].as_array().unwrap();
    let violations: Vec<String> = violations.iter().map(describe).collect();
    assert!(violations.is_empty(), "{what}:\n{}", violations.join("\n"));
}

fn describe(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().unwrap();
    let nodes = nodes
        .iter()
        .map(|node| format!("  {} {}", node["html"], node["failureSummary"]));
    format!(
        "{}: {}\n{}",
        violation["id"],
        violation["help"],
        nodes.collect::<Vec<_>>().join("\n")
    )
}
