//! totps-ureq: the common suite, for both ways to use it, and what is its own.

use std::sync::Arc;
use std::time::Duration;

use totps_core::ConfigError;
use totps_ureq::UreqTransport;
use totps_ureq::ureq::Proxy;
use totps_ureq::ureq::config::Config;
use totps_ureq::ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::adapters::{Difference, Settings, SharedTransport, Subject, configure, suite};

mod exchange;
mod logs;
mod settings;

suite!(own, super::Own);
suite!(callers_agent, super::CallersAgent);

mod own_by_proxy {
    crate::adapters::suite! { super::Own: proxies::tunnel proxies::refused_tunnel retries::refused_tunnels }
}

mod callers_agent_by_proxy {
    crate::adapters::suite! { super::CallersAgent: proxies::tunnel proxies::refused_tunnel retries::refused_tunnels }
}

pub(crate) struct Own;

impl Subject for Own {
    const DIFFERENCES: &'static [Difference] = &[
        Difference::LastChunkEndsBody,
        Difference::ReadsTwoFramings,
        Difference::ReadsChunksInHttp10,
        Difference::LogsSomeHeaders,
    ];
    const LOGS_TO: &'static str = "ureq::";

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let mut builder = UreqTransport::builder().rustls();
        configure!(builder, settings: timeout connect_timeout response_limit root_certificates_pem proxy max_retries max_idle_connections);
        Ok(Arc::new(builder.build()?))
    }
}

#[cfg(feature = "native-tls")]
suite!(own_native_tls, super::OwnNativeTls);

#[cfg(feature = "native-tls")]
pub(crate) struct OwnNativeTls;

#[cfg(feature = "native-tls")]
impl Subject for OwnNativeTls {
    const DIFFERENCES: &'static [Difference] = Own::DIFFERENCES;
    const LOGS_TO: &'static str = Own::LOGS_TO;

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let mut builder = UreqTransport::builder().native_tls();
        configure!(builder, settings: timeout connect_timeout response_limit root_certificates_pem proxy max_retries max_idle_connections);
        Ok(Arc::new(builder.build()?))
    }
}

/// An agent with settings against all rules.
pub(crate) struct CallersAgent;

impl Subject for CallersAgent {
    const DIFFERENCES: &'static [Difference] = &[
        Difference::UnprovenDeadline,
        Difference::UnprovenLookup,
        Difference::UnprovenHandshake,
        Difference::ResetEndsBody,
        Difference::LastChunkEndsBody,
        Difference::ReadsTwoFramings,
        Difference::ReadsChunksInHttp10,
        Difference::LogsSomeHeaders,
        Difference::KeepsUnaskedRecords,
    ];
    const LOGS_TO: &'static str = "ureq::";

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
