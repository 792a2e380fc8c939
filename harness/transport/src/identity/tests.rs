//! Facts about identities, on a service in memory.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use harness_model::{Framing, HeaderField, Octets, Outcome, Request, Response};

use super::{Authenticated, IdentityConfig};
use crate::credential::Credential;
use crate::login::{Login, TokenFrom};
use crate::{Fake, ManualClock, SendOptions, Transport};

const OPTIONS: SendOptions = SendOptions {
    deadline: Duration::from_secs(1),
    fresh_connection: false,
    response_bytes_max: 1_000,
};

fn request(target: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        target: Octets::from(target),
        headers: Vec::new(),
        content: Octets::default(),
        framing: Framing::None,
    }
}

fn answer(status: u16, content: &str) -> Outcome {
    Outcome::Response(Response { status, headers: Vec::new(), content: Octets::from(content) })
}

fn login(token: bool) -> Login {
    Login {
        origin: "http://localhost/".parse().expect("a URL"),
        request: request("/login"),
        token: token.then(|| TokenFrom {
            pointer: "/token".to_owned(),
            header: "Authorization".to_owned(),
            prefix: "Bearer ".to_owned(),
        }),
        cookies: !token,
    }
}

fn identity(name: &str, fixed: Vec<Credential>, login: Option<Login>) -> IdentityConfig {
    IdentityConfig { name: name.to_owned(), fixed, login, secrets: Vec::new() }
}

/// A service with these identities before it; the n-th login gives the token `t<n>`, and `answers`
/// says what a request with an Authorization is answered.
fn service(
    identities: Vec<IdentityConfig>,
    answers: impl Fn(&str, u64) -> u16 + Send + Sync + 'static,
) -> (Authenticated, Arc<Fake>, ManualClock) {
    let clock = ManualClock::new();
    let logins = AtomicU64::new(0);
    let fake = Fake::new(clock.clone(), Duration::from_millis(1), move |request| {
        if request.target.0 == b"/login" {
            let number = logins.fetch_add(1, Ordering::Relaxed) + 1;
            let mut answer = answer(200, &format!("{{\"token\":\"t{number}\"}}"));
            if let Outcome::Response(response) = &mut answer {
                let cookie = format!("sid=c{number}; Path=/; HttpOnly");
                response.headers.push(HeaderField::new("set-cookie", cookie.into_bytes()));
            }
            return answer;
        }
        let field = request.header("authorization").or_else(|| request.header("cookie"));
        let shown = field.map_or_else(String::new, |field| field.lossy().into_owned());
        answer(answers(&shown, logins.load(Ordering::Relaxed)), "")
    });
    let fake = Arc::new(fake);
    let door = Arc::clone(&fake) as Arc<dyn Transport>;
    let inner = Arc::clone(&fake) as Arc<dyn Transport>;
    let made = Authenticated::new(inner, identities, Arc::new(clock.clone()), |_: &Login| {
        Ok::<_, Infallible>(Arc::clone(&door))
    });
    (made.unwrap_or_else(|never| match never {}), fake, clock)
}

fn logins(fake: &Fake) -> usize {
    fake.sent().iter().filter(|request| request.target.0 == b"/login").count()
}

async fn status(service: &Authenticated, identity: Option<&str>) -> Option<u16> {
    let asked = request("/x");
    let exchange = service.send_as(&asked, OPTIONS, identity).await;
    assert_eq!(exchange.request, asked, "credentials are shown");
    exchange.response().map(|response| response.status)
}

#[tokio::test]
async fn each_identity_sends_its_own_credentials() {
    let identities = vec![
        identity("alice", vec![Credential::bearer("a")], None),
        identity("bob", vec![Credential::bearer("b")], None),
    ];
    let (service, _, _) = service(identities, |shown, _| match shown {
        "Bearer a" => 201,
        "Bearer b" => 202,
        _ => 401,
    });
    assert_eq!(status(&service, None).await, Some(201));
    assert_eq!(status(&service, Some("bob")).await, Some(202));
    let unknown = service.send_as(&request("/x"), OPTIONS, Some("eve")).await;
    assert!(matches!(unknown.outcome, Outcome::Unsendable { .. }), "{unknown:?}");
    assert_eq!(service.secrets().all(), ["Bearer a", "Bearer b"]);
}

#[tokio::test]
async fn a_401_has_one_login_serve_all_that_wait() {
    let identities = vec![identity("alice", Vec::new(), Some(login(true)))];
    // Only what the second login gives is taken.
    let (service, fake, _) =
        service(identities, |shown, _| if shown == "Bearer t2" { 200 } else { 401 });
    service.log_in().await.expect("it logs in");
    let answers = join_all((0..5).map(|_| status(&service, None))).await;
    assert_eq!(answers, [Some(200); 5]);
    assert_eq!(logins(&fake), 2);
    assert!(service.secrets().all().contains(&"Bearer t2".to_owned()));
}

#[tokio::test]
async fn an_operation_that_refuses_everybody_has_nobody_log_in_again_and_again() {
    let identities = vec![identity("alice", Vec::new(), Some(login(true)))];
    let (service, fake, clock) = service(identities, |_, _| 401);
    for _ in 0..50 {
        assert_eq!(status(&service, None).await, Some(401));
    }
    assert_eq!(logins(&fake), 2, "the first, and one that did not help");
    clock.advance(Duration::from_secs(2));
    assert_eq!(status(&service, None).await, Some(401));
    assert_eq!(logins(&fake), 3);
}

#[tokio::test]
async fn cookies_of_a_login_are_sent() {
    let identities = vec![identity("alice", Vec::new(), Some(login(false)))];
    let (service, _, _) = service(identities, |shown, _| if shown == "sid=c1" { 200 } else { 401 });
    assert_eq!(status(&service, None).await, Some(200));
}

#[tokio::test]
async fn a_login_that_gives_nothing_is_said_before_the_first_request() {
    let mut without = login(true);
    without.token.as_mut().expect("it has one").pointer = "/nowhere".to_owned();
    let identities = vec![identity("alice", Vec::new(), Some(without))];
    let (service, _, _) = service(identities, |_, _| 200);
    let error = service.log_in().await.expect_err("there is nothing at that place");
    assert_eq!(error.to_string(), "alice cannot log in: the answer has nothing at /nowhere");
}
