//! Calls an endpoint that totps does not type: Member Update of `default_mfa_method`, on an
//! emulator of the API in this process:
//!
//! ```text
//! cargo run -p totps-tests --example any_endpoint
//! ```
//!
//! The operation is the example in the documentation of `Operation`.

#![allow(clippy::print_stdout, reason = "an example talks to a person")]

use std::error::Error;

use serde::{Deserialize, Serialize};
use totps_core::{
    Call, InvalidParams, Json, Member, MemberId, MfaMethod, Operation, OrganizationId, Project,
};
use totps_emulator::Emulator;

struct PreferTotp {
    organization_id: OrganizationId,
    member_id: MemberId,
}

#[derive(Serialize)]
struct Fields {
    default_mfa_method: MfaMethod,
}

#[derive(Deserialize)]
struct Updated {
    member: Member,
}

impl Operation for PreferTotp {
    type Response = Json<Updated>;

    fn describe(&self) -> Result<Call, InvalidParams> {
        Call::put("/v1/b2b/organizations")
            .segment("organization_id", &self.organization_id)?
            .path("/members")
            .segment("member_id", &self.member_id)?
            .json(&Fields {
                default_mfa_method: MfaMethod::Totp,
            })
    }
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start()?;
    // A Member with a phone number and a TOTP. The default method is the text message.
    let member = emulator.create_member(emulator.organization_id(), |member| {
        member.mfa_phone_number = Some("+12025550162".into());
        member.totp_secret = Some("BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS".into());
    })?;
    // For Stytch: `Project::new(project_id, secret)`, and the ids of your Organization and Member.
    let project = Project::at(
        emulator.base_url(),
        emulator.project_id(),
        emulator.secret(),
    )?;
    let client = totps_ureq::client(project);
    let params = PreferTotp {
        organization_id: emulator.organization_id().into(),
        member_id: member.member_id.into(),
    };
    let Json(updated) = client.call(&params)?;
    assert_eq!(updated.member.default_mfa_method, Some(MfaMethod::Totp));
    println!("The TOTP is asked for first.");
    Ok(())
}
