//! Like `enroll` of `totps-ureq`, but async on tokio:
//!
//! ```text
//! cargo run -p totps-hyper --example enroll_tokio
//! ```

#[path = "../../totps-ureq/examples/enroll/code.rs"]
mod code;
#[path = "support/enrolment.rs"]
mod enrolment;
#[path = "../../totps-ureq/examples/enroll/options.rs"]
mod options;
#[path = "../../totps-ureq/examples/enroll/qr_code.rs"]
mod qr_code;
#[path = "../../totps-ureq/examples/enroll/recovery_codes.rs"]
mod recovery_codes;
#[path = "../../totps-ureq/examples/enroll/report.rs"]
mod report;
#[path = "../../totps-ureq/examples/enroll/target.rs"]
mod target;

use std::process::ExitCode;

use totps_hyper::{Client, HyperTransport};

fn main() -> ExitCode {
    report::exit_code(target::with_options(|options, target, recovery_codes| {
        let mut transport = HyperTransport::builder();
        if let Some(pem) = &target.ca_pem {
            transport = transport.root_certificates_pem(pem.clone());
        }
        let transport = transport.build().map_err(report::Usage::new)?;
        let client = Client::new(target.project.clone(), transport);
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(enrolment::run(&client, options, target, recovery_codes))
    }))
}
