//! Fields that were set aside.

use std::fmt;

use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// A field of a success response that was set aside, because it could not be read or because the
/// same field occurred again after it.
///
/// `Debug` shows only its name, since the field may hold a token.
#[derive(Clone)]
pub struct Undecoded {
    name: &'static str,
    json: Zeroizing<String>,
}

impl Undecoded {
    pub(crate) fn new(name: &'static str, raw: &RawValue) -> Self {
        Self {
            name,
            json: Zeroizing::new(raw.get().to_owned()),
        }
    }

    /// Returns the name of the field on the wire.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the field as raw JSON. Bytes that are not UTF-8 are shown as U+FFFD.
    pub fn json(&self) -> &str {
        &self.json
    }
}

impl fmt::Debug for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undecoded")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
