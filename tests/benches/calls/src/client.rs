//! One client in a process of its own, which does what it reads from standard input.

use std::io::{self, BufRead, Write};

use tokio::runtime::Builder;
use totps_hyper::{AsyncClient, AsyncTransport};
use totps_ureq::Project;

use crate::asynchronous::{Asynchronous, Tasks};
use crate::blocking::{Blocking, Threads};
use crate::hand_written::{Hyper, Timeouts, Ureq};
use crate::window::Window;
use crate::{Fallible, conn, params};

/// The names of all clients. Those with `1` have tokio's runtime of one thread, those with `n` the one
/// of a thread for each core.
pub const NAMES: [&str; 12] = [
    "totps-ureq",
    "ureq",
    "ureq-phase-timeouts",
    "ureq-global-timeout",
    "totps-hyper-1",
    "totps-hyper-conn-1",
    "hyper-1",
    "stytch-1",
    "totps-hyper-n",
    "totps-hyper-conn-n",
    "hyper-n",
    "stytch-n",
];

/// A client and how many call it.
pub struct Client {
    callers: Box<dyn Callers>,
    count: usize,
}

/// Callers of one client, as many as are wanted.
pub(crate) trait Callers {
    /// They call until enough calls are in the window.
    fn in_window(&self, count: usize, window: Window) -> Fallible<Window>;

    /// Every caller makes one call.
    fn once(&self, count: usize) -> Fallible<()>;
}

impl Client {
    /// From the arguments `NAME CALLERS BASE_URL`.
    pub fn from_arguments() -> Fallible<Self> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let [name, count, base_url] = arguments.as_slice() else {
            return Err("expected NAME CALLERS BASE_URL".into());
        };
        Ok(Self {
            callers: callers(name, base_url)?,
            count: count.parse()?,
        })
    }

    /// CPU and wall time of one call among so many, in nanoseconds.
    pub fn time(&self, calls: usize) -> Fallible<(f64, f64)> {
        let window = Window::new(self.count, calls);
        self.callers.in_window(self.count, window)?.per_call()
    }

    /// One call of every caller.
    pub fn once(&self) -> Fallible<()> {
        self.callers.once(self.count)
    }

    /// One call.
    pub fn warm_up(&self) -> Fallible<()> {
        self.callers.once(1)
    }
}

/// Answers each line of standard input with a line.
pub fn serve(mut answer: impl FnMut(&str) -> Fallible<String>) -> Fallible<()> {
    for line in io::stdin().lock().lines() {
        let answer = answer(&line?)?;
        let mut out = io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn callers(name: &str, base_url: &str) -> Fallible<Box<dyn Callers>> {
    let project = || -> Fallible<Project> {
        Ok(Project::at(base_url, params::PROJECT_ID, params::SECRET)?)
    };
    match name {
        "totps-ureq" => return Ok(Box::new(Threads(totps_ureq::client(project()?)))),
        "ureq" => return Ok(Box::new(Threads(Ureq::new(base_url, &Timeouts::None)?))),
        "ureq-phase-timeouts" => {
            return Ok(Box::new(Threads(Ureq::new(base_url, &Timeouts::Phases)?)));
        }
        "ureq-global-timeout" => {
            return Ok(Box::new(Threads(Ureq::new(base_url, &Timeouts::Global)?)));
        }
        _ => {}
    }
    let unknown = || format!("there is no client `{name}`");
    let (client, threads) = name.rsplit_once('-').ok_or_else(unknown)?;
    let mut runtime = match threads {
        "1" => Builder::new_current_thread(),
        "n" => Builder::new_multi_thread(),
        _ => return Err(unknown().into()),
    };
    let runtime = runtime.enable_all().build()?;
    match client {
        "totps-hyper" => Ok(Tasks::of(totps_hyper::client(project()?), runtime)),
        "totps-hyper-conn" => Ok(Tasks::of(conn::client(project()?), runtime)),
        "hyper" => Ok(Tasks::of(Hyper::new(base_url)?, runtime)),
        "stytch" => Ok(Tasks::of(Official::new(base_url)?, runtime)),
        _ => Err(unknown().into()),
    }
}

impl Blocking for totps_ureq::Client {
    fn call(&self) -> Fallible<usize> {
        let answer = self.authenticate(&params::totps())?;
        let token = answer.session_token.ok_or("no session")?;
        Ok(token.expose().len())
    }
}

impl<T: AsyncTransport + Send + Sync + 'static> Asynchronous for AsyncClient<T> {
    async fn call(&self) -> Fallible<usize> {
        let answer = self.authenticate(&params::totps()).await?;
        let token = answer.session_token.ok_or("no session")?;
        Ok(token.expose().len())
    }
}

/// Stytch's own crate.
struct Official(stytch::b2b::client::Client);

impl Official {
    fn new(base_url: &str) -> Fallible<Self> {
        let http = stytch::client::Client::new_with_base_url(
            params::PROJECT_ID,
            params::SECRET,
            base_url.parse()?,
            stytch::client::Vertical::B2B,
        )?;
        let client = stytch::b2b::client::Client::new_with_http_client(http.clone(), http);
        Ok(Self(client))
    }
}

impl Asynchronous for Official {
    async fn call(&self) -> Fallible<usize> {
        let request = stytch::b2b::totps::AuthenticateRequest {
            organization_id: params::ORGANIZATION_ID.to_owned(),
            member_id: params::MEMBER_ID.to_owned(),
            code: params::CODE.to_owned(),
            intermediate_session_token: Some(params::INTERMEDIATE_SESSION_TOKEN.to_owned()),
            session_duration_minutes: Some(params::SESSION_DURATION_MINUTES.into()),
            ..Default::default()
        };
        let answer = self.0.totps.authenticate(request).await?;
        Ok(answer.session_token.len())
    }
}
