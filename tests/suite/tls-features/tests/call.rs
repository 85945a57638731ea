//! Starts an emulator in its own process, so that its TLS library is not in the client's program.

#![cfg(any(feature = "_ureq", feature = "_hyper"))]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const CLIENT: &str = env!("CARGO_BIN_EXE_totps-tests-tls-features");

struct Emulator {
    process: Child,
    line: String,
    ca_file: String,
}

impl Emulator {
    fn start() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../Cargo.toml");
        let mut cargo = Command::new(env!("CARGO"));
        // Cargo's variables of this package would make it rebuild some dependencies.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(name);
            }
        }
        let mut process = cargo
            .args([
                "run",
                "--quiet",
                "--locked",
                "-p",
                "totps-emulator",
                "--manifest-path",
            ])
            .arg(manifest)
            .args(["--", "--tls", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let emulator: serde_json::Value = serde_json::from_str(&line).unwrap();
        let ca_file = emulator["ca_file"].as_str().unwrap().to_owned();
        Self {
            process,
            line,
            ca_file,
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Runs the client, which trusts the emulator's certificate authority or does not.
fn call(emulator: &Emulator, trust: &str) -> Output {
    let mut client = Command::new(CLIENT);
    client.args([&emulator.line, trust]);
    if trust == "trusted"
        && cfg!(any(
            feature = "ureq-platform-verifier",
            feature = "hyper-platform-verifier"
        ))
    {
        client.env("SSL_CERT_FILE", &emulator.ca_file);
    }
    client.output().unwrap()
}

#[test]
fn only_a_trusted_authority_is_accepted() {
    let emulator = Emulator::start();
    let trusted = call(&emulator, "trusted");
    let error = String::from_utf8_lossy(&trusted.stderr);
    assert!(trusted.status.success(), "Create over TLS failed: {error}");

    let untrusted = call(&emulator, "untrusted");
    let error = String::from_utf8_lossy(&untrusted.stderr);
    assert!(
        !untrusted.status.success(),
        "a certificate of an unknown authority was accepted"
    );
    // Display and Debug of transport errors name their kind. Some TLS libraries report a refused
    // certificate like a connection that could not be made; this server was reached just now.
    assert!(
        error.contains("Tls") || error.contains("Connect"),
        "expected a TLS error: {error}"
    );
}
