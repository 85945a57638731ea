//! ChromeDriver as a child process.

use std::env;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Once;

pub(super) struct ChromeDriver {
    child: Child,
    port: u16,
    pub(super) chromium: PathBuf,
}

impl ChromeDriver {
    /// Starts ChromeDriver. Returns `None` if it is not installed, and panics if it is required.
    pub(super) fn start() -> Option<Self> {
        let (driver, chromium) = (program("chromedriver"), program("chromium"));
        let (Some(driver), Some(chromium)) = (driver, chromium) else {
            let missing = "chromium and chromedriver are not in the PATH: on Debian, install the \
                           packages chromium and chromium-driver";
            let required = env::var_os("TOTPS_BROWSER").is_some_and(|value| value == "required");
            assert!(!required, "{missing}");
            // Once, and not by `eprintln!`, whose output the test harness hides.
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                let skipped = "the tests in a browser were SKIPPED";
                let _ = writeln!(std::io::stderr(), "\n{skipped}: {missing}\n");
            });
            return None;
        };
        let mut child = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        let port = loop {
            let mut line = String::new();
            let read = output.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "chromedriver ended: {said}");
            said += &line;
            let port = line.split_once("started successfully on port ");
            if let Some(port) =
                port.and_then(|(_, rest)| rest.trim().trim_end_matches('.').parse().ok())
            {
                break port;
            }
        };
        // Read the rest of its output, so that the pipe does not fill up.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        Some(Self {
            child,
            port,
            chromium,
        })
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Also ends the browsers, and also when a test panics.
impl Drop for ChromeDriver {
    fn drop(&mut self) {
        let shutdown = || -> std::io::Result<()> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.write_all(
                b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            )?;
            stream.read_to_end(&mut Vec::new())?;
            Ok(())
        };
        if shutdown().is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let files = env::split_paths(&path).map(|folder| folder.join(name));
    files.into_iter().find(|file| file.is_file())
}
