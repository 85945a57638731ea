//! The policy and the methods of the second factor.

use crate::value::open_enum::open_enum;

open_enum! {
    /// Who must pass a second factor.
    pub enum MfaPolicy {
        /// Every Member.
        RequiredForAll = "REQUIRED_FOR_ALL",
        /// The Members who are enrolled.
        Optional = "OPTIONAL",
    }
}

open_enum! {
    /// A method of the second factor.
    pub enum MfaMethod {
        /// A code by SMS.
        SmsOtp = "sms_otp",
        /// A code of an authenticator app.
        Totp = "totp",
    }
}
