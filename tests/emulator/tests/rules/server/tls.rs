//! HTTPS.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use totps_emulator::Fault;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::client::{Client, Run as _};
use crate::scenes::{CREATE, fixed, ids};

fn post(emulator: &Client, roots: RootCerts) -> Result<Value, ureq::Error> {
    let tls = TlsConfig::builder().root_certs(roots).build();
    let agent: ureq::Agent = ureq::Agent::config_builder().tls_config(tls).build().into();
    let mut response = agent
        .post(format!("{}{CREATE}", emulator.base_url()))
        .header("Authorization", emulator.authorization())
        .send(ids(emulator).to_string())?;
    let body = response.body_mut().read_to_string()?;
    Ok(serde_json::from_str(&body).unwrap())
}

fn trusted(emulator: &Client) -> RootCerts {
    let ca = Certificate::from_pem(emulator.ca_pem().unwrap().as_bytes()).unwrap();
    RootCerts::new_with_certs(&[ca])
}

#[test]
fn a_client_that_trusts_the_authority_gets_a_response() {
    let emulator = fixed().tls(true).run();
    assert!(emulator.base_url().starts_with("https://127.0.0.1:"));
    let response = post(&emulator, trusted(&emulator)).unwrap();
    assert_eq!(response["member_id"], emulator.member_id());
}

#[test]
fn a_client_that_does_not_trust_it_fails_without_affecting_others() {
    let emulator = fixed().tls(true).run();
    assert!(post(&emulator, RootCerts::WebPki).is_err());
    let other = fixed().tls(true).run();
    assert!(post(&emulator, trusted(&other)).is_err());
    let address = emulator.base_url().trim_start_matches("https://");
    let mut plain = TcpStream::connect(address).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert!(post(&emulator, trusted(&emulator)).is_ok());
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn faults_work_over_tls() {
    let emulator = fixed().tls(true).run();
    for fault in [Fault::reset(), Fault::close_after(30)] {
        emulator.add_fault(1, fault);
        assert!(post(&emulator, trusted(&emulator)).is_err());
    }
    emulator.add_fault(1, Fault::drip(2000, Duration::from_millis(1)));
    assert!(post(&emulator, trusted(&emulator)).is_ok());
}

#[test]
fn without_tls_there_is_no_authority() {
    assert_eq!(fixed().run().ca_pem(), None);
}
