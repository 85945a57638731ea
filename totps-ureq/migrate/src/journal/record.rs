//! The lines of the journal.

use std::fmt;

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;

use super::unix_time;
use crate::disk::to_line;
use crate::row::{Member, Naming};
use crate::secret::Key;

/// An HMAC under the journal's key. It identifies a row in one journal, or shows whether the row's
/// secret is still the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RowId([u8; 16]);

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for RowId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RowId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| D::Error::custom("not an id"))
    }
}

/// Computes the ids of rows.
#[derive(Clone)]
pub(crate) struct Signer(Hmac<Sha256>);

impl Signer {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("a key of any length"))
    }

    /// Returns the id of a row. It is equal for two rows that name the same Member in the same way.
    pub(crate) fn row(&self, member: &Member) -> RowId {
        let (naming, organization_id) = match member.naming() {
            // This id is unique without the Organization.
            Naming::MemberId => ("member_id", ""),
            Naming::ExternalId => ("external_id", &*member.organization_id),
            Naming::Email => ("email_address", &*member.organization_id),
        };
        let name = member.canonical_name();
        self.sign(&[
            b"row",
            naming.as_bytes(),
            organization_id.as_bytes(),
            name.as_bytes(),
        ])
    }

    pub(crate) fn secret(&self, row: RowId, key: &Key) -> RowId {
        self.sign(&[b"secret", &row.0, key.bytes()])
    }

    /// Returns an id of the journal for use in other files, which does not reveal its key.
    pub(crate) fn journal(&self) -> RowId {
        self.sign(&[b"journal"])
    }

    fn sign(&self, parts: &[&[u8]]) -> RowId {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let full = mac.finalize().into_bytes();
        let mut id = [0; 16];
        id.copy_from_slice(&full[..16]);
        RowId(id)
    }
}

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) row: RowId,
    /// Seconds since 1970.
    pub(crate) time: u64,
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// What happened to a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The Member as the input names it, and the place in the input.
    Row {
        organization_id: String,
        member: String,
        input: String,
    },
    /// Get Member showed no TOTP.
    Absent { member_id: String, secret: RowId },
    /// Get Member showed a TOTP before the first intent.
    Present {
        member_id: String,
        totp_registration_id: String,
    },
    /// Migrate is about to be sent.
    Intent,
    /// The last intent certainly had no effect.
    NotDone,
    /// The Member has the TOTP.
    Migrated {
        totp_registration_id: String,
        /// Whether the response was lost, and Get Member showed the TOTP.
        found: bool,
        recovery_codes: CodesAre,
    },
    /// The recovery codes of a migrated row were read later.
    CodesStored,
    /// Stytch refused the row.
    Refused {
        status: u16,
        error_type: Option<String>,
        request_id: Option<String>,
    },
    /// Somebody else enrolled the Member in the meantime.
    Conflict { reason: String },
    /// The tool did not send the row, for the causes with these names.
    Rejected { causes: String },
    /// The outcome could not be found out.
    Unknown { reason: String },
    /// Delete is about to be sent.
    UndoIntent,
    /// The TOTP is gone.
    Undone,
}

/// Where the recovery codes of a migrated row are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CodesAre {
    /// They came with the row.
    Brought,
    /// In the codes file.
    Stored,
    /// Not read yet; Get Recovery Codes returns them.
    Unread,
}

impl Record {
    pub(crate) fn now(row: RowId, event: Event) -> Self {
        Self {
            row,
            time: unix_time(),
            event,
        }
    }
}

impl Record {
    pub(crate) fn to_line(&self) -> Vec<u8> {
        to_line(self)
    }
}
