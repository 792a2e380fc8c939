//! OpenAPI 3.0.

use crate::read::Format;

pub(crate) const FORMAT: Format = Format {
    name: "OpenAPI 3.0",
    detect: |version| version.field == "openapi" && version.text.starts_with("3.0"),
};
