//! What is fetched and what is not, and who gets to see the headers.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use url::Url;

use super::{FetchError, fetch};
use crate::Route;
use crate::loopback::{nobody, read_request, saying, service};

const DEADLINE: Duration = Duration::from_secs(20);

fn url(address: SocketAddr, path: &str) -> Url {
    format!("http://{address}{path}").parse().expect("a URL")
}

async fn fetched(url: &Url, deadline: Duration) -> Result<Vec<u8>, FetchError> {
    let headers = [("X-Api-Key".to_owned(), "s3cret".to_owned())];
    fetch(url, &headers, false, &Route::default(), deadline, 8).await
}

async fn check(said: &'static [u8], expected: Result<&[u8], &str>) {
    let found = fetched(&url(saying(said).await, "/"), DEADLINE).await;
    let found = found.map_err(|error| error.to_string());
    assert_eq!(found.as_deref().map_err(String::as_str), expected, "{}", said.escape_ascii());
}

#[tokio::test]
async fn a_document_is_a_complete_2xx_answer_within_the_limit() {
    check(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n12345678", Ok(b"12345678")).await;
    check(b"HTTP/1.1 203 OK\r\n\r\nto the e", Ok(b"to the e")).await;
    check(b"HTTP/1.1 200 OK\r\n\r\n123456789", Err("it is longer than 8 bytes")).await;
    check(b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n", Err("it answered 404")).await;
    check(b"HTTP/1.1 304 Same\r\n\r\n", Err("it answered 304")).await;
    check(b"HTTP/1.1 302 Found\r\n\r\n", Err("it answered 302")).await;
}

#[tokio::test]
async fn a_document_that_breaks_off_is_none() {
    let said = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n1234";
    let found = fetched(&url(saying(said).await, "/"), DEADLINE).await;
    assert!(matches!(found, Err(FetchError::Failed(_))), "{found:?}");
}

#[tokio::test]
async fn a_redirect_to_something_else_than_http_is_refused() {
    check(
        b"HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n",
        Err("it redirects to \"file:///etc/passwd\", which is not an http or https URL"),
    )
    .await;
}

#[tokio::test]
async fn nobody_there_is_told_apart() {
    let refused = fetched(&url(nobody().await, "/"), DEADLINE).await.expect_err("nobody");
    assert!(refused.is_connect(), "{refused}");
    let answered = fetched(&url(saying(b"garbage\r\n\r\n").await, "/"), DEADLINE).await;
    assert!(!answered.expect_err("garbage").is_connect());
}

#[tokio::test]
async fn a_document_that_does_not_end_runs_into_the_deadline() {
    let address = service(|mut stream, _| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n1").await;
        std::future::pending::<()>().await;
    })
    .await;
    let found = fetched(&url(address, "/"), Duration::from_millis(100)).await;
    assert!(matches!(found, Err(FetchError::TimedOut(_))), "{found:?}");
}

/// Says what it received of the key, or redirects `/n` to `/n-1`, and `/away` to another place.
async fn redirecting(away: Option<SocketAddr>) -> SocketAddr {
    service(move |mut stream, _| async move {
        let request = String::from_utf8_lossy(&read_request(&mut stream).await).into_owned();
        let target = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
        let location = match (target.parse::<u32>(), away) {
            (Ok(n), _) if n > 0 => Some(format!("/{}", n - 1)),
            (_, Some(address)) if target == "away" => Some(format!("//{address}/x")),
            _ => None,
        };
        let said = if let Some(location) = location {
            format!("HTTP/1.1 307 Later\r\nlocation: {location}\r\nconnection: close\r\n\r\n")
        } else {
            let key = if request.contains("s3cret") { "key" } else { "no key" };
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{key}")
        };
        let _ = stream.write_all(said.as_bytes()).await;
    })
    .await
}

#[tokio::test]
async fn redirects_are_followed_up_to_a_limit() {
    let address = redirecting(None).await;
    assert_eq!(fetched(&url(address, "/5"), DEADLINE).await.expect("followed"), b"key");
    let found = fetched(&url(address, "/6"), DEADLINE).await;
    assert!(matches!(found, Err(FetchError::TooManyRedirects(5))), "{found:?}");
}

#[tokio::test]
async fn headers_stay_at_home() {
    let stranger = redirecting(None).await;
    let address = redirecting(Some(stranger)).await;
    assert_eq!(fetched(&url(address, "/away"), DEADLINE).await.expect("followed"), b"no key");
}
