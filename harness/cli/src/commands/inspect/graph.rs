//! The graph of operations as text, for Graphviz, or as JSON. Decides nothing about it.

use std::fmt::Write as _;

use harness_contract::{Contract, OperationKey};
use harness_generate::{Edge, Graph};
use harness_model::BindingSource;
use serde_json::json;

use crate::args::GraphForm;

/// The edges between the selected operations, ending in a line break.
pub(super) fn render(contract: &Contract, selected: &[OperationKey], form: GraphForm) -> String {
    let mut graph = Graph::of(contract);
    graph.edges.retain(|edge| selected.contains(&edge.consumer));
    match form {
        GraphForm::Text => as_text(&graph, selected),
        GraphForm::Dot => as_dot(&graph),
        GraphForm::Json => as_json(&graph),
    }
}

fn as_text(graph: &Graph, selected: &[OperationKey]) -> String {
    let mut text = String::new();
    for key in selected {
        let mut edges = graph.into(key).peekable();
        if edges.peek().is_none() {
            continue;
        }
        let _ = writeln!(text, "{key}");
        for edge in edges {
            let Edge { producer, into, why, .. } = edge;
            let from = source(&edge.from);
            let _ = writeln!(text, "  {into} <- {producer} {from}\n    because {why}");
        }
    }
    if text.is_empty() {
        text.push_str("no operation needs what another one makes, as far as the contract tells\n");
    }
    text
}

fn as_dot(graph: &Graph) -> String {
    let mut text = "digraph operations {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for edge in &graph.edges {
        // A JSON string is also a quoted string of the DOT language, but for `\u` escapes.
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let (from, to) = (quoted(edge.producer.as_str()), quoted(edge.consumer.as_str()));
        let label = quoted(&format!("{} -> {}", source(&edge.from), edge.into));
        let why = quoted(&edge.why);
        let _ = writeln!(text, "  \"{from}\" -> \"{to}\" [label=\"{label}\", tooltip=\"{why}\"];");
    }
    text.push_str("}\n");
    text
}

fn as_json(graph: &Graph) -> String {
    let edge = |edge: &Edge| {
        json!({
            "producer": edge.producer,
            "consumer": edge.consumer,
            "from": edge.from,
            "into": edge.into,
            "why": edge.why,
        })
    };
    let edges: Vec<_> = graph.edges.iter().map(edge).collect();
    let mut text = json!({ "edges": edges }).to_string();
    text.push('\n');
    text
}

fn source(from: &BindingSource) -> String {
    match from {
        BindingSource::Body(pointer) => format!("answer {pointer}"),
        BindingSource::Header(name) => format!("header {name}"),
        BindingSource::LocationSegment => "header Location".to_owned(),
    }
}
