//! Updates of Organizations and Members.

use super::group;

group! {
    /// Updates of Organizations and Members.
    UpdateSettings {
        /// Whether `null` brings an attribute back to what it is at first; otherwise `null` changes
        /// nothing, like an absent field. One official SDK sends `null` for each unset field.
        null_resets: bool = false, Guess;
        /// Whether Update merges metadata, so that keys stay which it does not name and a key with
        /// `null` goes; otherwise it replaces all metadata.
        metadata_is_merged: bool = true, Guess;
    }
}
