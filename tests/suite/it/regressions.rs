//! Runs the checks of the fuzz targets on all stored inputs: regressions that fuzzing found,
//! hand-written cases, and the fixtures. `tests/fuzz/README.md` describes how to add an input.

use std::fs;
use std::path::{Path, PathBuf};

/// Makes a test for each target, which has a folder with its name.
macro_rules! replay {
    ($($target:ident $(with $fixtures:expr)?),+ $(,)?) => {
        const TARGETS: &[&str] = &[$(stringify!($target)),+];

        $(#[test]
        fn $target() {
            let own = concat!("../fuzz/regressions/", stringify!($target));
            for folder in [&[own][..], $($fixtures)?].concat() {
                replay(folder, totps_fuzz_checks::$target::check);
            }
        })+
    };
}

replay! {
    http1,
    params,
    project,
    qr_code,
    response with FIXTURES,
    session_jwt,
    timestamp,
    totp_code,
}

/// The fixtures, which the fuzzer starts from, too.
const FIXTURES: &[&str] = &[
    "../fixtures/create",
    "../fixtures/authenticate",
    "../fixtures/migrate",
    "../fixtures/delete_totp",
    "../fixtures/get_member",
    "../fixtures/get_recovery_codes",
    "../fixtures/rotate_recovery_codes",
    "../fixtures/recover",
    "../fixtures/authenticate_session",
    "../fixtures/revoke_sessions",
    "../fixtures/error",
    "../fixtures/requests",
];

/// Runs a check on every file in a folder.
#[allow(
    clippy::print_stdout,
    reason = "the last name in the output of a failed test is the input that failed"
)]
fn replay(folder: &str, check: fn(&[u8])) {
    let inputs = files(folder);
    assert!(!inputs.is_empty(), "{folder} must hold inputs");
    for input in inputs {
        println!("{}", input.display());
        check(&fs::read(input).unwrap());
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{} must be there: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_target_is_replayed() {
    for folder in ["../fuzz/targets/src", "../fuzz/regressions"] {
        let names: Vec<_> = files(folder)
            .iter()
            .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            names, TARGETS,
            "{folder} and the tests must have the same targets"
        );
    }
}
