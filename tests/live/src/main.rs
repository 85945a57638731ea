//! The program `totps-live`.

use std::process::ExitCode;

fn main() -> ExitCode {
    totps_live::cli::main(std::env::args_os())
}
