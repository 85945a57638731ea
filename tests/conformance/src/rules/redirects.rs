//! Rules about redirects, which a transport returns like any other response.

use crate::hostile::{Leaf, Server};
use crate::probe::Probe;
use crate::rule::{Rule, Severity};

use super::rule;

pub(super) const RULES: [Rule; 9] = [
    redirect::<300>(
        "redirect-300-not-followed",
        "A 300 response is returned unchanged, and nothing is sent to its `Location`",
    ),
    redirect::<301>(
        "redirect-301-not-followed",
        "A 301 response is returned unchanged, and nothing is sent to its `Location`",
    ),
    redirect::<302>(
        "redirect-302-not-followed",
        "A 302 response is returned unchanged, and nothing is sent to its `Location`",
    ),
    redirect::<303>(
        "redirect-303-not-followed",
        "A 303 response is returned unchanged, and nothing is sent to its `Location`",
    ),
    redirect::<304>(
        "redirect-304-not-followed",
        "A 304 response is returned unchanged, and nothing is sent to its `Location`",
    ),
    redirect::<305>(
        "redirect-305-not-followed",
        "A 305 response is returned unchanged, and nothing is sent to its `Location`",
    ),
    redirect::<306>(
        "redirect-306-not-followed",
        "A 306 response is returned unchanged, and nothing is sent to its `Location`",
    ),
    redirect::<307>(
        "redirect-307-not-followed",
        "A 307 response is returned unchanged, and nothing is sent to its `Location`",
    ),
    redirect::<308>(
        "redirect-308-not-followed",
        "A 308 response is returned unchanged, and nothing is sent to its `Location`",
    ),
];

const fn redirect<const STATUS: u16>(id: &'static str, sentence: &'static str) -> Rule {
    rule(
        id,
        Severity::Critical,
        sentence,
        "turn off redirects in the HTTP stack: they would send codes and credentials to another server. The \
         setting is often called `redirect`, `follow_redirects` or `max_redirects`",
        not_followed::<STATUS>,
    )
}

fn not_followed<const STATUS: u16>(probe: &Probe) {
    let trap = Server::trap();
    let elsewhere = format!("{}/elsewhere", trap.url());
    for (what, location) in [
        ("to another server", Some(elsewhere.clone())),
        ("to a path", Some("/v1/b2b/totp/again".to_owned())),
        ("without a `Location`", None),
        ("to the same URL", Some("http://HOST/PATH".to_owned())),
        (
            "to the same URL over TLS",
            Some("https://HOST/PATH".to_owned()),
        ),
    ] {
        let server = Server::start(move |connection| {
            while let Some(request) = connection.read_request() {
                let location = location.as_deref().map(|location| {
                    let path = request.line().split([' ', '/']).skip(2);
                    let path: Vec<_> = path.take_while(|part| *part != "HTTP").collect();
                    let location = location.replace("HOST", &request.field("host").concat());
                    location.replace("PATH", &path.join("/"))
                });
                connection.write(&response::<STATUS>(location.as_deref()));
            }
        });
        check::<STATUS>(probe, what, &server, &server.url());
    }
    if probe.trusts_the_authority() {
        let server = Server::start_tls(probe.run.authority.server(Leaf::Good), move |connection| {
            connection.read_request();
            connection.write(&response::<STATUS>(Some(&elsewhere)));
        });
        check::<STATUS>(
            probe,
            "from TLS to clear text",
            &server,
            &server.https_url(),
        );
    }
    if trap.connections() > 0 {
        probe.fail_first(format!(
            "connections to the server that `Location` names: {}",
            trap.connections()
        ));
    }
}

fn check<const STATUS: u16>(probe: &Probe, what: &str, server: &Server, url: &str) {
    let seen = probe.call(&probe.target(url));
    let what = format!("a {STATUS} {what}");
    if STATUS == 304 {
        // `bodies-read-by-their-framing` checks that it has no body.
        if let Some(response) = probe.some_response(&what, seen) {
            if response.status() != STATUS {
                probe.fail(format!("{what}: got the response {}", response.status()));
            }
        }
    } else {
        probe.response(&what, seen, STATUS, "moved");
    }
    if server.request_count() > 1 {
        probe.fail(format!(
            "{what}: the server got {} requests for one call",
            server.request_count()
        ));
    }
}

fn response<const STATUS: u16>(location: Option<&str>) -> Vec<u8> {
    let location = location.map(|location| format!("location: {location}\r\n"));
    let location = location.unwrap_or_default();
    format!("HTTP/1.1 {STATUS} Redirect\r\n{location}content-length: 5\r\n\r\nmoved").into_bytes()
}
