//! Client CPU per request: generation, sending, checks and triage, against a service that does nothing.
//!
//! `cargo bench -p harness-campaign --bench client_cpu`. The service runs on a thread of its own and is
//! not counted: only the CPU time of the campaign's thread is. Prints one line; asserts nothing, since
//! a figure is not a test.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use cpu_time::ThreadTime;
use harness_campaign::{Campaign, CampaignConfig, Limits, Selection, Stop, run};
use harness_contract::read;
use harness_model::Seed;
use harness_transport::{Clock, Http, HttpConfig, Route, SystemClock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Six-property body, a path parameter, three query parameters: what the peers were measured with.
const CONTRACT: &str = include_str!("trivial.yaml");
/// Random cases per operation, beside boundaries and violations.
const CASES: u32 = 5_000;
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n\
{\"id\":1,\"name\":\"x\"}";

fn main() {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime can be built").block_on(serve(sender));
    });
    let address: SocketAddr = receiver.recv().expect("the service starts");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be built");
    let contract = read(CONTRACT.as_bytes(), "trivial.yaml").expect("the contract is readable");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let http = HttpConfig {
        base: format!("http://{address}").parse().expect("an address is a URL"),
        headers: Vec::new(),
        connect_timeout: Duration::from_secs(5),
        insecure: false,
        route: Route::default(),
        user_agent: "bench".to_owned(),
        connections_max: 8,
    };
    let transport = Http::new(&http, Arc::clone(&clock)).expect("the transport can be made");
    let campaign = Campaign {
        selected: Selection::default().apply(&contract).expect("there are operations"),
        contract: Arc::new(contract),
        config: CampaignConfig {
            harness_version: "bench".to_owned(),
            seed: Seed(7),
            target: format!("http://{address}"),
            base_path: String::new(),
            own_base_paths: std::collections::BTreeMap::new(),
            workers: 8,
            rate_per_second: None,
            time_max: None,
            random_cases_per_operation: CASES,
            rules: harness_campaign::Rules::default(),
            limits: Limits {
                request_deadline: Duration::from_secs(5),
                response_bytes_max: 1024 * 1024,
                shrink_probes_max: 50,
                shrink_time_max: Duration::from_secs(5),
                operation_time_max: Duration::from_hours(1),
            },
        },
        transport: Arc::new(transport),
        raw: None,
        clock: Arc::clone(&clock),
        regressions: Vec::new(),
    };
    let (cpu, wall) = (ThreadTime::now(), clock.now_us());
    let mut events = 0_u64;
    let summary = runtime.block_on(run(campaign, &mut |_| events += 1, &Stop::new()));
    let summary = summary.expect("the service answers");
    #[expect(clippy::cast_precision_loss, reason = "counts and times are far below 2^52")]
    let (requests, wall_s) =
        (summary.requests as f64, (clock.now_us() - wall) as f64 / 1_000_000.0);
    let per_request_ms = cpu.elapsed().as_secs_f64() * 1000.0 / requests;
    let _ = writeln!(
        std::io::stdout(),
        "{requests} requests, {events} events: {per_request_ms:.4} ms client CPU per request, {:.0} \
         requests/s",
        requests / wall_s
    );
}

async fn serve(sender: std::sync::mpsc::Sender<SocketAddr>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    sender.send(listener.local_addr().expect("it is bound")).expect("the bench waits");
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(answer(stream));
    }
}

/// Answers every request on a connection with the same octets.
async fn answer(mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::with_capacity(16 * 1024);
    loop {
        let end = loop {
            if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            match stream.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .map_or(0, |value| value.trim().parse().unwrap_or(0));
        while buffer.len() < end + length {
            match stream.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        buffer.drain(..end + length);
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}
