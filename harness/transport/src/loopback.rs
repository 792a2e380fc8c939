//! Small raw services on loopback or in memory, for tests: they say exactly the octets that a test wants
//! said.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use harness_model::Outcome;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep_until};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::raw::origin::{BoxStream, Dial};
use crate::{BoxFuture, Clock};

/// Octets on their way in memory before a writer has to wait: as a small socket buffer.
const MEMORY_BYTES: usize = 4 * 1024;

/// A service that hands every connection, with its number from 0, to `answer`. It ends with the runtime.
pub(crate) async fn service<F>(
    answer: impl Fn(TcpStream, usize) -> F + Send + 'static,
) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.expect("a connection can be accepted");
            tokio::spawn(answer(stream, number));
        }
    });
    address
}

/// A service that reads one request per connection, says this, and closes.
pub(crate) async fn saying(octets: &'static [u8]) -> SocketAddr {
    service(move |mut stream, _| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(octets).await;
    })
    .await
}

/// An address where nothing listens: bound once, then given back.
pub(crate) async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    listener.local_addr().expect("it is bound")
}

/// One request, octet by octet: head with its blank line, then as much as Content-Length says. Empty if
/// the client went away.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).await.unwrap_or_default();
        octets.extend_from_slice(&buffer[..read]);
        if let Some(end) = octets.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&octets[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |number| number.parse().expect("a number"));
            if octets.len() >= end + 4 + length {
                return octets;
            }
        }
        if read == 0 {
            return Vec::new();
        }
    }
}

/// A TLS service with a certificate of its own making that answers every connection once.
pub(crate) async fn tls_service(says: &'static [u8]) -> SocketAddr {
    crate::tls::install_tls();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("key and certificate fit");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    service(move |stream, _| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            read_request(&mut stream).await;
            let _ = stream.write_all(says).await;
            let _ = stream.shutdown().await;
        }
    })
    .await
}

/// Hands every connection to a service in memory: with tokio's time paused, waits take no time.
pub(crate) struct Memory(Box<dyn Fn(DuplexStream) + Send + Sync>);

impl Memory {
    pub(crate) fn new<F>(answer: impl Fn(DuplexStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self(Box::new(move |stream| {
            tokio::spawn(answer(stream));
        }))
    }
}

impl Dial for Memory {
    fn dial(&self) -> BoxFuture<'_, Result<BoxStream, Outcome>> {
        let (ours, theirs) = tokio::io::duplex(MEMORY_BYTES);
        (self.0)(theirs);
        let ours: BoxStream = Box::new(ours);
        Box::pin(std::future::ready(Ok(ours)))
    }
}

/// tokio's time, which a test can pause.
pub(crate) struct VirtualClock {
    start: Instant,
}

impl VirtualClock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for VirtualClock {
    fn now_us(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).expect("tests are short")
    }

    fn sleep_until(&self, at_us: u64) -> BoxFuture<'_, ()> {
        Box::pin(sleep_until(self.start + Duration::from_micros(at_us)))
    }
}
