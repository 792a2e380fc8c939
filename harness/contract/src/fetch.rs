//! How the caller hands over the other documents that a contract refers to. This crate opens no file
//! and no connection: it says what it needs, and the caller decides whether that may be had.

/// Documents that are fetched for one contract, the first not counted. The largest real contract that
/// is split up has 2,907 files.
pub(crate) const FETCHED_DOCUMENTS_MAX: usize = 10_000;

/// Longest location that is fetched, in octets: references that lead ever deeper end here.
pub(crate) const LOCATION_LENGTH_MAX: usize = 4096;

/// Octets of all fetched documents together: ten times the largest real contract.
pub(crate) const FETCHED_OCTETS_MAX: usize = 128 * 1024 * 1024;

/// Brings other documents.
pub trait Fetch {
    /// The document at `location`: an absolute URL, or the path of a file (relative to what the path
    /// of the contract is relative to, as written there: `%20` may stand for a space). It is called
    /// once for each location, and at most 10,000 times for one contract. What it returns is bounded
    /// by the caller; all together may have 128 MiB.
    ///
    /// # Errors
    /// If the document cannot be had, be it missing or forbidden: what needs it is then skipped, with
    /// a diagnostic that quotes the reason.
    fn fetch(&mut self, location: &str) -> Result<Fetched, FetchError>;
}

/// A document that was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The document as it came.
    pub octets: Vec<u8>,
    /// Where it was found in the end, e.g. after redirects: what references in it are relative to
    /// (RFC 3986, 5.1.3).
    pub location: String,
}

/// Why a document could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct FetchError {
    /// In lower case, without the location, e.g. `the file does not exist`.
    pub why: String,
}

impl<F: FnMut(&str) -> Result<Fetched, FetchError>> Fetch for F {
    fn fetch(&mut self, location: &str) -> Result<Fetched, FetchError> {
        self(location)
    }
}
