//! The subjects of the kit of rules: every adapter, in every way to use it.

pub(crate) mod hyper;
pub(crate) mod ureq;

use std::sync::Arc;
use std::time::Duration;

use totps_conformance::{Kit, LevelFilter, Report, Setting, Target};
use totps_core::{ConfigError, Transport};

/// A way to use an adapter.
pub(crate) trait Subject {
    /// The rules that the subject may break, with reasons.
    const EXCEPTIONS: &'static [Exception];

    /// The settings that the subject has.
    const SETTINGS: &'static [Setting];

    /// The prefix of a log target that its stack uses.
    const LOGS_TO: &'static str;

    /// Runs the kit on the subject.
    fn check(kit: &Kit) -> Report;

    /// Returns a transport with these settings. An async transport is wrapped in a blocking
    /// closure.
    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError>;
}

pub(crate) type SharedTransport = Arc<dyn Transport + Send + Sync>;

/// A rule that a subject may break if the text of the failure contains `seen`.
pub(crate) struct Exception {
    pub(crate) rule: &'static str,
    pub(crate) seen: &'static str,
    pub(crate) reason: &'static str,
}

/// The settings that every adapter has. A setting that is `None` keeps its default.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) timeout: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) response_limit: Option<usize>,
    pub(crate) root_certificates_pem: Option<String>,
    pub(crate) proxy: Option<String>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) max_idle_connections: Option<usize>,
}

impl From<Target> for Settings {
    fn from(target: Target) -> Self {
        Self {
            timeout: Some(target.timeout()),
            connect_timeout: Some(target.connect_timeout()),
            response_limit: Some(target.response_limit()),
            root_certificates_pem: Some(target.root_certificate_pem().to_owned()),
            proxy: target.proxy().map(str::to_owned),
            max_retries: Some(target.max_retries()),
            max_idle_connections: Some(target.max_idle_connections()),
        }
    }
}

/// Applies the named settings to a builder, if they are set.
macro_rules! configure {
    ($builder:ident, $settings:ident: $($name:ident)*) => {
        $(if let Some(value) = $settings.$name {
            $builder = $builder.$name(value);
        })*
    };
}
pub(crate) use configure;

/// Returns the kit with the exceptions and settings of a subject.
pub(crate) fn kit<S: Subject>(name: &str) -> Kit {
    let mut kit = Kit::new().name(name);
    for exception in S::EXCEPTIONS {
        let Exception { rule, seen, reason } = exception;
        kit = kit.except_if(rule, *seen, *reason);
    }
    for setting in S::SETTINGS {
        kit = kit.setting(*setting);
    }
    // `ureq_proto` logs wire data at trace, and totps-ureq refuses to send then. All other targets
    // log at every level, so that the kit finds secrets that ureq logs elsewhere.
    kit.log_limit("ureq_proto", LevelFilter::Debug)
        .logs_to("rustls::")
        .logs_to(S::LOGS_TO)
}

/// Calls a macro with every subject: the name of its tests, and its type.
macro_rules! for_every_subject {
    ($macro:ident) => {
        $macro! {
            ureq_own: $crate::subjects::ureq::Own,
            ureq_callers_agent: $crate::subjects::ureq::CallersAgent,
            hyper_on_tokio: $crate::subjects::hyper::OnTokio,
            hyper_on_resting_tokio: $crate::subjects::hyper::OnRestingTokio,
            hyper_service_on_smol: $crate::subjects::hyper::ServiceOnSmol,
            hyper_conn_on_smol: $crate::subjects::hyper::ConnOnSmol,
            hyper_conn_on_tokio: $crate::subjects::hyper::ConnOnTokio,
        }
        #[cfg(feature = "native-tls")]
        $macro! {
            ureq_own_native_tls: $crate::subjects::ureq::OwnNativeTls,
            hyper_on_tokio_native_tls: $crate::subjects::hyper::OnTokioNativeTls,
        }
    };
}
pub(crate) use for_every_subject;
