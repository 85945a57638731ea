//! RSASSA-PKCS1-v1_5 with SHA-256, with a key that signs fast.
//!
//! A signature with an ordinary RSA key of 2048 bits takes 0.5 ms, ten times as long as everything
//! else in a call. The modulus of the test key is the product of 32 primes of 64 bits instead of
//! two large primes, so a signature takes 35 µs. A verifier cannot tell the difference. Such a key
//! is weak, but this one is public anyway.

use std::iter;

use num_bigint::BigUint;
use ring::digest::{SHA256, digest};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

/// Bytes of the modulus and of a signature.
const SIZE: usize = 256;

/// The prefix of a SHA-256 digest in RFC 8017: the algorithm in DER.
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// The key in the source of this package.
#[derive(Debug)]
pub(super) struct TestKey {
    modulus: BigUint,
    primes: Vec<Prime>,
}

/// A prime of the key, with precomputed values for signing.
#[derive(Debug)]
struct Prime {
    prime: u64,
    /// The private exponent for this prime.
    exponent: u64,
    /// 1 modulo this prime, 0 modulo all others.
    unit: BigUint,
}

impl TestKey {
    /// The public exponent, big-endian.
    pub(super) const EXPONENT: [u8; 3] = [1, 0, 1];

    pub(super) fn new() -> Self {
        let lines = include_str!("jwt_test_key.txt").lines();
        let primes = lines.filter_map(|line| BigUint::parse_bytes(line.as_bytes(), 16));
        let primes: Vec<BigUint> = primes.collect();
        let modulus: BigUint = primes.iter().product();
        let exponent = BigUint::from_bytes_be(&Self::EXPONENT);
        let primes = primes.into_iter().filter_map(|prime| {
            let others = &modulus / &prime;
            let unit = others.modinv(&prime)? * &others;
            Some(Prime {
                exponent: exponent.modinv(&(&prime - 1_u8))?.try_into().ok()?,
                prime: prime.try_into().ok()?,
                unit,
            })
        });
        Self {
            primes: primes.collect(),
            modulus,
        }
    }

    /// Returns the modulus, big-endian.
    pub(super) fn modulus(&self) -> Vec<u8> {
        self.modulus.to_bytes_be()
    }

    /// Signs a message.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let digest = digest(&SHA256, message);
        let end = [&[0][..], &DIGEST_INFO, digest.as_ref()].concat();
        let padding = iter::repeat_n(0xff, SIZE - 2 - end.len());
        let encoded: Vec<u8> = [0, 1].into_iter().chain(padding).chain(end).collect();
        let encoded = BigUint::from_bytes_be(&encoded);
        // By the Chinese remainder theorem.
        let parts = self.primes.iter().map(|of| {
            let rest = u64::try_from(&encoded % of.prime).unwrap_or_default();
            &of.unit * power(rest, of.exponent, of.prime)
        });
        let signature = (parts.sum::<BigUint>() % &self.modulus).to_bytes_be();
        let zeros = iter::repeat_n(0, SIZE - signature.len());
        zeros.chain(signature).collect()
    }

    /// Whether a signature belongs to a message.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = RsaPublicKeyComponents {
            n: self.modulus(),
            e: Self::EXPONENT.to_vec(),
        };
        let verified = key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature);
        verified.is_ok()
    }
}

/// Returns `base` to the power of `exponent`, modulo `modulus`.
fn power(mut base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let multiply = |one: u64, other: u64| {
        let product = u128::from(one) * u128::from(other) % u128::from(modulus);
        // It is smaller than the modulus.
        u64::try_from(product).unwrap_or_default()
    };
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, base);
        }
        base = multiply(base, base);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_implementation_accepts_its_signatures() {
        let key = TestKey::new();
        assert_eq!(key.modulus().len(), SIZE);
        for number in 0..300_u32 {
            let message = number.to_be_bytes();
            let mut signature = key.sign(&message);
            assert!(key.verify(&message, &signature), "{number}");
            signature[SIZE - 1] ^= 1;
            assert!(!key.verify(&message, &signature), "{number}");
        }
    }
}
