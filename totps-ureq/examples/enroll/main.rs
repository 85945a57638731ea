//! Enrols a Member in TOTP, checks a code, gets a session, and migrates the secret of a second
//! Member:
//!
//! ```text
//! cargo run -p totps-ureq --example enroll
//! ```
//!
//! Without configuration it starts an emulator of the API in this process. `-- --help` says how to call
//! Stytch instead. The calls are in `enrolment.rs`.

mod code;
mod enrolment;
mod options;
mod qr_code;
mod recovery_codes;
mod report;
mod target;

use std::process::ExitCode;

use totps_ureq::{Client, UreqTransport};

fn main() -> ExitCode {
    report::exit_code(target::with_options(|options, target, recovery_codes| {
        let mut transport = UreqTransport::builder();
        if let Some(pem) = &target.ca_pem {
            transport = transport.root_certificates_pem(pem.clone());
        }
        let transport = transport.build().map_err(report::Usage::new)?;
        let client = Client::new(target.project.clone(), transport);
        enrolment::run(&client, options, target, recovery_codes)
    }))
}
