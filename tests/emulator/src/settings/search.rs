//! Searches for Organizations and Members.

use super::group;

group! {
    /// Searches for Organizations and Members.
    SearchSettings {
        /// Whether the operator `OR` works; otherwise it is refused. It is deprecated.
        or_works: bool = true, Guess;
        /// Whether `results_metadata` has the total; otherwise it is -1.
        show_total: bool = true, Project;
        /// The name of the filter for Members with a TOTP. Its existence is known, its name is not.
        totp_filter: String = "member_totp_exists".to_owned(), Guess;
        /// Whether Members Search refuses an unknown Organization; otherwise it finds no Members
        /// there.
        unknown_organization_refused: bool = true, Guess;
    }
}
