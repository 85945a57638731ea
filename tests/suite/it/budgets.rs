//! Budgets of the crates: the number of their dependencies, and the sizes of their types.

use std::collections::BTreeSet;
use std::env;
use std::process::Command;

use totps_core::{
    AuthenticateParams, AuthenticateResponse, AuthenticateSessionParams,
    AuthenticateSessionResponse, AuthenticationFactor, Call, CreateParams, CreateResponse,
    DeleteTotpParams, DeleteTotpResponse, Error, Factor, GetMemberParams, GetMemberResponse,
    GetRecoveryCodesParams, GetRecoveryCodesResponse, Member, MemberSession, MigrateParams,
    MigrateResponse, Organization, Reason, RecoverParams, RecoverResponse, RevokeSessionsParams,
    RevokeSessionsResponse, RotateRecoveryCodesParams, RotateRecoveryCodesResponse, Timestamp,
    TransportError,
};

/// Returns the crates that a program gets with the default features of one of ours, including it.
fn tree(package: &str) -> BTreeSet<String> {
    tree_with(package, &[])
}

/// Returns the same with more arguments for cargo.
fn tree_with(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let cargo = env::var_os("CARGO").expect("tests are run by cargo");
    let output = Command::new(cargo)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
        // A fixed target, so that the tree is the same on every machine.
        .args(["--target", "x86_64-unknown-linux-gnu"])
        .args(["--format", "{p}", "--package", package])
        .args(arguments)
        .output()
        .expect("cargo can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree failed: {errors}");
    let lines = String::from_utf8(output.stdout).expect("names are UTF-8");
    let names = lines.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

/// Fails if a tree and its list differ, or if the tree has more crates than its budget.
fn assert_within(grown: &BTreeSet<String>, list: &str, budget: usize) {
    let listed: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    let missing: Vec<_> = grown.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(grown).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "expected the listed crates; new: {missing:?}, gone: {gone:?}; a new crate needs a reason"
    );
    let count = grown.len();
    assert!(
        count <= budget,
        "expected at most {budget} crates, got {count}"
    );
}

#[test]
fn crates_of_the_core() {
    assert_within(&tree("totps-core"), include_str!("budgets/core.txt"), 20);
}

/// The feature `session-jwt` adds ring, which both clients already have.
#[test]
fn crates_of_session_jwts_beyond_the_core() {
    let with = tree_with("totps-core", &["--features", "session-jwt"]);
    let beyond = &with - &tree("totps-core");
    assert_within(&beyond, include_str!("budgets/session_jwt.txt"), 8);
    for client in ["totps-ureq", "totps-hyper"] {
        let with = tree_with(client, &["--features", "session-jwt"]);
        let beyond = &with - &tree(client);
        assert!(
            beyond.is_empty(),
            "expected {client} to have {beyond:?} without the feature, too"
        );
    }
}

#[test]
fn test_util_adds_no_crate() {
    for package in ["totps-core", "totps-ureq", "totps-hyper"] {
        let with = tree_with(package, &["--features", "test-util"]);
        let beyond = &with - &tree(package);
        assert!(
            beyond.is_empty(),
            "expected {package} to have {beyond:?} without the feature, too"
        );
    }
}

#[test]
fn crates_of_ureq_beyond_the_core() {
    let beyond = &tree("totps-ureq") - &tree("totps-core");
    assert!(
        beyond.iter().all(|name| !name.contains("tokio")),
        "expected no part of tokio in {beyond:?}"
    );
    assert_within(&beyond, include_str!("budgets/ureq.txt"), 20);
}

#[test]
fn crates_of_hyper_beyond_the_core() {
    let beyond = &tree("totps-hyper") - &tree("totps-core");
    assert_within(&beyond, include_str!("budgets/hyper.txt"), 36);
}

#[test]
fn crates_of_the_light_emulator() {
    let light = tree_with("totps-emulator", &["--no-default-features"]);
    assert_within(&light, include_str!("budgets/emulator.txt"), 75);
}

/// Sizes in bytes, where a pointer has eight.
#[test]
#[cfg(target_pointer_width = "64")]
fn sizes_of_types() {
    macro_rules! grown {
        ($($name:ident: $budget:literal)*) => {
            [$((stringify!($name), size_of::<$name>(), $budget)),*]
        };
    }
    let sizes = grown!(
        Error: 40
        TransportError: 24
        CreateParams: 128
        AuthenticateParams: 216
        MigrateParams: 96
        CreateResponse: 2384
        AuthenticateResponse: 2872
        MigrateResponse: 2336
        Call: 128
        DeleteTotpParams: 96
        DeleteTotpResponse: 2288
        GetMemberParams: 56
        GetMemberResponse: 2288
        GetRecoveryCodesParams: 48
        GetRecoveryCodesResponse: 2312
        RotateRecoveryCodesParams: 48
        RotateRecoveryCodesResponse: 2312
        RecoverParams: 208
        RecoverResponse: 2888
        AuthenticateSessionParams: 144
        AuthenticateSessionResponse: 2640
        RevokeSessionsParams: 80
        RevokeSessionsResponse: 56
        Reason: 32
        Member: 1400
        Organization: 808
        MemberSession: 248
        AuthenticationFactor: 200
        Factor: 80
        Timestamp: 24
    );
    let grown = sizes.iter().filter(|(_, size, budget)| size > budget);
    let grown: Vec<_> = grown
        .map(|(name, size, budget)| format!("{name} has {size} bytes, not {budget}"))
        .collect();
    assert!(grown.is_empty(), "expected no type to grow: {grown:#?}");
}
