//! What a login with a primary factor responds.

use super::group;

group! {
    /// What a login with a primary factor responds.
    LoginSettings {
        /// Whether a session that is presented gets the primary factor.
        session_gets_factor: bool = true, Guess;
        /// Whether `mfa_required.member_options` shows the TOTP of a Member without a phone number;
        /// otherwise it is `null`. Sources contradict each other.
        member_options_show_totp: bool = false, Guess;
        /// Whether a text message is initiated for a Member whose `default_mfa_method` is `totp`.
        sms_despite_totp_default: bool = false, Guess;
        /// Whether `intermediate_session_token_expires_at` is sent. The newest SDKs know it.
        show_intermediate_expiry: bool = true, Guess;
    }
}
