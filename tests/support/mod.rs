//! What whole-program tests share: the binary, a scratch folder, a served demo, and small misbehaving
//! services on loopback.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a finished `harness` left behind.
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    fn new(output: &Output) -> Self {
        Self {
            code: output.status.code().expect("it was not killed"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs the binary in a folder, with nothing on standard input.
pub(crate) fn harness(folder: &Path, arguments: &[&str]) -> Finished {
    let output = command(folder, arguments).output().expect("the binary runs");
    Finished::new(&output)
}

/// The binary, ready to be started in a folder.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.env_remove("NO_COLOR");
    command
}

/// A process that is stopped, by its own handle, when the test ends.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `harness demo --serve` with these faults; answers the process and its base URL.
pub(crate) fn demo(faults: &str) -> (Running, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["demo", "--serve", "--faults", faults])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let stdout = child.stdout.take().expect("it is piped");
    let mut lines = BufReader::new(stdout).lines();
    let url = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| {
            let at = line.find("http://127.0.0.1:")?;
            line[at..].split_whitespace().next().map(str::to_owned)
        })
        .expect("it says where it listens");
    // The rest is drained, so that the service never waits for its reader.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    (Running(child), url.trim_end_matches('/').to_owned())
}

/// A service that reads one request per connection and lets `answer` do the rest.
pub(crate) fn service(answer: fn(&mut TcpStream, &str)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let mut stream = stream;
                let mut head = Vec::new();
                let mut octet = [0];
                while !head.ends_with(b"\r\n\r\n") && head.len() < 65_536 {
                    match stream.read(&mut octet) {
                        Ok(1) => head.push(octet[0]),
                        _ => return,
                    }
                }
                answer(&mut stream, &String::from_utf8_lossy(&head));
            });
        }
    });
    format!("http://{address}")
}

/// Writes a complete JSON answer and closes.
pub(crate) fn reply(stream: &mut TcpStream, status: &str, content: &str) {
    let length = content.len();
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{content}"
    );
}

/// The only run folder below `reports`.
pub(crate) fn run_folder(reports: &Path) -> PathBuf {
    let mut folders: Vec<PathBuf> = fs::read_dir(reports)
        .expect("reports exist")
        .map(|entry| entry.expect("listed").path())
        .collect();
    folders.sort();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders.remove(0)
}

/// A JSON file.
pub(crate) fn json(file: &Path) -> Value {
    let octets = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_slice(&octets).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The failure files of a run folder, by name.
pub(crate) fn failures(folder: &Path) -> Vec<(PathBuf, Value)> {
    let Ok(entries) = fs::read_dir(folder.join("failures")) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("listed").path()).collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), json(&file))).collect()
}
