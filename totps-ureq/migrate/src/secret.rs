//! The key of a TOTP, and the encodings that exports use for it.

mod code;

use std::fmt;
use std::sync::LazyLock;

use data_encoding::{
    BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, Encoding as Alphabet, HEXLOWER_PERMISSIVE,
};
use zeroize::Zeroizing;

pub(crate) use code::CodeCheck;

/// The raw HMAC key of a TOTP. It is wiped on drop, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key(Zeroizing<Vec<u8>>);

impl Key {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the key in the form that is sent to Stytch: base32, upper case, no padding.
    pub(crate) fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE32_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

/// The encoding of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Encoding {
    /// RFC 4648 base32; case, spaces, hyphens and padding do not matter
    Base32,
    /// Hexadecimal; case, spaces and colons do not matter
    Hex,
    /// RFC 4648 base64, standard or URL-safe; padding does not matter
    Base64,
    /// The UTF-8 bytes of the text are the key (Keycloak)
    Text,
    /// Base64 of the base32 text (Authelia's YAML)
    Base64OfBase32,
}

impl Encoding {
    /// Returns the encoding of a name in `--encoding` or in the column `encoding`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase().replace('_', "-");
        Some(match name.as_str() {
            "base32" => Self::Base32,
            "hex" => Self::Hex,
            "base64" => Self::Base64,
            "text" => Self::Text,
            "base64-of-base32" => Self::Base64OfBase32,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Base32 => "base32",
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Text => "text",
            Self::Base64OfBase32 => "base64-of-base32",
        }
    }

    /// Decodes a text to a key. `None` if the text is not in this encoding.
    pub(crate) fn decode(self, text: &str) -> Option<Key> {
        let bytes = match self {
            Self::Text => text.as_bytes().to_vec(),
            Self::Base32 => {
                let mut text = without(text, |c| c.is_whitespace() || c == '-');
                text.make_ascii_uppercase();
                let end = text.trim_end_matches('=').len();
                BASE32.decode(&text.as_bytes()[..end]).ok()?
            }
            Self::Hex => {
                let text = without(text, |c| c.is_whitespace() || c == ':');
                HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?
            }
            Self::Base64 => {
                let text = without(text, char::is_whitespace);
                let digits = text.trim_end_matches('=').as_bytes();
                let decoded = BASE64.decode(digits);
                decoded.or_else(|_| BASE64URL.decode(digits)).ok()?
            }
            Self::Base64OfBase32 => {
                let inner = Self::Base64.decode(text)?;
                let inner = std::str::from_utf8(inner.bytes()).ok()?;
                return Self::Base32.decode(inner);
            }
        };
        (!bytes.is_empty()).then(|| Key::new(bytes))
    }
}

/// Returns an alphabet that ignores unused bits at the end of a text, as authenticator apps do.
fn ignoring_trailing_bits(alphabet: &Alphabet) -> Alphabet {
    let mut specification = alphabet.specification();
    specification.check_trailing_bits = false;
    specification
        .encoding()
        .unwrap_or_else(|_| alphabet.clone())
}

static BASE32: LazyLock<Alphabet> = LazyLock::new(|| ignoring_trailing_bits(&BASE32_NOPAD));
static BASE64: LazyLock<Alphabet> = LazyLock::new(|| ignoring_trailing_bits(&BASE64_NOPAD));
static BASE64URL: LazyLock<Alphabet> = LazyLock::new(|| ignoring_trailing_bits(&BASE64URL_NOPAD));

fn without(text: &str, drop: impl Fn(char) -> bool) -> Zeroizing<String> {
    Zeroizing::new(text.chars().filter(|c| !drop(*c)).collect())
}

/// Why the encoding of a secret cannot be detected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undetected {
    /// It is valid in both encodings.
    Ambiguous(Encoding, Encoding),
    /// It is neither base32 nor hex. It may be base64 or text, which cannot be distinguished.
    Unnamed,
}

