//! For every subject, runs a server that ends the connection after each byte of the request and of
//! the response.
//!
//! `cargo test` uses small responses and cuts at every few bytes. The full sweep cuts at every
//! byte, also of the responses under `tests/fixtures`, and prints its counts:
//!
//! ```sh
//! TOTPS_TORTURE=full cargo test -p totps-tests --test it torture -- --nocapture
//! ```

use std::env;

use totps_conformance::Kit;
use totps_tests::fixtures::{AUTHENTICATE, CREATE, Fixture, MIGRATE};

use crate::subjects::{Subject, for_every_subject, kit};

macro_rules! torture {
    ($($name:ident: $subject:ty,)*) => {$(
        #[test]
        fn $name() {
            sweep::<$subject>(stringify!($name));
        }
    )*};
}

for_every_subject!(torture);

#[expect(clippy::print_stdout, reason = "the full sweep reports its counts")]
fn sweep<S: Subject>(name: &str) {
    // Includes the rules that the sweep also checks.
    let kit = kit::<S>(name).only([
        "request-cut-anywhere",
        "response-cut-anywhere",
        "response-until-close-cut-anywhere",
        "sent-once",
        "idle-connection-reused",
        "not-sent-only-with-proof",
        "last-chunk-line-required",
        "reset-ends-no-body",
    ]);
    let kit = match env::var("TOTPS_TORTURE").as_deref() {
        Ok("full") => with_fixtures(kit.every_byte()),
        _ => kit,
    };
    let report = S::check(&kit);
    for outcome in report.outcomes() {
        for note in outcome.notes() {
            println!("{name}: {note}");
        }
    }
    report.assert();
}

fn with_fixtures(kit: Kit) -> Kit {
    let fixtures = [CREATE, AUTHENTICATE, MIGRATE].into_iter().flatten();
    let is_taken = |fixture: &&Fixture| {
        let (_, case) = fixture.name.split_once('/').unwrap();
        ["minimal", "full"].contains(&case)
    };
    fixtures.filter(is_taken).fold(kit, |kit, fixture| {
        kit.sweep_body(fixture.value().to_string())
    })
}
