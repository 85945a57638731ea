//! Reads the versions of our crates, of the rivals and of the tools from the benches' lock file.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::Fallible;

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

const SHOWN: [&str; 17] = [
    "totps-core",
    "totps-ureq",
    "totps-hyper",
    "stytch",
    "reqwest",
    "ureq",
    "hyper",
    "hyper-util",
    "hyper-rustls",
    "rustls",
    "tokio",
    "http",
    "jsonwebtoken",
    "serde",
    "serde_json",
    "criterion",
    "gungraun",
];

pub(crate) fn locked(root: &Path) -> Fallible<Vec<String>> {
    let lock: Lock = toml::from_str(&fs::read_to_string(root.join("Cargo.lock"))?)?;
    let of = |name: &&str| {
        let package = lock.package.iter().find(|package| package.name == **name);
        package.map(|package| format!("{name} {}", package.version))
    };
    Ok(SHOWN.iter().filter_map(of).collect())
}
