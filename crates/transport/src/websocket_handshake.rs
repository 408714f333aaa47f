//! The opening handshake of a WebSocket, over the client's own connector.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::{Instant, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::client::Client;
use crate::failure::Broken;
use crate::h1::{BodyPlan, H1, Marks};
use crate::hop::Step;
use crate::request_head::write_head;
use crate::response::cookies_in;
use crate::websocket_stream::WebSocket;
use crate::{Hop, Protocol, Response, Timings, WebSocketExchange, WebSocketRequest};

impl Client {
    /// Opens a WebSocket over the same connector (hosts, DNS, TLS, proxies).
    pub async fn websocket(&self, request: WebSocketRequest) -> WebSocketExchange {
        let start = Instant::now();
        let mut limit = self.limit(request.timeout);
        let mut hop = Hop {
            method: Cow::Borrowed("GET"),
            url: Rc::clone(&request.url),
            status: 0,
            protocol: Protocol::Http11,
            tls: None,
            remote: None,
            timings: Timings::default(),
            ended: SystemTime::now(),
            failure: None,
        };
        let outcome = limit
            .run(self.open_socket(&request, &mut hop))
            .await
            .unwrap_or_else(|| Err(Broken::generic("i/o timeout")));
        self.keep_timer(limit);
        hop.ended = SystemTime::now();
        hop.timings.blocked = start.elapsed();
        let (response, socket) = match outcome {
            Ok((response, socket)) => (Some(response), socket),
            Err(broken) => {
                hop.failure = Some(broken.into_failure("GET", &request.url));
                (None, None)
            }
        };
        WebSocketExchange { hop, response, socket }
    }

