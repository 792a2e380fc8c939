//! Swagger 2.0.

use crate::read::Format;

pub(crate) const FORMAT: Format = Format {
    name: "Swagger 2.0",
    detect: |version| version.field == "swagger" && version.text.starts_with("2"),
};
