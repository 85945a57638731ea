//! Runs every rule of the kit where ureq can decompress and keep cookies.

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
            "ureq keeps cookies in cookie_store, which logs them at trace; the API sets no cookies",
        )
        .except(
            "no-decompression",
            "ureq decompresses every encoding that it knows, even if it was not requested",
        )
        .except(
            "no-cookies",
            "ureq keeps cookies, and sends them back only to their origin",
        )
        .except_if(
            "two-framings-refused",
            "got the response 200",
            "ureq reads such responses as chunked, or until the connection ends",
        )
        .except_if(
            "http10-chunks-refused",
            "got the response 200",
            "ureq reads chunks of HTTP/1.0 as text",
        )
        .except(
            "last-chunk-line-required",
            "ureq does not wait for the line after the last chunk",
        )
        .except_if(
            "response-headers-not-logged",
            "ureq",
            "ureq logs the framing headers of a response",
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
        .except_if(
            "deadline-before-sending-is-not-sent",
            "got Unknown",
            "ureq does not report in which phase the deadline passed",
        )
        .except_if(
            "lookup-failure-is-not-sent",
            "got Unknown",
            "ureq reports a failed lookup like any other system error",
        )
        .except_if(
            "handshake-failure-is-not-sent",
            "got Unknown",
            "ureq reports a failed handshake like an error on an open connection",
        )
        .except(
            "reset-ends-no-body",
            "ureq accepts a body that ends with a reset connection as complete",
        )
        .except_if(
            "close-notify-required",
            "got the response 200",
            "ureq accepts a body as complete without `close_notify`",
        )
        .except(
            "unasked-record-not-taken",
            "ureq looks for unexpected data only at the socket and in the outermost buffer",
        )
        .except(
            "close-notify-noticed",
            "ureq looks for unexpected data only at the socket and in the outermost buffer",
        );
    let report = kit.check(|target: Target| {
        let pem = target.root_certificate_pem().as_bytes();
        let certificates = parse_pem(pem).map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => certificate,
            _ => panic!("expected only certificates"),
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
