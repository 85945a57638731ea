//! The shared secret of a TOTP.

use crate::value::secret::secret;
use crate::value::wipe::wipe;

secret! {
    /// The shared secret of a TOTP (RFC 6238) in base32 (RFC 4648). Stytch's secrets have 32
    /// characters, `A` to `Z` and `2` to `7`, without padding.
    ///
    /// For an import use [`TotpSecret::parse`] or [`TotpSecret::from_key`]: they return the form of
    /// Stytch's secrets.
    TotpSecret;
}

/// The shortest key, in bytes. RFC 4226 requires 16; the first authenticator apps used 10.
const SHORTEST_KEY: usize = 10;

/// The characters of base32, by value.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

impl TotpSecret {
    /// Reads base32 as in exports and `otpauth://` URIs: in upper or lower case, with or without
    /// white space, `-` and padding. The result is upper case, without any of these.
    ///
    /// The key must have at least 10 bytes. Bits at the end that do not fill a byte are dropped, as
    /// authenticator apps do.
    ///
    /// ```
    /// use totps_core::TotpSecret;
    ///
    /// let secret = TotpSecret::parse("btgn x5rk jrmq wqfr qktg 34jc f6xd rhzs")?;
    /// assert_eq!(secret.expose(), "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS");
    /// # Ok::<_, totps_core::InvalidTotpSecret>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidTotpSecret`], which does not repeat the input.
    pub fn parse(text: &str) -> Result<Self, InvalidTotpSecret> {
        let mut key = Key(Vec::with_capacity(text.len()));
        let (mut bits, mut length) = (0_u16, 0_u32);
        let mut has_ended = false;
        for character in text.chars() {
            match character {
                '-' => continue,
                space if space.is_whitespace() => continue,
                '=' => {
                    has_ended = true;
                    continue;
                }
                _ if has_ended => return Err(InvalidTotpSecret::NotBase32),
                _ => {}
            }
            let upper = character.to_ascii_uppercase();
            let value = (0..)
                .zip(ALPHABET)
                .find(|(_, of)| char::from(**of) == upper);
            let (value, _) = value.ok_or(InvalidTotpSecret::NotBase32)?;
            bits = bits << 5 | value;
            length += 1;
            let rest = length * 5 % 8;
            if rest < 5 {
                let [_, byte] = (bits >> rest).to_be_bytes();
                key.0.push(byte);
                bits &= (1 << rest) - 1;
            }
        }
        // With these lengths, the last character completes no byte: other characters are missing.
        if matches!(length % 8, 1 | 3 | 6) {
            return Err(InvalidTotpSecret::Incomplete);
        }
        Self::from_key(&key.0)
    }

    /// Encodes a raw key in base32. The key must have at least 10 bytes. The caller must wipe it.
    ///
    /// ```
    /// use totps_core::TotpSecret;
    ///
    /// let secret = TotpSecret::from_key(b"12345678901234567890")?;
    /// assert_eq!(secret.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    /// # Ok::<_, totps_core::InvalidTotpSecret>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidTotpSecret::TooShort`].
    pub fn from_key(key: &[u8]) -> Result<Self, InvalidTotpSecret> {
        if key.len() < SHORTEST_KEY {
            return Err(InvalidTotpSecret::TooShort);
        }
        // The buffer has its final size: growing would leave a copy behind.
        let mut secret = Self(String::with_capacity((key.len() * 8).div_ceil(5)));
        for chunk in key.chunks(5) {
            let mut bytes = [0; 8];
            bytes[3..3 + chunk.len()].copy_from_slice(chunk);
            let bits = u64::from_be_bytes(bytes);
            for index in 0..(chunk.len() * 8).div_ceil(5) {
                let value = (bits >> (35 - 5 * index)) & 31;
                secret.0.push(char::from(ALPHABET[value as usize]));
            }
        }
        Ok(secret)
    }
}

/// Bytes of a key, wiped on drop.
struct Key(Vec<u8>);

impl Drop for Key {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// The text or key is not the secret of a TOTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTotpSecret {
    /// The text has characters that are not base32.
    #[error(
        "a TOTP secret must be base32: A to Z and 2 to 7; spaces, `-` and padding with `=` at the \
         end are ignored"
    )]
    NotBase32,
    /// The number of characters is not possible in base32.
    #[error("a TOTP secret must be complete base32; at least one character is missing or extra")]
    Incomplete,
    /// The key is shorter than 10 bytes.
    #[error(
        "the key of a TOTP secret must have at least 10 bytes, which are 16 characters of base32"
    )]
    TooShort,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_of_rfc_4648() {
        for (key, base32) in [
            ("foobarfoobar", "MZXW6YTBOJTG633CMFZA"),
            ("foobarfoob", "MZXW6YTBOJTG633C"),
            ("foobarfooba", "MZXW6YTBOJTG633CME"),
            ("foobarfoobarf", "MZXW6YTBOJTG633CMFZGM"),
            ("foobarfoobarfo", "MZXW6YTBOJTG633CMFZGM3Y"),
            ("foobarfoobarfoo", "MZXW6YTBOJTG633CMFZGM33P"),
        ] {
            let secret = TotpSecret::from_key(key.as_bytes()).unwrap();
            assert_eq!(secret.expose(), base32, "key: {key}");
            let again = TotpSecret::parse(base32).unwrap();
            assert_eq!(again.expose(), base32, "key: {key}");
        }
    }

    #[test]
    fn imported_secrets() {
        use InvalidTotpSecret::{Incomplete, NotBase32, TooShort};
        const SECRET: &str = "MZXW6YTBOJTG633CMFZA";
        for (text, secret) in [
            ("mzxw6ytbojtg633cmfza", Ok(SECRET)),
            (" MZXW 6YTB-OJTG 633C MFZA====\r\n", Ok(SECRET)),
            ("MZXW6YTBOJTG633CMFZA==", Ok(SECRET)),
            // Bits that do not fill a byte.
            ("MZXW6YTBOJTG633CMFZB", Ok(SECRET)),
            ("", Err(TooShort)),
            ("====", Err(TooShort)),
            ("MZXW6YTBOJTG633", Err(TooShort)),
            ("MZXW6YTBOJTG633CM", Err(Incomplete)),
            ("MZXW6YTBOJTG633CMFZ", Err(Incomplete)),
            ("MZXW6YTBOJTG633CMFZA22", Err(Incomplete)),
            ("MZXW6YTB=OJTG633CMFZA", Err(NotBase32)),
            ("MZXW6YTBOJTG633CMFZ0", Err(NotBase32)),
            ("MZXW6YTBOJTG633CMFZ1", Err(NotBase32)),
            ("MZXW6YTBOJTG633CMFZ\u{131}", Err(NotBase32)),
            ("MZXW6YTBOJTG633CMF\u{ff3a}A", Err(NotBase32)),
            (
                "otpauth://totp/x?secret=MZXW6YTBOJTG633CMFZA",
                Err(NotBase32),
            ),
        ] {
            let parsed = TotpSecret::parse(text);
            let parsed = parsed.as_ref().map(TotpSecret::expose);
            assert_eq!(parsed, secret.as_ref().copied(), "text: {text:?}");
        }
        assert!(TotpSecret::from_key(&[0; 9]).is_err());
        let zeros = TotpSecret::from_key(&[0; 10]).unwrap();
        assert_eq!(zeros.expose(), "AAAAAAAAAAAAAAAA");
    }
}
