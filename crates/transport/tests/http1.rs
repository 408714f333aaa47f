//! HTTP/1.1 against scripted servers: what goes out, what is read, what each failure is called.

mod support;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use loadwright_transport::*;
use support::{Reply, Server, closing, reply};

fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, future)
}

fn client() -> Client {
    client_with(Settings::default())
}

fn client_with(settings: Settings) -> Client {
    Client::new(Arc::new(Network::new(settings).unwrap()), 0)
}

fn get(url: &str) -> Request {
    Request::new("GET", Rc::new(Url::parse(url).unwrap()))
}

fn body(exchange: &Exchange) -> String {
    let response = exchange.response.as_ref().unwrap_or_else(|| panic!("{:?}", exchange.last.failure));
    String::from_utf8_lossy(response.body.as_deref().unwrap_or_default()).into_owned()
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[test]
fn the_head_is_that_of_go() {
    let server = Server::start(vec![reply(OK)]);
    run(async {
        let mut request = get(&server.url("/p a?q=a b"));
        request.method = "POST".into();
        request.user_agent = Some("agent/1".into());
        request.headers.set("x-foo_bar", "1");
        request.headers.set("ACCEPT", "*/*");
        request.headers.set("Content-Length", "99");
        request.body = Some(Bytes::from_static(b"hello"));
        let exchange = client().send(request).await;
        assert_eq!(body(&exchange), "ok");
        assert!(exchange.warnings[0].contains("doesn't match the actual request body length of 5"));
        let want = format!(
            "POST /p%20a?q=a b HTTP/1.1\r\nHost: {}\r\nUser-Agent: agent/1\r\nContent-Length: 5\r\nAccept: */*\r\nX-Foo_bar: 1\r\n\r\nhello",
            server.address
        );
        assert_eq!(server.requests(), [want]);
    });
}

#[test]
fn connections_are_reused_and_renewed() {
    let server = Server::start(vec![reply(OK), closing(OK), reply(OK)]);
    run(async {
        let client = client();
        for _ in 0..3 {
            assert_eq!(body(&client.send(get(&server.url("/"))).await), "ok");
        }
        assert_eq!(server.connections(), 2);
        let traffic = client.take_traffic();
        assert_eq!(traffic.received, 3 * OK.len() as u64);
        assert_eq!(client.take_traffic(), Traffic::default());
    });
}

#[test]
fn bodies_of_all_framings() {
    let cases = [
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n",
            "abcde",
            false,
        ),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "x", false),
        ("HTTP/1.1 204 No Content\r\n\r\n", "", false),
        ("HTTP/1.0 200 OK\r\n\r\nto the end", "to the end", true),
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\nlf", "lf", false),
    ];
    for (text, want, close) in cases {
        let server = Server::start(vec![if close { closing(text) } else { reply(text) }, reply(OK)]);
        run(async {
            let client = client();
            assert_eq!(body(&client.send(get(&server.url("/"))).await), want, "{text}");
            assert_eq!(body(&client.send(get(&server.url("/"))).await), "ok");
            assert_eq!(server.connections(), if close { 2 } else { 1 }, "{text}");
        });
    }
}

#[test]
fn failures_have_codes_and_texts() {
    let failure = |replies: Vec<Reply>, change: &dyn Fn(&mut Request)| {
        let server = Server::start(replies);
        run(async {
            let mut request = get(&server.url("/x"));
            change(&mut request);
            let exchange = client().send(request).await;
            assert!(exchange.response.is_none());
            assert_eq!(exchange.last.status, 0);
            exchange.last.failure.unwrap()
        })
    };
    let none = |_: &mut Request| {};
    let eof = failure(vec![closing("")], &none);
    assert_eq!((eof.code, eof.text.as_str()), (1000, "EOF"));
    assert!(eof.log.starts_with("Get \"http://127.0.0.1:"), "{}", eof.log);
    let cut = failure(vec![closing("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")], &none);
    assert_eq!((cut.code, cut.text.as_str()), (1000, "unexpected EOF"));
    let garbage = failure(vec![closing("nonsense\r\n\r\n")], &none);
    assert!(garbage.text.ends_with("malformed HTTP response \"nonsense\""), "{}", garbage.text);
    let slow = failure(vec![reply("HTTP/1.1 200 OK\r\n")], &|r| r.timeout = Duration::from_millis(30));
    assert_eq!((slow.code, slow.text.as_str()), (1050, "request timeout"));
    let scheme = failure(vec![], &|r| r.url = Rc::new(Url::parse("foo://x").unwrap()));
    assert_eq!((scheme.code, scheme.text.as_str()), (1000, "unsupported protocol scheme \"foo\""));
    let header = failure(vec![], &|r| r.headers.set("A", "b\r\nc"));
    assert_eq!(header.text, "net/http: invalid header field value for \"A\"");
    let refused = failure(vec![], &|r| r.url = Rc::new(Url::parse("http://127.0.0.1:1/").unwrap()));
    assert_eq!((refused.code, refused.text.as_str()), (1212, "dial: connection refused"));
    assert_eq!(refused.log, "Get \"http://127.0.0.1:1/\": dial tcp 127.0.0.1:1: connect: connection refused");
    let unpack = failure(
        vec![reply("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")],
        &none,
    );
    assert_eq!(unpack.code, 1701);
    assert!(unpack.text.starts_with("error decompressing response body ("));
}

