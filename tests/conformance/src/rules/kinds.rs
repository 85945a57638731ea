//! What kind an error is of. Nearly every rule checks this beside its own matter.

use totps_core::TransportErrorKind::{self, Connect, Other, Timeout, Tls, TooLarge};

use crate::hostile::{Leaf, RefusingPort, Server, response};
use crate::probe::{Probe, kind_rule};
use crate::rule::{Rule, Severity};

use super::{responding, responding_once, rule, silent};

pub(super) const RULES: [Rule; 6] = [
    rule(
        "kind-connect",
        Severity::Minor,
        "An error without a connection is of the kind `Connect`",
        "make such errors by `TransportError::not_sent`",
        |probe| {
            let port = RefusingPort::reserve();
            let url = port.url();
            expect(probe, "nobody listens on the port", &url, Connect);
        },
    ),
    rule(
        "kind-tls",
        Severity::Minor,
        "An error of TLS is of the kind `Tls`",
        "make errors of TLS by `TransportError::tls`",
        |probe| {
            let tls = probe.run.authority.server(Leaf::Expired);
            let server = Server::start_tls(tls, |_| {});
            expect(probe, "an expired certificate", &server.https_url(), Tls);
        },
    ),
    rule(
        "kind-timeout",
        Severity::Minor,
        "A timeout is of the kind `Timeout`",
        "make errors of timeouts by `TransportError::timed_out`",
        |probe| {
            let server = silent();
            let seen = probe.call(&probe.hurried(&server.url()));
            kind_of(probe, "a server that does not respond", seen, Timeout);
        },
    ),
    rule(
        "kind-too-large",
        Severity::Minor,
        "An error about the size of the response is of the kind `TooLarge`",
        "make such errors by `TransportError::too_large`; `LimitedBody` and `Limits` tell when",
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
        "A request that the transport refuses to send gives the kind `Refused`, which is `NotSent`",
        "call `check_destination` at the beginning of `send`, and return its error as it is",
        super::requests::refusals,
    ),
    rule(
        "kind-other",
        Severity::Minor,
        "A connection that breaks, or a response that is not HTTP, gives the kind `Other`",
        "make such errors by `TransportError::other`",
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
    debug_assert_eq!(probe.rule(), kind_rule(kind), "the rule of this kind");
    if let Some(error) = probe.some_error(what, seen) {
        probe.kind(what, &error, kind);
    }
}
