//! Rules about the kind of an error. Nearly every other rule also checks the kinds of its errors.

use totps_core::TransportErrorKind::{self, Connect, Other, Timeout, Tls, TooLarge};

use crate::hostile::{Leaf, RefusingPort, Server, response};
use crate::probe::{Probe, kind_rule};
use crate::rule::{Rule, Severity};

use super::{responding, responding_once, rule, silent};

pub(super) const RULES: [Rule; 6] = [
    rule(
        "kind-connect",
        Severity::Minor,
        "If no connection can be made, the error has the kind `Connect`",
        "create such errors with `TransportError::not_sent`",
        |probe| {
            let port = RefusingPort::reserve();
            let url = port.url();
            expect(probe, "a port that refuses connections", &url, Connect);
        },
    ),
    rule(
        "kind-tls",
        Severity::Minor,
        "A TLS error has the kind `Tls`",
        "create TLS errors with `TransportError::tls`",
        |probe| {
            let tls = probe.run.authority.server(Leaf::Expired);
            let server = Server::start_tls(tls, |_| {});
            expect(probe, "an expired certificate", &server.https_url(), Tls);
        },
    ),
    rule(
        "kind-timeout",
        Severity::Minor,
        "A timeout has the kind `Timeout`",
        "create errors for timeouts with `TransportError::timed_out`",
        |probe| {
            let server = silent();
            let seen = probe.call(&probe.hurried(&server.url()));
            kind_of(probe, "a server that does not respond", seen, Timeout);
        },
    ),
    rule(
        "kind-too-large",
        Severity::Minor,
        "If the response is too large, the error has the kind `TooLarge`",
        "create such errors with `TransportError::too_large`; `LimitedBody` and `Limits` check the limits",
        |probe| {
            let server = responding(response(200, "larger than the limit"));
            let small = probe.target(&server.url()).with_response_limit(4);
            let seen = probe.call(&small);
            kind_of(probe, "a response that is too large", seen, TooLarge);
        },
    ),
    rule(
        "kind-refused",
        Severity::Minor,
        "If the transport refuses to send a request, the error has the kind `Refused` and says \
         `Delivery::NotSent`",
        "call `check_destination` at the start of `send`, and return its error unchanged",
        super::requests::refusals,
    ),
    rule(
        "kind-other",
        Severity::Minor,
        "If the connection breaks or the response is not HTTP, the error has the kind `Other`",
        "create such errors with `TransportError::other`",
        |probe| {
            let server = responding_once("");
            expect(probe, "closed after the request", &server.url(), Other);
        },
    ),
];

fn expect(probe: &Probe, what: &str, url: &str, kind: TransportErrorKind) {
    kind_of(probe, what, probe.call(&probe.target(url)), kind);
}

fn kind_of(probe: &Probe, what: &str, seen: crate::subject::Seen, kind: TransportErrorKind) {
    debug_assert_eq!(probe.rule(), kind_rule(kind), "a rule checks its own kind");
    if let Some(error) = probe.some_error(what, seen) {
        probe.kind(what, &error, kind);
    }
}