#[test]
fn blocked_names_and_addresses() {
    run(async {
        let settings = Settings {
            block_hostnames: vec!["*.example.com".to_owned()],
            blacklist_ips: vec![("10.0.0.0".parse().unwrap(), 8)],
            ..Settings::default()
        };
        let client = client_with(settings);
        let blocked = client.send(get("http://a.example.com/")).await.last.failure.unwrap();
        assert_eq!((blocked.code, blocked.text.as_str()), (1111, "hostname is blocked"));
        let listed = client.send(get("http://10.1.2.3/")).await.last.failure.unwrap();
        assert_eq!((listed.code, listed.text.as_str()), (1110, "ip is blacklisted"));
    });
}

#[test]
fn redirects_change_method_referer_and_cookies() {
    let server = Server::start(vec![
        reply(
            "HTTP/1.1 302 Found\r\nLocation: /b?x=1\r\nSet-Cookie: s=1; Path=/\r\nContent-Length: 0\r\n\r\n",
        ),
        reply("HTTP/1.1 307 Temporary Redirect\r\nLocation: c\r\nContent-Length: 0\r\n\r\n"),
        reply(OK),
    ]);
    run(async {
        let mut request = get(&server.url("/a"));
        request.method = "POST".into();
        request.body = Some(Bytes::from_static(b"data"));
        request.headers.set("Content-Type", "text/plain");
        request.jar = Some(Rc::new(Jar::new()));
        let exchange = client().send(request).await;
        assert_eq!(body(&exchange), "ok");
        let hops: Vec<_> = exchange.earlier.iter().map(|h| (h.method.to_string(), h.status)).collect();
        assert_eq!(hops, [("POST".to_owned(), 302), ("GET".to_owned(), 307)]);
        assert_eq!(exchange.last.url.as_str(), server.url("/c"));
        let requests = server.requests();
        assert!(requests[1].starts_with("GET /b?x=1 HTTP/1.1\r\n"), "{}", requests[1]);
        assert!(requests[1].contains("Cookie: s=1\r\n"));
        assert!(requests[1].contains(&format!("Referer: {}\r\n", server.url("/a"))));
        assert!(!requests[1].contains("Content-"));
        assert!(requests[2].contains(&format!("Referer: {}\r\n", server.url("/b?x=1"))));
        assert_eq!(server.connections(), 1);
    });
}

#[test]
fn redirects_stop_at_their_limit() {
    let hop = "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n";
    let server = Server::start(vec![reply(hop); 20]);
    run(async {
        let mut request = get(&server.url("/"));
        request.redirects = 2;
        let exchange = client().send(request.clone()).await;
        assert_eq!((exchange.earlier.len(), exchange.last.status), (2, 302));
        assert!(
            exchange.warnings[0]
                .starts_with("Stopped after 3 redirects and returned the redirection; pass { redirects: n }")
        );
        request.redirects = 0;
        request.redirects_explicit = true;
        let exchange = client().send(request).await;
        assert_eq!((exchange.earlier.len(), exchange.warnings.len()), (0, 0));
        assert_eq!(exchange.response.unwrap().header("location").unwrap(), "/again");
    });
}

#[test]
fn request_cookies_come_before_the_jar() {
    let server = Server::start(vec![reply(OK); 2]);
    run(async {
        let jar = Rc::new(Jar::new());
        let mut request = get(&server.url("/x"));
        let cookie = |n: &str, v: &str| Cookie { name: n.into(), value: v.into(), ..Cookie::default() };
        jar.set(&request.url, &[cookie("a", "1"), cookie("b", "2")]);
        request.jar = Some(jar);
        request.headers.set("Cookie", "raw=1");
        request.cookies = vec![RequestCookie { name: "a".into(), value: "over".into(), replace: true }];
        let client = client();
        client.send(request.clone()).await;
        request.cookies = vec![RequestCookie { name: "a".into(), value: "over".into(), replace: false }];
        client.send(request).await;
        let requests = server.requests();
        assert!(requests[0].contains("Cookie: raw=1; a=over; b=2\r\n"), "{}", requests[0]);
        assert!(requests[1].contains("Cookie: raw=1; a=over; a=1; b=2\r\n"), "{}", requests[1]);
    });
}

