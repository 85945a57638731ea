//! Permissions of Members.

use super::group;

group! {
    /// Permissions of Members. The emulator has no RBAC policy: a Member may act on themselves, and
    /// an admin on the whole Organization. Update a Member refuses trusted metadata and the Member's
    /// own e-mail address to both, and needs an admin for roles and some attributes.
    RbacSettings {
        /// Whether an `authorization_check` of sessions Authenticate is granted.
        authorization_checks_pass: bool = true, Guess;
        /// The roles that can be assigned besides the default role `stytch_member`.
        roles: Vec<String> = vec!["stytch_admin".to_owned()], Project;
        /// Whether a request with both RBAC headers is refused; otherwise the session token counts.
        refuse_both_headers: bool = false, Guess;
    }
}
