//! Custom claims that cannot be read.

/// Why custom claims could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimsError {
    /// The `member_session` is missing from the response, or cannot be read.
    #[error("the `member_session` of the response is missing or cannot be read")]
    NoSession,
    /// The session has no `custom_claims`.
    #[error("the `member_session` has no `custom_claims`")]
    NoClaims,
    /// The claims do not match the requested type.
    #[error("the `custom_claims` do not match the requested type{}", Of(*.claim))]
    Mismatch {
        /// The field whose claim does not match or is missing; `None` if the mismatch is not in one
        /// particular field.
        claim: Option<&'static str>,
    },
}

/// Appends the claim to the message, if it is known.
struct Of(Option<&'static str>);

impl std::fmt::Display for Of {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |claim| write!(f, ": `{claim}`"))
    }
}
