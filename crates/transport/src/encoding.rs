//! Content encodings: gzip, deflate (zlib), zstd, br; packing requests, unpacking responses.

use std::io::{self, Read, Write};

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
    const ALL: [Self; 4] = [Self::Deflate, Self::Gzip, Self::Brotli, Self::Zstd];

    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
            Self::Brotli => "br",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.name().eq_ignore_ascii_case(name))
    }

    /// Reads the `compression` parameter (`gzip, br`): applied in order.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, EncodingError> {
        text.split(',')
            .map(str::trim)
            .map(|name| {
                Self::from_name(name).ok_or_else(|| {
                    EncodingError(format!(
                        "unknown compression algorithm {name}, supported algorithms are [gzip deflate zstd br]"
                    ))
                })
            })
            .collect()
    }
}

/// Applies the encodings in order.
pub(crate) fn pack(list: &[Encoding], body: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let failed = |e: io::Error| EncodingError(e.to_string());
    let mut data = body.to_vec();
    for encoding in list {
        data = match encoding {
            Encoding::Gzip => {
                let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                w.write_all(&data).and_then(|()| w.finish()).map_err(failed)?
            }
            Encoding::Deflate => {
                let mut w = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
                w.write_all(&data).and_then(|()| w.finish()).map_err(failed)?
            }
            Encoding::Brotli => {
                let mut out = Vec::new();
                let params = brotli::enc::BrotliEncoderParams { quality: 6, ..Default::default() };
                brotli::BrotliCompress(&mut data.as_slice(), &mut out, &params).map_err(failed)?;
                out
            }
            Encoding::Zstd => ruzstd::encoding::compress_to_vec(
                data.as_slice(),
                ruzstd::encoding::CompressionLevel::Fastest,
            ),
        };
    }
    Ok(data)
}

/// Undoes a `Content-Encoding` list, last first. A list with an unknown name is left alone.
pub(crate) fn unpack(list: &str, body: Vec<u8>, max: u64) -> Result<Vec<u8>, EncodingError> {
    let names: Option<Vec<Encoding>> = list.split(',').map(|name| Encoding::from_name(name.trim())).collect();
    let mut data = body;
    for encoding in names.unwrap_or_default().into_iter().rev() {
        data = match encoding {
            Encoding::Gzip => read_all(flate2::read::MultiGzDecoder::new(data.as_slice()), max)?,
            Encoding::Deflate => read_all(flate2::read::ZlibDecoder::new(data.as_slice()), max)?,
            Encoding::Brotli => read_all(brotli::Decompressor::new(data.as_slice(), 8192), max)?,
            Encoding::Zstd => {
                let decoder = ruzstd::decoding::StreamingDecoder::new(data.as_slice())
                    .map_err(|e| EncodingError(e.to_string()))?;
                read_all(decoder, max)?
            }
        };
    }
    Ok(data)
}

fn read_all(mut from: impl Read, max: u64) -> Result<Vec<u8>, EncodingError> {
    let mut out = Vec::new();
    let read =
        if max > 0 { from.by_ref().take(max + 1).read_to_end(&mut out) } else { from.read_to_end(&mut out) };
    match read {
        Ok(n) if max > 0 && n as u64 > max => {
            Err(EncodingError(format!("larger than the limit of {max} bytes")))
        }
        Ok(_) => Ok(out),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Err(EncodingError("unexpected EOF".to_owned())),
        Err(e) => Err(EncodingError(in_go(&e.to_string()))),
    }
}

/// The decoders' complaints in the words that k6 prints.
fn in_go(text: &str) -> String {
    match text {
        "invalid gzip header" => "gzip: invalid header".to_owned(),
        "corrupt gzip stream does not have a matching checksum" => "gzip: invalid checksum".to_owned(),
        "corrupt deflate stream" => "zlib: invalid header".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_packed_unpacks() {
        let body = "anchor ".repeat(400);
        for list in ["gzip", "deflate", "br", "zstd", "gzip, br", "zstd,deflate"] {
            let packed = pack(&Encoding::parse_list(list).unwrap(), body.as_bytes()).unwrap();
            assert!(packed.len() < body.len(), "{list}");
            assert_eq!(unpack(list, packed, 0).unwrap(), body.as_bytes(), "{list}");
        }
    }

    #[test]
    fn broken_bodies_and_unknown_names() {
        let mut packed = pack(&[Encoding::Gzip], b"hello hello hello").unwrap();
        packed.truncate(packed.len() - 12);
        assert_eq!(unpack("gzip", packed, 0).unwrap_err().0, "unexpected EOF");
        assert_eq!(unpack("identity", b"x".to_vec(), 0).unwrap(), b"x");
        assert!(Encoding::parse_list("lzma").is_err());
        let bomb = pack(&[Encoding::Gzip], &vec![0; 100_000]).unwrap();
        assert!(unpack("gzip", bomb, 1000).is_err());
    }
}
