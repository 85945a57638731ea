//! Measures instructions and allocations of the official crate's types. They cannot read the
//! minimal responses, which lack fields.

#![allow(clippy::unwrap_used, reason = "a bench that fails must stop")]

use std::hint::black_box;

use gungraun::prelude::*;
use gungraun::{Dhat, LibraryBenchmarkConfig};
use http::Response;
use stytch::b2b::totps::{AuthenticateResponse, CreateResponse, MigrateResponse};
use totps_bench_responses as responses;
use totps_bench_rivals::decode;

macro_rules! decode {
    ($($call:ident: $response:ty, $dropped:ident, $kept:ident;)+) => {$(
        #[library_benchmark(setup = responses::at_rest)]
        #[bench::live_shape(responses::$call::LIVE_SHAPE)]
        #[bench::full(responses::$call::FULL)]
        fn $dropped(response: &[u8]) {
            drop(black_box(decode::<$response>(Response::new(black_box(response))).unwrap()));
        }

        #[library_benchmark(setup = responses::at_rest)]
        #[bench::live_shape(responses::$call::LIVE_SHAPE)]
        #[bench::full(responses::$call::FULL)]
        fn $kept(response: &[u8]) -> $response {
            decode(Response::new(black_box(response))).unwrap()
        }
    )+};
}

decode! {
    create: CreateResponse, official_create, official_create_kept;
    authenticate: AuthenticateResponse, official_authenticate, official_authenticate_kept;
    migrate: MigrateResponse, official_migrate, official_migrate_kept;
}

#[library_benchmark(setup = responses::at_rest)]
#[bench::three_factors(responses::THREE_FACTORS)]
fn official_authenticate_session(response: &[u8]) {
    drop(black_box(
        decode::<AuthenticateResponse>(Response::new(black_box(response))).unwrap(),
    ));
}

library_benchmark_group!(
    name = decode_official,
    benchmarks = [
        official_create,
        official_authenticate,
        official_migrate,
        official_authenticate_session
    ]
);
library_benchmark_group!(
    name = keep_official,
    benchmarks = [
        official_create_kept,
        official_authenticate_kept,
        official_migrate_kept
    ]
);

main!(
    config = LibraryBenchmarkConfig::default().tool(Dhat::with_args(["--num-callers=500"])),
    library_benchmark_groups = [decode_official, keep_official]
);
