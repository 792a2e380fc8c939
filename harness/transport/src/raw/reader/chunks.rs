//! The chunked transfer coding (RFC 9112, 7.1), octet by octet: data is handed on as ranges, so that
//! it is copied once.

use std::ops::Range;

use harness_model::HeaderField;

/// Octets of extensions over all chunks, and of the trailer section: both carry nothing that is used.
const EXTENSION_BYTES_MAX: usize = 16 * 1024;
/// As the head's fields, and fewer in practice.
const TRAILER_BYTES_MAX: usize = 16 * 1024;
/// Trailer fields that are taken in.
const TRAILERS_MAX: usize = 64;

/// Where within the coding the next octet belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    /// In the hexadecimal size; `true` once it has a digit.
    #[default]
    FirstDigit,
    Digits,
    /// In white space or an extension after the size.
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// In the trailer section, at the beginning of a line.
    TrailerLine,
    /// Within a line.
    Trailer,
    /// After the CR of the line that is empty.
    LastLf,
    Whole,
}

/// A decoder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chunks {
    at: At,
    /// Octets of the current chunk that are to come.
    left: u64,
    n_extension: usize,
    trailer: Vec<u8>,
    trailers: Vec<HeaderField>,
}

/// What came of a portion: how much of it was taken, and which part of that is content.
pub(super) struct Fed {
    pub(super) taken: usize,
    pub(super) content: Range<usize>,
}

impl Chunks {
    /// Whether the last chunk and the trailer section are over.
    pub(super) fn is_whole(&self) -> bool {
        self.at == At::Whole
    }

    pub(super) fn take_trailers(&mut self) -> Vec<HeaderField> {
        std::mem::take(&mut self.trailers)
    }

    /// Takes one octet of the coding, or a run of data. `octets` is not empty.
    pub(super) fn feed(&mut self, octets: &[u8]) -> Result<Fed, String> {
        if self.at == At::Data {
            let taken = usize::try_from(self.left).unwrap_or(usize::MAX).min(octets.len());
            self.left -= taken as u64;
            if self.left == 0 {
                self.at = At::DataCr;
            }
            return Ok(Fed { taken, content: 0..taken });
        }
        self.step(octets[0])?;
        Ok(Fed { taken: 1, content: 0..0 })
    }

    fn step(&mut self, octet: u8) -> Result<(), String> {
        self.at = match (self.at, octet) {
            (At::FirstDigit | At::Digits, _) if octet.is_ascii_hexdigit() => {
                self.left = larger(self.left, octet)?;
                At::Digits
            }
            (At::Digits | At::Extension, b'\r') => At::SizeLf,
            (At::Digits, b' ' | b'\t' | b';') => At::Extension,
            // A lone LF would end the line for one reader and not for another.
            (At::Extension, b'\n') => return Err("a chunk extension holds a line feed".to_owned()),
            (At::Extension, _) => {
                self.n_extension += 1;
                if self.n_extension > EXTENSION_BYTES_MAX {
                    return Err(format!("chunk extensions beyond {EXTENSION_BYTES_MAX} bytes"));
                }
                At::Extension
            }
            (At::SizeLf, b'\n') if self.left == 0 => At::TrailerLine,
            (At::SizeLf, b'\n') => At::Data,
            (At::DataCr, b'\r') => At::DataLf,
            (At::DataLf, b'\n') => At::FirstDigit,
            (At::TrailerLine, b'\r') => At::LastLf,
            (At::TrailerLine, b'\n') => return Err("a trailer line holds a line feed".to_owned()),
            (At::TrailerLine | At::Trailer, _) => {
                self.trailer.push(octet);
                if self.trailer.len() > TRAILER_BYTES_MAX {
                    return Err(format!("a trailer section beyond {TRAILER_BYTES_MAX} bytes"));
                }
                if octet == b'\n' { At::TrailerLine } else { At::Trailer }
            }
            (At::LastLf, b'\n') => {
                self.trailers = trailers(&mut self.trailer)?;
                At::Whole
            }
            (At::FirstDigit | At::Digits, _) => {
                return Err(format!("a chunk size holds {:?}", char::from(octet)));
            }
            (At::SizeLf | At::DataCr | At::DataLf | At::LastLf, _) => {
                return Err(format!("a chunk's line ends with {:?}", char::from(octet)));
            }
            (At::Data | At::Whole, _) => return Err("octets after the last chunk".to_owned()),
        };
        Ok(())
    }
}

/// One more hexadecimal digit.
fn larger(size: u64, digit: u8) -> Result<u64, String> {
    let value = char::from(digit).to_digit(16).unwrap_or_default();
    size.checked_mul(16)
        .map(|size| size | u64::from(value))
        .ok_or_else(|| "a chunk size beyond 64 bits".to_owned())
}

fn trailers(section: &mut Vec<u8>) -> Result<Vec<HeaderField>, String> {
    section.extend_from_slice(b"\r\n");
    let mut fields = [httparse::EMPTY_HEADER; TRAILERS_MAX];
    match httparse::parse_headers(section, &mut fields) {
        Ok(httparse::Status::Complete((_, fields))) => Ok(super::fields_of(fields)),
        Ok(httparse::Status::Partial) => Err("a trailer section that does not end".to_owned()),
        Err(error) => Err(format!("a trailer section: {error}")),
    }
}
