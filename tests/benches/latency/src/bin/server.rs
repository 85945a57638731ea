//! A server behind a delayed line: `AUTHORITY MILLISECONDS [close]`.
//!
//! It writes the certificate to trust into the file AUTHORITY, in PEM, and prints its base URL.
//! With `close`, every connection ends with its first response. It replies to every line with its
//! counts. On the line `warm` it first forgets how late its line was.

use std::time::Duration;
use std::{fs, thread};

use totps_bench_clients::Fallible;
use totps_bench_clients::process::{print, serve};
use totps_bench_latency::server::Server;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (authority, delay, close) = match arguments[..] {
        [authority, delay] => (authority, delay, false),
        [authority, delay, "close"] => (authority, delay, true),
        _ => return Err("expected AUTHORITY MILLISECONDS [close]".into()),
    };
    let server = Server::start(Duration::from_millis(delay.parse()?), close)?;
    fs::write(authority, server.authority_pem())?;
    print(&server.base_url()?)?;
    let counts = server.counts();
    thread::spawn(move || {
        serve(|line| {
            if line == "warm" {
                counts.warm();
            }
            Ok(counts.to_string())
        })
    });
    Ok(server.run()?)
}
