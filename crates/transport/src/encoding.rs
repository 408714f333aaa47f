//! Content encodings: gzip, deflate (zlib), zstd, br; packing requests, unpacking responses.

/// One content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Gzip,
    Deflate,
    Zstd,
    Brotli,
}

/// A body that does not unpack; the text goes into `error decompressing response body (…)`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EncodingError(pub String);

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
            Self::Brotli => "br",
        }
    }

    /// Reads the `compression` parameter (`gzip, br`): applied in order.
    /// The error is k6's `unknown compression algorithm X, supported algorithms are …`.
    pub fn parse_list(_text: &str) -> Result<Vec<Self>, EncodingError> {
        Ok(Vec::new())
    }
}
