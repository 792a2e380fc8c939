use super::*;
use serde_json::json;
use std::sync::Arc;

#[test]
fn experiment() {
    let doc = Arc::new(json!({
        "openapi": "3.0.0",
        "paths": {"/a/{id}": {"get": {"schema": {"properties": {"o": {"$ref": "#/components/schemas/O"}}}}}},
        "components": {"schemas": {
            "O": {"type": "object", "properties": {"t": {"minimum": 3}, "next": {"$ref": "#/components/schemas/O"}, "sp": {"$ref":"#/components/schemas/a%20b"}}, "required": ["t"]},
            "a b": {"type": "integer"},
            "S": {"allOf": [{"$ref": "#/components/schemas/S2"}]},
            "S2": {"anyOf": [{"$ref": "#/components/schemas/S"}]},
            "R": {"$ref": "#/components/schemas/R"},
        }}
    }));
    let s = Schemas::new(doc.clone(), doc);
    let v =
        Validator::compile(&s, &SchemaRef::at("/paths/~1a~1{id}/get/schema"), Direction::Request)
            .unwrap();
    println!(
        "{:#?}",
        v.violations(&json!({"o": {"t": 1, "sp": "x", "next": {"t": "secret", "next": {}}}}))
    );
    for p in ["/components/schemas/R"] {
        let v = Validator::compile(&s, &SchemaRef::at(p), Direction::Request);
        println!("{p} compiled {}", v.is_ok());
        if let Ok(v) = v {
            println!("{:?}", v.is_valid(&json!(1)));
            println!("{:?}", v.violations(&json!(1)));
        }
    }
    let v = Validator::compile(&s, &SchemaRef::at("/components/schemas/S"), Direction::Request);
    println!("S compiled {}", v.is_ok());
    if let Ok(v) = v {
        println!("{:?}", v.is_valid(&json!(1)));
    }
}
