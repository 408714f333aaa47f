//! TLS and HTTP/2 against servers on loopback with a certificate of our own.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use loadwright_transport::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const CERTIFICATE: &str = include_str!("certs/server.crt");
const KEY: &str = include_str!("certs/server.key");

fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, future)
}

fn acceptor(protocols: &[&[u8]]) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|p| p.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

/// Answers every request with `ok`, over HTTP/1.1.
async fn serve_h1() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = acceptor(&[b"http/1.1"]);
    tokio::task::spawn_local(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::task::spawn_local(async move {
                let Ok(mut stream) = acceptor.accept(tcp).await else { return };
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).await.is_ok_and(|n| n > 0) {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
                    let _ = stream.flush().await;
                }
            });
        }
    });
    address
}

/// Echoes bodies over HTTP/2 and counts its connections; `/reset` is refused.
async fn serve_h2(connections: Arc<Mutex<usize>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = acceptor(&[b"h2"]);
    tokio::task::spawn_local(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            *connections.lock().unwrap() += 1;
            let acceptor = acceptor.clone();
            tokio::task::spawn_local(async move {
                let Ok(stream) = acceptor.accept(tcp).await else { return };
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    tokio::task::spawn_local(async move {
                        if request.uri().path() == "/reset" {
                            respond.send_reset(h2::Reason::REFUSED_STREAM);
                            return;
                        }
                        let agent = request.headers().get("user-agent").cloned();
                        let mut body = request.into_body();
                        let mut all = Vec::new();
                        while let Some(Ok(chunk)) = body.data().await {
                            all.extend_from_slice(&chunk);
                            let _ = body.flow_control().release_capacity(chunk.len());
                        }
                        let mut response = http::Response::builder()
                            .status(201)
                            .header("x-multi", "a")
                            .header("x-multi", "b");
                        if let Some(agent) = agent {
                            response = response.header("x-agent", agent);
                        }
                        let response = response.body(()).unwrap();
                        let mut send = respond.send_response(response, false).unwrap();
                        send.send_data(Bytes::from(all), true).unwrap();
                    });
                }
            });
        }
    });
    address
}

/// A proxy that opens tunnels, all of them to `target`; it keeps the heads that it was sent.
async fn serve_proxy(target: SocketAddr, heads: Arc<Mutex<Vec<String>>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::task::spawn_local(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(tcp.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let allowed = head.contains("Proxy-Authorization: Basic dTpw\r\n");
            heads.lock().unwrap().push(head);
            if !allowed {
                let _ = tcp.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
                continue;
            }
            tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let mut server = tokio::net::TcpStream::connect(target).await.unwrap();
            tokio::task::spawn_local(async move {
                let _ = tokio::io::copy_bidirectional(&mut tcp, &mut server).await;
            });
        }
    });
    address
}

fn client(change: impl FnOnce(&mut TlsSettings)) -> Client {
    let mut settings = Settings::default();
    change(&mut settings.tls);
    Client::new(Arc::new(Network::new(settings).unwrap()), 0)
}

fn get(url: &str) -> Request {
    Request::new("GET", Rc::new(Url::parse(url).unwrap()))
}

#[test]
fn certificates_are_verified_in_the_order_of_go() {
    run(async {
        let port = serve_h1().await.port();
        let code = |client: Client, url: String| async move {
            let failure = client.send(get(&url)).await.last.failure;
            failure.map(|f| (f.code, f.text))
        };
        let untrusted = code(client(|_| {}), format!("https://localhost:{port}/")).await;
        assert_eq!(untrusted, Some((1310, "x509: unknown authority".to_owned())));
        let misnamed = code(client(|_| {}), format!("https://127.0.0.1:{port}/")).await;
        assert_eq!(misnamed, Some((1311, "x509: certificate doesn't match hostname".to_owned())));
        let file = format!("{}/tests/certs/server.crt", env!("CARGO_MANIFEST_DIR"));
        let trusted = code(client(|t| t.ca_file = Some(file)), format!("https://localhost:{port}/")).await;
        assert_eq!(trusted, None);
    });
}

