//! The three calls, one after the other.

use std::error::Error;

use totps_core::{AuthenticateParams, Client, CreateParams, MigrateParams, Transport};

use crate::options::Options;
use crate::target::Target;
use crate::{code, qr_code, report};

pub(crate) fn run<T: Transport>(
    client: &Client<T>,
    options: &Options,
    target: &Target,
) -> Result<(), Box<dyn Error>> {
    println!("\n1. Create: enrol the Member {}", target.member_id);
    let params = CreateParams::new(&target.organization_id, &target.member_id);
    let created = client
        .create(&params)
        .map_err(report::advise("enrolment"))?;
    println!("   TOTP {}", created.totp_registration_id);
    qr_code::show(&created.qr_code)?;
    report::recovery_codes(&created.recovery_codes, options);

    println!("\n2. Authenticate: check a code");
    let code = code::code(options, target, &created)?;
    let mut params = AuthenticateParams::new(&target.organization_id, &target.member_id, code);
    params.intermediate_session_token = target.intermediate_session_token.clone();
    let authenticated = client
        .authenticate(&params)
        .map_err(report::advise("code"))?;
    report::session(authenticated.member_session.as_ref());

    println!("\n3. Migrate: bring in the secret of a second Member");
    let Some((member_id, secret)) = &target.migration else {
        println!("   Skipped: STYTCH_MIGRATE_MEMBER_ID and STYTCH_MIGRATE_SECRET are not set.");
        return Ok(());
    };
    let params = MigrateParams::new(&target.organization_id, member_id, secret.clone());
    let migrated = client
        .migrate(&params)
        .map_err(report::advise("migration"))?;
    println!("   TOTP {} of {member_id}", migrated.totp_registration_id);
    report::recovery_codes(&migrated.recovery_codes, options);
    Ok(())
}
