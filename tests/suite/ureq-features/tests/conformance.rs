//! Every rule of the kit, where ureq can decompress and keep cookies.

use totps_conformance::{Kit, LevelFilter, Target};
use totps_ureq::UreqTransport;
use totps_ureq::ureq::Agent;
use totps_ureq::ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

fn kit(test: &str) -> Kit {
    Kit::new()
        .name(test)
        .child_test(test)
        .log_limit("ureq_proto", LevelFilter::Debug)
        .except_if(
            "no-secret-logged",
            "cookie_store::cookie_store: inserting Set-Cookie",
            "cookie_store, which ureq keeps cookies by, logs them at trace; the API sets none",
        )
        .except(
            "no-decompression",
            "ureq decompresses what it can, whatever was requested",
        )
        .except(
            "no-cookies",
            "ureq keeps cookies, and sends them back to where they came from only",
        )
        .except_if(
            "two-framings-refused",
            "got the response 200",
            "ureq reads such responses by their chunks, or until the connection ends",
        )
        .except(
            "http10-chunks-refused",
            "ureq reads chunks of HTTP/1.0 as text",
        )
        .except(
            "last-chunk-line-required",
            "ureq does not wait for the line after the last chunk",
        )
        .except(
            "response-headers-not-logged",
            "ureq logs headers that tell how to read a response",
        )
}

#[test]
fn own() {
    let report = kit("own").check(|target: Target| {
        let builder = UreqTransport::builder().timeout(target.timeout());
        let builder = builder.response_limit(target.response_limit());
        let builder = builder.root_certificates_pem(target.root_certificate_pem());
        builder.build().unwrap()
    });
    println!("{report}");
    report.assert();
}

#[test]
fn callers_agent() {
    let kit = kit("callers_agent")
        .except(
            "deadline-before-sending-is-not-sent",
            "ureq does not tell in which phase it passed",
        )
        .except(
            "lookup-failure-is-not-sent",
            "ureq reports it like any other error of the system's",
        )
        .except(
            "handshake-failure-is-not-sent",
            "ureq reports it like an error on an open connection",
        )
        .except(
            "reset-ends-no-body",
            "ureq takes a body that is reset for whole",
        )
        .except(
            "close-notify-required",
            "ureq takes a body for whole without `close_notify`",
        )
        .except(
            "unasked-record-not-taken",
            "ureq looks at the socket and the outermost buffer alone",
        )
        .except(
            "close-notify-noticed",
            "ureq looks at the socket and the outermost buffer alone",
        );
    let report = kit.check(|target: Target| {
        let pem = target.root_certificate_pem().as_bytes();
        let certificates = parse_pem(pem).map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => certificate,
            _ => panic!("only certificates"),
        });
        let roots = RootCerts::from(certificates.collect::<Vec<Certificate>>());
        let tls = TlsConfig::builder().root_certs(roots).build();
        let agent: Agent = Agent::config_builder()
            .proxy(None)
            .tls_config(tls)
            .build()
            .into();
        let builder = UreqTransport::builder()
            .agent(agent)
            .timeout(target.timeout());
        builder
            .response_limit(target.response_limit())
            .build()
            .unwrap()
    });
    println!("{report}");
    report.assert();
}
