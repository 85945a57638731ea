//! Identifiers. Each kind has a type, so that two kinds cannot be swapped.

/// Defines identifiers. They are not validated: some places accept slugs and external ids as well.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident = $example:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// ```
        #[doc = concat!("use totps_core::", stringify!($name), ";")]
        ///
        #[doc = concat!("let id = ", stringify!($name), "::new(\"", $example, "\");")]
        #[doc = concat!("assert_eq!(id, \"", $example, "\");")]
        #[doc = concat!("assert_eq!(id.to_string(), \"", $example, "\");")]
        /// ```
        #[derive(
            Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Creates an identifier from any text; nothing is checked.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// Returns the identifier as on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Tells whether the text is empty, which means that the identifier was not sent.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<&String> for $name {
            fn from(id: &String) -> Self {
                Self(id.clone())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
    )*};
}

id! {
    /// The id of a Stytch project, such as `project-test-…` or `project-live-…`.
    ProjectId = "project-test-…";

    /// The id of an [`Organization`](crate::Organization). Requests also accept its slug or its
    /// external id.
    OrganizationId = "organization-test-…";

    /// The id of a [`Member`](crate::Member). Requests also accept its external id.
    MemberId = "member-test-…";

    /// The id of a TOTP of a Member, such as `member-totp-test-…`.
    TotpRegistrationId = "member-totp-test-…";

    /// The id of a [`MemberSession`](crate::MemberSession).
    MemberSessionId = "member-session-test-…";
}
