//! Chooses the server that the example calls: an emulator in this process, or Stytch.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write as _};

use clap::Parser as _;
use totps_core::{IntermediateSessionToken, MemberId, OrganizationId, Project, TotpSecret};
use totps_emulator::Emulator;

use crate::code;
use crate::options::Options;
use crate::recovery_codes::RecoveryCodes;
use crate::report::Usage;

/// Reads the command line and the environment, checks what can be checked before a call, and runs an
/// example.
pub(crate) fn with_options(
    run: impl FnOnce(&Options, &Target, RecoveryCodes) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let target = match variable("STYTCH_PROJECT_ID")? {
        Some(project_id) => Target::stytch(&options, &project_id)?,
        None => Target::emulator(&options)?,
    };
    code::check_input(&options, &target)?;
    let recovery_codes = RecoveryCodes::prepare(&options, &target)?;
    writeln!(io::stdout(), "Talking to {}.", target.name)?;
    run(&options, &target, recovery_codes)
}

pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) project: Project,
    pub(crate) organization_id: OrganizationId,
    pub(crate) member_id: MemberId,
    pub(crate) intermediate_session_token: Option<IntermediateSessionToken>,
    /// A second Member, and the secret of a TOTP that it has elsewhere.
    pub(crate) migration: Option<(MemberId, TotpSecret)>,
    /// Root certificates in place of the built-in ones.
    pub(crate) ca_pem: Option<Vec<u8>>,
    /// The emulator, which stops when this is dropped.
    pub(crate) emulator: Option<Emulator>,
}

/// The variables that must be set to call Stytch.
const ACCOUNT: [&str; 4] = [
    "STYTCH_PROJECT_ID",
    "STYTCH_SECRET",
    "STYTCH_ORGANIZATION_ID",
    "STYTCH_MEMBER_ID",
];

impl Target {
    fn stytch(options: &Options, project_id: &str) -> Result<Self, Box<dyn Error>> {
        let [secret, organization_id, member_id] =
            [ACCOUNT[1], ACCOUNT[2], ACCOUNT[3]].map(|name| required(name, ACCOUNT[0]));
        let base_url = variable("STYTCH_BASE_URL")?;
        Ok(Self {
            name: format!(
                "{} as {project_id}",
                base_url.as_deref().unwrap_or("Stytch")
            ),
            project: match base_url {
                Some(url) => Project::at(url, project_id, secret?),
                None => Project::new(project_id, secret?),
            }
            .map_err(Usage::new)?,
            organization_id: organization_id?.into(),
            member_id: member_id?.into(),
            intermediate_session_token: variable("STYTCH_INTERMEDIATE_SESSION_TOKEN")?
                .map(IntermediateSessionToken::new),
            migration: migration()?,
            ca_pem: ca_pem(options)?,
            emulator: None,
        })
    }

    fn emulator(options: &Options) -> Result<Self, Box<dyn Error>> {
        // Report variables and options that the emulator would ignore.
        for name in ACCOUNT.iter().chain(&OPTIONAL) {
            if variable(name)?.is_some() {
                required(ACCOUNT[0], name)?;
            }
        }
        if options.ca_file.is_some() {
            required(ACCOUNT[0], "--ca-file")?;
        }
        let emulator = Emulator::start()?;
        let second_member = emulator.create_member(emulator.organization_id(), |_| {})?;
        Ok(Self {
            name: format!("the emulator at {}", emulator.base_url()),
            project: Project::at(
                emulator.base_url(),
                emulator.project_id(),
                emulator.secret(),
            )?,
            organization_id: emulator.organization_id().into(),
            member_id: emulator.member_id().into(),
            intermediate_session_token: Some(emulator.intermediate_session_token().into()),
            migration: Some((
                second_member.member_id.into(),
                "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS".into(),
            )),
            ca_pem: None,
            emulator: Some(emulator),
        })
    }
}

const OPTIONAL: [&str; 5] = [
    "STYTCH_INTERMEDIATE_SESSION_TOKEN",
    MIGRATE[0],
    MIGRATE[1],
    "STYTCH_BASE_URL",
    "STYTCH_CA_FILE",
];

const MIGRATE: [&str; 2] = ["STYTCH_MIGRATE_MEMBER_ID", "STYTCH_MIGRATE_SECRET"];

fn migration() -> Result<Option<(MemberId, TotpSecret)>, Usage> {
    let [id, secret] = MIGRATE;
    if variable(id)?.is_none() && variable(secret)?.is_none() {
        return Ok(None);
    }
    let member_id = required(id, secret)?;
    let secret = TotpSecret::parse(&required(secret, id)?)
        .map_err(|error| Usage(format!("{secret}: {error}")))?;
    Ok(Some((member_id.into(), secret)))
}

fn ca_pem(options: &Options) -> Result<Option<Vec<u8>>, Usage> {
    let path = match &options.ca_file {
        Some(path) => Some(path.clone()),
        None => variable("STYTCH_CA_FILE")?.map(Into::into),
    };
    let read = path
        .map(|path| fs::read(&path).map_err(|error| Usage(format!("{}: {error}", path.display()))));
    read.transpose()
}

/// Reads an environment variable that the variable or option `other` requires.
fn required(name: &str, other: &str) -> Result<String, Usage> {
    variable(name)?.ok_or_else(|| {
        Usage(format!(
            "{other} is given, but {name} is not; `--help` lists what belongs together"
        ))
    })
}

/// Reads an environment variable. `None` if it is not set or empty.
fn variable(name: &str) -> Result<Option<String>, Usage> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Usage(format!("{name} must be valid UTF-8"))),
    }
}
