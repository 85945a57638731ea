//! Measures instructions and allocations of hand-written code. The measurement includes dropping
//! the values, except in the functions that end in `_kept`.

#![allow(clippy::unwrap_used, reason = "a bench that fails must stop")]

use std::hint::black_box;

use gungraun::prelude::*;
use gungraun::{Dhat, LibraryBenchmarkConfig};
use http::Response;
use serde::Serialize;
use serde_json::Value;
use totps_bench_responses as responses;
use totps_bench_rivals::requests::{self, Prepared};
use totps_bench_rivals::{
    AuthenticateResponse, CreateResponse, MigrateResponse, decode, five_fields,
};

macro_rules! decode {
    ($($call:ident: $response:ty, $dropped:ident, $kept:ident;)+) => {$(
        #[library_benchmark(setup = responses::at_rest)]
        #[bench::minimal(responses::$call::MINIMAL)]
        #[bench::live_shape(responses::$call::LIVE_SHAPE)]
        #[bench::full(responses::$call::FULL)]
        fn $dropped(response: &[u8]) {
            drop(black_box(decode::<$response>(Response::new(black_box(response))).unwrap()));
        }

        #[library_benchmark(setup = responses::at_rest)]
        #[bench::minimal(responses::$call::MINIMAL)]
        #[bench::live_shape(responses::$call::LIVE_SHAPE)]
        #[bench::full(responses::$call::FULL)]
        fn $kept(response: &[u8]) -> $response {
            decode(Response::new(black_box(response))).unwrap()
        }
    )+};
}

decode! {
    create: CreateResponse, derived_create, derived_create_kept;
    authenticate: AuthenticateResponse, derived_authenticate, derived_authenticate_kept;
    migrate: MigrateResponse, derived_migrate, derived_migrate_kept;
    create: Value, value_create, value_create_kept;
    authenticate: Value, value_authenticate, value_authenticate_kept;
    migrate: Value, value_migrate, value_migrate_kept;
    create: five_fields::Create, five_create, five_create_kept;
    authenticate: five_fields::Authenticate, five_authenticate, five_authenticate_kept;
    migrate: five_fields::Migrate, five_migrate, five_migrate_kept;
}

macro_rules! decode_session {
    ($($name:ident: $response:ty;)+) => {$(
        #[library_benchmark(setup = responses::at_rest)]
        #[bench::three_factors(responses::THREE_FACTORS)]
        fn $name(response: &[u8]) {
            drop(black_box(decode::<$response>(Response::new(black_box(response))).unwrap()));
        }
    )+};
}

decode_session! {
    derived_authenticate_session: AuthenticateResponse;
    value_authenticate_session: Value;
    five_authenticate_session: five_fields::Authenticate;
}

/// Leaks the parameters, so that dropping them is not measured.
fn prepare<P: Serialize>(path: &str, params: P) -> &'static (Prepared, P) {
    responses::at_rest(Box::leak(Box::new((Prepared::new(path).unwrap(), params))))
}

macro_rules! encode {
    ($($name:ident: $params:ident, $path:literal;)+) => {$(
        #[library_benchmark]
        #[bench::minimal(prepare($path, requests::$params::minimal()))]
        #[bench::full(prepare($path, requests::$params::full()))]
        fn $name((prepared, params): &(Prepared, requests::$params)) {
            drop(black_box(prepared.request(black_box(params)).unwrap()));
        }
    )+};
}

encode! {
    encode_create: Create, "/v1/b2b/totp";
    encode_authenticate: Authenticate, "/v1/b2b/totp/authenticate";
    encode_migrate: Migrate, "/v1/b2b/totp/migrate";
}

library_benchmark_group!(
    name = decode_derived,
    benchmarks = [
        derived_create,
        derived_authenticate,
        derived_migrate,
        derived_authenticate_session
    ]
);
library_benchmark_group!(
    name = decode_value,
    benchmarks = [
        value_create,
        value_authenticate,
        value_migrate,
        value_authenticate_session
    ]
);
library_benchmark_group!(
    name = decode_five,
    benchmarks = [
        five_create,
        five_authenticate,
        five_migrate,
        five_authenticate_session
    ]
);
library_benchmark_group!(
    name = keep_derived,
    benchmarks = [
        derived_create_kept,
        derived_authenticate_kept,
        derived_migrate_kept
    ]
);
library_benchmark_group!(
    name = keep_value,
    benchmarks = [
        value_create_kept,
        value_authenticate_kept,
        value_migrate_kept
    ]
);
library_benchmark_group!(
    name = keep_five,
    benchmarks = [five_create_kept, five_authenticate_kept, five_migrate_kept]
);
library_benchmark_group!(
    name = encode_by_hand,
    benchmarks = [encode_create, encode_authenticate, encode_migrate]
);

main!(
    config = LibraryBenchmarkConfig::default().tool(Dhat::with_args(["--num-callers=500"])),
    library_benchmark_groups = [
        encode_by_hand,
        decode_derived,
        decode_value,
        decode_five,
        keep_derived,
        keep_value,
        keep_five
    ]
);
