//! Makes a call through a company's proxy, with hyper-util's tunnel connector.
//!
//! ```text
//! cargo run -p totps-hyper --example proxy_tunnel
//! ```
//!
//! Without configuration the emulator and a proxy run in this process. To go through your own proxy, set
//! `PROXY_URL` (`http://[user:password@]host:port`), `STYTCH_PROJECT_ID`, `STYTCH_SECRET`,
//! `STYTCH_ORGANIZATION_ID` and `STYTCH_MEMBER_ID`.

#![allow(clippy::print_stdout, reason = "an example talks to a person")]

#[path = "support/connect_proxy.rs"]
mod connect_proxy;
#[path = "support/tunnel_connector.rs"]
mod tunnel_connector;

use std::env;
use std::error::Error;

use hyper_util::rt::TokioTimer;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use totps_emulator::Emulator;
use totps_hyper::{AsyncClient, ConnTransport, CreateParams, Project};
use tunnel_connector::{connector, is_silent};

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let Ok(proxy) = env::var("PROXY_URL") else {
        let emulator = Emulator::builder().tls(true).start()?;
        let mut roots = RootCertStore::empty();
        let pem = emulator.ca_pem().unwrap_or_default();
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes())?)?;
        let project = Project::at(
            emulator.base_url(),
            emulator.project_id(),
            emulator.secret(),
        )?;
        let params = CreateParams::new(emulator.organization_id(), emulator.member_id());
        let proxy = connect_proxy::start()?;
        return runtime.block_on(enroll(&proxy, roots, project, &params));
    };
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let project = Project::new(env::var("STYTCH_PROJECT_ID")?, env::var("STYTCH_SECRET")?)?;
    let params = CreateParams::new(
        env::var("STYTCH_ORGANIZATION_ID")?,
        env::var("STYTCH_MEMBER_ID")?,
    );
    runtime.block_on(enroll(&proxy, roots, project, &params))
}

async fn enroll(
    proxy: &str,
    roots: RootCertStore,
    project: Project,
    params: &CreateParams,
) -> Result<(), Box<dyn Error>> {
    let transport = ConnTransport::builder(connector(&proxy.parse()?, roots)?, TokioTimer::new())
        .allow_https()
        .idle_check(is_silent)
        .build()?;
    let created = AsyncClient::new(project, transport).create(params).await?;
    println!("Created the TOTP {}.", created.totp_registration_id);
    Ok(())
}
