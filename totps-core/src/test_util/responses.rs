//! Successes, built from small values.

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

/// Defines responses: what fills them in, and the changes that a test can make to any of them.
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
            /// Sets any field by its path, such as `member/is_locked`. Objects around it that are not there
            /// are made.
            #[must_use]
            pub fn set(mut self, path: &str, value: impl Into<Value>) -> Self {
                self.changes.push(path, Some(value.into()));
                self
            }

            /// Removes any field by its path, such as `member/roles`. Without a field that the call was for,
            /// the call fails with [`Error::Decode`](crate::Error::Decode).
            #[must_use]
            pub fn without(mut self, path: &str) -> Self {
                self.changes.push(path, None);
                self
            }

            /// The body of the response to a request. The error says what cannot be changed.
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
    /// The Member has a TOTP. `mfa_enrolled` is what the request sets, else `true`.
    Authenticated: objects::authenticated;

    /// A success of Migrate. Recovery codes convert into it.
    Migrated: objects::migrated;

    /// A success of Delete TOTP: the Member has no TOTP.
    TotpDeleted: objects::totp_deleted;

    /// A success of Get Member: one with a TOTP, who is `mfa_enrolled`.
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

    /// A success of Authenticate session. A session token converts into it; without one, the response has
    /// that of the request.
    SessionAuthenticated: objects::session_authenticated;

    /// A success of Revoke sessions.
    SessionsRevoked: objects::sessions_revoked;

    /// The response to a first factor, such as Authenticate password. This crate does not type these
    /// endpoints; an [`Operation`](crate::Operation) of yours does.
    ///
    /// By `default`, no second factor is owed.
    FirstFactor: objects::first_factor;
}

/// Texts and lists that convert into a response.
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

/// Setters that several responses have.
macro_rules! setters {
    (session: $($name:ident),+) => {$(
        impl $name {
            /// Sets `session_token`. To test a response without a session, use `without("session_token")`.
            #[must_use]
            pub fn session_token(self, token: impl Into<SessionToken>) -> Self {
                self.set("session_token", token.into().expose())
            }

            /// Sets `session_jwt`. The constant one, `session-jwt-1`, is not a JWT.
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
    /// Sets `secret`. The QR code stays a picture of the constant secret: see [`qr_code`](Self::qr_code).
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
    /// Creates one without a TOTP, who is not `mfa_enrolled`.
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
    /// Creates one that completes the login: `member_authenticated` is `true`, and there is a session.
    pub fn complete(token: impl Into<SessionToken>) -> Self {
        Self::default().session_token(token)
    }

    /// Creates one after which a second factor is owed: `member_authenticated` is `false`, there is an
    /// intermediate session token, and no session. The Member has a TOTP.
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
