//! Logins with a primary factor.

use super::group;

group! {
    /// Logins with a primary factor.
    LoginSettings {
        /// Whether the primary factor is added to a session that the call presents.
        session_gets_factor: bool = true, Guess;
        /// Whether `mfa_required.member_options` shows the TOTP of a Member without a phone number;
        /// otherwise it is `null`. Sources contradict each other.
        member_options_show_totp: bool = false, Guess;
        /// Whether a text message is initiated for a Member whose `default_mfa_method` is `totp`.
        sms_despite_totp_default: bool = false, Guess;
        /// Whether `intermediate_session_token_expires_at` is sent. The newest SDKs have this
        /// field.
        show_intermediate_expiry: bool = true, Guess;
    }
}