#[test]
fn basic_and_digest_come_from_the_address() {
    let challenge = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", opaque=\"o\"\r\nContent-Length: 0\r\n\r\n";
    let server = Server::start(vec![reply(challenge), reply(OK)]);
    run(async {
        let mut request = get(&server.url("/d").replace("http://", "http://mia:pa55@"));
        request.auth = Auth::Digest;
        let exchange = client().send(request).await;
        assert_eq!((exchange.earlier.len(), exchange.last.status), (1, 200));
        let requests = server.requests();
        assert!(requests[0].contains("Authorization: Basic bWlhOnBhNTU=\r\n"));
        assert!(
            requests[1]
                .contains("Authorization: Digest username=\"mia\", realm=\"r\", nonce=\"n\", uri=\"/d\""),
            "{}",
            requests[1]
        );
        assert!(requests[1].contains("qop=auth, nc=00000001"));
    });
}

#[test]
fn compression_packs_and_announces() {
    let server = Server::start(vec![reply(OK)]);
    run(async {
        let mut request = get(&server.url("/"));
        request.method = "POST".into();
        request.body = Some(Bytes::from("x".repeat(1000)));
        request.compression = Encoding::parse_list("gzip").unwrap();
        client().send(request).await;
        let sent = &server.requests()[0];
        assert!(sent.contains("Content-Encoding: gzip\r\n"), "{sent}");
        let length: usize =
            sent.split("Content-Length: ").nth(1).unwrap().split('\r').next().unwrap().parse().unwrap();
        assert!(length < 100);
    });
}

#[test]
fn response_headers_are_canonical_and_joined() {
    let server = Server::start(vec![reply(
        "HTTP/1.1 418 I'm a teapot\r\nx-multi: one\r\nETag: \"t\"\r\nX-Multi: two\r\nSet-Cookie: a=1\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n",
    )]);
    run(async {
        let exchange = client().send(get(&server.url("/"))).await;
        let response = exchange.response.unwrap();
        assert_eq!(response.status_text(), "418 I'm a teapot");
        let headers = response.headers();
        let find = |n: &str| headers.iter().find(|(k, _)| k == n).map(|(_, v)| v.as_str());
        assert_eq!(find("X-Multi"), Some("one, two"));
        assert_eq!((find("Etag"), find("X-Empty")), (Some("\"t\""), Some("")));
        assert_eq!(response.cookies()[0].name, "a");
    });
}

#[test]
fn phases_add_up() {
    let server = Server::start(vec![reply(OK), reply(OK)]);
    run(async {
        let client = client();
        let first = client.send(get(&server.url("/"))).await.last.timings;
        assert!(first.connecting > Duration::ZERO && first.blocked >= first.connecting);
        assert_eq!(first.duration(), first.sending + first.waiting + first.receiving);
        let second = client.send(get(&server.url("/"))).await.last.timings;
        assert_eq!(second.connecting, Duration::ZERO);
    });
}

#[test]
fn a_proxy_gets_the_absolute_address() {
    let proxy = Server::start(vec![reply(OK)]);
    run(async {
        let settings = Settings {
            proxies: Proxies {
                http: Some(proxy.url("").replace("http://", "http://u:p@")),
                ..Proxies::default()
            },
            ..Settings::default()
        };
        let exchange = client_with(settings).send(get("http://origin.invalid:81/x?y")).await;
        assert_eq!(body(&exchange), "ok");
        let sent = &proxy.requests()[0];
        assert!(
            sent.starts_with("GET http://origin.invalid:81/x?y HTTP/1.1\r\nHost: origin.invalid:81\r\n"),
            "{sent}"
        );
        assert!(sent.contains("Proxy-Authorization: Basic dTpw\r\n"));
    });
}

#[test]
fn a_dead_reused_connection_is_replaced_once() {
    // the first connection answers once and then resets without answering the second request
    let server = Server::start(vec![reply(OK), closing(""), reply(OK)]);
    run(async {
        let client = client();
        assert_eq!(body(&client.send(get(&server.url("/1"))).await), "ok");
        assert_eq!(body(&client.send(get(&server.url("/2"))).await), "ok");
        assert_eq!(server.connections(), 2);
    });
}

#[test]
fn the_future_of_a_request_stays_small() {
    // it is moved into its caller for every request; rare paths are boxed to keep it so
    let client = client();
    assert!(size_of_val(&client.send(get("http://h/"))) < 3 * 1024);
}
