//! What traces, messages of databases and addresses look like. Each is precise enough to be nothing
//! else: a pattern that a sentence for people could fulfil does not belong here.

use std::sync::LazyLock;

use regex::Regex;

/// What is shown, by how much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Credentials,
    Trace,
    Database,
    Source,
    Host,
}

/// Something that no answer should show.
pub(super) struct Detail {
    /// With its language; stands in signatures.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    regex: Regex,
}

impl Detail {
    fn new(name: &'static str, kind: Kind, parts: &[&str]) -> Self {
        let regex = Regex::new(&format!("(?:{})", parts.join("|")));
        Self { name, kind, regex: regex.expect("the pattern is constant") }
    }

    /// Every place of a text that shows it.
    pub(super) fn find<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> + use<'_, 't> {
        self.regex.find_iter(text).map(|found| found.as_str())
    }
}

/// In the order in which they are looked for: what matters most first, and traces before the paths that
/// stand in them.
pub(super) static PATTERNS: LazyLock<Vec<Detail>> = LazyLock::new(|| {
    vec![
        Detail::new(
            "connection with credentials",
            Kind::Credentials,
            &[
                r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver)(?:\+\w+)?://[^\s:/@]+:[^\s/@*]+@[\w.-]+",
            ],
        ),
        Detail::new(
            "Java stack trace",
            Kind::Trace,
            &[
                r"\bat [\w$.<>/@-]+\((?:[\w$]+\.(?:java|kt|kts|scala|groovy|clj):\d+|Native Method|Unknown Source)\)",
            ],
        ),
        Detail::new(
            ".NET stack trace",
            Kind::Trace,
            &[
                r"\bat [\w.`<>\[\],+]+\([^)\n]*\) in [^\n]+:line \d+",
                r"(?m)^\s*at (?:System|Microsoft)\.[\w.`<>\[\],+]+\([^)\n]*\)",
            ],
        ),
        Detail::new(
            "Python stack trace",
            Kind::Trace,
            &[r"Traceback \(most recent call last\)", r#"File "[^"\n]+\.py", line \d+, in \w+"#],
        ),
        Detail::new(
            "JavaScript stack trace",
            Kind::Trace,
            &[
                r"\bat (?:async |[^\n()]+ \()?(?:file://|node:|webpack:|/|[A-Za-z]:\\)[^\s()]*:\d+:\d+\)?",
            ],
        ),
        Detail::new(
            "Go stack trace",
            Kind::Trace,
            &[r"\bgoroutine \d+ \[[\w ,]+\]:", r"(?m)^\s*/[\w./@+-]+\.go:\d+ \+0x[0-9a-f]+"],
        ),
        Detail::new("Ruby stack trace", Kind::Trace, &[r"[\w./-]+\.rb:\d+:in [`'][^`'\n]+'"]),
        Detail::new(
            "PHP stack trace",
            Kind::Trace,
            &[
                r"(?:Fatal error|Warning|Notice|Parse error|Deprecated|Uncaught \w+)\b[^\n]* in (?:<b>)?[\w./\\: -]+\.php(?:</b>)? on line (?:<b>)?\d+",
                r"#\d+ [\w./\\: -]+\.php\(\d+\): ",
            ],
        ),
        Detail::new(
            "Rust panic",
            Kind::Trace,
            &[r"\bpanicked at [^\n]*\.rs:\d+:\d+", r"thread '[^'\n]+' (?:\(\d+\) )?panicked at"],
        ),
        Detail::new("Perl stack trace", Kind::Trace, &[r" at /[\w./-]+\.(?:pl|pm|t) line \d+"]),
        Detail::new(
            "Elixir stack trace",
            Kind::Trace,
            &[r"\(\w+ \d+\.\d+[\w.-]*\) [\w/.-]+\.exs?:\d+: "],
        ),
        Detail::new("message of a database", Kind::Database, DATABASE),
        Detail::new(
            "path of the source code",
            Kind::Source,
            &[
                r"(?:/|[A-Za-z]:\\)(?:[\w.@+-]+[/\\])+[\w.@+-]+\.(?:py|rb|js|ts|mjs|cjs|go|rs|java|kt|scala|php|cs|cpp|cc|swift|exs?|erl|lua|pm):\d+\b",
            ],
        ),
        Detail::new(
            "address of an internal host",
            Kind::Host,
            &[
                &format!(r"{FAILED}[^\n]*?\b{HOST}['\x22)]?(?::|, port[= ])\d{{2,5}}"),
                &format!(r"\b{HOST}:\d{{2,5}}[^\n]*?{FAILED}"),
            ],
        ),
    ]
});

/// An address that is of no use outside (RFC 1918; RFC 6762, 3).
const HOST: &str = r"(?:(?:10|127)(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}|localhost|[\w-]+(?:\.[\w-]+)*\.(?:internal|local|lan|intranet))";
/// How the message of a connection that failed reads.
const FAILED: &str = r"(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|dial tcp|[Cc]onnection (?:to )?(?:refused|timed out|reset)|(?:[Ff]ailed|[Uu]nable|[Cc]ould not|[Cc]annot) (?:to )?connect|connect to|HTTPConnectionPool)";

/// What databases and their drivers say.
const DATABASE: &[&str] = &[
    // PostgreSQL
    r"violates (?:unique|foreign key|not-null|check|exclusion) constraint",
    r#"(?:ERROR:\s+)?syntax error at or near ""#,
    r"invalid input syntax for (?:type )?(?:integer|bigint|uuid|numeric|json|timestamp|boolean)",
    r"\bSQLSTATE\b[\[ (:=]",
    r"\b(?:PSQLException|psycopg2?\.\w+|asyncpg\.exceptions|pq: )",
    // MySQL
    r"You have an error in your SQL syntax",
    r"Duplicate entry '[^'\n]*' for key '",
    r"Unknown column '[^'\n]*' in '",
    r"Incorrect \w+ value: '[^'\n]*' for column",
    r"Data too long for column '",
    // SQLite
    r"\bSQLITE_(?:ERROR|CONSTRAINT|BUSY|MISMATCH|FULL)\w*",
    r"(?:UNIQUE|NOT NULL|FOREIGN KEY|CHECK) constraint failed",
    r"\bsqlite3\.\w+Error",
    // Oracle, SQL Server
    r"\bORA-\d{5}\b",
    r"Unclosed quotation mark after the character string",
    r"Violation of (?:PRIMARY|UNIQUE) KEY constraint",
    r"\bSqlException\b",
    // MongoDB
    r"E11000 duplicate key error collection",
    r"\bMongo(?:Server|Write|Network)?Error\b",
    // Layers above
    r"\b(?:sqlalchemy\.exc\.\w+|org\.hibernate\.\w+|SequelizeDatabaseError|PrismaClient\w+Error|ActiveRecord::\w+|Doctrine\\DBAL)",
    // Statements
    r"\bSELECT [^\n]+ FROM [\w.\x22`\[\]]+ (?:AS )?\w*\s?WHERE\b",
    r"\bINSERT INTO [\w.\x22`\[\]]+ ?\([^)\n]+\) ?VALUES",
    r"\bUPDATE [\w.\x22`\[\]]+ SET [^\n]+ WHERE\b",
    r"\bDELETE FROM [\w.\x22`\[\]]+ WHERE\b",
];
