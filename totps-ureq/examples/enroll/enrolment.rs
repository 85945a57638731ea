//! Makes the calls of the example, in order.

use std::error::Error;
use std::io::{self, Write as _};

use totps_core::{
    AuthenticateParams, Client, CreateParams, DeleteTotpParams, MemberId, MigrateParams, Reason,
    Transport,
};

use crate::options::Options;
use crate::recovery_codes::RecoveryCodes;
use crate::target::Target;
use crate::{code, qr_code, report};

pub(crate) fn run<T: Transport>(
    client: &Client<T>,
    options: &Options,
    target: &Target,
    mut recovery_codes: RecoveryCodes,
) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout();
    let organization_id = &target.organization_id;
    let member_id = &target.member_id;

    writeln!(out, "\n1. Create: enrol the Member {member_id}")?;
    if options.delete_first {
        delete(client, target, member_id)?;
    }
    let created = client
        .create(&CreateParams::new(organization_id, member_id))
        .map_err(report::advise("enrolment"))?;
    recovery_codes.keep(member_id, &created.recovery_codes)?;
    writeln!(out, "   TOTP {}", created.totp_registration_id)?;
    // A real Member may still scan it after this program has ended.
    let _picture = qr_code::show(&created.qr_code, target.emulator.is_none())?;

    writeln!(out, "\n2. Authenticate: check a code")?;
    let code = code::code(options, target, &created)?;
    let mut params = AuthenticateParams::new(organization_id, member_id, code);
    params.intermediate_session_token = target.intermediate_session_token.clone();
    let authenticated = client
        .authenticate(&params)
        .map_err(report::advise("code"))?;
    report::session(authenticated.member_session.as_ref())?;

    writeln!(out, "\n3. Migrate: import the secret of a second Member")?;
    let Some((member_id, secret)) = &target.migration else {
        writeln!(
            out,
            "   Skipped: STYTCH_MIGRATE_MEMBER_ID and STYTCH_MIGRATE_SECRET are not set."
        )?;
        return Ok(());
    };
    if options.delete_first {
        delete(client, target, member_id)?;
    }
    let migrated = client
        .migrate(&MigrateParams::new(
            organization_id,
            member_id,
            secret.clone(),
        ))
        .map_err(report::advise("migration"))?;
    recovery_codes.keep(member_id, &migrated.recovery_codes)?;
    writeln!(
        out,
        "   TOTP {} of {member_id}",
        migrated.totp_registration_id
    )?;
    Ok(())
}

/// Removes the TOTP of a Member, if there is one.
fn delete<T: Transport>(
    client: &Client<T>,
    target: &Target,
    member_id: &MemberId,
) -> Result<(), Box<dyn Error>> {
    let params = DeleteTotpParams::new(&target.organization_id, member_id);
    match client.delete_totp(&params) {
        Ok(_) => writeln!(io::stdout(), "   The TOTP of {member_id} is removed.")?,
        Err(error) if error.reason() == Reason::NotEnrolled => {}
        Err(error) => return Err(report::advise("removal of the TOTP")(error).into()),
    }
    Ok(())
}
