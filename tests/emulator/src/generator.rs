//! Ids, secrets, tokens and recovery codes, reproducible from a seed.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// Recovery codes of a member.
pub(crate) const RECOVERY_CODES: usize = 10;

/// Makes values of the documented formats.
#[derive(Debug)]
pub(crate) struct Generator {
    random: ChaCha8Rng,
    environment: &'static str,
}

impl Generator {
    /// A generator for a project's environment, `test` or `live`. Different streams of the same
    /// seed are independent of each other.
    pub(crate) fn new(seed: u64, stream: u64, environment: &'static str) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream);
        Self {
            random,
            environment,
        }
    }

    /// `<kind>-<environment>-<uuid>`.
    pub(crate) fn id(&mut self, kind: &str) -> String {
        let uuid = uuid::Builder::from_random_bytes(self.bytes()).into_uuid();
        format!("{kind}-{}-{uuid}", self.environment)
    }

    /// A shared secret of 160 bits.
    pub(crate) fn totp_secret(&mut self) -> [u8; 20] {
        self.bytes()
    }

    /// 44 characters of the URL-safe base64 alphabet.
    pub(crate) fn session_token(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<33>())
    }

    /// 44 characters of padded base64.
    pub(crate) fn intermediate_session_token(&mut self) -> String {
        URL_SAFE.encode(self.bytes::<32>())
    }

    /// Three groups of four lower-case letters and digits.
    pub(crate) fn recovery_code(&mut self) -> String {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let mut code = String::with_capacity(14);
        for position in 0..12 {
            if position == 4 || position == 8 {
                code.push('-');
            }
            // The remainder prefers some characters slightly, which does not matter here.
            let index = self.random.next_u32() as usize % ALPHABET.len();
            code.push(char::from(ALPHABET[index]));
        }
        code
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill_bytes(&mut bytes);
        bytes
    }
}
