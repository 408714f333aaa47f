//! HTTP/1.1 on one connection: write a request, read its response.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::TlsInfo;
use crate::dial::Dialed;
use crate::failure::{Broken, Side, code};
use crate::head::{self, Framing, Head};
use crate::scratch;
use crate::wire::Stream;

/// An open connection.
#[derive(Debug)]
pub(crate) struct H1 {
    pub stream: Stream,
    pub local: SocketAddr,
    pub remote: SocketAddr,
    pub tls: Option<TlsInfo>,
    /// Bytes that were read and not used yet.
    buffer: Vec<u8>,
    /// The request as it is written; kept to save allocations.
    pub out: Vec<u8>,
}

/// What comes back from [`H1::exchange`].
#[derive(Debug)]
pub(crate) struct Answer {
    pub head: Head,
    pub head_bytes: Bytes,
    /// Empty unless it was to be kept.
    pub body: Vec<u8>,
    /// The connection can be used again.
    pub reusable: bool,
}

/// What to do with the body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyPlan {
    pub head_request: bool,
    pub keep: bool,
    /// Larger ones fail; 0 = no limit.
    pub max: u64,
}

/// When the phases of one exchange ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    pub wrote: Option<Instant>,
    pub first_byte: Option<Instant>,
}

/// Bodies up to this size are written together with the head.
const JOIN: usize = 16 * 1024;
const READ: usize = 4 * 1024;

impl H1 {
    pub(crate) fn new(dialed: Dialed) -> Self {
        let Dialed { stream, local, remote, tls, h2: _, connecting: _, tls_handshaking: _ } = dialed;
        Self { stream, local, remote, tls, buffer: Vec::new(), out: Vec::new() }
    }

    /// Writes the request in `self.out` and `body`, reads the response.
    pub(crate) async fn exchange(
        &mut self,
        body: Option<&Bytes>,
        plan: BodyPlan,
        marks: &mut Marks,
    ) -> Result<Answer, Broken> {
        let written = self.write(body).await;
        marks.wrote = Some(Instant::now());
        let head = match self.read_head(plan, marks).await {
            Ok(head) => head,
            // a server may answer and close before it has read everything
            Err(read) => return Err(written.err().filter(|_| marks.first_byte.is_none()).unwrap_or(read)),
        };
        let head_bytes = Bytes::copy_from_slice(self.buffer.get(..head.len).unwrap_or_default());
        self.buffer.drain(..head.len);
        if head.status == 101 {
            return Ok(Answer { head, head_bytes, body: Vec::new(), reusable: false });
        }
        let mut out = Vec::new();
        match head.framing {
            Framing::None => {}
            Framing::Length(length) => self.read_length(length, plan, &mut out).await?,
            Framing::Chunked => self.read_chunked(plan, &mut out).await?,
            Framing::Close => self.read_to_end(plan, &mut out).await?,
        }
        let reusable = head.keep_alive && written.is_ok() && self.buffer.is_empty();
        Ok(Answer { head, head_bytes, body: out, reusable })
    }

    /// Gives the buffers back before the connection becomes idle.
    pub(crate) fn rest(&mut self) {
        if self.buffer.is_empty() {
            scratch::give(&mut self.buffer);
        }
        scratch::give(&mut self.out);
    }

    /// Bytes that arrived after the head of an upgraded connection.
    pub(crate) fn into_upgraded(self) -> (Stream, Vec<u8>) {
        (self.stream, self.buffer)
    }

    async fn write(&mut self, body: Option<&Bytes>) -> Result<(), Broken> {
        let (local, remote) = (self.local, self.remote);
        let failed = |e: std::io::Error| Broken {
            before_response: true,
            ..Broken::io(&e, Side::Write, local, remote)
        };
        let separate = match body {
            Some(body) if body.len() <= JOIN => {
                self.out.extend_from_slice(body);
                None
            }
            other => other,
        };
        self.stream.write_all(&self.out).await.map_err(failed)?;
        if let Some(body) = separate {
            self.stream.write_all(body).await.map_err(failed)?;
        }
        if self.tls.is_some() {
            self.stream.flush().await.map_err(failed)?;
        }
        Ok(())
    }

    async fn read_head(&mut self, plan: BodyPlan, marks: &mut Marks) -> Result<Head, Broken> {
        loop {
            if may_be_complete(&self.buffer)
                && let Some(head) = head::parse(&self.buffer, plan.head_request)?
            {
                if head.status >= 200 || head.status == 101 {
                    return Ok(head);
                }
                self.buffer.drain(..head.len);
                continue;
            }
            let first = marks.first_byte.is_none();
            let read = match self.fill().await {
                Ok(n) => n,
                Err(e) => return Err(Broken { before_response: first, ..e }),
            };
            if read == 0 {
                return Err(if first { Broken::eof() } else { Broken::unexpected_eof() });
            }
            if first {
                marks.first_byte = Some(Instant::now());
            }
        }
    }

