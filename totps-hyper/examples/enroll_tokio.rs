//! Like `enroll` of `totps-ureq`, but async on tokio:
//!
//! ```text
//! cargo run -p totps-hyper --example enroll_tokio
//! ```

#![allow(clippy::print_stdout, reason = "an example talks to a person")]

#[path = "../../totps-ureq/examples/enroll/code.rs"]
mod code;
#[path = "support/enrolment.rs"]
mod enrolment;
#[path = "../../totps-ureq/examples/enroll/options.rs"]
mod options;
#[path = "../../totps-ureq/examples/enroll/qr_code.rs"]
mod qr_code;
#[path = "../../totps-ureq/examples/enroll/report.rs"]
mod report;
#[path = "../../totps-ureq/examples/enroll/target.rs"]
mod target;

use std::process::ExitCode;

fn main() -> ExitCode {
    report::exit_code(target::with_options(|options, target| {
        let client = totps_hyper::client(target.project.clone());
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(enrolment::run(&client, options, target))
    }))
}
