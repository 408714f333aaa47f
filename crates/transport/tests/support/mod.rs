//! A scripted server on loopback: each connection's requests get the next answers, byte for byte.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// One answer: bytes to write after a request was read, and whether to close then.
#[derive(Clone)]
pub struct Reply {
    pub bytes: Vec<u8>,
    pub close: bool,
}

pub fn reply(text: &str) -> Reply {
    Reply { bytes: text.as_bytes().to_vec(), close: false }
}

pub fn closing(text: &str) -> Reply {
    Reply { bytes: text.as_bytes().to_vec(), close: true }
}

pub struct Server {
    pub address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    /// Serves the replies in order over as many connections as clients open; then closes.
    pub fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(0));
        let replies = Arc::new(Mutex::new(replies.into_iter()));
        let (log2, connections2) = (Arc::clone(&log), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                *connections2.lock().unwrap() += 1;
                let (log, replies) = (Arc::clone(&log2), Arc::clone(&replies));
                thread::spawn(move || {
                    let mut stream = stream;
                    while let Some(request) = read_request(&mut stream) {
                        log.lock().unwrap().push(request);
                        let Some(reply) = replies.lock().unwrap().next() else { return };
                        if stream.write_all(&reply.bytes).is_err() || reply.close {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, log, connections }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Requests so far, heads and bodies as they arrived.
    pub fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

/// Reads a head and a body of the announced length.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_string();
            let length = head
                .lines()
                .filter_map(|l| l.split_once(": "))
                .find(|(k, _)| k.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, v)| v.parse::<usize>().ok())
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return Some(String::from_utf8_lossy(&bytes).to_string());
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}
