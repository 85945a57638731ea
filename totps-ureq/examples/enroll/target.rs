//! Which server the example calls: an emulator in this process, or Stytch.

use std::env;
use std::error::Error;

use totps_core::{IntermediateSessionToken, MemberId, OrganizationId, Project, TotpSecret};
use totps_emulator::Emulator;

use crate::options::{Options, USAGE};

/// Reads the command line and the environment, and runs an example with what they say.
pub(crate) fn with_options(
    run: impl FnOnce(&Options, &Target) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let options = Options::parse()?;
    if options.help {
        println!("{USAGE}");
        return Ok(());
    }
    let target = Target::from_environment()?;
    println!("Talking to {}.", target.name());
    run(&options, &target)
}

pub(crate) struct Target {
    pub(crate) project: Project,
    pub(crate) organization_id: OrganizationId,
    pub(crate) member_id: MemberId,
    pub(crate) intermediate_session_token: Option<IntermediateSessionToken>,
    /// A second Member and the secret of its TOTP elsewhere.
    pub(crate) migration: Option<(MemberId, TotpSecret)>,
    /// Runs as long as it is held.
    pub(crate) emulator: Option<Emulator>,
}

/// What must be set to talk to Stytch.
const REQUIRED: [&str; 4] = [
    "STYTCH_PROJECT_ID",
    "STYTCH_SECRET",
    "STYTCH_ORGANIZATION_ID",
    "STYTCH_MEMBER_ID",
];

impl Target {
    fn from_environment() -> Result<Self, Box<dyn Error>> {
        let [project_id, secret, organization_id, member_id] = REQUIRED.map(variable);
        match (project_id, secret, organization_id, member_id) {
            (None, None, None, None) => Self::emulated(),
            (Some(project_id), Some(secret), Some(organization_id), Some(member_id)) => Ok(Self {
                project: match variable("STYTCH_BASE_URL") {
                    Some(url) => Project::at(url, project_id, secret)?,
                    None => Project::new(project_id, secret)?,
                },
                organization_id: organization_id.into(),
                member_id: member_id.into(),
                intermediate_session_token: variable("STYTCH_INTERMEDIATE_SESSION_TOKEN")
                    .map(IntermediateSessionToken::new),
                migration: variable("STYTCH_MIGRATE_MEMBER_ID")
                    .map(MemberId::new)
                    .zip(variable("STYTCH_MIGRATE_SECRET").map(TotpSecret::new)),
                emulator: None,
            }),
            _ => {
                let missing: Vec<_> = REQUIRED
                    .into_iter()
                    .filter(|name| variable(name).is_none())
                    .collect();
                Err(format!(
                    "to talk to Stytch, set {} too; to use the emulator, set none of {}",
                    missing.join(", "),
                    REQUIRED.join(", ")
                )
                .into())
            }
        }
    }

    fn emulated() -> Result<Self, Box<dyn Error>> {
        let emulator = Emulator::start()?;
        let second_member = emulator.create_member(emulator.organization_id(), |_| {})?;
        Ok(Self {
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
            emulator: Some(emulator),
        })
    }

    fn name(&self) -> String {
        match &self.emulator {
            Some(emulator) => format!("the emulator at {}", emulator.base_url()),
            None => {
                let server = variable("STYTCH_BASE_URL").unwrap_or_else(|| "Stytch".to_owned());
                format!("{server} as {}", self.project.id())
            }
        }
    }
}

/// An environment variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
