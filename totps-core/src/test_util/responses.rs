//! Success responses, each built from a few values.

mod objects;

use std::fmt;

use serde_json::{Value, json};

use crate::test_util::fields::Changes;
use crate::test_util::responses::objects::Facts;
use crate::test_util::sent_request::SentRequest;
use crate::value::id::TotpRegistrationId;
use crate::value::qr_code::QrCode;
use crate::value::recovery_code::RecoveryCode;
use crate::value::secret::{IntermediateSessionToken, SessionJwt, SessionToken};
use crate::value::totp_secret::TotpSecret;

pub(crate) use crate::test_util::responses::objects::REQUEST_ID;

/// Defines response types, each with the function that fills in its fields.
macro_rules! responses {
    ($($(#[$doc:meta])* $name:ident: $fill:path;)+) => {$(
        $(#[$doc])*
        ///
        /// `Debug` shows no part of it.
        #[derive(Clone, Default)]
        pub struct $name {
            changes: Changes,
        }

        impl $name {
            /// Sets any field by its path, such as `member/is_locked`. Missing objects around it
            /// are created.
            #[must_use]
            pub fn set(mut self, path: &str, value: impl Into<Value>) -> Self {
                self.changes.push(path, Some(value.into()));
                self
            }

            /// Removes any field by its path, such as `member/roles`. Without a required field, the
            /// call fails with [`Error::Decode`](crate::Error::Decode).
            #[must_use]
            pub fn without(mut self, path: &str) -> Self {
                self.changes.push(path, None);
                self
            }

            /// Returns the body of the response to a request. The error names the field that cannot
            /// be changed.
            pub(crate) fn body(self, request: &SentRequest) -> Result<Value, String> {
                let mut body = $fill(&Facts::of(request));
                self.changes.apply(&mut body)?;
                Ok(body)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

responses! {
    /// A success of Create. A secret converts into it.
    ///
    /// ```
    /// use totps_core::test_util::{Created, Script};
    /// use totps_core::CreateParams;
    ///
    /// let client = Script::new()
    ///     .created(Created::default().recovery_codes(["ckss-2skx-ebow"]))
    ///     .created(Created::default().without("secret"))
    ///     .client();
    /// let params = CreateParams::new("organization-test-1", "member-test-1");
    /// assert_eq!(client.create(&params)?.recovery_codes[0].expose(), "ckss-2skx-ebow");
    /// let error = client.create(&params).unwrap_err();
    /// assert_eq!(error.to_string(), "the API responded with 200, but `secret` is missing, null or empty");
    /// # Ok::<_, totps_core::Error>(())
    /// ```
    Created: objects::created;

    /// A success of Authenticate: a session. A session token converts into it.
    ///
    /// The Member has a TOTP. `mfa_enrolled` is the value that the request sets, or `true` by
    /// default.
    Authenticated: objects::authenticated;

    /// A success of Migrate. Recovery codes convert into it.
    Migrated: objects::migrated;

    /// A success of Delete TOTP: the Member has no TOTP.
    TotpDeleted: objects::totp_deleted;

    /// A success of Get Member: a Member who has a TOTP and is `mfa_enrolled`.
    ///
    /// ```
    /// use totps_core::test_util::{MemberFound, Script};
    /// use totps_core::GetMemberParams;
    ///
    /// let client = Script::new()
    ///     .member_found(MemberFound::default())
    ///     .member_found(MemberFound::without_totp().set("member/is_locked", true))
    ///     .client();
    /// let params = GetMemberParams::by_id("organization-test-1", "member-test-1");
    /// assert!(client.get_member(&params)?.member.has_totp());
    /// assert!(!client.get_member(&params)?.member.has_totp());
    /// # Ok::<_, totps_core::Error>(())
    /// ```
    MemberFound: objects::member_found;

    /// A success of Get or Rotate recovery codes: ten codes. Recovery codes convert into it.
    RecoveryCodes: objects::recovery_codes;

    /// A success of Recover: a session, and nine codes are left. A session token converts into it.
    Recovered: objects::recovered;

    /// A success of Authenticate session. A session token converts into it; without one, the
    /// response repeats the token of the request.
    SessionAuthenticated: objects::session_authenticated;

    /// A success of Revoke sessions.
    SessionsRevoked: objects::sessions_revoked;

    /// The response to a first factor, such as Authenticate password. This crate has no types for
    /// these endpoints; your own [`Operation`](crate::Operation) describes one.
    ///
    /// By `default`, no second factor is required.
    FirstFactor: objects::first_factor;
}

/// Implements the conversions of texts and lists into responses.
macro_rules! from {
    ($($name:ident: $setter:ident of text $type:ident;)*) => {$(
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::default().$setter(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::default().$setter(text)
            }
        }

        impl From<$type> for $name {
            fn from(value: $type) -> Self {
                Self::default().$setter(value)
            }
        }
    )*};
    ($($name:ident of codes;)*) => {$(
        impl<C: Into<RecoveryCode>, const N: usize> From<[C; N]> for $name {
            fn from(codes: [C; N]) -> Self {
                Self::default().recovery_codes(codes)
            }
        }

        impl<C: Into<RecoveryCode>> From<Vec<C>> for $name {
            fn from(codes: Vec<C>) -> Self {
                Self::default().recovery_codes(codes)
            }
        }
    )*};
}

from! {
    Created: secret of text TotpSecret;
    Authenticated: session_token of text SessionToken;
    Recovered: session_token of text SessionToken;
    SessionAuthenticated: session_token of text SessionToken;
}

from! {
    Migrated of codes;
    RecoveryCodes of codes;
}

/// Defines setters that several responses share.
macro_rules! setters {
    (session: $($name:ident),+) => {$(
        impl $name {
            /// Sets `session_token`. To test a response without a session, use
            /// `without("session_token")`.
            #[must_use]
            pub fn session_token(self, token: impl Into<SessionToken>) -> Self {
                self.set("session_token", token.into().expose())
            }

            /// Sets `session_jwt`. The default, `session-jwt-1`, is not a JWT.
            #[must_use]
            pub fn session_jwt(self, jwt: impl Into<SessionJwt>) -> Self {
                self.set("session_jwt", jwt.into().expose())
            }
        }
    )+};
    (codes: $($name:ident),+) => {$(
        impl $name {
            /// Sets `recovery_codes`.
            #[must_use]
            pub fn recovery_codes<C: Into<RecoveryCode>>(
                self,
                codes: impl IntoIterator<Item = C>,
            ) -> Self {
                let codes = codes.into_iter().map(|code| json!(code.into().expose()));
                self.set("recovery_codes", codes.collect::<Value>())
            }
        }
    )+};
    (totp: $($name:ident),+) => {$(
        impl $name {
            /// Sets `totp_registration_id`.
            #[must_use]
            pub fn totp_registration_id(self, id: impl Into<TotpRegistrationId>) -> Self {
                self.set("totp_registration_id", id.into().as_str())
            }
        }
    )+};
}

setters!(session: Authenticated, Recovered, SessionAuthenticated, FirstFactor);
setters!(codes: Created, Migrated, RecoveryCodes);
setters!(totp: Created, Migrated);

impl Created {
    /// Sets `secret`. The QR code still shows the constant secret: see [`qr_code`](Self::qr_code).
    #[must_use]
    pub fn secret(self, secret: impl Into<TotpSecret>) -> Self {
        self.set("secret", secret.into().expose())
    }

    /// Sets `qr_code`.
    #[must_use]
    pub fn qr_code(self, qr_code: impl Into<QrCode>) -> Self {
        self.set("qr_code", qr_code.into().expose())
    }
}

impl MemberFound {
    /// Creates a response with a Member who has no TOTP and is not `mfa_enrolled`.
    pub fn without_totp() -> Self {
        Self::default()
            .set("member/totp_registration_id", "")
            .set("member/mfa_enrolled", false)
            .set("member/default_mfa_method", "")
    }
}

impl Recovered {
    /// Sets `recovery_codes_remaining`.
    #[must_use]
    pub fn recovery_codes_remaining(self, remaining: u32) -> Self {
        self.set("recovery_codes_remaining", remaining)
    }
}

impl FirstFactor {
    /// Creates a response that completes the login: `member_authenticated` is `true`, and there is
    /// a session.
    pub fn complete(token: impl Into<SessionToken>) -> Self {
        Self::default().session_token(token)
    }

    /// Creates a response that requires a second factor: `member_authenticated` is `false`, and
    /// there is an intermediate session token, but no session. The Member has a TOTP.
    pub fn mfa_required(token: impl Into<IntermediateSessionToken>) -> Self {
        Self::default()
            .set("member_authenticated", false)
            .set("intermediate_session_token", token.into().expose())
            .set("session_token", "")
            .set("session_jwt", "")
            .set("member_session", Value::Null)
            .set("mfa_required", objects::mfa_required())
            .set("member/totp_registration_id", objects::TOTP)
            .set("member/mfa_enrolled", true)
            .set("member/default_mfa_method", "totp")
    }
}
