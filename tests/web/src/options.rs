//! The command line.

use std::net::SocketAddr;

use clap::Parser;

const STYTCH: &str = "\
Without configuration, an emulator of Stytch's API runs in this process. To use Stytch, set
STYTCH_PROJECT_ID, STYTCH_SECRET and STYTCH_ORGANIZATION_ID, and optionally
  STYTCH_BASE_URL   the URL of a server other than Stytch's own
The Members of the Organization sign in with their passwords at Stytch.";

/// A web service that signs people in with a password and a TOTP by Stytch.
#[derive(Parser)]
#[command(name = "totps-web", after_help = STYTCH)]
pub(crate) struct Options {
    /// The address and port to listen on
    #[arg(long, default_value = "127.0.0.1:3000")]
    pub(crate) listen: SocketAddr,

    /// The URL that browsers use, if a proxy with TLS is in front, e.g. https://login.example.com
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
}

impl Options {
    pub(crate) fn is_https(&self) -> bool {
        let url = self.public_url.as_deref().unwrap_or_default();
        url.split_once("://")
            .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("https"))
    }

    /// Checks that passwords and cookies can leave this machine only over HTTPS.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.public_url.is_some() && !self.is_https() {
            return Err("--public-url must begin with https://".to_owned());
        }
        if !self.listen.ip().is_loopback() && !self.is_https() {
            return Err(format!(
                "other machines can reach --listen {}: put a proxy with TLS in front, and set \
                 --public-url to its URL",
                self.listen
            ));
        }
        Ok(())
    }
}
