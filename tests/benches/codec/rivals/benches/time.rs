//! Measures the wall-clock time of hand-written code, including dropping the values.

#![allow(clippy::unwrap_used, reason = "a bench that fails must stop")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use http::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use totps_bench_responses::{AUTHENTICATE, CREATE, Case, MIGRATE};
use totps_bench_rivals::requests::{Authenticate, Create, Migrate, Prepared};
use totps_bench_rivals::{
    AuthenticateResponse, CreateResponse, MigrateResponse, decode, five_fields,
};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let c = &mut criterion;
    encode_case(c, "create/minimal", "/v1/b2b/totp", &Create::minimal());
    encode_case(c, "create/full", "/v1/b2b/totp", &Create::full());
    let path = "/v1/b2b/totp/authenticate";
    encode_case(c, "authenticate/minimal", path, &Authenticate::minimal());
    encode_case(c, "authenticate/full", path, &Authenticate::full());
    let path = "/v1/b2b/totp/migrate";
    encode_case(c, "migrate/minimal", path, &Migrate::minimal());
    encode_case(c, "migrate/full", path, &Migrate::full());

    let derived = "derived structs";
    decode_cases::<CreateResponse>(c, derived, CREATE);
    decode_cases::<AuthenticateResponse>(c, derived, AUTHENTICATE);
    decode_cases::<MigrateResponse>(c, derived, MIGRATE);
    for cases in [CREATE, AUTHENTICATE, MIGRATE] {
        decode_cases::<Value>(c, "serde_json Value", cases);
    }
    let five = "five fields alone";
    decode_cases::<five_fields::Create>(c, five, CREATE);
    decode_cases::<five_fields::Authenticate>(c, five, AUTHENTICATE);
    decode_cases::<five_fields::Migrate>(c, five, MIGRATE);
    criterion.final_summary();
}

fn encode_case(c: &mut Criterion, case: &str, path: &str, params: &impl Serialize) {
    let prepared = Prepared::new(path).unwrap();
    let encode = || drop(black_box(prepared.request(black_box(params)).unwrap()));
    c.benchmark_group("encode")
        .bench_function(BenchmarkId::new("by hand", case), |b| b.iter(encode));
}

fn decode_cases<R: DeserializeOwned>(c: &mut Criterion, rival: &str, cases: &[Case]) {
    for (case, response) in cases {
        let decode = || {
            let response = Response::new(black_box(*response));
            drop(black_box(decode::<R>(response).unwrap()));
        };
        c.benchmark_group("decode")
            .bench_function(BenchmarkId::new(rival, case), |b| b.iter(decode));
    }
}
