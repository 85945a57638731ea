//! `POST /v1/b2b/recovery_codes/rotate`

use super::get::get_codes;
use super::recover::{recover, with_codes};
use crate::client::{accept, refuse};
use crate::scenes::{RECOVER, ROTATE, ids};

#[test]
fn rotate_replaces_the_old_codes() {
    let emulator = with_codes();
    let rotated = accept(&emulator, ROTATE, &ids(&emulator));
    assert_eq!(rotated["recovery_codes"].as_array().unwrap().len(), 10);
    assert_eq!(
        get_codes(&emulator)["recovery_codes"],
        rotated["recovery_codes"]
    );
    let old = recover(&emulator, "aaaa-bbbb-cccc");
    refuse(
        &emulator,
        RECOVER,
        &old,
        401,
        "unable_to_authenticate_recovery_code",
    );
}
