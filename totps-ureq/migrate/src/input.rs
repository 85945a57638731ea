//! The input formats: a module for each, and an entry in [`FORMATS`] for each.

mod aegis;
mod auth0;
mod authelia;
mod csv_table;
mod detect;
mod django;
mod fusionauth;
mod google;
mod json;
mod keycloak;
mod oath_csv;
mod otpauth;
mod own;
mod supabase;

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::row::{Cause, Place, RecoveryCode};
use crate::secret::Encoding;

/// One TOTP as an export has it, before anything is checked. It has no `Debug`: it holds secrets.
pub(crate) struct Entry {
    pub(crate) place: Place,
    /// The columns of a CSV, for the places of errors.
    pub(crate) columns: Option<std::sync::Arc<[String]>>,
    pub(crate) organization_id: Option<String>,
    /// The Member's id, external id or e-mail address at Stytch.
    pub(crate) member_id: Option<String>,
    /// The names of the user in the export: id, user name.
    pub(crate) users: Vec<String>,
    /// The e-mail address of the user in the export.
    pub(crate) email: Option<String>,
    pub(crate) secret: Zeroizing<String>,
    /// The name of the field that holds the secret.
    pub(crate) secret_field: &'static str,
    /// `None` if the format leaves it open.
    pub(crate) encoding: Option<Encoding>,
    /// Whether `--encoding` must name it, because a guess could be wrong.
    pub(crate) encoding_is_ambiguous: bool,
    pub(crate) is_totp: bool,
    pub(crate) algorithm: Option<String>,
    pub(crate) digits: Option<u64>,
    pub(crate) period: Option<u64>,
    pub(crate) start_time: i64,
    pub(crate) recovery_codes: Vec<RecoveryCode>,
    pub(crate) hashed_codes: bool,
    pub(crate) code: Option<String>,
    /// The problems that the reader of the format found.
    pub(crate) causes: Vec<Cause>,
}

impl Entry {
    pub(crate) fn new(place: Place) -> Self {
        Self {
            place,
            columns: None,
            organization_id: None,
            member_id: None,
            users: Vec::new(),
            email: None,
            secret: Zeroizing::default(),
            secret_field: "secret",
            encoding: None,
            encoding_is_ambiguous: false,
            is_totp: true,
            algorithm: None,
            digits: None,
            period: None,
            start_time: 0,
            recovery_codes: Vec::new(),
            hashed_codes: false,
            code: None,
            causes: Vec::new(),
        }
    }

    /// Returns the place of a field of this entry.
    pub(crate) fn field(&self, name: &str) -> Place {
        let mut columns = self.columns.iter().flat_map(|columns| columns.iter());
        let place = self.place.at(name);
        match columns.position(|column| column == name) {
            Some(index) => place.column(index as u64 + 1),
            None => place,
        }
    }

    /// Adds the name of a user if there is one. A name with an `@` is also an e-mail address.
    pub(crate) fn user(&mut self, name: Option<String>) {
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            if self.email.is_none() && name.contains('@') {
                self.email = Some(name.clone());
            }
            self.users.push(name);
        }
    }

    pub(crate) fn set_recovery_codes(&mut self, codes: Vec<RecoveryCode>) {
        let is_hash = |code: &RecoveryCode| crate::row::classify::is_hash(code.as_str());
        self.hashed_codes = codes.iter().any(is_hash);
        self.recovery_codes = codes;
    }
}

/// Receives the entries of an input one by one, and returns `false` to stop reading.
pub(crate) type Sink<'a> = dyn FnMut(Entry) -> bool + 'a;

/// Why an input cannot be read as a whole.
#[derive(Debug)]
pub(crate) struct InputError {
    place: Place,
    rule: String,
}

impl InputError {
    pub(crate) fn new(place: Place, rule: impl Into<String>) -> Self {
        Self {
            place,
            rule: rule.into(),
        }
    }

    fn whole(rule: impl Into<String>) -> Self {
        Self::new(Place::default(), rule)
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place != Place::default() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.rule)
    }
}

impl From<std::io::Error> for InputError {
    fn from(error: std::io::Error) -> Self {
        Self::whole(format!("cannot be read: {}", error.kind()))
    }
}

