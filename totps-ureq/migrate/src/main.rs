//! The program `totps-migrate`.

use std::process::ExitCode;

fn main() -> ExitCode {
    totps_migrate::main(std::env::args_os()).into()
}
