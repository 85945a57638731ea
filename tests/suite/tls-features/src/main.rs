//! Calls Create on an emulator over TLS: `totps-tests-tls-features EMULATOR trusted|untrusted`.
//! EMULATOR is the line that `totps-emulator --tls --json` prints. Exits with an error if the call
//! fails.

use std::error::Error;

use serde_json::Value;

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let mut arguments = std::env::args().skip(1);
    let emulator = arguments.next().ok_or("the emulator's line is missing")?;
    let emulator: Value = serde_json::from_str(&emulator)?;
    // A platform verifier trusts the certificates in SSL_CERT_FILE instead.
    let is_trusted = arguments.next().as_deref() == Some("trusted");
    let root = match emulator["ca_file"].as_str() {
        Some(file) if is_trusted => Some(std::fs::read(file)?),
        _ => None,
    };
    #[cfg(feature = "_ureq")]
    ureq::call(&emulator, root.clone())?;
    #[cfg(feature = "_hyper")]
    hyper::call(&emulator, root.clone())?;
    drop(root);
    Ok(())
}

#[cfg(any(feature = "_ureq", feature = "_hyper"))]
fn text<'a>(emulator: &'a Value, key: &str) -> &'a str {
    emulator[key].as_str().unwrap_or_default()
}

#[cfg(feature = "_ureq")]
mod ureq {
    use serde_json::Value;
    use totps_ureq::{Client, CreateParams, Project, UreqTransport};

    use super::Fallible;

    pub(crate) fn call(emulator: &Value, root: Option<Vec<u8>>) -> Fallible<()> {
        let text = |key| super::text(emulator, key);
        let builder = UreqTransport::builder();
        #[cfg(feature = "ureq-platform-verifier")]
        let builder = builder.platform_verifier();
        let builder = match root {
            Some(root) if !cfg!(feature = "ureq-platform-verifier") => {
                builder.root_certificates_pem(root)
            }
            _ => builder,
        };
        let project = Project::at(text("base_url"), text("project_id"), text("secret"))?;
        let client = Client::new(project, builder.build()?);
        client.create(&CreateParams::new(
            text("organization_id"),
            text("member_id"),
        ))?;
        Ok(())
    }
}

#[cfg(feature = "_hyper")]
mod hyper {
    use serde_json::Value;
    use totps_hyper::{Client, CreateParams, HyperTransport, Project};

    use super::Fallible;

    pub(crate) fn call(emulator: &Value, root: Option<Vec<u8>>) -> Fallible<()> {
        let text = |key| super::text(emulator, key);
        let builder = HyperTransport::builder();
        #[cfg(feature = "hyper-platform-verifier")]
        let builder = builder.platform_verifier();
        let builder = match root {
            Some(root) if !cfg!(feature = "hyper-platform-verifier") => {
                builder.root_certificates_pem(root)
            }
            _ => builder,
        };
        let project = Project::at(text("base_url"), text("project_id"), text("secret"))?;
        let client = Client::new(project, builder.build()?);
        let params = CreateParams::new(text("organization_id"), text("member_id"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(client.create(&params))?;
        Ok(())
    }
}
