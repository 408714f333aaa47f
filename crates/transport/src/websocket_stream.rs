//! WebSocket frames: masked out, put together in; receiving and sending do not wait for each other.

use std::cell::RefCell;
use std::hash::{BuildHasher, Hasher};
use std::io::{Read, Write};

use bytes::Bytes;
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::Mutex;

use crate::wire::Stream;
use crate::{Message, WebSocketError};

/// Larger messages end the connection.
const MAX_MESSAGE: u64 = 256 << 20;
/// What ends every message that was compressed on its own (RFC 7692, 7.2.2).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// An open socket; receiving and sending may be awaited at the same time.
#[derive(Debug)]
pub struct WebSocket {
    reader: Mutex<Reader>,
    writer: Mutex<WriteHalf<Stream>>,
    protocol: String,
    extensions: String,
    deflate: bool,
    mask: RefCell<u64>,
}

#[derive(Debug)]
struct Reader {
    half: ReadHalf<Stream>,
    buffer: Vec<u8>,
    /// The message that fragments are added to: its opcode, whether it is compressed, its bytes.
    partial: Option<(u8, bool, Vec<u8>)>,
}

struct Frame {
    last: bool,
    compressed: bool,
    opcode: u8,
    payload: Vec<u8>,
}

impl WebSocket {
    pub(crate) fn new(stream: Stream, rest: Vec<u8>, protocol: String, extensions: String) -> Self {
        let (half, writer) = tokio::io::split(stream);
        let seed = std::collections::hash_map::RandomState::new().build_hasher().finish();
        Self {
            reader: Mutex::new(Reader { half, buffer: rest, partial: None }),
            writer: Mutex::new(writer),
            deflate: extensions.contains("permessage-deflate"),
            protocol,
            extensions,
            mask: RefCell::new(seed),
        }
    }

    /// The next message. A ping is returned, not answered; after `Close` or an error it is over.
    pub async fn receive(&self) -> Result<Message, WebSocketError> {
        let mut reader = self.reader.lock().await;
        loop {
            let frame = reader.frame().await?;
            if frame.opcode >= 8 {
                return control(frame);
            }
            let (opcode, compressed, payload) = match (frame.opcode, reader.partial.take()) {
                (0, Some((opcode, compressed, mut before))) => {
                    before.extend_from_slice(&frame.payload);
                    (opcode, compressed, before)
                }
                (1 | 2, None) => (frame.opcode, frame.compressed, frame.payload),
                _ => return Err(protocol_error("unexpected continuation or data frame")),
            };
            if payload.len() as u64 > MAX_MESSAGE {
                return Err(WebSocketError { code: 1009, text: "websocket: read limit exceeded".to_owned() });
            }
            if !frame.last {
                reader.partial = Some((opcode, compressed, payload));
                continue;
            }
            let payload = if compressed && self.deflate { inflate(payload)? } else { payload };
            if opcode == 1 {
                return match String::from_utf8(payload) {
                    Ok(text) => Ok(Message::Text(text)),
                    Err(e) => Ok(Message::Text(String::from_utf8_lossy(e.as_bytes()).into_owned())),
                };
            }
            return Ok(Message::Binary(payload.into()));
        }
    }

    /// Sends one message as one frame.
    pub async fn send(&self, message: Message) -> Result<(), WebSocketError> {
        let (opcode, payload) = match message {
            Message::Text(text) => (1, Bytes::from(text)),
            Message::Binary(bytes) => (2, bytes),
            Message::Ping(bytes) => (9, bytes),
            Message::Pong(bytes) => (10, bytes),
            Message::Close { code: 1005, .. } => (8, Bytes::new()),
            Message::Close { code, reason } => {
                let mut payload = code.to_be_bytes().to_vec();
                payload.extend_from_slice(reason.as_bytes());
                (8, payload.into())
            }
        };
        let (first, payload) = if self.deflate && opcode < 8 {
            (0xc0 | opcode, Bytes::from(deflate(&payload)?))
        } else {
            (0x80 | opcode, payload)
        };
        let frame = encode(first, &payload, self.next_mask());
        let mut writer = self.writer.lock().await;
        let written = match writer.write_all(&frame).await {
            Ok(()) => writer.flush().await,
            failed => failed,
        };
        written.map_err(|e| WebSocketError { code: 1006, text: format!("write: {e}") })
    }

    /// The subprotocol that the server chose, or an empty text.
    pub fn subprotocol(&self) -> &str {
        &self.protocol
    }

    /// The extensions that the server accepted, or an empty text.
    pub fn extensions(&self) -> &str {
        &self.extensions
    }

    fn next_mask(&self) -> [u8; 4] {
        let mut state = self.mask.borrow_mut();
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((*state >> 32) as u32).to_be_bytes()
    }
}

