//! A row: one TOTP of one Member that can be sent, or the reason why it cannot.

pub(crate) mod classify;
mod members;
mod problem;

use std::fmt;
use std::hash::{BuildHasher, Hash};

use zeroize::Zeroizing;

use crate::secret::Key;

pub(crate) use members::Members;
pub(crate) use problem::{Cause, Kind, Problem};

/// A place in the input: a line, a line and a column, or a path in JSON or YAML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    line: Option<u64>,
    column: Option<u64>,
    path: String,
}

impl Place {
    pub(crate) fn line(line: u64) -> Self {
        Self {
            line: Some(line),
            ..Self::default()
        }
    }

    pub(crate) fn path(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    pub(crate) fn column(self, column: u64) -> Self {
        Self {
            column: Some(column),
            ..self
        }
    }

    /// Returns a place inside this one: a field of an object, or a column by its name.
    pub(crate) fn at(&self, name: &str) -> Self {
        let mut place = self.clone();
        if !place.path.is_empty() && !name.starts_with('[') {
            place.path.push('.');
        }
        place.path.push_str(name);
        place
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.at(&format!("[{index}]"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(line) = self.line {
            write!(f, "line {line}")?;
            separator = ", ";
        }
        if let Some(column) = self.column {
            write!(f, "{separator}column {column}")?;
            separator = ", ";
        }
        if !self.path.is_empty() {
            write!(f, "{separator}`{}`", self.path)?;
        }
        Ok(())
    }
}

/// A Member as the input names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) organization_id: String,
    pub(crate) name: MemberName,
}

/// The name of a Member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MemberName {
    /// The id or the external id.
    Id(String),
    /// The e-mail address.
    Email(String),
}

impl MemberName {
    /// Parses a name. A name with an `@` is an e-mail address, since an external id has no `@`.
    pub(crate) fn parse(name: &str) -> Self {
        if name.contains('@') {
            Self::Email(name.to_owned())
        } else {
            Self::Id(name.to_owned())
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Id(name) | Self::Email(name) => name,
        }
    }
}

/// The kind of a Member's name. Names of different kinds may belong to the same Member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Naming {
    /// Stytch's own id, which is unique.
    MemberId,
    ExternalId,
    Email,
}

impl Member {
    pub(crate) fn naming(&self) -> Naming {
        match &self.name {
            MemberName::Id(id) if id.starts_with("member-") => Naming::MemberId,
            MemberName::Id(_) => Naming::ExternalId,
            MemberName::Email(_) => Naming::Email,
        }
    }

    /// Returns a hash that is equal for two rows that name the same Member in the same way.
    pub(crate) fn hash_by(&self, hasher: &impl BuildHasher) -> u64 {
        let organization = match self.naming() {
            Naming::MemberId => "",
            Naming::ExternalId | Naming::Email => &self.organization_id,
        };
        hasher.hash_one((self.naming(), organization, self.canonical_name()))
    }

    /// Returns the name in a form that is the same for all its spellings.
    pub(crate) fn canonical_name(&self) -> String {
        match &self.name {
            MemberName::Id(id) => id.clone(),
            MemberName::Email(email) => email.to_lowercase(),
        }
    }
}

/// One TOTP that can be sent.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) place: Place,
    pub(crate) member: Member,
    pub(crate) key: Key,
    pub(crate) recovery_codes: Vec<RecoveryCode>,
}

impl Row {
    /// Converts the row to one that is not sent.
    pub(crate) fn into_problem(self, cause: Cause) -> Problem {
        Problem {
            place: self.place,
            member: Some(self.member),
            user: None,
            causes: vec![cause],
        }
    }
}

/// A recovery code from the input. It is wiped on drop, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    pub(crate) fn new(code: impl Into<String>) -> Self {
        Self(Zeroizing::new(code.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(redacted)")
    }
}

/// An item of the input: a row that can be sent, or one that cannot.
#[derive(Debug)]
pub(crate) enum Item {
    Row(Row),
    Problem(Problem),
}
