//! OpenAPI 3.1 and 3.2: schemas are JSON Schema 2020-12 as they stand, and what 3.2 adds is read
//! where it can be sent (`query`, `additionalOperations`).

use crate::grammar::Kind;
use crate::lift::{Dialect, Nullable};
use crate::paths::Site;
use crate::read::Format;
use crate::reading::Reading;
use crate::{content, servers};

/// Dialects that schemas are read in (OpenAPI 3.1, 4.8.24.5). Each of them adds annotations at most.
const DIALECTS: [&str; 2] =
    ["https://spec.openapis.org/oas/3.", "https://json-schema.org/draft/2020-12/schema"];

/// `openapi: 3.1.x` and `3.2.x`.
pub(crate) const FORMAT: Format = Format {
    name: "OpenAPI 3.1 and 3.2",
    detect: |version| version.is("3.1") || version.is("3.2") || version.is_newer(),
    dialect: Dialect {
        document: Kind::Document3,
        has_ref_siblings: true,
        nullable: Nullable::Type,
    },
    methods: &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"],
    security_schemes: "/components/securitySchemes",
    servers: servers::read,
    parts: content::parts,
    review,
};

/// Reports a dialect that is not known. By the letter of 3.1 nearly everything else is optional, and
/// what is not is met while reading.
fn review(reading: &mut Reading<'_>, _sites: &[Site<'_>]) {
    let Some(dialect) = reading.root().get("jsonSchemaDialect") else { return };
    let is_known = |name: &str| DIALECTS.iter().any(|known| name.starts_with(known));
    if !dialect.value.as_str().is_some_and(is_known) {
        let what = format!("dialect {} is not known; schemas are read as 2020-12", dialect.value);
        reading.report.warn("unknown-dialect", &dialect.pointer, what);
    }
}

#[cfg(test)]
mod tests;