#[test]
fn versions_and_suites_are_reported_and_limited() {
    run(async {
        let url = format!("https://127.0.0.1:{}/", serve_h1().await.port());
        let client = client(|t| {
            t.insecure_skip_verify = true;
            t.max = Some(TlsVersion::Tls12);
        });
        let exchange = client.send(get(&url)).await;
        let tls = exchange.last.tls.unwrap();
        assert_eq!(tls.version.name(), "tls1.2");
        assert!(tls.cipher_suite.starts_with("TLS_ECDHE_ECDSA_WITH_"));
        assert!(exchange.last.timings.tls_handshaking > std::time::Duration::ZERO);
        let again = client.send(get(&url)).await;
        assert_eq!(again.last.timings.tls_handshaking, std::time::Duration::ZERO);
        assert_eq!(again.response.unwrap().body.unwrap(), "ok");
        let traffic = client.take_traffic();
        assert!(traffic.received > 500 && traffic.sent > 200, "{traffic:?}");
        assert!(
            Network::new(Settings {
                tls: TlsSettings { max: Some(TlsVersion::Tls11), ..TlsSettings::default() },
                ..Settings::default()
            })
            .is_err()
        );
    });
}

#[test]
fn http2_is_negotiated_and_shared() {
    run(async {
        let connections = Arc::new(Mutex::new(0));
        let url = format!("https://127.0.0.1:{}", serve_h2(Arc::clone(&connections)).await.port());
        let client = client(|t| t.insecure_skip_verify = true);
        let mut request = get(&format!("{url}/a b?q=\"x\""));
        request.method = "POST".into();
        request.body = Some(Bytes::from_static(b"over two"));
        request.user_agent = Some("agent".into());
        let exchange = client.send(request.clone()).await;
        assert_eq!(exchange.last.protocol.name(), "HTTP/2.0");
        let response = exchange.response.unwrap();
        assert_eq!(response.status_text(), "201 Created");
        assert_eq!(response.body.as_deref(), Some(&b"over two"[..]));
        assert!(response.headers().contains(&("X-Multi".to_owned(), "a, b".to_owned())));
        assert_eq!(response.header("X-Agent").unwrap(), "agent");
        for _ in 0..3 {
            client.send(request.clone()).await;
        }
        assert_eq!(*connections.lock().unwrap(), 1);
        let refused = client.send(get(&format!("{url}/reset"))).await.last.failure.unwrap();
        assert_eq!(
            (refused.code, refused.text.as_str()),
            (1638, "http2: stream error with http2 ErrCode REFUSED_STREAM")
        );
    });
}

#[test]
fn tls_goes_through_a_proxy_in_a_tunnel() {
    run(async {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let proxy = serve_proxy(serve_h1().await, Arc::clone(&heads)).await;
        let through = |user: &str| {
            let settings = Settings {
                proxies: Proxies { https: Some(format!("http://{user}{proxy}")), ..Proxies::default() },
                tls: TlsSettings { insecure_skip_verify: true, ..TlsSettings::default() },
                ..Settings::default()
            };
            Client::new(Arc::new(Network::new(settings).unwrap()), 0)
        };
        let exchange = through("u:p@").send(get("https://node1/x")).await;
        assert_eq!(exchange.response.unwrap().body.unwrap(), "ok");
        assert!(heads.lock().unwrap()[0].starts_with("CONNECT node1:443 HTTP/1.1\r\nHost: node1:443\r\n"));
        let refused = through("").send(get("https://node1/x")).await.last.failure.unwrap();
        assert_eq!(refused.text, "Proxy Authentication Required");
    });
}

#[test]
fn a_server_without_tls_is_told_apart() {
    run(async {
        let answering = |bytes: &'static [u8]| async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            tokio::task::spawn_local(async move {
                let (mut tcp, _) = listener.accept().await.unwrap();
                let _ = tcp.read(&mut [0; 1024]).await;
                let _ = tcp.write_all(bytes).await;
                let _ = tcp.read(&mut [0; 1024]).await;
            });
            client(|_| {}).send(get(&format!("https://127.0.0.1:{port}/"))).await.last.failure.unwrap()
        };
        let http = answering(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        assert_eq!(
            (http.code, http.text.as_str()),
            (1000, "http: server gave HTTP response to HTTPS client")
        );
        let other = answering(b"SSH-2.0-OpenSSH\r\n").await;
        assert_eq!(
            (other.code, other.text.as_str()),
            (1301, "tls: first record does not look like a TLS handshake")
        );
    });
}
