//! Wipes a buffer as a whole. zeroize wipes a `Vec` or a `String` byte by byte, which costs a tenth
//! of the work of reading a short response.

use std::mem;

use zeroize::Zeroize;

/// Overwrites a buffer up to its capacity.
pub(crate) fn wipe(buffer: &mut Vec<u8>) {
    buffer.spare_capacity_mut().zeroize();
    buffer.as_mut_slice().zeroize();
}

/// Empties a text and overwrites its bytes.
pub(crate) fn wipe_text(text: &mut String) {
    wipe(&mut mem::take(text).into_bytes());
}

/// Bytes that can be shared and are wiped on drop.
pub(crate) struct WipedBytes(pub(crate) Vec<u8>);

impl AsRef<[u8]> for WipedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for WipedBytes {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}
