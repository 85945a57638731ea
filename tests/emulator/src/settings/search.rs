//! Searches for Organizations and Members.

use super::group;

group! {
    /// Searches for Organizations and Members.
    SearchSettings {
        /// Whether the operator `OR`, which is deprecated, works; otherwise it is refused.
        or_works: bool = true, Guess;
        /// Whether `results_metadata` has the total; otherwise `total` is -1.
        show_total: bool = true, Project;
        /// Name of the filter for Members with a TOTP. The filter is known to exist, but not its
        /// name.
        totp_filter: String = "member_totp_exists".to_owned(), Guess;
        /// Whether Members Search refuses an unknown Organization; otherwise it finds no Members
        /// there.
        unknown_organization_refused: bool = true, Guess;
    }
}
