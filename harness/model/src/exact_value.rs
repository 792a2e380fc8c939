//! Values out of our own files. Numbers are kept as they are written; where serde reads a tagged form it
//! holds such a number as an object of one member in between, and this makes the number of it again.

use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

/// Name of the member that `serde_json` gives such a number.
const TOKEN: &str = "$serde_json::private::Number";

/// A value as it was written.
pub(crate) fn exact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer).map(restored)
}

fn restored(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(restored).collect()),
        Value::Object(members) => {
            let number = match (members.len(), members.get(TOKEN)) {
                (1, Some(Value::String(digits))) => serde_json::from_str(digits).ok(),
                _ => None,
            };
            number.map_or_else(
                || Value::Object(members.into_iter().map(|(n, v)| (n, restored(v))).collect()),
                Value::Number,
            )
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::{BodyContent, BoundValue, Fact};

    #[test]
    fn numbers_come_back_from_tagged_forms_as_they_were() {
        let text = r#"{"json":{"a":[1.50,18446744073709551616,-0.0,1e+400,7]}}"#;
        let content: BodyContent = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&content).unwrap(), text);
        let tree: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::from_value::<BodyContent>(tree).unwrap(), content);
        let known: BoundValue = serde_json::from_str(r#"{"known":2.50}"#).unwrap();
        assert_eq!(serde_json::to_string(&known).unwrap(), r#"{"known":2.50}"#);
    }

    #[test]
    fn numbers_come_back_from_an_event() {
        let value = r#"{"price":1.50,"big":18446744073709551616}"#;
        let found = format!(
            r#"{{"kind":"found","counterexample":{{"format":"1.0","harness":"0","finding":{{
            "signature":{{"check":"c","operation":"POST /a","effect":"e"}},"severity":"low","title":"t",
            "evidence":{{"expected":"","observed":""}}}},"case":{{"id":{{"phase":"p","operation":"POST /a",
            "index":0}},"prefix":[{{"operation":"POST /a","method":"POST","path":"/a","parameters":[],
            "body":{{"media_type":null,"content":{{"json":{value}}}}},"intent":{{"kind":"valid"}}}}]}},
            "exchanges":[],"confirmation":{{"reproduced":1,"sent":1,"shrink_probes":0}},"reproduction":{{
            "seed":1,"target":"","contract_source":"","contract_digest":""}}}}}}"#
        );
        let fact: Fact = serde_json::from_str(&found).unwrap();
        let again = serde_json::to_string(&fact).unwrap();
        assert!(again.contains(value), "{again}");
    }
}
