//! Which server the service calls: an emulator in this process, or Stytch.

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use totps_emulator::{Emulator, MfaPolicy};
use totps_hyper::{OrganizationId, Project};

/// The variables that must be set to use Stytch.
const REQUIRED: [&str; 3] = [
    "STYTCH_PROJECT_ID",
    "STYTCH_SECRET",
    "STYTCH_ORGANIZATION_ID",
];

/// Other variables, which must not be set without the required ones.
const OPTIONAL: [&str; 1] = ["STYTCH_BASE_URL"];

/// The TOTP secret of the Member who has an authenticator app.
const TOTP_SECRET: &str = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";

const RECOVERY_CODES: [&str; 2] = ["ckss-2skx-ebow", "spbc-424h-usy0"];

const PASSWORD: &str = "correct-horse-battery-staple";

pub(crate) struct Target {
    pub(crate) project: Project,
    pub(crate) organization_id: OrganizationId,
    /// The emulator, which runs until this is dropped.
    emulator: Option<Arc<Emulator>>,
}

impl Target {
    pub(crate) fn from_environment() -> Result<Self, Box<dyn Error>> {
        match REQUIRED.map(variable) {
            [Some(project_id), Some(secret), Some(organization_id)] => Ok(Self {
                project: match variable("STYTCH_BASE_URL") {
                    Some(url) => Project::at(url, project_id, secret)?,
                    None => Project::new(project_id, secret)?,
                },
                organization_id: organization_id.into(),
                emulator: None,
            }),
            [None, None, None] if OPTIONAL.into_iter().all(|name| variable(name).is_none()) => {
                Self::emulated()
            }
            _ => {
                let missing = REQUIRED.into_iter().filter(|name| variable(name).is_none());
                let missing: Vec<_> = missing.collect();
                let all: Vec<_> = REQUIRED.into_iter().chain(OPTIONAL).collect();
                Err(format!(
                    "to use Stytch, set {} too; to use the emulator, set none of {}",
                    missing.join(", "),
                    all.join(", ")
                )
                .into())
            }
        }
    }

    fn emulated() -> Result<Self, Box<dyn Error>> {
        let emulator = Emulator::builder()
            .organization(|organization| {
                organization.organization_name = Some("Example".to_owned());
                organization.organization_slug = Some("example".to_owned());
                organization.mfa_policy = MfaPolicy::RequiredForAll;
            })
            .member(|ada| {
                ada.external_id = Some("ada".to_owned());
                ada.email_address = Some("ada@example.com".to_owned());
                ada.password = Some(PASSWORD.to_owned());
            })
            .member(|grace| {
                grace.external_id = Some("grace".to_owned());
                grace.email_address = Some("grace@example.com".to_owned());
                grace.password = Some(PASSWORD.to_owned());
                grace.totp_secret = Some(TOTP_SECRET.to_owned());
                grace.recovery_codes = Some(RECOVERY_CODES.map(str::to_owned).to_vec());
            })
            .start()?;
        Ok(Self {
            project: Project::at(
                emulator.base_url(),
                emulator.project_id(),
                emulator.secret(),
            )?,
            organization_id: emulator.organization_id().into(),
            emulator: Some(Arc::new(emulator)),
        })
    }

    /// Returns the clock of the server that signs the sessions.
    pub(crate) fn clock(&self) -> Box<dyn Fn() -> SystemTime + Send + Sync> {
        match self.emulator.clone() {
            Some(emulator) => Box::new(move || emulator.now()),
            None => Box::new(SystemTime::now),
        }
    }

    /// Returns a text about the server, and the accounts of the emulator.
    pub(crate) fn introduction(&self) -> String {
        let Some(emulator) = &self.emulator else {
            return format!(
                "The service uses Stytch with the project {}.",
                self.project.id()
            );
        };
        let control = format!("{}/__emulator", emulator.base_url());
        format!(
            "
The service uses an emulator in this process. Sign in as
  ada@example.com    who has no authenticator app yet, or as
  grace@example.com  who has one, with the key {TOTP_SECRET},
                     and the recovery codes {},
with the password {PASSWORD}.

Without a phone, get the code of an app with
  curl {control}/members/ada/code
Advance the clock, to see codes and logins expire:
  curl {control}/clock -d '{{\"advance_seconds\": 30}}'
Lose the next response of a call, to see the message about it:
  curl {control}/faults -d '{{\"fault\": \"lost_response\", \"endpoint\": \"totp.authenticate\"}}'
",
            RECOVERY_CODES.join(" and ")
        )
    }
}

/// Returns an environment variable; `None` if it is not set or empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
