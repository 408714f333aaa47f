//! Response heads: read just enough to go on, keep the bytes for whoever asks for headers later.

use std::mem::MaybeUninit;

use bytes::Bytes;

use crate::Protocol;
use crate::failure::Broken;

/// More header lines than this are refused.
const MAX_LINES: usize = 256;
/// Go's limit for a response head.
pub(crate) const MAX_BYTES: usize = 10 << 20;

/// What the transport itself must know about a head.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub status: u16,
    pub protocol: Protocol,
    pub framing: Framing,
    pub keep_alive: bool,
    pub sets_cookies: bool,
    pub location: Option<String>,
    pub content_encoding: Option<String>,
    /// Length in bytes, blank line included.
    pub len: usize,
}

/// Where the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    None,
    Length(u64),
    Chunked,
    Close,
}

/// Reads a head from the start of `bytes`; `None` when more bytes are needed.
pub(crate) fn parse(bytes: &[u8], head_request: bool) -> Result<Option<Head>, Broken> {
    let mut lines = [const { MaybeUninit::uninit() }; MAX_LINES];
    let mut response = httparse::Response::new(&mut []);
    let mut config = httparse::ParserConfig::default();
    config
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .ignore_invalid_headers_in_responses(true);
    let len = match config.parse_response_with_uninit_headers(&mut response, bytes, &mut lines) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) if bytes.len() > MAX_BYTES => {
            return Err(Broken::malformed(format!(
                "net/http: server response headers exceeded {MAX_BYTES} bytes; aborted"
            )));
        }
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(complaint(bytes, error)),
    };
    let status = response.code.unwrap_or(0);
    let http11 = response.version == Some(1);
    let mut head = Head {
        status,
        protocol: if http11 { Protocol::Http11 } else { Protocol::Http10 },
        framing: Framing::Close,
        keep_alive: http11,
        sets_cookies: false,
        location: None,
        content_encoding: None,
        len,
    };
    let mut length: Option<u64> = None;
    let mut chunked = false;
    for line in response.headers.iter() {
        let text = || String::from_utf8_lossy(line.value).trim().to_owned();
        match line.name.len() {
            14 if line.name.eq_ignore_ascii_case("content-length") => {
                let value = text();
                let number = value.parse::<u64>().ok().filter(|_| value.bytes().all(|b| b.is_ascii_digit()));
                match (number, length) {
                    (None, _) => return Err(Broken::malformed(format!("bad Content-Length {value:?}"))),
                    (Some(new), Some(old)) if new != old => {
                        return Err(Broken::malformed(format!(
                            "http: message cannot contain multiple Content-Length headers; got [\"{old}\" \"{new}\"]"
                        )));
                    }
                    (Some(new), _) => length = Some(new),
                }
            }
            17 if line.name.eq_ignore_ascii_case("transfer-encoding") => {
                let value = text();
                if !value.eq_ignore_ascii_case("chunked") {
                    return Err(Broken::malformed(format!("unsupported transfer encoding: {value:?}")));
                }
                chunked = true;
            }
            10 if line.name.eq_ignore_ascii_case("connection") => {
                for word in text().split(',') {
                    let word = word.trim();
                    if word.eq_ignore_ascii_case("close") {
                        head.keep_alive = false;
                    } else if word.eq_ignore_ascii_case("keep-alive") && !http11 {
                        head.keep_alive = true;
                    }
                }
            }
            10 if line.name.eq_ignore_ascii_case("set-cookie") => head.sets_cookies = true,
            8 if line.name.eq_ignore_ascii_case("location") && head.location.is_none() => {
                head.location = Some(text());
            }
            16 if line.name.eq_ignore_ascii_case("content-encoding") => {
                let more = text();
                head.content_encoding = Some(match head.content_encoding.take() {
                    Some(before) => format!("{before}, {more}"),
                    None => more,
                });
            }
            _ => {}
        }
    }
    head.framing = if head_request || status < 200 || status == 204 || status == 304 {
        Framing::None
    } else if chunked {
        Framing::Chunked
    } else if let Some(length) = length {
        Framing::Length(length)
    } else {
        Framing::Close
    };
    head.keep_alive &= head.framing != Framing::Close;
    Ok(Some(head))
}

fn complaint(bytes: &[u8], error: httparse::Error) -> Broken {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first).trim_end_matches('\r').to_owned();
    match error {
        httparse::Error::Version | httparse::Error::Status | httparse::Error::Token => {
            Broken::malformed(format!("malformed HTTP response {}", crate::escape::quote(&first)))
        }
        httparse::Error::TooManyHeaders => Broken::malformed("too many header lines"),
        other => Broken::malformed(format!("malformed MIME header: {other}")),
    }
}

/// The header lines of a kept head, as `(name, value)` in wire order and spelling.
pub(crate) fn lines(head: &Bytes) -> Vec<(&str, std::borrow::Cow<'_, str>)> {
    let mut out: Vec<(&str, std::borrow::Cow<'_, str>)> = Vec::new();
    for line in head.split(|b| *b == b'\n').skip(1) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (Some(first), Some(colon)) = (line.first(), line.iter().position(|b| *b == b':')) else {
            continue;
        };
        if matches!(first, b' ' | b'\t') {
            if let Some((_, value)) = out.last_mut() {
                let folded = format!("{value} {}", String::from_utf8_lossy(line).trim());
                *value = folded.into();
            }
            continue;
        }
        let (Some(name), Some(value)) = (line.get(..colon), line.get(colon + 1..)) else { continue };
        let Ok(name) = std::str::from_utf8(name) else { continue };
        out.push((name.trim_end(), String::from_utf8_lossy(value.trim_ascii())));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_follows_the_rules() {
        let framing = |text: &str, head: bool| parse(text.as_bytes(), head).unwrap().unwrap().framing;
        assert_eq!(framing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false), Framing::Length(5));
        assert_eq!(framing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true), Framing::None);
        assert_eq!(framing("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", false), Framing::None);
        assert_eq!(framing("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n", false), Framing::Chunked);
        assert_eq!(framing("HTTP/1.0 200 OK\n\n", false), Framing::Close);
    }

    #[test]
    fn garbage_is_named() {
        let error = parse(b"garbage in\r\n\r\n", false).unwrap_err();
        assert_eq!(
            error.text,
            "net/http: HTTP/1.x transport connection broken: malformed HTTP response \"garbage in\""
        );
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", false).is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", false).is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\nConte", false).unwrap().is_none());
    }
}
