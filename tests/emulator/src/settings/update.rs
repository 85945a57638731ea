//! Updates of Organizations and Members.

use super::group;

group! {
    /// Updates of Organizations and Members.
    UpdateSettings {
        /// Whether `null` resets an attribute to its initial value; otherwise `null` changes
        /// nothing, like an absent field. It never changes the name and the slug of an
        /// Organization, and the address and the phone number of a Member. One official SDK sends
        /// `null` for each unset field.
        null_resets: bool = false, Guess;
        /// Whether Update merges metadata, which keeps the keys that the call does not name and
        /// removes keys with `null`; otherwise it replaces all metadata.
        metadata_is_merged: bool = true, Guess;
    }
}
