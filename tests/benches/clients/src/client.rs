//! Creates a client by its name.

use tokio::runtime::Builder;
use totps_hyper::{AsyncClient, AsyncTransport, HyperTransport};
use totps_ureq::{Project, UreqTransport};

use crate::asynchronous::{Asynchronous, Tasks};
use crate::blocking::{Blocking, Threads};
use crate::by_hand::{Hyper, Timeouts, Ureq};
use crate::callers::{Caller, Callers, Once};
use crate::official::Official;
use crate::{Endpoint, Fallible, conn, params};

/// The names of all clients. Those that end in `1` run on tokio's runtime with one thread, those
/// that end in `n` on the one with a thread for each core.
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

/// A client that any number of callers can use.
pub struct Client(Box<dyn Callers>);

impl Client {
    /// Creates the client. It does not connect yet.
    ///
    /// # Errors
    ///
    /// If there is no client with that name, or the endpoint is invalid.
    pub fn named(name: &str, endpoint: &Endpoint) -> Fallible<Self> {
        named(name, endpoint).map(Self)
    }

    /// Runs these callers concurrently, until the last one has ended.
    ///
    /// # Errors
    ///
    /// The first error of a call or a caller.
    pub fn run(&self, callers: Vec<Box<dyn Caller>>) -> Fallible<()> {
        self.0.run(callers)
    }

    /// Makes `count` calls concurrently.
    ///
    /// # Errors
    ///
    /// The first error of a call.
    pub fn once(&self, count: usize) -> Fallible<()> {
        self.run((0..count).map(|_| Box::new(Once) as _).collect())
    }
}

fn named(name: &str, endpoint: &Endpoint) -> Fallible<Box<dyn Callers>> {
    let project = || -> Fallible<Project> {
        Ok(Project::at(
            &*endpoint.base_url,
            params::PROJECT_ID,
            params::SECRET,
        )?)
    };
    let by_hand = |timeouts| -> Fallible<Box<dyn Callers>> {
        Ok(Box::new(Threads(Ureq::new(endpoint, &timeouts)?)))
    };
    match name {
        "totps-ureq" => {
            let mut builder = UreqTransport::builder();
            if let Some(pem) = &endpoint.authority_pem {
                builder = builder.root_certificates_pem(pem.as_slice());
            }
            let client = totps_ureq::Client::new(project()?, builder.build()?);
            return Ok(Box::new(Threads(client)));
        }
        "ureq" => return by_hand(Timeouts::None),
        "ureq-phase-timeouts" => return by_hand(Timeouts::Phases),
        "ureq-global-timeout" => return by_hand(Timeouts::Global),
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
        "totps-hyper" => {
            let mut builder = HyperTransport::builder();
            if let Some(pem) = &endpoint.authority_pem {
                builder = builder.root_certificates_pem(pem.as_slice());
            }
            let client = AsyncClient::new(project()?, builder.build()?);
            Ok(Tasks::of(client, runtime))
        }
        "totps-hyper-conn" => Ok(Tasks::of(conn::client(project()?, endpoint)?, runtime)),
        "hyper" => Ok(Tasks::of(Hyper::new(endpoint)?, runtime)),
        "stytch" => Ok(Tasks::of(Official::new(endpoint)?, runtime)),
        _ => Err(unknown().into()),
    }
}

impl Blocking for totps_ureq::Client {
    fn call(&self) -> Fallible<usize> {
        let response = self.authenticate(&params::totps())?;
        let token = response.session_token.ok_or("no session")?;
        Ok(token.expose().len())
    }
}

impl<T: AsyncTransport + Send + Sync + 'static> Asynchronous for AsyncClient<T> {
    async fn call(&self) -> Fallible<usize> {
        let response = self.authenticate(&params::totps()).await?;
        let token = response.session_token.ok_or("no session")?;
        Ok(token.expose().len())
    }
}
