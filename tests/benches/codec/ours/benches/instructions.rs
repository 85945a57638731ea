//! Measures instructions and allocations of totps-core. The measurement includes dropping and
//! wiping the values, except in the functions that end in `_kept`.

#![allow(clippy::unwrap_used, reason = "a bench that fails must stop")]

use std::hint::black_box;

use gungraun::prelude::*;
use gungraun::{Dhat, LibraryBenchmarkConfig};
use totps_bench_ours::{self as ours, decode};
use totps_bench_responses as responses;
use totps_core::{
    AuthenticateParams, AuthenticateResponse, CreateParams, CreateResponse, MigrateParams,
    MigrateResponse, Project,
};

macro_rules! decode {
    ($($call:ident: $response:ty, $dropped:ident, $kept:ident, $isolated:ident;)+) => {$(
        #[library_benchmark(setup = responses::at_rest)]
        #[bench::minimal(responses::$call::MINIMAL)]
        #[bench::live_shape(responses::$call::LIVE_SHAPE)]
        #[bench::full(responses::$call::FULL)]
        fn $dropped(response: &[u8]) {
            drop(black_box(decode::<$response>(black_box(response)).unwrap()));
        }

        #[library_benchmark(setup = responses::at_rest)]
        #[bench::minimal(responses::$call::MINIMAL)]
        #[bench::live_shape(responses::$call::LIVE_SHAPE)]
        #[bench::full(responses::$call::FULL)]
        fn $kept(response: &[u8]) -> $response {
            decode(black_box(response)).unwrap()
        }

        #[library_benchmark(setup = responses::at_rest)]
        #[bench::live_shape_string(responses::$call::LIVE_SHAPE_STRING)]
        #[bench::live_shape_deep(responses::$call::LIVE_SHAPE_DEEP)]
        #[bench::full_string(responses::$call::FULL_STRING)]
        #[bench::full_deep(responses::$call::FULL_DEEP)]
        fn $isolated(response: &[u8]) {
            let response: $response = black_box(decode(black_box(response)).unwrap());
            assert_eq!(response.undecoded().len(), 1);
        }
    )+};
}

decode! {
    create: CreateResponse, decode_create, decode_create_kept, isolate_create;
    authenticate: AuthenticateResponse,
        decode_authenticate, decode_authenticate_kept, isolate_authenticate;
    migrate: MigrateResponse, decode_migrate, decode_migrate_kept, isolate_migrate;
}

#[library_benchmark(setup = responses::at_rest)]
#[bench::three_factors(responses::THREE_FACTORS)]
fn decode_authenticate_session(response: &[u8]) {
    drop(black_box(
        decode::<AuthenticateResponse>(black_box(response)).unwrap(),
    ));
}

macro_rules! encode {
    ($($call:ident: $params:ty, $minimal:ident, $full:ident;)+) => {$(
        #[library_benchmark(setup = prepare)]
        #[bench::minimal(ours::$minimal())]
        #[bench::full(ours::$full())]
        fn $call((project, params): &(Project, $params)) {
            drop(black_box(project.request(black_box(params)).unwrap()));
        }
    )+};
}

/// Leaks the parameters, so that dropping them is not measured.
fn prepare<P>(params: P) -> &'static (Project, P) {
    responses::at_rest(Box::leak(Box::new((ours::project().unwrap(), params))))
}

encode! {
    encode_create: CreateParams, create_minimal, create_full;
    encode_authenticate: AuthenticateParams, authenticate_minimal, authenticate_full;
    encode_migrate: MigrateParams, migrate_minimal, migrate_full;
}

library_benchmark_group!(
    name = decode,
    benchmarks = [
        decode_create,
        decode_authenticate,
        decode_migrate,
        decode_authenticate_session
    ]
);
library_benchmark_group!(
    name = keep,
    benchmarks = [
        decode_create_kept,
        decode_authenticate_kept,
        decode_migrate_kept
    ]
);
library_benchmark_group!(
    name = isolate,
    benchmarks = [isolate_create, isolate_authenticate, isolate_migrate]
);
library_benchmark_group!(
    name = encode,
    benchmarks = [encode_create, encode_authenticate, encode_migrate]
);

main!(
    config = LibraryBenchmarkConfig::default().tool(Dhat::with_args(["--num-callers=500"])),
    library_benchmark_groups = [encode, decode, keep, isolate]
);
