//! The shared secret of a TOTP.

use crate::value::secret::secret;

secret! {
    /// The shared secret of a TOTP (RFC 6238) in base32: 32 characters, `A` to `Z` and `2` to `7`,
    /// without padding, when Stytch made it.
    TotpSecret;
}
