//! Changes to the Member when an MFA step is completed.

use super::group;

group! {
    /// Changes to the Member when an MFA step is completed.
    MfaSettings {
        /// Whether a `set_mfa_enrollment` other than `enroll` and `unenroll` is refused; otherwise
        /// it is ignored.
        refuse_unknown_enrollment: bool = true, Guess;
        /// Whether `set_default_mfa: false` clears a `default_mfa_method` of `totp`.
        set_default_false_clears: bool = false, Guess;
        /// Whether authenticating under `REQUIRED_FOR_ALL` sets `mfa_enrolled`. Documented for SMS
        /// codes.
        required_policy_enrolls: bool = true, Guess;
    }
}
