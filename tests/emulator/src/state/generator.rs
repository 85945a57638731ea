//! Ids, secrets, tokens and recovery codes, reproducible from a seed.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use ring::digest::{SHA256, digest};

/// Generates values in the documented formats.
///
/// Each kind of value has its own stream, so that an additional value or a new kind does not change
/// the values of the other kinds.
#[derive(Debug)]
pub(crate) struct Generator {
    seed: u64,
    environment: &'static str,
    streams: HashMap<&'static str, ChaCha8Rng>,
}

impl Generator {
    /// Creates a generator for a project's environment, `test` or `live`.
    pub(crate) fn new(seed: u64, environment: &'static str) -> Self {
        Self {
            seed,
            environment,
            streams: HashMap::new(),
        }
    }

    /// Generates an id, `<kind>-<environment>-<uuid>`.
    pub(crate) fn id(&mut self, kind: &'static str) -> String {
        let uuid = uuid::Builder::from_random_bytes(self.bytes(kind)).into_uuid();
        format!("{kind}-{}-{uuid}", self.environment)
    }

    /// Generates the unique part of a slug or an e-mail address, 12 hexadecimal digits.
    pub(crate) fn name(&mut self, kind: &'static str) -> String {
        let bytes = self.bytes::<6>(kind);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Generates the secret of a project.
    pub(crate) fn project_secret(&mut self) -> String {
        let text = URL_SAFE_NO_PAD.encode(self.bytes::<33>("project secret"));
        format!("secret-{}-{text}", self.environment)
    }

    /// Generates a shared secret of 160 bits.
    pub(crate) fn totp_secret(&mut self) -> [u8; 20] {
        self.bytes("TOTP secret")
    }

    /// Generates 44 characters of the URL-safe base64 alphabet.
    pub(crate) fn session_token(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<33>("session token"))
    }

    /// Generates 44 characters of padded base64.
    pub(crate) fn intermediate_session_token(&mut self) -> String {
        URL_SAFE.encode(self.bytes::<32>("intermediate session token"))
    }

    /// Generates three groups of four lower-case letters and digits.
    pub(crate) fn recovery_code(&mut self) -> String {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let random = self.stream("recovery code");
        let mut code = String::with_capacity(14);
        for position in 0..12 {
            if position == 4 || position == 8 {
                code.push('-');
            }
            // The remainder makes some characters slightly more likely, which does not matter here.
            let index = random.next_u32() as usize % ALPHABET.len();
            code.push(char::from(ALPHABET[index]));
        }
        code
    }

    fn bytes<const N: usize>(&mut self, kind: &'static str) -> [u8; N] {
        let mut bytes = [0; N];
        self.stream(kind).fill_bytes(&mut bytes);
        bytes
    }

    fn stream(&mut self, kind: &'static str) -> &mut ChaCha8Rng {
        let seed = self.seed;
        self.streams.entry(kind).or_insert_with(|| {
            let mut number = [0; 8];
            number.copy_from_slice(&digest(&SHA256, kind.as_bytes()).as_ref()[..8]);
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(u64::from_be_bytes(number));
            random
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_does_not_change_the_values_of_another() {
        let mut plain = Generator::new(1, "test");
        let mut mixed = Generator::new(1, "test");
        for _ in 0..3 {
            let _ = (
                mixed.id("member"),
                mixed.session_token(),
                mixed.recovery_code(),
            );
            assert_eq!(plain.id("organization"), mixed.id("organization"));
            assert_eq!(plain.totp_secret(), mixed.totp_secret());
        }
        assert_ne!(plain.id("member"), plain.id("member"));
    }
}
