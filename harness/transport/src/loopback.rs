//! Small raw services on loopback, for tests: they say exactly the octets that a test wants said.

use std::future::Future;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

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
