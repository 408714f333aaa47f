//! A byte stream that counts what goes over the wire, with or without TLS on top.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Bytes of one client's connections since they were last asked for.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pub sent: Cell<u64>,
    pub received: Cell<u64>,
}

/// A TCP stream that counts.
#[derive(Debug)]
pub(crate) struct Counted {
    pub tcp: TcpStream,
    pub meter: Rc<Meter>,
    /// The first bytes that the peer sent: they tell who answers a handshake in plain text.
    first: [u8; 5],
    seen: usize,
}

impl Counted {
    pub(crate) fn new(tcp: TcpStream, meter: Rc<Meter>) -> Self {
        Self { tcp, meter, first: [0; 5], seen: 0 }
    }

    /// Whether the peer began with `HTTP/`.
    pub(crate) fn speaks_http(&self) -> bool {
        self.first == *b"HTTP/"
    }
}

#[derive(Debug)]
pub(crate) enum Stream {
    Plain(Counted),
    Tls(Box<TlsStream<Counted>>),
}

impl AsyncRead for Counted {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        let before = buf.filled().len();
        let polled = Pin::new(&mut me.tcp).poll_read(cx, buf);
        let read = buf.filled().len() - before;
        if me.seen < me.first.len() {
            for byte in buf.filled().iter().skip(before) {
                if let Some(slot) = me.first.get_mut(me.seen) {
                    *slot = *byte;
                    me.seen += 1;
                }
            }
        }
        me.meter.received.set(me.meter.received.get() + read as u64);
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let me = self.get_mut();
        let polled = Pin::new(&mut me.tcp).poll_write(cx, buf);
        if let Poll::Ready(Ok(n)) = polled {
            me.meter.sent.set(me.meter.sent.get() + n as u64);
        }
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_shutdown(cx)
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_read(cx, buf),
            Self::Tls(s) => match Pin::new(s).poll_read(cx, buf) {
                // a peer that closes without close_notify ends the stream, as in Go
                Poll::Ready(Err(e)) if e.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
                other => other,
            },
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_write(cx, buf),
            Self::Tls(s) => Pin::new(s).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_flush(cx),
            Self::Tls(s) => Pin::new(s).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_shutdown(cx),
            Self::Tls(s) => Pin::new(s).poll_shutdown(cx),
        }
    }
}

impl Stream {
    /// Whether the peer has closed, or sent what nobody asked for, while the connection was idle.
    pub(crate) fn is_stale(&self) -> bool {
        let (tcp, tls) = match self {
            Self::Plain(s) => (&s.tcp, false),
            Self::Tls(s) => (&s.get_ref().0.tcp, true),
        };
        let mut byte = [0; 1];
        match tcp.poll_peek(&mut Context::from_waker(Waker::noop()), &mut ReadBuf::new(&mut byte)) {
            Poll::Pending => false,
            // TLS servers send session tickets when they like
            Poll::Ready(Ok(n)) => n == 0 || !tls,
            Poll::Ready(Err(_)) => true,
        }
    }
}
