//! Custom claims that cannot be read.

/// Why custom claims could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimsError {
    /// There is no `member_session` in the response, or it could not be read.
    #[error("the response has no `member_session`, or not a readable one")]
    NoSession,
    /// The session has no `custom_claims`.
    #[error("the `member_session` has no `custom_claims`")]
    NoClaims,
    /// They are not of the type asked for.
    #[error("the `custom_claims` do not fit the type asked for{}", Of(*.claim))]
    Mismatch {
        /// The field of the type whose claim does not fit or is missing; `None` if it is not the
        /// claim of one field.
        claim: Option<&'static str>,
    },
}

/// The claim at the end of a sentence, if it is known.
struct Of(Option<&'static str>);

impl std::fmt::Display for Of {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |claim| write!(f, ": `{claim}`"))
    }
}
