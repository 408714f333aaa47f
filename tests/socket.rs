//! A WebSocket server that remembers what it was sent (RFC 6455, without fragments and extensions).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use sha1::Digest as _;

pub struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&received);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(&stream, &shared);
            }
        });
        Self { address, received }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn received(&self) -> Vec<Vec<u8>> {
        self.received.lock().expect("messages").clone()
    }
}

/// Answers the handshake; what follows it is left to the caller.
pub fn greet(stream: &TcpStream) -> Option<BufReader<&TcpStream>> {
    let mut reader = BufReader::new(stream);
    let mut out = stream;
    let mut key = String::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("sec-websocket-key")
        {
            value.trim().clone_into(&mut key);
        }
    }
    let digest = sha1::Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    let accept = crate::journey::base64_bytes(&digest);
    write!(
        out,
        "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    )
    .ok()?;
    Some(reader)
}

fn serve(stream: &TcpStream, received: &Mutex<Vec<Vec<u8>>>) -> Option<()> {
    let mut reader = greet(stream)?;
    let mut out = stream;
    loop {
        let mut head = [0u8; 2];
        reader.read_exact(&mut head).ok()?;
        let length = usize::from(head[1] & 0x7f);
        let mut mask = [0u8; 4];
        reader.read_exact(&mut mask).ok()?;
        let mut data = vec![0; length];
        reader.read_exact(&mut data).ok()?;
        data.iter_mut().enumerate().for_each(|(i, b)| *b ^= mask[i % 4]);
        match head[0] & 0x0f {
            1 | 2 => {
                received.lock().expect("messages").push(data);
                out.write_all(&[0x81, 2, b'h', b'i']).ok()?;
            }
            8 => {
                out.write_all(&[0x88, 0]).ok()?;
                return Some(());
            }
            _ => {}
        }
    }
}
