//! Removes the white space from the fixtures, so that reading it is not measured, and derives
//! responses with one unreadable part. This happens at build time, because preparations in a bench
//! would count in its peak memory.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let fixtures = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../../fixtures");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    for call in ["create", "authenticate", "migrate"] {
        for shape in ["minimal", "live-shape", "full"] {
            let file = fixtures.join(format!("{call}/{shape}.json"));
            println!("cargo::rerun-if-changed={}", file.display());
            let intact: Value = serde_json::from_slice(&fs::read(file)?)?;
            let mut early = intact.clone();
            early["organization"] = "unreadable".into();
            let mut late = intact.clone();
            late["organization"]["updated_at"] = Value::Bool(true);
            let mut few = intact.clone();
            if let Some(factors) = few["member_session"]["authentication_factors"].as_array_mut() {
                factors.truncate(3);
            }
            for (kind, response) in [
                ("", intact),
                ("-string", early),
                ("-deep", late),
                ("-few", few),
            ] {
                let name = format!("{call}-{shape}{kind}.json");
                fs::write(out.join(name), serde_json::to_vec(&response)?)?;
            }
        }
    }
    Ok(())
}
