//! Runs the benches and writes the results to `RESULTS.md`.

mod codec;
mod criterion;
mod gungraun;
mod machine;
mod parts;
mod results;
mod table;
mod target;
mod targets;
mod versions;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::{env, fs};

use parts::Part;

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let asked: Vec<String> = env::args().skip(1).collect();
    let parts = if asked.is_empty() {
        Part::ALL.to_vec()
    } else {
        let known = asked.iter().map(|name| Part::named(name));
        known.collect::<Fallible<Vec<_>>>()?
    };

    let mut measurements = Vec::new();
    for part in &parts {
        measurements.extend(part.run(&root)?);
    }

    let results = results::markdown(&root, &measurements)?;
    if parts.len() == Part::ALL.len() {
        fs::write(root.join("RESULTS.md"), results)?;
    } else {
        // Only a run of all parts is recorded.
        io::stdout().write_all(results.as_bytes())?;
    }
    Ok(())
}
