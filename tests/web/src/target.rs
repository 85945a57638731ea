//! Which server the service calls: an emulator in this process, or Stytch.

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use totps_emulator::{Emulator, MfaPolicy};
use totps_hyper::{OrganizationId, Project};

/// What must be set to talk to Stytch.
const REQUIRED: [&str; 3] = [
    "STYTCH_PROJECT_ID",
    "STYTCH_SECRET",
    "STYTCH_ORGANIZATION_ID",
];

/// Other variables that make no sense without those.
const OPTIONAL: [&str; 1] = ["STYTCH_BASE_URL"];

/// A secret for an authenticator app, for a Member who has a TOTP already.
const TOTP_SECRET: &str = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";

const RECOVERY_CODES: [&str; 2] = ["ckss-2skx-ebow", "spbc-424h-usy0"];

const PASSWORD: &str = "correct-horse-battery-staple";

pub(crate) struct Target {
    pub(crate) project: Project,
    pub(crate) organization_id: OrganizationId,
    /// Runs as long as it is held.
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
                    "to talk to Stytch, set {} too; to use the emulator, set none of {}",
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

    /// The clock of the server that signs the sessions.
    pub(crate) fn clock(&self) -> Box<dyn Fn() -> SystemTime + Send + Sync> {
        match self.emulator.clone() {
            Some(emulator) => Box::new(move || emulator.now()),
            None => Box::new(SystemTime::now),
        }
    }

    /// Whom to sign in as.
    pub(crate) fn introduction(&self) -> String {
        let Some(emulator) = &self.emulator else {
            return format!("It talks to Stytch as {}.", self.project.id());
        };
        let control = format!("{}/__emulator", emulator.base_url());
        format!(
            "
It talks to an emulator in this process. Sign in as
  ada@example.com    who sets up an authenticator app
  grace@example.com  who has one, with the key {TOTP_SECRET},
                     and the recovery codes {}
with the password {PASSWORD}.

Without a phone, get the code of an app with
  curl {control}/members/ada/code
Move the clock, to see codes and logins expire:
  curl {control}/clock -d '{{\"advance_seconds\": 30}}'
Lose the next response of a call, to see what the page says then:
  curl {control}/faults -d '{{\"fault\": \"lost_response\", \"endpoint\": \"totp.authenticate\"}}'
",
            RECOVERY_CODES.join(" and ")
        )
    }
}

/// An environment variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
