//! Why a session JWT was refused.

use std::fmt;

/// Why a session JWT was refused: the first check that failed.
///
/// The signature is checked before any claim is read, and the age last. No error holds a value of the
/// JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum JwtError {
    /// It is longer than 16 KiB. Nothing of it was read.
    #[error("the JWT is longer than 16 KiB")]
    TooLong,
    /// A part is missing, or is not unpadded base64url, or is not a JSON object.
    #[error("the JWT is malformed in its {part}")]
    Malformed {
        /// The part.
        part: JwtPart,
    },
    /// A name is there twice in one JSON object, at any depth.
    #[error("the JWT has a duplicate key in its {part}")]
    DuplicateKey {
        /// The part.
        part: JwtPart,
    },
    /// `alg` is not `RS256`.
    #[error("the `alg` of the JWT is not `RS256`")]
    Algorithm,
    /// The header demands an extension by `crit`. There are none that count.
    #[error("the JWT has a critical header")]
    CriticalHeader,
    /// `typ` is there and not `JWT`: it is a token of another kind.
    #[error("the `typ` of the JWT is not `JWT`")]
    Type,
    /// There is no `kid`, or it is empty or no text.
    #[error("the JWT has no `kid`")]
    NoKeyId,
    /// No key of the set has the `kid`.
    ///
    /// Fetch the set again: the keys may have changed. A
    /// [`SessionVerifier`](crate::SessionVerifier) has done so already.
    #[error("the `kid` of the JWT is not in the key set")]
    UnknownKey,
    /// The signature is not one of the key.
    #[error("the signature of the JWT is wrong")]
    Signature,
    /// A claim that must be there is missing, null or empty.
    #[error("the JWT has no claim `{claim}`")]
    MissingClaim {
        /// The claim.
        claim: &'static str,
    },
    /// A claim is not of the type that it must have, or a time is not between 1970 and 9999.
    #[error("the claim `{claim}` of the JWT is malformed")]
    MalformedClaim {
        /// The claim.
        claim: &'static str,
    },
    /// `iss` is neither Stytch for this project nor the project's base URL.
    #[error("the `iss` of the JWT is not the project's")]
    Issuer,
    /// `aud` does not name this project.
    #[error("the `aud` of the JWT is not the project")]
    Audience,
    /// `nbf` is in the future.
    #[error("the JWT is not valid yet: `nbf` is in the future")]
    NotYetValid,
    /// `iat` is in the future.
    #[error("the JWT was issued in the future, by its `iat`")]
    IssuedInFuture,
    /// `exp` is not in the future. The session may live on: ask the API.
    #[error("the JWT has expired, by its `exp`")]
    Expired,
    /// The session itself ends before the JWT does, and has ended.
    #[error("the session of the JWT has expired, by its `expires_at`")]
    SessionExpired,
    /// It is older than [`VerifyOptions::max_age`](crate::VerifyOptions::max_age) allows, by its
    /// `iat`. The session may live on: ask the API.
    #[error("the JWT is older than the maximum age, by its `iat`")]
    TooOld,
}

impl JwtError {
    /// Whether nothing is wrong with the JWT but its age, so that the API can tell whether the session
    /// lives: [`Expired`](Self::Expired), [`SessionExpired`](Self::SessionExpired) or
    /// [`TooOld`](Self::TooOld).
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Expired | Self::SessionExpired | Self::TooOld)
    }
}

/// A part of a JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JwtPart {
    /// All of it: it must be three parts with dots between them.
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
            Self::Whole => "form: it must be three parts with dots between them",
            Self::Header => "header",
            Self::Claims => "claims",
            Self::Signature => "signature",
        })
    }
}
