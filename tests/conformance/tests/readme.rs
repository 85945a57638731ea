//! Checks the texts of the rules and their table in the README.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use totps_conformance::rules;

#[test]
fn the_readme_lists_every_rule() {
    let table: String = rules()
        .map(|rule| {
            format!(
                "| `{}` | {} | {} |\n",
                rule.id(),
                rule.severity(),
                rule.sentence()
            )
        })
        .collect();
    let expected = format!("| Rule | Severity | Requirement |\n|---|---|---|\n{table}");
    let readme = include_str!("../README.md");
    assert!(
        readme.contains(&expected),
        "expected this table of rules in README.md:\n{expected}"
    );
}

#[test]
fn every_rule_says_what_to_change() {
    let mut ids: Vec<_> = rules().map(|rule| rule.id()).collect();
    for rule in rules() {
        let (id, fix) = (rule.id(), rule.fix());
        assert!(fix.len() > 20, "{id} must say what to change");
        assert!(
            !fix.ends_with('.'),
            "{id}: {fix:?} must not end with a full stop"
        );
        let sentence = rule.sentence();
        assert!(
            !sentence.ends_with('.'),
            "{id}: {sentence:?} must not end with a full stop"
        );
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "two rules have the same id");
}
