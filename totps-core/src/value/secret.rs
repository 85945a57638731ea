//! Secret text: redacted in `Debug`, wiped on drop.

/// Defines a secret: a string that only [`expose`](SessionToken::expose) returns.
///
/// There is no `==`, which would need constant time. There is no `Display` or `Serialize`, so that
/// a secret does not end up in a message or a file by accident.
macro_rules! secret {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// `Debug` shows no part of it, and it is wiped on drop.
        ///
        /// ```
        #[doc = concat!("use totps_core::", stringify!($name), ";")]
        ///
        #[doc = concat!("let secret = ", stringify!($name), "::new(\"…\");")]
        #[doc = concat!("assert_eq!(format!(\"{secret:?}\"), \"", stringify!($name), "(redacted)\");")]
        /// assert_eq!(secret.expose(), "…");
        /// ```
        // A `String`, not a `Box<str>`: shrinking to fit would leave an unwiped copy behind.
        #[derive(Clone)]
        pub struct $name(String);

        impl $name {
            /// Creates a value from any text; nothing is checked.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// Returns the secret text. Do not log it.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                crate::value::wipe::wipe_text(&mut self.0);
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer).map(Self)
            }
        }
    )*};
}
pub(crate) use secret;

secret! {
    /// The secret of a Stytch project. With the project id it authenticates every request.
    ProjectSecret;

    /// The opaque token of a session.
    SessionToken;

    /// The JWT of a session. It is valid for five minutes, whatever the duration of the session.
    SessionJwt;

    /// The token of a login that still lacks its second factor. The response to the first factor
    /// has it: see [the guide](crate::guide::login).
    IntermediateSessionToken;
}
