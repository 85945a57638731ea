//! Enrols a Member in TOTP, checks a code, gets a session, and migrates the secret of a second
//! Member:
//!
//! ```text
//! cargo run -p totps-ureq --example enroll
//! ```
//!
//! Without configuration it starts an emulator of the API in this process. `-- --help` says how to call
//! Stytch instead. The calls are in `enrolment.rs`.

#![allow(clippy::print_stdout, reason = "an example talks to a person")]

mod code;
mod enrolment;
mod options;
mod qr_code;
mod report;
mod target;

use std::process::ExitCode;

fn main() -> ExitCode {
    report::exit_code(target::with_options(|options, target| {
        let client = totps_ureq::client(target.project.clone());
        enrolment::run(&client, options, target)
    }))
}
