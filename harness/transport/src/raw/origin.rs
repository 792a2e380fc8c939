//! Where a target is, and a TCP or TLS connection to it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use harness_model::{Outcome, Stage};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::http::{HttpConfig, HttpConfigError};
use crate::{BoxFuture, outcome, tls};

/// Addresses of one name that are tried in turn.
const ADDRESSES_MAX: usize = 8;

/// Octets both ways.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection, whatever it runs over.
pub(crate) type BoxStream = Box<dyn Stream>;

/// Makes connections.
pub(crate) trait Dial: Send + Sync {
    /// A new one, or the outcome that says why there is none.
    fn dial(&self) -> BoxFuture<'_, Result<BoxStream, Outcome>>;
}

/// How far own octets may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only to addresses of this machine. Checked at every connection, so no name can lead elsewhere
    /// later.
    Loopback,
    /// To whatever the URL names: the user has allowed it.
    Anywhere,
}

/// Whether a URL leads to this machine only: its host is resolved here and now (this may block), and
/// every address is a loopback one (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). False if there is none.
pub fn is_loopback(base: &Url) -> bool {
    // The port does not matter, and a scheme without a default one must not matter either.
    let Ok(addresses) = base.socket_addrs(|| Some(0)) else { return false };
    !addresses.is_empty() && addresses.iter().all(|address| is_here(address.ip()))
}

/// Also an IPv4 address in IPv6 clothes.
fn is_here(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// A target over the network.
pub(crate) struct Origin {
    name: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    connect_timeout: Duration,
    reach: Reach,
}

/// Authority of a URL as `Host` gives it (RFC 9110, 7.2): without a default port.
pub(crate) fn authority(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl Origin {
    /// Prepares the way; connects to nothing yet.
    ///
    /// # Errors
    /// If the URL names no host, or TLS cannot be set up.
    pub(crate) fn new(config: &HttpConfig, reach: Reach) -> Result<Self, HttpConfigError> {
        let base = &config.base;
        let no_host = || HttpConfigError::NoHost(base.origin().ascii_serialization());
        let host = base.host().ok_or_else(no_host)?;
        let port = base.port_or_known_default().ok_or_else(no_host)?;
        let (name, server) = match host {
            Host::Domain(name) => {
                (name.to_owned(), ServerName::try_from(name.to_owned()).map_err(|_| no_host())?)
            }
            Host::Ipv4(address) => (address.to_string(), IpAddr::V4(address).into()),
            Host::Ipv6(address) => (address.to_string(), IpAddr::V6(address).into()),
        };
        let tls = if base.scheme() == "https" {
            let client = tls::client_config(config.insecure, &config.route)?;
            Some((TlsConnector::from(Arc::new(client)), server))
        } else {
            None
        };
        Ok(Self { name, port, tls, connect_timeout: config.connect_timeout, reach })
    }

    async fn connect(&self) -> Result<BoxStream, Outcome> {
        let stream = self.connect_tcp().await?;
        // Each piece of a script leaves at once.
        stream.set_nodelay(true).map_err(|error| refused(&error))?;
        let Some((connector, server)) = &self.tls else { return Ok(Box::new(stream)) };
        match connector.connect(server.clone(), stream).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(Outcome::TlsFailed { why: outcome::of_handshake(&error) }),
        }
    }

    async fn connect_tcp(&self) -> Result<TcpStream, Outcome> {
        let found = lookup_host((self.name.as_str(), self.port)).await;
        let addresses: Vec<SocketAddr> = found.map_err(|error| refused(&error))?.collect();
        if self.reach == Reach::Loopback
            && let Some(foreign) = addresses.iter().find(|address| !is_here(address.ip()))
        {
            let why = format!(
                "own octets go to this machine only unless the target is allowed, and {} is {}",
                self.name,
                foreign.ip()
            );
            return Err(Outcome::Unsendable { why });
        }
        let mut why = Outcome::ConnectFailed { why: format!("{} has no address", self.name) };
        for address in addresses.iter().take(ADDRESSES_MAX) {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => why = refused(&error),
            }
        }
        Err(why)
    }
}

fn refused(error: &io::Error) -> Outcome {
    Outcome::ConnectFailed { why: error.to_string() }
}

impl Dial for Origin {
    fn dial(&self) -> BoxFuture<'_, Result<BoxStream, Outcome>> {
        Box::pin(async move {
            let timed_out = Outcome::TimedOut { stage: Stage::Connect, partial: None };
            tokio::time::timeout(self.connect_timeout, self.connect())
                .await
                .unwrap_or(Err(timed_out))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{authority, is_loopback};

    #[track_caller]
    fn check(url: &str, expected: bool) {
        assert_eq!(is_loopback(&url.parse().expect("a URL")), expected, "{url}");
    }

    #[test]
    fn loopback_is_told_from_the_rest_of_the_world() {
        check("http://127.0.0.1:8080/a", true);
        check("https://127.255.255.254", true);
        check("http://[::1]:80", true);
        check("http://[::ffff:127.0.0.1]", true);
        check("http://localhost:1", true);
        check("http://0.0.0.0", false);
        check("http://192.0.2.1", false);
        check("http://[2001:db8::1]", false);
        // Names that only look like it.
        check("http://127.0.0.1@192.0.2.1", false);
        check("http://nobody.invalid", false);
        check("mailto:127.0.0.1", false);
    }

    #[test]
    fn a_default_port_is_no_part_of_the_authority() {
        for (url, expected) in [
            ("http://a.example:80/x", "a.example"),
            ("http://a.example:443/x", "a.example:443"),
            ("https://u:p@a.example:443/x", "a.example"),
            ("http://[::1]:8080", "[::1]:8080"),
        ] {
            assert_eq!(authority(&url.parse().expect("a URL")), expected);
        }
    }
}
