//! Like `enroll` of `totps-ureq`, but async on smol, without tokio and without an executor: the
//! calling task drives its connection.
//!
//! ```text
//! cargo run -p totps-hyper --example enroll_smol --features conn
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
#[path = "support/smol_connector.rs"]
mod smol_connector;
#[path = "../../totps-ureq/examples/enroll/target.rs"]
mod target;

use std::process::ExitCode;

use smol_connector::{connect, tls};
use smol_hyper::rt::SmolTimer;
use totps_hyper::{AsyncClient, ConnTransport};

fn main() -> ExitCode {
    report::exit_code(target::with_options(|options, target, recovery_codes| {
        let tls =
            tls(target.ca_pem.as_deref()).map_err(|error| report::Usage(error.to_string()))?;
        let transport =
            ConnTransport::builder(move |url| connect(url, tls.clone()), SmolTimer::new())
                .allow_https()
                .build()?;
        let client = AsyncClient::new(target.project.clone(), transport);
        smol::block_on(enrolment::run(&client, options, target, recovery_codes))
    }))
}
