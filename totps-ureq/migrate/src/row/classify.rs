//! Converts an entry of an export to a row that can be sent.

use super::{Cause, Item, Member, MemberName, Members, Problem, RecoveryCode, Row};
use crate::input::Entry;
use crate::secret::{CodeCheck, Encoding, Key, Undetected, detect};

/// The allowed lengths of a key, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 10..=64;
/// The shortest key that RFC 4226 allows, in bytes.
const SHORT_KEY: usize = 16;

/// The options for a whole input.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) encoding: Option<Encoding>,
    pub(crate) members: Members,
    /// The Organization of users who are identified only by their e-mail address.
    pub(crate) organization_id: Option<String>,
    /// Whether Members whose recovery codes are hashed get new ones.
    pub(crate) replace_hashed_codes: bool,
    /// The time for the check of codes, in seconds since 1970.
    pub(crate) unix_time: u64,
}

impl Row {
    /// Whether the key is shorter than RFC 4226 allows.
    pub(crate) fn has_short_key(&self) -> bool {
        self.key.bytes().len() < SHORT_KEY
    }
}

impl Rules {
    /// Checks an entry, and reports everything that is wrong with it.
    pub(crate) fn classify(&self, mut entry: Entry) -> Item {
        let mut causes = std::mem::take(&mut entry.causes);
        causes.extend(unmovable(&entry));
        if entry.hashed_codes && self.replace_hashed_codes {
            entry.recovery_codes.clear();
        } else if entry.hashed_codes {
            causes.push(Cause::HashedRecoveryCodes);
        }
        let skipped = causes.contains(&Cause::Unconfirmed);
        // The secret of an entry that cannot be moved anyway is not checked.
        let key = if causes.is_empty() {
            let key = self.key(&entry);
            key.map_err(|cause| causes.push(cause)).ok()
        } else {
            None
        };
        if let (Some(key), Some(code)) = (&key, &entry.code) {
            match key.check(code, self.unix_time) {
                CodeCheck::Proven => {}
                CodeCheck::Wrong => causes.push(Cause::WrongCode),
                CodeCheck::Malformed => {
                    causes.push(Cause::invalid(entry.field("code"), "must be 6 digits"));
                }
            }
        }
        let member = match self.member(&entry) {
            Ok(member) => Some(member),
            Err(cause) => {
                let is_told =
                    matches!(causes[..], [.., Cause::Invalid { .. }]) && entry.users.is_empty();
                if !skipped && !is_told {
                    causes.push(cause);
                }
                None
            }
        };
        match (key, member) {
            (Some(key), Some(member)) if causes.is_empty() => Item::Row(Row {
                place: entry.place,
                member,
                key,
                recovery_codes: entry.recovery_codes,
            }),
            (_, member) => Item::Problem(Problem {
                place: entry.place,
                member,
                user: entry.users.into_iter().next().or(entry.email),
                causes,
            }),
        }
    }

    fn key(&self, entry: &Entry) -> Result<Key, Cause> {
        let place = || entry.field(entry.secret_field);
        let text = entry.secret.as_str();
        if text.trim().is_empty() {
            return Err(Cause::invalid(place(), "is missing or empty"));
        }
        let key = match entry.encoding.or(self.encoding) {
            Some(encoding) => encoding.decode(text).ok_or_else(|| {
                let rule = format!("is not {}", encoding.name());
                Cause::invalid(place(), rule)
            })?,
            None if entry.encoding_is_ambiguous => {
                let rule = "is base64 according to the documentation of the vendor; say so with --encoding";
                return Err(Cause::invalid(place(), rule));
            }
            None => detect(text).map_err(|undetected| match undetected {
                Undetected::Ambiguous(one, other) => Cause::Ambiguous(one, other),
                Undetected::Unnamed => Cause::invalid(
                    place(),
                    "is neither base32 nor hex; if it is base64 or text, say so with --encoding",
                ),
            })?,
        };
        if KEY_BYTES.contains(&key.bytes().len()) {
            Ok(key)
        } else {
            Err(Cause::invalid(place(), "must be a key of 10 to 64 bytes"))
        }
    }

    fn member(&self, entry: &Entry) -> Result<Member, Cause> {
        let member = if let Some(name) = &entry.member_id {
            let organization_id = entry
                .organization_id
                .as_ref()
                .or(self.organization_id.as_ref());
            Member {
                organization_id: organization_id
                    .ok_or_else(|| {
                        Cause::invalid(entry.field("organization_id"), "is missing or empty")
                    })?
                    .clone(),
                name: MemberName::parse(name),
            }
        } else {
            let names = entry.users.iter().chain(&entry.email).map(String::as_str);
            match (
                self.members.find(names),
                &self.organization_id,
                &entry.email,
            ) {
                (Some(member), ..) => member.clone(),
                (None, Some(organization_id), Some(email)) => Member {
                    organization_id: organization_id.clone(),
                    name: MemberName::Email(email.clone()),
                },
                _ => return Err(Cause::NoMember),
            }
        };
        for (field, value) in [
            ("organization_id", member.organization_id.as_str()),
            ("member_id", member.name.as_str()),
        ] {
            if matches!(value, "" | "." | "..") || value.contains(char::is_control) {
                return Err(Cause::invalid(entry.field(field), "is not an id"));
            }
        }
        Ok(member)
    }
}

/// Returns why an entry cannot be moved, apart from its secret.
fn unmovable(entry: &Entry) -> Vec<Cause> {
    let mut causes = Vec::new();
    if !entry.is_totp {
        causes.push(Cause::NotTotp);
    }
    if let Some(algorithm) = &entry.algorithm {
        if !is_sha1(algorithm) {
            causes.push(Cause::Algorithm);
        }
    }
    match entry.digits {
        None | Some(6) => {}
        Some(digits) => causes.push(Cause::Digits(digits)),
    }
    match entry.period {
        None | Some(30) => {}
        Some(period) => causes.push(Cause::Period(period)),
    }
    if entry.start_time != 0 {
        causes.push(Cause::StartTime);
    }
    causes
}

/// `SHA1`, `SHA-1`, `HmacSHA1`, `hmac-sha1`, …
fn is_sha1(algorithm: &str) -> bool {
    let letters: String = algorithm
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    letters.strip_prefix("hmac").unwrap_or(&letters) == "sha1"
}

/// Whether a recovery code is a hash. Hashes by bcrypt, argon2, PBKDF2 and the like have a `$`, and
/// codes that people type are shorter than 32 characters.
pub(crate) fn is_hash(code: &str) -> bool {
    code.contains('$') || code.starts_with('{') || code.len() >= 32
}

/// Splits recovery codes that are in one field.
pub(crate) fn split_codes(text: &str) -> Vec<RecoveryCode> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|'))
        .filter(|code| !code.is_empty())
        .map(RecoveryCode::new)
        .collect()
}
