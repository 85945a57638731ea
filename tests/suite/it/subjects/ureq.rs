//! totps-ureq: with its own agent, and with the caller's.

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
    reason: "ureq takes a body in chunks for whole after the line of its last chunk, which is empty; \
             nothing of the body is missing then",
};

const TWO_FRAMINGS: Exception = Exception {
    rule: "two-framings-refused",
    seen: "got the response 200 with the body \"{}\"",
    reason: "ureq reads a response with two framings, or with a coding beside chunks, as chunks, and one \
             whose coding is no coding until the connection ends",
};

const HTTP10_CHUNKS: Exception = Exception {
    rule: "http10-chunks-refused",
    seen: "got the response 200 with the body \"2\\r\\n{}\\r\\n0\\r\\n\\r\\n\"",
    reason: "ureq reads chunks in a response of HTTP/1.0, which has none, as text until the end",
};

const LOGGED_HEADERS: Exception = Exception {
    rule: "response-headers-not-logged",
    seen: "ureq",
    reason: "ureq logs headers that tell how to read a response at the level debug, and `Location` at trace",
};

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

/// The same with the platform's library of TLS.
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

/// An agent with settings against all rules.
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
            reason: "ureq does not tell in which phase the overall deadline passed",
        },
        Exception {
            rule: "lookup-failure-is-not-sent",
            seen: "got Unknown",
            reason: "ureq reports a failed lookup like any other error of the system's",
        },
        Exception {
            rule: "handshake-failure-is-not-sent",
            seen: "got Unknown",
            reason: "ureq reports a failed handshake like an error on an open connection",
        },
        Exception {
            rule: "retry-sends-what-was-not-sent",
            seen: "delivery: Unknown",
            reason: "what is not proven to be not sent is not tried again",
        },
        Exception {
            rule: "reset-ends-no-body",
            seen: "",
            reason: "ureq takes a body that ends with its connection for whole if that was reset",
        },
        Exception {
            rule: "close-notify-required",
            seen: "got the response 200",
            reason: "ureq takes a body that ends with its connection for whole without `close_notify`",
        },
        Exception {
            rule: "unasked-record-not-taken",
            seen: "",
            reason: "ureq looks for what was not asked for at the socket and in the outermost buffer alone",
        },
        Exception {
            rule: "close-notify-noticed",
            seen: "",
            reason: "ureq looks for what was not asked for at the socket and in the outermost buffer alone",
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
            .proxy(proxy.expect("the proxy's URL is valid"))
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
        _ => panic!("only certificates"),
    });
    RootCerts::from(certificates.collect::<Vec<Certificate>>())
}
