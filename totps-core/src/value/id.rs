//! Identifiers as types of their own, so that no two kinds can be swapped.

/// Defines identifiers. They are never validated: slugs and external ids are legal in places.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes any text; nothing is checked.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The identifier as on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether it is the empty text, which stands for an identifier that was not sent.
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
    ProjectId;

    /// The id of an [`Organization`](crate::Organization). In requests its slug or its
    /// external id may stand for it.
    OrganizationId;

    /// The id of a [`Member`](crate::Member). In requests its external id may stand for it.
    MemberId;

    /// The id of one TOTP of a Member, such as `member-totp-test-…`.
    TotpRegistrationId;

    /// The id of a [`MemberSession`](crate::MemberSession).
    MemberSessionId;
}
