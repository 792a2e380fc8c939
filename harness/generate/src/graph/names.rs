//! When two names mean the same thing: words of a name, singular forms, and what names an identity.
//! Knows English endings; knows no contract.

/// Names under which an identity goes when it does not say whose it is.
const IDENTITY_NAMES: &[&str] = &["id", "uuid", "guid", "key", "slug", "code", "name", "uid"];
/// Last words of a name that say "the identity of what is named before".
const IDENTITY_ENDINGS: &[&str] = &["id", "uuid", "guid", "uid", "key", "slug", "code", "name"];

/// The words of a name in lower case: `userId`, `user_id` and `User-ID` are `user`, `id`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut is_open = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            is_open = false;
            continue;
        }
        let starts = !is_open || (c.is_uppercase() && was_lower);
        if starts {
            words.push(String::new());
        }
        is_open = true;
        was_lower = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// A noun in the singular, as far as its ending tells: `categories` → `category`, `boxes` → `box`.
pub(super) fn singular(word: &str) -> String {
    let stems = [("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x")];
    for (ending, instead) in stems {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.len() > 1
        {
            return format!("{stem}{instead}");
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !word.ends_with("ss") && !word.ends_with("us") => {
            stem.to_owned()
        }
        Some(_) | None => word.to_owned(),
    }
}

/// What a collection's path segment calls one of its items: `order-items` → `order item`.
pub(super) fn resource(segment: &str) -> String {
    let mut words = words(segment);
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    words.join(" ")
}

/// Whose identity a name gives: `user_id` → `user`; `None` if it gives none, or does not say whose.
pub(super) fn owner(name: &str) -> Option<String> {
    let mut words = words(name);
    let last = words.pop()?;
    if words.is_empty() || !IDENTITY_ENDINGS.contains(&last.as_str()) {
        return None;
    }
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    Some(words.join(" "))
}

/// Whether a property of this name may be what a path parameter asks for, and how well it fits: lower
/// is better. `None`: it is something else.
pub(super) fn fit(parameter: &str, property: &str, resource: &str) -> Option<u8> {
    let (asked, offered) = (words(parameter), words(property));
    if asked == offered {
        return Some(0);
    }
    let last = |words: &[String]| words.last().cloned().unwrap_or_default();
    // `{orderId}` of an order is its `id`; `{id}` is its `order_id`.
    let is_own = |name: &str| owner(name).is_none_or(|owner| owner == resource);
    if !is_own(parameter) || !is_own(property) {
        return None;
    }
    let is_identity = |words: &[String]| IDENTITY_NAMES.contains(&last(words).as_str());
    if last(&asked) == last(&offered) && is_identity(&asked) && is_identity(&offered) {
        return Some(1);
    }
    // `{order}`, `{orderId}` and `{uuid}` may all be the plain `id`.
    let names_resource = asked.join(" ") == resource;
    let is_plain = |name: &[String]| matches!(last(name).as_str(), "id" | "uuid" | "guid" | "uid");
    ((names_resource || is_plain(&asked)) && is_plain(&offered)).then_some(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        for name in ["userId", "user_id", "User-ID", "user.id"] {
            assert_eq!(words(name), ["user", "id"], "{name}");
        }
        assert_eq!(words("HTTP2Server"), ["http2", "server"]);
        assert!(words("--").is_empty());
    }

    #[test]
    fn nouns_lose_their_plural() {
        for (many, one) in [
            ("orders", "order"),
            ("categories", "category"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("address", "address"),
            ("status", "status"),
            ("order-items", "order item"),
        ] {
            assert_eq!(resource(many), one);
        }
    }

    #[test]
    fn a_parameter_finds_its_property() {
        assert_eq!(fit("code", "code", "coupon"), Some(0));
        assert_eq!(fit("orderId", "id", "order"), Some(1));
        assert_eq!(fit("id", "order_id", "order"), Some(1));
        assert_eq!(fit("uuid", "id", "order"), Some(2));
        assert_eq!(fit("order", "id", "order"), Some(2));
        assert_eq!(fit("order_id", "customer_id", "order"), None);
        assert_eq!(fit("order_id", "note", "order"), None);
    }
}
