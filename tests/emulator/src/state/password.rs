//! Passwords, as hashes.

use std::fmt::Write as _;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA512, digest};

use super::generator::Generator;

/// How a password is hashed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HashType {
    Sha1,
    Sha512,
}

impl HashType {
    /// Returns the hash type with this name in JSON.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "sha_1" => Some(Self::Sha1),
            "sha_512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// Whether a text is a hash in lower-case hexadecimal digits.
    pub(crate) fn is_hash(self, text: &str) -> bool {
        let digits = match self {
            Self::Sha1 => 40,
            Self::Sha512 => 128,
        };
        let digit = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        text.len() == digits && text.bytes().all(digit)
    }

    fn hash(self, text: &str) -> String {
        let algorithm = match self {
            Self::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha512 => &SHA512,
        };
        let mut hash = String::new();
        for byte in digest(algorithm, text.as_bytes()).as_ref() {
            // Writing to a string does not fail.
            let _ = write!(hash, "{byte:02x}");
        }
        hash
    }
}

/// The password of a Member.
#[derive(Clone, Debug)]
pub(crate) struct Password {
    pub(crate) id: String,
    pub(crate) hash_type: HashType,
    /// In lower-case hexadecimal digits.
    pub(crate) hash: String,
    /// Hashed before the password.
    pub(crate) prepend_salt: String,
    /// Hashed after the password.
    pub(crate) append_salt: String,
}

impl Password {
    /// Hashes a password.
    pub(super) fn of(password: &str, generate: &mut Generator) -> Self {
        Self {
            id: generate.id("member-password"),
            hash_type: HashType::Sha512,
            hash: HashType::Sha512.hash(password),
            prepend_salt: String::new(),
            append_salt: String::new(),
        }
    }

    /// Whether this is the password.
    pub(crate) fn matches(&self, password: &str) -> bool {
        let salted = format!("{}{password}{}", self.prepend_salt, self.append_salt);
        self.hash_type.hash(&salted) == self.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_match_fips_180_4() {
        // FIPS 180-4, of `abc`.
        assert_eq!(
            HashType::Sha1.hash("abc"),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert_eq!(
            HashType::Sha512.hash("abc"),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        );
    }
}
