//! Where services publish their contract. Paths only: fetching them is another room's work.

/// Paths at which services publish their API document, most common first. Each begins with `/` and
/// is meant to be tried both at the root of the target and below its base path.
pub const WELL_KNOWN_PATHS: &[&str] = &[
    "/openapi.json",            // FastAPI, Litestar, Quarkus, many hand-written servers
    "/v3/api-docs",             // Spring (springdoc)
    "/swagger.json",            // go-swagger, Flask-RESTX, tsoa
    "/swagger/v1/swagger.json", // ASP.NET (Swashbuckle)
    "/openapi.yaml",            // hand-written documents
    "/api-json",                // NestJS with the UI at /api
    "/v2/api-docs",             // Spring (springfox)
    "/swagger/doc.json",        // Go (swaggo)
    "/openapi/v1.json",         // ASP.NET 9 and later
    "/openapi",                 // MicroProfile, Helidon, Open Liberty
    "/q/openapi",               // Quarkus
    "/api/openapi.json",        // FastAPI and others below /api
    "/api/swagger.json",        // Flask-RESTX below /api
    "/api/schema/",             // Django (drf-spectacular)
    "/schema/",                 // Django REST framework
    "/schema/openapi.json",     // Litestar
    "/api/v1/openapi.json",     // FastAPI below a version
    "/v1/openapi.json",         // below a version
    "/api/v1/swagger.json",     // below a version
    "/api-docs",                // Express (swagger-ui-express), Rails (rswag)
    "/api-docs.json",           // Express
    "/api/docs-json",           // NestJS with the UI at /api/docs
    "/docs-json",               // NestJS with the UI at /docs
    "/swagger-json",            // NestJS with the UI at /swagger
    "/api/v3/openapi.json",     // Swagger's own sample server
    "/v3/api-docs.yaml",        // Spring (springdoc)
    "/swagger.yaml",            // hand-written documents
    "/api/openapi.yaml",        // hand-written documents
    "/openapi.yml",             // hand-written documents
    "/swagger/swagger.json",    // ASP.NET
    "/swagger/v1/swagger.yaml", // ASP.NET
    "/api/v3/api-docs",         // Spring below /api
    "/documentation/json",      // Fastify
    "/docs/json",               // Fastify, Elysia
    "/docs/openapi.json",       // static documentation
    "/docs/swagger.json",       // static documentation
    "/swagger/json",            // Elysia
    "/doc",                     // Hono
    "/spec.json",               // Flask (flask-swagger), static documentation
    "/spec",                    // Flask (flask-swagger)
    "/apispec_1.json",          // Flask (flasgger)
    "/apispec.json",            // Flask (flasgger)
    "/v1/__api__",              // Kinto
    "/__api__",                 // Kinto behind a prefix
    "/api/swagger/v1/swagger.json", // ASP.NET below /api
    "/api/docs.json",           // API Platform
    "/docs.jsonopenapi",        // API Platform 4
    "/_openapi",                // Nitro, Nuxt
    "/__admin/docs/swagger",    // WireMock
    "/actuator/openapi",        // Spring (springdoc on the management port)
    "/.well-known/openapi.json", // by convention
    "/.well-known/openapi.yaml", // by convention
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_path_is_absolute_and_listed_once() {
        let distinct: BTreeSet<_> = WELL_KNOWN_PATHS.iter().collect();
        assert_eq!(distinct.len(), WELL_KNOWN_PATHS.len());
        assert!(WELL_KNOWN_PATHS.iter().all(|path| path.starts_with('/')));
    }
}
