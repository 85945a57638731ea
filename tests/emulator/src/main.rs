//! The command line of the emulator.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, process};

use clap::Parser;
use serde_json::json;
use totps_emulator::{Config, Emulator};

/// Runs a local emulator of Stytch's B2B TOTP API on 127.0.0.1 until it is interrupted.
///
/// Prints where it listens, the project's credentials, and the ids and an intermediate session
/// token of a ready member. It is a test tool: it keeps everything in memory and shows every
/// secret. It never listens on anything but 127.0.0.1.
#[derive(Debug, Parser)]
#[command(name = "totps-emulator", version)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one [default: 0, or that of the configuration]
    #[arg(long)]
    port: Option<u16>,
    /// Makes ids, secrets and recovery codes reproducible
    #[arg(long)]
    seed: Option<u64>,
    /// Configuration with settings, organizations and members, as TOML or JSON by the file's ending
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print one line of JSON in the place of text
    #[arg(long)]
    json: bool,
    /// Speak HTTPS with a new certificate authority, and print the file that holds its certificate
    #[arg(long)]
    tls: bool,
    /// Where --tls puts the certificate [default: a file in the directory for temporary files]
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_file: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nobody left to tell if this fails.
            let _ = writeln!(io::stderr(), "totps-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> io::Result<()> {
    let mut config = match &arguments.config {
        Some(path) => Config::from_file(path)?,
        None => Config::default(),
    };
    config.port = arguments.port.or(config.port);
    config.seed = arguments.seed.or(config.seed);
    // Before anything is printed, so that whoever reads it may interrupt at once.
    let signals = Signals::new()?;
    let emulator = Emulator::builder()
        .config(config)
        .tls(arguments.tls)
        .start()?;
    let ca_file = emulator
        .ca_pem()
        .map(|pem| CaFile::write(arguments.ca_file, pem))
        .transpose()?;
    let ca_path = ca_file.as_ref().map(CaFile::path);
    let text = if arguments.json {
        json_line(&emulator, ca_path)
    } else {
        text(&emulator, ca_path)
    };
    writeln!(io::stdout(), "{text}")?;
    signals.wait();
    Ok(())
}

fn json_line(emulator: &Emulator, ca_file: Option<&Path>) -> String {
    json!({
        "base_url": emulator.base_url(),
        "project_id": emulator.project_id(),
        "secret": emulator.secret(),
        "organization_id": emulator.organization_id(),
        "member_id": emulator.member_id(),
        "intermediate_session_token": emulator.intermediate_session_token(),
        "seed": emulator.seed(),
        "ca_file": ca_file,
    })
    .to_string()
}

fn text(emulator: &Emulator, ca_file: Option<&Path>) -> String {
    let mut lines = vec![
        ("base URL", emulator.base_url().to_owned()),
        ("project id", emulator.project_id().to_owned()),
        ("secret", emulator.secret().to_owned()),
        ("organization id", emulator.organization_id().to_owned()),
        ("member id", emulator.member_id().to_owned()),
        (
            "intermediate session token",
            emulator.intermediate_session_token().to_owned(),
        ),
        ("seed", emulator.seed().to_string()),
    ];
    if let Some(path) = ca_file {
        lines.push(("CA file", path.display().to_string()));
    }
    let lines = lines.iter();
    let lines = lines.map(|(name, value)| format!("{:<27} {value}", format!("{name}:")));
    lines.collect::<Vec<_>>().join("\n")
}

/// The file with the authority's certificate; one that was not asked for goes away at the end.
#[derive(Debug)]
enum CaFile {
    Asked(PathBuf),
    Temporary(PathBuf),
}

impl CaFile {
    fn write(path: Option<PathBuf>, pem: &str) -> io::Result<Self> {
        match path {
            Some(path) => {
                fs::write(&path, pem)?;
                Ok(Self::Asked(path))
            }
            None => {
                let name = format!("totps-emulator-{}-ca.pem", process::id());
                let path = env::temp_dir().join(name);
                // Refuses a file or link that somebody else put there.
                fs::File::create_new(&path)?.write_all(pem.as_bytes())?;
                Ok(Self::Temporary(path))
            }
        }
    }

    fn path(&self) -> &Path {
        let (Self::Asked(path) | Self::Temporary(path)) = self;
        path
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        if let Self::Temporary(path) = self {
            // What cannot be removed now, the system removes some day.
            let _ = fs::remove_file(path);
        }
    }
}

/// The signals that stop the emulator.
struct Signals {
    runtime: tokio::runtime::Runtime,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let runtime = runtime()?;
        let guard = runtime.enter();
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        drop(guard);
        Ok(Self {
            runtime,
            interrupt,
            terminate,
        })
    }

    #[cfg(unix)]
    fn wait(mut self) {
        self.runtime.block_on(async {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
        });
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Self> {
        Ok(Self {
            runtime: runtime()?,
        })
    }

    #[cfg(not(unix))]
    fn wait(self) {
        // Without a way to be told, the emulator runs until it is killed.
        if self.runtime.block_on(tokio::signal::ctrl_c()).is_err() {
            std::thread::park();
        }
    }
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
