//! OpenAPI 3.1 and 3.2: schemas are JSON Schema 2020-12 as they stand, and what 3.2 adds is read
//! where it can be sent (`query`, `additionalOperations`).

use crate::grammar::Kind;
use crate::lift::{Dialect, Nullable};
use crate::read::Format;
use crate::{content, servers};

pub(crate) const FORMAT: Format = Format {
    name: "OpenAPI 3.1 and 3.2",
    detect: |version| version.is("openapi", "3.1") || version.is("openapi", "3.2"),
    dialect: Dialect {
        document: Kind::Document3,
        has_ref_siblings: true,
        nullable: Nullable::Type,
    },
    methods: &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"],
    security_schemes: "/components/securitySchemes",
    servers: servers::read,
    parts: content::parts,
    // By the letter of 3.1 nearly everything is optional, and what is not is met while reading.
    review: |_, _| {},
};

#[cfg(test)]
mod tests;
