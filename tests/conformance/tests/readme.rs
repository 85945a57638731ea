//! The README has every rule.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use totps_conformance::rules;

#[test]
fn the_table_of_rules_is_complete() {
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
    let expected = format!("| Rule | Severity | What it says |\n|---|---|---|\n{table}");
    let readme = include_str!("../README.md");
    assert!(
        readme.contains(&expected),
        "the table of rules in README.md should be:\n{expected}"
    );
}

#[test]
fn every_rule_says_what_to_change() {
    let mut ids: Vec<_> = rules().map(|rule| rule.id()).collect();
    for rule in rules() {
        let (id, fix) = (rule.id(), rule.fix());
        assert!(fix.len() > 20, "{id} should say what to change");
        assert!(
            !fix.ends_with('.'),
            "{id}: {fix:?} should not end with a full stop"
        );
        let sentence = rule.sentence();
        assert!(
            !sentence.ends_with('.'),
            "{id}: {sentence:?} should not end with a full stop"
        );
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "no two rules should have one id");
}
