//! A message that names no host, or two, is served.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "hosts_unchecked",
    explain: "HTTP/1.1 without a Host field, with two of them, or with one that is no host is served.\n\n\
        Many servers leave it to the application, which never thinks of it. The correct twin refuses with 400. \
        Trigger: any request by own octets.\n\n\
        Example: GET /health HTTP/1.1 without a Host field → 200",
    caught_by: "wire_fault_mishandled",
    operation: "GET /health",
    bend: None,
};
