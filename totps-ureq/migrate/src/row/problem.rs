//! Why a row is not sent, and what a person can do about it.

use std::borrow::Cow;
use std::fmt;

use super::{Member, Place};
use crate::secret::Encoding;

/// A row that is not sent.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    /// The Member, if it is known.
    pub(crate) member: Option<Member>,
    /// The user's name in the export, if the Member is not known.
    pub(crate) user: Option<String>,
    /// The causes, at least one.
    pub(crate) causes: Vec<Cause>,
}

/// One reason why a row is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A field is missing or malformed.
    Invalid {
        place: Place,
        rule: Cow<'static, str>,
    },
    /// The secret is valid in two encodings.
    Ambiguous(Encoding, Encoding),
    /// The code does not match the secret.
    WrongCode,
    /// Neither the export nor the `--members` file says which Member it is.
    NoMember,
    /// Not SHA-1.
    Algorithm,
    /// Not 6 digits.
    Digits(u64),
    /// Not 30 seconds.
    Period(u64),
    /// The time steps are not counted from 1970.
    StartTime,
    /// Not a TOTP but an HOTP, or a method of the vendor's own.
    NotTotp,
    HashedRecoveryCodes,
    /// The secret is encrypted.
    Encrypted,
    /// The user has more than one authenticator.
    SeveralDevices,
    /// Another row is for the same Member.
    TwoRows,
    /// The user never completed the enrolment.
    Unconfirmed,
}

/// What a cause means for the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// There is nothing to move.
    Skipped,
    /// It cannot be moved to Stytch.
    Unmovable,
    /// The input is wrong.
    Error,
}

impl Problem {
    /// Returns the most serious kind of its causes.
    pub(crate) fn kind(&self) -> Kind {
        let kinds = self.causes.iter().map(Cause::kind);
        kinds.max().unwrap_or(Kind::Error)
    }

    /// Returns the names of the causes, separated by commas.
    pub(crate) fn codes(&self) -> String {
        let codes: Vec<_> = self.causes.iter().map(Cause::code).collect();
        codes.join(",")
    }

    /// Returns the causes in words.
    pub(crate) fn reason(&self) -> String {
        let causes: Vec<_> = self.causes.iter().map(ToString::to_string).collect();
        causes.join("; ")
    }

    pub(crate) fn todo(&self) -> String {
        let mut todo: Vec<_> = self.causes.iter().map(Cause::todo).collect();
        todo.dedup();
        todo.join("; ")
    }

    /// Returns the name of the Member or of the user. Empty if neither is known.
    pub(crate) fn who(&self) -> &str {
        match (&self.member, &self.user) {
            (Some(member), _) => member.name.as_str(),
            (None, Some(user)) => user,
            (None, None) => "",
        }
    }
}

impl Cause {
    pub(crate) fn invalid(place: Place, rule: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid {
            place,
            rule: rule.into(),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Invalid { .. } | Self::Ambiguous(..) | Self::WrongCode | Self::NoMember => {
                Kind::Error
            }
            Self::Unconfirmed => Kind::Skipped,
            _ => Kind::Unmovable,
        }
    }

    /// Returns a name that programs can match on.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::Ambiguous(..) => "ambiguous_encoding",
            Self::WrongCode => "wrong_code",
            Self::NoMember => "no_member",
            Self::Algorithm => "algorithm",
            Self::Digits(_) => "digits",
            Self::Period(_) => "period",
            Self::StartTime => "start_time",
            Self::NotTotp => "not_totp",
            Self::HashedRecoveryCodes => "hashed_recovery_codes",
            Self::Encrypted => "encrypted",
            Self::SeveralDevices => "several_devices",
            Self::TwoRows => "two_rows",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    /// Returns what a person can do about it.
    pub(crate) fn todo(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "correct the row and run again",
            Self::Ambiguous(..) => "name one of them with --encoding or in the column `encoding`",
            Self::WrongCode => "check the encoding of the secret, or use a current code",
            Self::NoMember => "name the Member in the --members file, or give --organization",
            Self::Algorithm
            | Self::Digits(_)
            | Self::Period(_)
            | Self::StartTime
            | Self::NotTotp => "the Member must enrol again",
            Self::HashedRecoveryCodes => {
                "let the Member enrol again, or pass --replace-hashed-codes to give new codes"
            }
            Self::Encrypted => "decrypt the export first",
            Self::SeveralDevices => "keep one authenticator of the user in the export",
            Self::TwoRows => "keep one row for the Member",
            Self::Unconfirmed => "nothing: the user never used it",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { place, rule } => write!(f, "{place}: {rule}"),
            Self::Ambiguous(one, other) => write!(
                f,
                "the secret is valid in {} and in {}",
                one.name(),
                other.name()
            ),
            Self::WrongCode => f.write_str("the code does not match the secret at this time"),
            Self::NoMember => {
                f.write_str("neither the input nor --members says which Member it is")
            }
            Self::Algorithm => f.write_str("the algorithm is not SHA-1"),
            Self::Digits(digits) => write!(f, "codes of {digits} digits"),
            Self::Period(period) => write!(f, "a period of {period} s"),
            Self::StartTime => f.write_str("the start time (t0) is not 0"),
            Self::NotTotp => f.write_str("not a TOTP"),
            Self::HashedRecoveryCodes => f.write_str("the recovery codes are hashed"),
            Self::Encrypted => f.write_str("the secret is encrypted"),
            Self::SeveralDevices => f.write_str("the user has more than one authenticator"),
            Self::TwoRows => f.write_str("more than one row for the Member"),
            Self::Unconfirmed => f.write_str("never confirmed by the user"),
        }
    }
}
