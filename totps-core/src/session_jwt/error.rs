//! Why a session JWT was refused.

use std::fmt;

/// Why a session JWT was refused: the first check that failed.
///
/// The signature is checked before any claim is read, and the age last. No error holds a value of
/// the JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum JwtError {
    /// The JWT is longer than 16 KiB. No part of it was read.
    #[error("the JWT is longer than 16 KiB")]
    TooLong,
    /// A part is missing, is not unpadded base64url, or is not a JSON object.
    #[error("the JWT is malformed in its {part}")]
    Malformed {
        /// The part.
        part: JwtPart,
    },
    /// A key occurs twice in one JSON object, at any depth.
    #[error("the JWT has a duplicate key in its {part}")]
    DuplicateKey {
        /// The part.
        part: JwtPart,
    },
    /// `alg` is not `RS256`.
    #[error("the `alg` of the JWT is not `RS256`")]
    Algorithm,
    /// The header requires an extension with `crit`. No extension is supported.
    #[error("the JWT has a critical header")]
    CriticalHeader,
    /// `typ` is present and not `JWT`, in upper or lower case: this is another kind of token.
    #[error("the `typ` of the JWT is not `JWT`")]
    Type,
    /// `kid` is missing, empty or not a string.
    #[error("the JWT has no `kid`")]
    NoKeyId,
    /// No key of the set has the `kid`.
    ///
    /// Fetch the set again: the keys may have changed. A
    /// [`SessionVerifier`](crate::SessionVerifier) has done so already.
    #[error("the `kid` of the JWT is not in the key set")]
    UnknownKey,
    /// The signature was not made with the key.
    #[error("the signature of the JWT is wrong")]
    Signature,
    /// A required claim is missing, null or empty.
    #[error("the JWT has no claim `{claim}`")]
    MissingClaim {
        /// The claim.
        claim: &'static str,
    },
    /// A claim has the wrong type, or a time is not between 1970 and 9999.
    #[error("the claim `{claim}` of the JWT is malformed")]
    MalformedClaim {
        /// The claim.
        claim: &'static str,
    },
    /// `iss` is neither Stytch for this project nor the project's base URL.
    #[error("the `iss` of the JWT is not an issuer of the project")]
    Issuer,
    /// `aud` does not name this project.
    #[error("the `aud` of the JWT is not the project")]
    Audience,
    /// `nbf` is in the future.
    #[error("the JWT is not valid yet: `nbf` is in the future")]
    NotYetValid,
    /// `iat` is in the future.
    #[error("the JWT was issued in the future, according to its `iat`")]
    IssuedInFuture,
    /// `exp` is not in the future. The session may still be valid: ask the API.
    #[error("the JWT has expired, according to its `exp`")]
    Expired,
    /// The session itself has ended, although the JWT has not expired yet.
    #[error("the session of the JWT has expired, according to its `expires_at`")]
    SessionExpired,
    /// The JWT is older than [`VerifyOptions::max_age`](crate::VerifyOptions::max_age) allows,
    /// according to its `iat`. The session may still be valid: ask the API.
    #[error("the JWT is older than the maximum age, according to its `iat`")]
    TooOld,
}

impl JwtError {
    /// Tells whether the JWT was refused only for its age, so that the session may still be valid
    /// and the API can tell: [`Expired`](Self::Expired), [`SessionExpired`](Self::SessionExpired)
    /// or [`TooOld`](Self::TooOld).
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Expired | Self::SessionExpired | Self::TooOld)
    }
}

/// A part of a JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JwtPart {
    /// The whole JWT, which must have three parts separated by dots.
    Whole,
    /// The first part.
    Header,
    /// The second part: the claims.
    Claims,
    /// The third part.
    Signature,
}

impl fmt::Display for JwtPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "form: it must have three parts separated by dots",
            Self::Header => "header",
            Self::Claims => "claims",
            Self::Signature => "signature",
        })
    }
}