    async fn open_socket(
        &self,
        request: &WebSocketRequest,
        hop: &mut Hop,
    ) -> Result<(Response, Option<WebSocket>), Broken> {
        let scheme = match request.url.scheme() {
            "ws" => "http",
            "wss" => "https",
            _ => return Err(Broken::generic("malformed ws or wss URL")),
        };
        let url = Rc::new(request.url.with_scheme(scheme));
        let dialed = self.dial(&url, true).await?;
        hop.timings.connecting = dialed.connecting;
        hop.timings.tls_handshaking = dialed.tls_handshaking;
        hop.remote = Some(dialed.remote);
        hop.tls = dialed.tls;
        let mut connection = H1::new(dialed);
        let key = STANDARD.encode(nonce(&url));
        let mut headers = request.headers.clone();
        headers.set("Upgrade", "websocket");
        headers.set("Connection", "Upgrade");
        headers.set("Sec-WebSocket-Key", key.as_str());
        headers.set("Sec-WebSocket-Version", "13");
        if !request.subprotocols.is_empty() {
            headers.set("Sec-WebSocket-Protocol", request.subprotocols.join(", "));
        }
        if request.compression {
            headers.set(
                "Sec-WebSocket-Extensions",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            );
        }
        let mut cookie = headers.get("Cookie").unwrap_or("").to_owned();
        if let Some(jar) = &request.jar {
            for (name, value) in jar.cookies_for(&url) {
                crate::cookie::write_pair(&mut cookie, &name, &value);
            }
        }
        let authorization = url.basic_authorization().filter(|_| headers.get("Authorization").is_none());
        let step = Step {
            method: &Cow::Borrowed("GET"),
            url: &url,
            headers: &headers,
            user_agent: request.user_agent.as_deref(),
            body: None,
            cookie: Some(cookie.as_str()).filter(|c| !c.is_empty()),
            authorization: authorization.as_deref(),
            keep_body: true,
        };
        write_head(&mut connection.out, &step, false, None)?;
        let plan = BodyPlan { head_request: false, keep: true, max: 1 << 20 };
        let mut marks = Marks::default();
        let answer = connection.exchange(None, plan, &mut marks).await?;
        hop.status = answer.head.status;
        hop.protocol = answer.head.protocol;
        if let Some(jar) = &request.jar
            && answer.head.sets_cookies
        {
            jar.set(&url, &cookies_in(&answer.head_bytes));
        }
        let response = Response {
            status: answer.head.status,
            protocol: answer.head.protocol,
            tls: hop.tls,
            remote: hop.remote,
            url: Rc::clone(&request.url),
            body: (answer.head.status != 101).then(|| Bytes::from(answer.body)),
            head: answer.head_bytes,
        };
        let accept = STANDARD
            .encode(crate::hash::sha1(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11").as_bytes()));
        let header = |name: &str| response.header(name).map(|v| v.trim().to_owned()).unwrap_or_default();
        let upgraded = response.status == 101
            && header("upgrade").eq_ignore_ascii_case("websocket")
            && header("connection").to_ascii_lowercase().contains("upgrade")
            && header("sec-websocket-accept") == accept;
        if !upgraded {
            hop.failure = Some(Broken::generic("websocket: bad handshake").into_failure("GET", &request.url));
            return Ok((response, None));
        }
        let extensions = header("sec-websocket-extensions");
        let protocol = header("sec-websocket-protocol");
        let (stream, rest) = connection.into_upgraded();
        let socket = WebSocket::new(stream, rest, protocol, extensions);
        Ok((response, Some(socket)))
    }
}

/// Sixteen bytes that a cache could not guess.
fn nonce(url: &crate::Url) -> [u8; 16] {
    use std::hash::{BuildHasher, Hasher};
    let mut out = [0; 16];
    for chunk in out.chunks_exact_mut(8) {
        let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
        hasher.write(url.as_str().as_bytes());
        chunk.copy_from_slice(&hasher.finish().to_le_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Headers, Message, Network, Settings, Url};
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::time::Duration;

    /// Accepts one handshake, then writes `frames` and returns everything that was sent afterwards.
    fn serve(frames: Vec<u8>) -> (String, std::thread::JoinHandle<(String, Vec<u8>)>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/chat", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let key = head.lines().find_map(|l| l.strip_prefix("Sec-Websocket-Key: ")).unwrap_or_default();
            let accept = STANDARD
                .encode(crate::hash::sha1(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11").as_bytes()));
            let answer = format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: v2\r\n\r\n"
            );
            stream.write_all(&[answer.as_bytes(), &frames].concat()).unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
            (head, rest)
        });
        (url, thread)
    }

    fn open(url: &str) -> WebSocketRequest {
        WebSocketRequest {
            url: Rc::new(Url::parse(url).unwrap()),
            headers: Headers::new(),
            user_agent: None,
            subprotocols: vec!["v1".to_owned(), "v2".to_owned()],
            jar: None,
            compression: false,
            timeout: Duration::from_secs(5),
        }
    }

    fn run<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn messages_are_put_together_and_sent_masked() {
        // a text in two fragments with a ping between, then a close with a code
        let frames = b"\x01\x03hel\x89\x01p\x80\x02lo\x88\x05\x03\xe8bye".to_vec();
        let (url, server) = serve(frames);
        run(async {
            let client = Client::new(Arc::new(Network::new(Settings::default()).unwrap()), 0);
            let exchange = client.websocket(open(&url)).await;
            assert_eq!(exchange.response.unwrap().status, 101);
            let socket = exchange.socket.unwrap();
            assert_eq!(socket.subprotocol(), "v2");
            assert_eq!(socket.receive().await.unwrap(), Message::Ping(Bytes::from_static(b"p")));
            assert_eq!(socket.receive().await.unwrap(), Message::Text("hello".to_owned()));
            assert_eq!(
                socket.receive().await.unwrap(),
                Message::Close { code: 1000, reason: "bye".to_owned() }
            );
            socket.send(Message::Text("hi".to_owned())).await.unwrap();
        });
        let (head, sent) = server.join().unwrap();
        assert!(head.starts_with("GET /chat HTTP/1.1\r\nHost: 127.0.0.1:"), "{head}");
        assert!(head.contains("Sec-Websocket-Protocol: v1, v2\r\n"));
        assert_eq!(sent.get(..2), Some(&[0x81, 0x82][..]));
        let unmasked: Vec<u8> = sent[6..].iter().zip(&sent[2..6]).map(|(b, m)| b ^ m).collect();
        assert_eq!(unmasked, b"hi");
    }

    #[test]
    fn a_refusal_and_an_abrupt_end_are_errors() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno").unwrap();
        });
        run(async {
            let client = Client::new(Arc::new(Network::new(Settings::default()).unwrap()), 0);
            let exchange = client.websocket(open(&url)).await;
            assert!(exchange.socket.is_none());
            assert_eq!(exchange.hop.failure.unwrap().text, "websocket: bad handshake");
            assert_eq!(exchange.response.unwrap().status, 403);
        });
        server.join().unwrap();
    }
}
