//! Measures the wall-clock time of totps-core, including dropping and wiping the values.

#![allow(clippy::unwrap_used, reason = "a bench that fails must stop")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use totps_bench_ours::{self as ours, decode};
use totps_bench_responses::{AUTHENTICATE, CREATE, Case, MIGRATE};
use totps_core::http::Response;
use totps_core::{AuthenticateResponse, CreateResponse, Error, MigrateResponse, Operation};

const NAME: &str = "totps";

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let c = &mut criterion;
    encode_case(c, "create/minimal", &ours::create_minimal());
    encode_case(c, "create/full", &ours::create_full());
    encode_case(c, "authenticate/minimal", &ours::authenticate_minimal());
    encode_case(c, "authenticate/full", &ours::authenticate_full());
    encode_case(c, "migrate/minimal", &ours::migrate_minimal());
    encode_case(c, "migrate/full", &ours::migrate_full());
    decode_cases::<CreateResponse>(c, CREATE);
    decode_cases::<AuthenticateResponse>(c, AUTHENTICATE);
    decode_cases::<MigrateResponse>(c, MIGRATE);
    criterion.final_summary();
}

fn encode_case(c: &mut Criterion, case: &str, params: &impl Operation) {
    let project = ours::project().unwrap();
    let encode = || drop(black_box(project.request(black_box(params)).unwrap()));
    c.benchmark_group("encode")
        .bench_function(BenchmarkId::new(NAME, case), |b| b.iter(encode));
}

fn decode_cases<R>(c: &mut Criterion, cases: &[Case])
where
    R: TryFrom<Response<&'static [u8]>, Error = Error>,
{
    for (case, response) in cases {
        let decode = || drop(black_box(decode::<R>(black_box(response)).unwrap()));
        c.benchmark_group("decode")
            .bench_function(BenchmarkId::new(NAME, case), |b| b.iter(decode));
    }
}