    async fn read_length(&mut self, length: u64, plan: BodyPlan, out: &mut Vec<u8>) -> Result<(), Broken> {
        check_size(length, plan)?;
        let mut left = length;
        let at_hand = left.min(self.buffer.len() as u64) as usize;
        if plan.keep {
            out.reserve_exact(left.min(1 << 20) as usize);
            out.extend_from_slice(self.buffer.get(..at_hand).unwrap_or_default());
        }
        self.buffer.drain(..at_hand);
        left -= at_hand as u64;
        while left > 0 {
            let read = if plan.keep {
                out.reserve(left.min(READ as u64) as usize);
                let mut limited = (&mut self.stream).take(left);
                limited.read_buf(out).await
            } else {
                self.buffer.clear();
                self.buffer.reserve(READ);
                (&mut self.stream).take(left).read_buf(&mut self.buffer).await
            };
            let read = read.map_err(|e| Broken::io(&e, Side::Read, self.local, self.remote))?;
            if read == 0 {
                return Err(Broken::unexpected_eof());
            }
            left -= read as u64;
        }
        if !plan.keep && length > at_hand as u64 {
            self.buffer.clear();
        }
        Ok(())
    }

    async fn read_to_end(&mut self, plan: BodyPlan, out: &mut Vec<u8>) -> Result<(), Broken> {
        let mut total = 0u64;
        loop {
            total += self.buffer.len() as u64;
            check_size(total, plan)?;
            if plan.keep {
                out.extend_from_slice(&self.buffer);
            }
            self.buffer.clear();
            if self.fill().await? == 0 {
                return Ok(());
            }
        }
    }

    async fn read_chunked(&mut self, plan: BodyPlan, out: &mut Vec<u8>) -> Result<(), Broken> {
        let mut total = 0u64;
        loop {
            let line = self.read_line().await?;
            let digits = line.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
            let size = std::str::from_utf8(digits)
                .ok()
                .filter(|d| !d.is_empty() && d.len() <= 16 && d.bytes().all(|b| b.is_ascii_hexdigit()))
                .and_then(|d| u64::from_str_radix(d, 16).ok())
                .ok_or_else(|| Broken::generic("invalid byte in chunk length"))?;
            if size == 0 {
                break;
            }
            total = total.saturating_add(size);
            check_size(total, plan)?;
            self.read_chunk(size, plan.keep, out).await?;
            if !self.read_line().await?.is_empty() {
                return Err(Broken::generic("malformed chunked encoding"));
            }
        }
        // trailers
        while !self.read_line().await?.is_empty() {}
        Ok(())
    }

    async fn read_chunk(&mut self, size: u64, keep: bool, out: &mut Vec<u8>) -> Result<(), Broken> {
        let mut left = size;
        while left > 0 {
            if self.buffer.is_empty() && self.fill().await? == 0 {
                return Err(Broken::unexpected_eof());
            }
            let n = left.min(self.buffer.len() as u64) as usize;
            if keep {
                out.extend_from_slice(self.buffer.get(..n).unwrap_or_default());
            }
            self.buffer.drain(..n);
            left -= n as u64;
        }
        Ok(())
    }

    /// One line without its end.
    async fn read_line(&mut self) -> Result<Vec<u8>, Broken> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.buffer.iter().skip(searched).position(|b| *b == b'\n') {
                let end = searched + at;
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                return Ok(line.strip_suffix(b"\r").unwrap_or(line).to_vec());
            }
            searched = self.buffer.len();
            if searched > 64 * 1024 {
                return Err(Broken::generic("header line too long"));
            }
            if self.fill().await? == 0 {
                return Err(Broken::unexpected_eof());
            }
        }
    }

    async fn fill(&mut self) -> Result<usize, Broken> {
        if self.buffer.capacity() == 0 {
            self.buffer = scratch::take();
        }
        self.buffer.reserve(READ);
        let read = self.stream.read_buf(&mut self.buffer).await;
        read.map_err(|e| Broken::io(&e, Side::Read, self.local, self.remote))
    }
}

/// Whether a head is worth parsing (again): a huge one only when its end may have come.
fn may_be_complete(buffer: &[u8]) -> bool {
    const SMALL: usize = 64 * 1024;
    if buffer.len() <= SMALL || buffer.len() > head::MAX_BYTES {
        return !buffer.is_empty();
    }
    let tail = buffer.get(buffer.len().saturating_sub(READ + 4)..).unwrap_or_default();
    tail.windows(2).any(|w| w == b"\n\n") || tail.windows(3).any(|w| w == b"\n\r\n")
}

fn check_size(size: u64, plan: BodyPlan) -> Result<(), Broken> {
    if plan.keep && plan.max > 0 && size > plan.max {
        let text = format!("response body is larger than the limit of {} bytes", plan.max);
        return Err(Broken::plain(code::GENERIC, text));
    }
    Ok(())
}