type Read = fn(&mut dyn BufRead, &mut Sink<'_>) -> Result<(), InputError>;

/// A format of the input.
#[derive(Debug)]
pub(crate) struct Format {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The encoding of its secrets, as text for the user.
    pub(crate) secret: &'static str,
    /// Whether `--encoding` can be used with it.
    pub(crate) takes_encoding: bool,
    read: Read,
}

/// All formats.
pub(crate) static FORMATS: &[Format] = &[
    Format {
        name: "csv",
        about: "CSV of your own: organization_id, member_id, secret, encoding, algorithm, digits, period, recovery_codes, code",
        secret: "column `encoding`, --encoding, or base32 or hex detected by the characters",
        takes_encoding: true,
        read: own::read_csv,
    },
    Format {
        name: "ndjson",
        about: "the same fields as JSON, one object per line",
        secret: "as in csv",
        takes_encoding: true,
        read: own::read_ndjson,
    },
    Format {
        name: "otpauth",
        about: "otpauth://totp/… URIs, one per line",
        secret: "base32",
        takes_encoding: false,
        read: otpauth::read,
    },
    Format {
        name: "google-authenticator",
        about: "otpauth-migration://offline?data=… links, one per line",
        secret: "raw bytes",
        takes_encoding: false,
        read: google::read,
    },
    Format {
        name: "auth0",
        about: "Auth0: users with mfa_factors[].totp.secret, as a JSON array or one per line",
        secret: "base32",
        takes_encoding: false,
        read: auth0::read,
    },
    Format {
        name: "keycloak",
        about: "Keycloak: realm export or users file, with credentials",
        secret: "base32 with secretEncoding BASE32, else the bytes of the text",
        takes_encoding: false,
        read: keycloak::read,
    },
    Format {
        name: "authelia",
        about: "Authelia: `storage user totp export yaml`",
        secret: "base64 of the base32 text",
        takes_encoding: false,
        read: authelia::read_yaml,
    },
    Format {
        name: "authelia-csv",
        about: "Authelia: `storage user totp export csv`",
        secret: "base32",
        takes_encoding: false,
        read: authelia::read_csv,
    },
    Format {
        name: "django",
        about: "django-otp, authentik: dumpdata of the TOTP devices as JSON",
        secret: "hex",
        takes_encoding: false,
        read: django::read_json,
    },
    Format {
        name: "django-csv",
        about: "django-otp, authentik: the table of the TOTP devices as CSV",
        secret: "hex",
        takes_encoding: false,
        read: django::read_csv,
    },
    Format {
        name: "supabase",
        about: "Supabase: the table auth.mfa_factors as JSON",
        secret: "base32",
        takes_encoding: false,
        read: supabase::read_json,
    },
    Format {
        name: "supabase-csv",
        about: "Supabase: the table auth.mfa_factors as CSV",
        secret: "base32",
        takes_encoding: false,
        read: supabase::read_csv,
    },
    Format {
        name: "fusionauth",
        about: "FusionAuth: users with twoFactor.methods, as JSON",
        secret: "secretBase32Encoded, else --encoding base64",
        takes_encoding: true,
        read: fusionauth::read,
    },
    Format {
        name: "aegis",
        about: "Aegis: the vault as plain JSON",
        secret: "base32",
        takes_encoding: false,
        read: aegis::read,
    },
    Format {
        name: "oath-csv",
        about: "privacyIDEA, LinOTP: OATH CSV: serial, key, type, digits, step",
        secret: "hex",
        takes_encoding: false,
        read: oath_csv::read,
    },
];

impl Format {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

/// A file in one of the formats.
#[derive(Debug)]
pub(crate) struct Input {
    path: PathBuf,
    pub(crate) format: &'static Format,
}

impl Input {
    /// Opens a file, and detects its format unless it is given.
    pub(crate) fn open(path: &Path, format: Option<&'static Format>) -> Result<Self, InputError> {
        let mut file = open(path)?;
        let format = match format {
            Some(format) => format,
            None => detect::detect(&mut file)?,
        };
        Ok(Self {
            path: path.to_owned(),
            format,
        })
    }

    /// Reads the file from the start. The same file gives the same entries each time.
    pub(crate) fn read(&self, sink: &mut Sink<'_>) -> Result<(), InputError> {
        let mut file = BufReader::with_capacity(128 * 1024, open(&self.path)?);
        // Skip the byte order mark that some programs write before UTF-8.
        if !file.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            file.seek(SeekFrom::Start(0))?;
        } else {
            file.consume(3);
        }
        (self.format.read)(&mut file, sink)
    }
}

fn open(path: &Path) -> Result<File, InputError> {
    let file = File::open(path)?;
    // It is read more than once.
    if !file.metadata()?.is_file() {
        return Err(InputError::whole("is not a regular file"));
    }
    Ok(file)
}

/// Calls `each` with the number and the text of each line that is neither blank nor a comment,
/// until it returns `false`.
fn lines(
    reader: &mut dyn BufRead,
    mut each: impl FnMut(u64, &str) -> bool,
) -> Result<(), InputError> {
    let mut line = Zeroizing::new(Vec::new());
    for number in 1.. {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = std::str::from_utf8(&line)
            .map_err(|_| InputError::new(Place::line(number), "is not UTF-8"))?
            .trim();
        if !text.is_empty() && !text.starts_with('#') && !each(number, text) {
            break;
        }
    }
    Ok(())
}
