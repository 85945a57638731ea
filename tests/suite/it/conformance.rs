//! Checks that every subject keeps every rule of the kit, except those that its list names with a
//! reason.
//!
//! `TOTPS_RULES=redirect-*,no-cookies` selects rules. hyper and tokio log only with these flags:
//!
//! ```sh
//! RUSTFLAGS='--cfg hyper_unstable_tracing --cfg tokio_unstable' TOTPS_RULES=no-secret-logged \
//!     cargo test -p totps-tests --features hyper/tracing,tokio/tracing --test it conformance
//! ```

mod defaults;

use std::env;

use totps_conformance::{Kit, Report, Setting};

use crate::subjects::hyper::{UNDER_LOAD, conn_through_tunnel};
use crate::subjects::{Subject, for_every_subject, kit};

macro_rules! check {
    ($($name:ident: $subject:ty,)*) => {$(
        #[test]
        fn $name() {
            let kit = chosen(kit::<$subject>(stringify!($name)));
            // The module `torture` has the sweep of cuts.
            let kit = kit.skip(["request-cut-anywhere", "response-cut-anywhere", "response-until-close-cut-anywhere"]);
            let kit = kit.child_test(concat!("conformance::", stringify!($name)));
            judge(&<$subject>::check(&kit));
        }
    )*};
}

for_every_subject!(check);

fn chosen(kit: Kit) -> Kit {
    match env::var("TOTPS_RULES") {
        Ok(rules) => kit.only(rules.split(',')),
        Err(_) => kit,
    }
}

#[expect(clippy::print_stdout, reason = "the report is shown if the test fails")]
fn judge(report: &Report) {
    println!("{report}");
    report.assert();
}

#[test]
fn hyper_conn_through_tunnel() {
    let kit = Kit::new().name("hyper_conn_through_tunnel");
    let kit = kit
        .only(["proxy-*"])
        .setting(Setting::Proxy)
        .setting(Setting::MaxRetries);
    judge(&conn_through_tunnel(&kit));
}

#[test]
fn hyper_under_load() {
    for (name, check) in UNDER_LOAD {
        let kit = Kit::new().name(name);
        judge(&check(&kit.only(["own-response-*", "dropped-call-closes"])));
    }
}

/// The kit already refuses a name that is not a rule, and an exception without a reason.
#[test]
fn no_exception_is_listed_twice() {
    macro_rules! once {
        ($($name:ident: $subject:ty,)*) => {$(
            let rules = <$subject>::EXCEPTIONS.iter().map(|exception| exception.rule);
            let mut rules: Vec<_> = rules.collect();
            rules.sort_unstable();
            let before = rules.len();
            rules.dedup();
            assert_eq!(rules.len(), before, "duplicate exception for {}", stringify!($name));
        )*};
    }
    for_every_subject!(once);
}
