//! Builds a client, and prints the duration in nanoseconds: `NAME`.
//!
//! Before and after it tries to open files that do not exist. In a trace they mark the start and
//! the end.

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{Write as _, stdout};
use std::time::{Duration, Instant};

use http_body_util::Empty;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use totps_ureq::Project;

const PROJECT_ID: &str = "project-test-d0dbafe6-a019-47ea-8550-d021c1c76ea9";
const SECRET: &str = "secret-test-6ma0PNENqjBVX6Dx2aPUIdhLFObauXx07c8=";

fn main() -> Result<(), Box<dyn Error>> {
    let name = std::env::args().nth(1).ok_or("which client?")?;
    let _ = File::open("before the client");
    let took = match name.as_str() {
        "totps-ureq" => time(|| Ok(totps_ureq::client(Project::new(PROJECT_ID, SECRET)?))),
        "totps-hyper" => time(|| Ok(totps_hyper::client(Project::new(PROJECT_ID, SECRET)?))),
        "ureq" => time(|| Ok(ureq::Agent::new_with_defaults())),
        "hyper" => time(hyper),
        "stytch" => time(|| Ok(stytch::b2b::client::Client::new(PROJECT_ID, SECRET)?)),
        _ => return Err(format!("there is no client `{name}`").into()),
    }?;
    let _ = File::open("after the client");
    Ok(writeln!(stdout(), "{}", took.as_nanos())?)
}

type Built<T> = Result<T, Box<dyn Error>>;

fn time<T>(build: impl FnOnce() -> Built<T>) -> Built<Duration> {
    let start = Instant::now();
    let client = black_box(build()?);
    let took = start.elapsed();
    drop(client);
    Ok(took)
}

fn hyper() -> Built<impl Sized> {
    let connector = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_only()
        .enable_http1()
        .build();
    let client = legacy::Client::builder(TokioExecutor::new());
    Ok(client.build::<_, Empty<&[u8]>>(connector))
}
