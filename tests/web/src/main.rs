//! Starts the service:
//!
//! ```text
//! cargo run -p totps-web
//! ```
//!
//! Without configuration it starts an emulator of Stytch's API in this process, and prints the
//! accounts to sign in with. `-- --help` explains how to use Stytch instead.

#![forbid(unsafe_code)]

mod options;
mod target;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use tokio::net::TcpListener;
use totps_web::App;

use crate::options::Options;
use crate::target::Target;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    options.check()?;
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .log_internal_errors(false)
        .init();
    let target = Target::from_environment()?;
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    let clock = target.clock();
    let connected = App::connect(
        target.project.clone(),
        &target.organization_id,
        options.is_https(),
        clock,
    );
    let app = connected
        .await
        .map_err(|error| format!("cannot get the Organization: {error}"))?;

    let here = format!("http://{}", listener.local_addr()?);
    let address = options.public_url.as_ref().unwrap_or(&here);
    let introduction = target.introduction();
    let text = format!("Open {address}\n{introduction}\nStop it with Ctrl-C.\n");
    // If this fails, nobody reads the output, but the service can run.
    let _ = std::io::stdout().write_all(text.as_bytes());

    axum::serve(listener, totps_web::router(app))
        .with_graceful_shutdown(async {
            // Without the signal, the service runs until the process is killed.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
        .await?;
    Ok(())
}
