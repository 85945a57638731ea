//! Subjects of totps-ureq: with its own agent, and with the caller's agent.

use std::sync::Arc;
use std::time::Duration;

use totps_conformance::{Kit, Report, Setting, Target};
use totps_core::ConfigError;
use totps_ureq::UreqTransport;
use totps_ureq::ureq::Proxy;
use totps_ureq::ureq::config::Config;
use totps_ureq::ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::{Exception, Settings, SharedTransport, Subject, configure};

const SETTINGS: &[Setting] = &[
    Setting::ConnectTimeout,
    Setting::MaxRetries,
    Setting::MaxIdleConnections,
    Setting::Proxy,
];

const LAST_CHUNK: Exception = Exception {
    rule: "last-chunk-line-required",
    seen: "",
    reason: "ureq accepts a chunked body as complete after the line of its last chunk, which is empty; \
             no byte of the body is missing then",
};

const TWO_FRAMINGS: Exception = Exception {
    rule: "two-framings-refused",
    seen: "got the response 200 with the body \"{}\"",
    reason: "ureq reads a response with two framings, or with another transfer coding before `chunked`, \
             as chunked, and one with the transfer coding `identity` until the connection ends",
};

const HTTP10_CHUNKS: Exception = Exception {
    rule: "http10-chunks-refused",
    seen: "got the response 200 with the body \"2\\r\\n{}\\r\\n0\\r\\n\\r\\n\"",
    reason: "HTTP/1.0 has no chunks: ureq reads them as text until the connection ends",
};

const LOGGED_HEADERS: Exception = Exception {
    rule: "response-headers-not-logged",
    seen: "ureq",
    reason: "ureq logs the framing headers of a response at debug, and `Location` at trace",
};

/// `UreqTransport` with its own agent.
pub(crate) struct Own;

impl Subject for Own {
    const EXCEPTIONS: &'static [Exception] =
        &[LAST_CHUNK, TWO_FRAMINGS, HTTP10_CHUNKS, LOGGED_HEADERS];
    const SETTINGS: &'static [Setting] = SETTINGS;
    const LOGS_TO: &'static str = "ureq::";

    fn check(kit: &Kit) -> Report {
        kit.check(|target: Target| Self::transport(target.into()).unwrap())
    }

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let mut builder = UreqTransport::builder().rustls();
        configure!(builder, settings: timeout connect_timeout response_limit root_certificates_pem proxy max_retries max_idle_connections);
        Ok(Arc::new(builder.build()?))
    }
}

/// `UreqTransport` with its own agent and the platform's TLS library.
#[cfg(feature = "native-tls")]
pub(crate) struct OwnNativeTls;

#[cfg(feature = "native-tls")]
impl Subject for OwnNativeTls {
    const EXCEPTIONS: &'static [Exception] = Own::EXCEPTIONS;
    const SETTINGS: &'static [Setting] = SETTINGS;
    const LOGS_TO: &'static str = Own::LOGS_TO;

    fn check(kit: &Kit) -> Report {
        kit.check(|target: Target| Self::transport(target.into()).unwrap())
    }

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let mut builder = UreqTransport::builder().native_tls();
        configure!(builder, settings: timeout connect_timeout response_limit root_certificates_pem proxy max_retries max_idle_connections);
        Ok(Arc::new(builder.build()?))
    }
}

/// `UreqTransport` with an agent whose settings break the rules.
pub(crate) struct CallersAgent;

impl Subject for CallersAgent {
    const EXCEPTIONS: &'static [Exception] = &[
        LAST_CHUNK,
        TWO_FRAMINGS,
        HTTP10_CHUNKS,
        LOGGED_HEADERS,
        Exception {
            rule: "deadline-before-sending-is-not-sent",
            seen: "got Unknown",
            reason: "ureq does not report in which phase the overall deadline passed",
        },
        Exception {
            rule: "lookup-failure-is-not-sent",
            seen: "got Unknown",
            reason: "ureq reports a failed lookup like any other system error",
        },
        Exception {
            rule: "handshake-failure-is-not-sent",
            seen: "got Unknown",
            reason: "ureq reports a failed handshake like an error on an open connection",
        },
        Exception {
            rule: "retry-sends-what-was-not-sent",
            seen: "delivery: Unknown",
            reason: "a request is not retried unless it is proven that it was not sent",
        },
        Exception {
            rule: "reset-ends-no-body",
            seen: "",
            reason: "ureq accepts a body that ends with a reset connection as complete",
        },
        Exception {
            rule: "close-notify-required",
            seen: "got the response 200",
            reason: "ureq accepts a body that ends with its connection as complete without `close_notify`",
        },
        Exception {
            rule: "unasked-record-not-taken",
            seen: "",
            reason: "ureq looks for unexpected data only at the socket and in the outermost buffer",
        },
        Exception {
            rule: "close-notify-noticed",
            seen: "",
            reason: "ureq looks for unexpected data only at the socket and in the outermost buffer",
        },
    ];
    const SETTINGS: &'static [Setting] = SETTINGS;
    const LOGS_TO: &'static str = "ureq::";

    fn check(kit: &Kit) -> Report {
        kit.check(|target: Target| Self::transport(target.into()).unwrap())
    }

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let proxy = settings.proxy.as_deref().map(Proxy::new).transpose();
        let mut tls = TlsConfig::builder();
        if let Some(pem) = &settings.root_certificates_pem {
            tls = tls.root_certs(roots(pem));
        }
        let config = Config::builder()
            .proxy(proxy.expect("a valid proxy URL"))
            .tls_config(tls.build())
            .max_idle_connections_per_host(settings.max_idle_connections.unwrap_or(3))
            .max_redirects(5)
            .max_response_header_size(1024 * 1024)
            .accept_encoding("gzip")
            .http_status_as_error(true)
            .timeout_global(Some(Duration::from_secs(3600)))
            .build();
        let mut builder = UreqTransport::builder().agent(config.into());
        configure!(builder, settings: timeout connect_timeout response_limit max_retries);
        Ok(Arc::new(builder.build()?))
    }
}

fn roots(pem: &str) -> RootCerts {
    let certificates = parse_pem(pem.as_bytes()).map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => certificate,
        _ => panic!("expected only certificates"),
    });
    RootCerts::from(certificates.collect::<Vec<Certificate>>())
}
