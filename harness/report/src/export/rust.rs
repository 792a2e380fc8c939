//! Rust with nothing but its standard library: a `main.rs` that rustc builds as it is.

use std::fmt::Write as _;

use harness_model::Framing;

use crate::export::{Script, authority, comment, octets};

/// Octets as a Rust literal.
fn literal(octets: &[u8]) -> String {
    let mut text = String::from("b\"");
    for octet in octets {
        let _ = write!(text, "{}", std::ascii::escape_default(*octet));
    }
    text.push('"');
    text
}

pub(super) fn write(script: &Script) -> Result<String, String> {
    if script.base.starts_with("https:") {
        return Err("the standard library of Rust speaks no TLS; export pytest or curl".to_owned());
    }
    if script.steps.iter().any(|step| !step.bound.is_empty()) {
        return Err(
            "values of earlier answers take a JSON reader; export pytest or curl".to_owned()
        );
    }
    let authority = authority(&script.base);
    let address =
        if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
    let mut text = format!(
        "//! {}\n//! expected: {}\n//! observed: {}\n//!\n//! rustc main.rs && ./main\n\n\
         use std::io::{{Read, Write}};\nuse std::net::TcpStream;\nuse std::time::Duration;\n\n\
         const ADDRESS: &str = {address:?};\n\nconst REQUESTS: &[&[u8]] = &[\n",
        comment(&script.title),
        comment(&script.expected),
        comment(&script.observed)
    );
    for step in &script.steps {
        let mut all = octets(&script.base, &step.request);
        if step.request.framing == Framing::ContentLength {
            let length = step.request.content.len();
            all.extend_from_slice(format!("Content-Length: {length}\r\n").as_bytes());
        }
        all.extend_from_slice(b"\r\n");
        all.extend_from_slice(&step.request.content.0);
        let _ = writeln!(text, "    {},", literal(&all));
    }
    text.push_str(
        "];\n\nfn main() -> std::io::Result<()> {\n    for request in REQUESTS {\n        \
         let mut stream = TcpStream::connect(ADDRESS)?;\n        \
         stream.set_read_timeout(Some(Duration::from_secs(30)))?;\n        \
         stream.write_all(request)?;\n        let mut answer = Vec::new();\n        \
         if let Err(error) = stream.read_to_end(&mut answer) {\n            \
         eprintln!(\"the connection ended: {error}\");\n        }\n        \
         std::io::stdout().write_all(&answer)?;\n        println!();\n    }\n    Ok(())\n}\n",
    );
    Ok(text)
}