/// Detects the encoding of a secret, and returns its key.
///
/// Base32 and hex are recognised by their characters. Base32 in mixed case is refused, because it
/// may be base64. The encodings `base64` and `text` must always be named, because any text is a
/// valid key in `text`.
pub(crate) fn detect(text: &str) -> Result<Key, Undetected> {
    let base32 = Encoding::Base32.decode(text);
    let hex = Encoding::Hex.decode(text);
    let mixed_case = text.contains(|c: char| c.is_ascii_lowercase())
        && text.contains(|c: char| c.is_ascii_uppercase());
    let base64 = mixed_case && Encoding::Base64.decode(text).is_some();
    match (base32, hex) {
        (Some(_), Some(_)) => Err(Undetected::Ambiguous(Encoding::Base32, Encoding::Hex)),
        (Some(_), None) if base64 => Err(Undetected::Ambiguous(Encoding::Base32, Encoding::Base64)),
        (None, Some(_)) if base64 => Err(Undetected::Ambiguous(Encoding::Hex, Encoding::Base64)),
        (Some(key), None) | (None, Some(key)) => Ok(key),
        (None, None) => Err(Undetected::Unnamed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"12345678901234567890";
    const BASE32_KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn each_encoding_gives_the_same_key() {
        for (encoding, text) in [
            (Encoding::Base32, BASE32_KEY),
            (
                Encoding::Base32,
                "gezd gnbv-gy3t qojq gezd gnbv gy3t qojq====",
            ),
            (Encoding::Hex, "3132333435363738393031323334353637383930"),
            (
                Encoding::Hex,
                "31:32:33:34:35:36:37:38:39:30:31:32:33:34:35:36:37:38:39:30",
            ),
            (Encoding::Base64, "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="),
            (Encoding::Text, "12345678901234567890"),
            (
                Encoding::Base64OfBase32,
                "R0VaREdOQlZHWTNUUU9KUUdFWkRHTkJWR1kzVFFPSlE=",
            ),
        ] {
            let key = encoding.decode(text);
            let key = key.unwrap_or_else(|| panic!("{encoding:?} should read its own form"));
            assert_eq!(key.bytes(), KEY, "{encoding:?}");
            assert_eq!(*key.to_base32(), BASE32_KEY, "{encoding:?}");
            assert_eq!(Encoding::named(encoding.name()), Some(encoding));
        }
    }

    #[test]
    fn unused_bits_at_the_end_are_ignored() {
        let key = Encoding::Base32
            .decode("GEZDGNBVGY3TQOJR7")
            .map(|key| key.bytes().len());
        assert_eq!(key, None, "17 characters are not a whole number of bytes");
        let key = Encoding::Base32.decode("MZXW6YTBOJ").unwrap();
        assert_eq!(key.bytes(), b"foobar");
        assert_eq!(Encoding::Base32.decode("MZXW6YTBOK").unwrap(), key);
    }

    #[test]
    fn an_ambiguous_secret_is_not_guessed() {
        use Undetected::{Ambiguous, Unnamed};
        assert_eq!(detect(BASE32_KEY).unwrap().bytes(), KEY);
        assert_eq!(
            detect("3132333435363738393031323334353637383930")
                .unwrap()
                .bytes(),
            KEY
        );
        let both = Err(Ambiguous(Encoding::Base32, Encoding::Hex));
        assert_eq!(detect("abcdef234567abcdef234567abcdef23"), both);
        let both = Err(Ambiguous(Encoding::Base32, Encoding::Base64));
        assert_eq!(detect("GezdGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), both);
        assert_eq!(detect("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="), Err(Unnamed));
        assert_eq!(detect("kJ0yUgb1rKiA9mQ8sW2x"), Err(Unnamed));
        assert_eq!(detect(""), Err(Unnamed));
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", Key::new(KEY.to_vec())), "Key(redacted)");
    }
}