fn encode(first: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len() + 14);
    out.push(first);
    match payload.len() {
        n if n < 126 => out.push(0x80 | n as u8),
        n if u16::try_from(n).is_ok() => {
            out.push(0x80 | 0x7e);
            out.extend((n as u16).to_be_bytes());
        }
        n => {
            out.push(0x80 | 0x7f);
            out.extend((n as u64).to_be_bytes());
        }
    }
    out.extend(mask);
    out.extend(payload.iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m));
    out
}

fn control(frame: Frame) -> Result<Message, WebSocketError> {
    let payload = frame.payload;
    match frame.opcode {
        8 => {
            let code = match payload.get(..2) {
                Some(&[high, low]) => u16::from_be_bytes([high, low]),
                _ => 1005,
            };
            let reason = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
            Ok(Message::Close { code, reason })
        }
        9 => Ok(Message::Ping(payload.into())),
        10 => Ok(Message::Pong(payload.into())),
        other => Err(protocol_error(&format!("bad opcode {other}"))),
    }
}

fn protocol_error(text: &str) -> WebSocketError {
    WebSocketError { code: 1002, text: format!("websocket: {text}") }
}

fn gone() -> WebSocketError {
    WebSocketError { code: 1006, text: "websocket: close 1006 (abnormal closure): unexpected EOF".to_owned() }
}

impl Reader {
    /// The next frame. Nothing is lost when the future is dropped half way: bytes stay in the buffer.
    async fn frame(&mut self) -> Result<Frame, WebSocketError> {
        loop {
            if let Some(frame) = self.take_frame()? {
                return Ok(frame);
            }
            self.buffer.reserve(4096);
            match self.half.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return Err(gone()),
                Ok(_) => {}
            }
        }
    }

    fn take_frame(&mut self) -> Result<Option<Frame>, WebSocketError> {
        let (Some(&first), Some(&second)) = (self.buffer.first(), self.buffer.get(1)) else {
            return Ok(None);
        };
        let extended = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let Some(size) = self.buffer.get(2..2 + extended) else { return Ok(None) };
        let length = if extended == 0 {
            u64::from(second & 0x7f)
        } else {
            size.iter().fold(0, |n, b| n << 8 | u64::from(*b))
        };
        if length > MAX_MESSAGE {
            return Err(WebSocketError { code: 1009, text: "websocket: read limit exceeded".to_owned() });
        }
        let opcode = first & 0x0f;
        if opcode >= 8 && length > 125 {
            return Err(protocol_error("control frame length > 125"));
        }
        let masked = second & 0x80 != 0;
        let start = 2 + extended + if masked { 4 } else { 0 };
        let end = start + length as usize;
        let Some(payload) = self.buffer.get(start..end) else { return Ok(None) };
        let mut payload = payload.to_vec();
        if masked && let Some(mask) = self.buffer.get(start - 4..start) {
            for (b, m) in payload.iter_mut().zip(mask.iter().cycle()) {
                *b ^= m;
            }
        }
        self.buffer.drain(..end);
        Ok(Some(Frame { last: first & 0x80 != 0, compressed: first & 0x40 != 0, opcode, payload }))
    }
}

fn inflate(mut payload: Vec<u8>) -> Result<Vec<u8>, WebSocketError> {
    payload.extend_from_slice(&TAIL);
    // an empty final block lets the decoder see an end
    payload.extend_from_slice(&[1, 0, 0, 0xff, 0xff]);
    let mut out = Vec::new();
    let read = DeflateDecoder::new(payload.as_slice()).take(MAX_MESSAGE + 1).read_to_end(&mut out);
    match read {
        Ok(n) if n as u64 <= MAX_MESSAGE => Ok(out),
        _ => Err(WebSocketError { code: 1007, text: "websocket: bad compressed message".to_owned() }),
    }
}

fn deflate(payload: &[u8]) -> Result<Vec<u8>, WebSocketError> {
    let failed = |_| WebSocketError { code: 1006, text: "websocket: compression failed".to_owned() };
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(payload).map_err(failed)?;
    encoder.flush().map_err(failed)?;
    let mut out = encoder.get_ref().clone();
    if out.ends_with(&TAIL) {
        out.truncate(out.len() - TAIL.len());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_compression() {
        for text in ["", "hello hello hello hello", "x"] {
            assert_eq!(inflate(deflate(text.as_bytes()).unwrap()).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn frames_are_masked_and_sized() {
        assert_eq!(
            encode(0x81, b"Hello", [0x37, 0xfa, 0x21, 0x3d]),
            b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
        );
        assert_eq!(encode(0x82, &[0; 200], [0; 4]).get(..4), Some(&[0x82, 0x80 | 0x7e, 0, 200][..]));
    }
}
