//! Measures the wall-clock time of the official crate's types. They cannot read the minimal
//! responses, which lack fields.

#![allow(clippy::unwrap_used, reason = "a bench that fails must stop")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use http::Response;
use serde::de::DeserializeOwned;
use stytch::b2b::totps::{AuthenticateResponse, CreateResponse, MigrateResponse};
use totps_bench_responses::{AUTHENTICATE, CREATE, Case, MIGRATE};
use totps_bench_rivals::decode;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let c = &mut criterion;
    decode_cases::<CreateResponse>(c, CREATE);
    decode_cases::<AuthenticateResponse>(c, AUTHENTICATE);
    decode_cases::<MigrateResponse>(c, MIGRATE);
    criterion.final_summary();
}

fn decode_cases<R: DeserializeOwned>(c: &mut Criterion, cases: &[Case]) {
    let readable = cases.iter().filter(|(case, _)| !case.ends_with("/minimal"));
    for (case, response) in readable {
        let decode = || {
            let response = Response::new(black_box(*response));
            drop(black_box(decode::<R>(response).unwrap()));
        };
        c.benchmark_group("decode")
            .bench_function(BenchmarkId::new("official crate", case), |b| b.iter(decode));
    }
}
